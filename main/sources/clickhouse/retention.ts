import { type Instant, instant } from '../../../shared/values/instant.ts';
import type { Connection } from './connection.ts';
import { instantColumn, type ScanWork } from './scan-plan.ts';

/** The rule as ClickHouse writes it down: `TTL toDateTime(ts) + toIntervalDay(95)`, with or without DELETE, alone. */
const RULE = /\bTTL ([^,]+?) \+ toInterval(\w+)\((\d+)\)(?: DELETE)?(?= SETTINGS|$)/;

const UNITS = new Set(['Second', 'Minute', 'Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year']);

/**
 * From when on the table keeps its rows, by a TTL on the column that says when. Null where there is no such rule, or
 * none that can be seen: a view, another engine, a user who may not look at system.tables.
 */
export async function retainedFrom(
  connection: Connection,
  work: Exclude<ScanWork, { template: 'sql' }>,
  { signal, now }: { readonly signal: AbortSignal; readonly now: Instant },
): Promise<Instant | null> {
  const [{ usage }] = work.meters;
  const [name = '', database = null] = usage.table.split('.').reverse();
  const engine = await engineOf(connection, { name, database, signal });
  const rule = RULE.exec(engine ?? '');
  if (rule === null) return null;
  const [, expression = '', unit = '', count = ''] = rule;
  const column = instantColumn(usage).name;
  if (!UNITS.has(unit) || !new RegExp(`\\b${column}\\b`).test(expression)) return null;
  const [row] = await connection.rows({
    what: `the retention rule of ${usage.table}`,
    query: `SELECT toString(toUnixTimestamp64Milli(fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC') - toInterval${unit}({count:Int64})))`,
    parameters: { now_ms: now, count: Number(count) },
    signal,
  });
  return row === undefined ? null : instant(Number(row[0]));
}

async function engineOf(
  connection: Connection,
  { name, database, signal }: { readonly name: string; readonly database: string | null; readonly signal: AbortSignal },
): Promise<string | null> {
  try {
    const [row] = await connection.rows({
      what: 'the retention rule of a table',
      query: `SELECT engine_full FROM system.tables WHERE name = {name:String} AND database = ${database === null ? 'currentDatabase()' : '{database:String}'}`,
      parameters: { name, ...(database === null ? {} : { database }) },
      signal,
    });
    return row === undefined ? null : String(row[0]);
  } catch {
    signal.throwIfAborted();
    // A user who reads one table need not be allowed to look at others; then there is simply no rule to be seen.
    return null;
  }
}
