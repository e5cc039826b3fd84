import { isTieoutError, type Problem } from '../../../shared/errors.ts';
import { HOUR_MS, hourOf, type Instant, instant } from '../../../shared/values/instant.ts';
import { monthOf, monthPeriod } from '../../../shared/values/period.ts';
import type { UsageMeter } from '../usage-source.ts';
import { instantType } from './column-types.ts';
import { compose } from './compose.ts';
import type { Connection } from './connection.ts';
import { bound } from './expressions.ts';
import { quoteColumn, quoteTable } from './identifier.ts';
import { parametersOf } from './parameters.ts';
import { groupMeters, instantColumn, type ScanWork } from './scan-plan.ts';
import { readSchema } from './schema.ts';
import { usesCustomers } from './statement.ts';

export type DryRun = { readonly meter: string; readonly rows: number; readonly seconds: number };

/** What makes every further question pointless; it is reported once. */
const FATAL = new Set([
  'clickhouse.unreachable',
  'clickhouse.unauthorized',
  'clickhouse.readonly',
  'clickhouse.timeout',
  'clickhouse.bad_answer',
]);

/**
 * Everything that stands in the way of a pull. Each meter's own query runs over the hour before `now`, alone, so that
 * a problem carries the meter it belongs to.
 */
export async function checkSource(
  connection: Connection,
  meters: readonly UsageMeter[],
  now: Instant,
): Promise<{ readonly problems: readonly Problem[]; readonly dryRuns: readonly DryRun[] }> {
  const server = await attempt('clickhouse', () =>
    connection.rows({ what: 'a first question', query: 'SELECT version()', parameters: {} }),
  );
  if (server.problem !== null) return { problems: [server.problem], dryRuns: [] };
  const problems: Problem[] = [];
  const dryRuns: DryRun[] = [];
  for (const [index, meter] of meters.entries()) {
    const path = `meters[${index}].usage`;
    const startedMs = performance.now();
    const run = await attempt(path, () => dryRun(connection, meter, now));
    if (run.problem === null) {
      dryRuns.push({ meter: meter.key, rows: run.value ?? 0, seconds: (performance.now() - startedMs) / 1000 });
      continue;
    }
    const { problem } = run;
    const words = problem.message.includes(meter.key) ? problem.message : `Meter ${meter.key}: ${problem.message}`;
    problems.push({
      ...problem,
      path: problem.path?.replace('meters[0].usage', path) ?? path,
      message: words.replace('meters[0].usage', path),
    });
    if (FATAL.has(problem.code)) break;
  }
  return { problems, dryRuns };
}

/** @returns the rows of this month that the meter reads so far; for a query of the user's own, those of the last hour */
async function dryRun(connection: Connection, meter: UsageMeter, now: Instant): Promise<number> {
  const [work] = groupMeters([meter]) as readonly [ScanWork];
  const schema = await readSchema(connection, work);
  const to = now;
  const from = instant(now - HOUR_MS);
  const needsList = work.template === 'sql' && usesCustomers(work.meters[0].usage.query);
  const parameters = parametersOf(work, {
    period: { from, to },
    customers: needsList ? [''] : null,
    originMs: hourOf(from),
    withUnmeasured: false,
  });
  const { query } = compose(work, schema, needsList);
  const cells = await connection.rows({ what: `the query of meter ${meter.key}`, query, parameters });
  if (work.template === 'sql') return cells.length - 1;
  const [{ usage, path }] = work.meters;
  const { name: at, role } = instantColumn(usage);
  const type = instantType({ name: at, type: schema.types.get(at) ?? '', path: `${path}.columns.${role}` });
  const column = quoteColumn(at, path);
  const month = monthPeriod(monthOf(now));
  const [row] = await connection.rows({
    what: `the rows of meter ${meter.key}`,
    query: `SELECT toUInt32(count()) FROM ${quoteTable(usage.table, path)} WHERE ${column} >= ${bound('from_ms', type)} AND ${column} < ${bound('to_ms', type)}`,
    parameters: { from_ms: month.from, to_ms: now },
  });
  return Number(row?.[0] ?? 0);
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<{ value: T | null; problem: Problem | null }> {
  try {
    return { value: await work(), problem: null };
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    const { code, message, remedy } = error;
    return {
      value: null,
      problem: { code, path: error.path ?? path, message, ...(remedy === null ? {} : { remedy }) },
    };
  }
}
