import { assert } from '../../../shared/errors.ts';
import { type Instant, instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { SeenRows, UsageInspection } from '../usage-source.ts';
import { instantType } from './column-types.ts';
import type { Connection } from './connection.ts';
import { bound, reading, unixMs } from './expressions.ts';
import { quoteTable } from './identifier.ts';
import { parametersOf } from './parameters.ts';
import { retainedFrom } from './retention.ts';
import { raw, restriction, rowPlaces, type Schema, typeOf, valueType } from './rows.ts';
import { instantColumn, type ScanMeter, type ScanWork, type TableUsage } from './scan-plan.ts';
import { readSchema } from './schema.ts';
import { sqlFile } from './sql-file.ts';

const inspectRows = sqlFile('inspect-rows');
const inspectFuture = sqlFile('inspect-future');

type Negative = readonly [rows: string, ids: number, worst: string];
type RowsAnswer = readonly [
  rows: string,
  pairs: string,
  spanMs: string,
  firstMs: string,
  negatives: readonly Negative[],
];
type FutureAnswer = readonly [rows: string, ids: number, worst: string, lastMs: string, hasEarlier: number];

/** What the rows of a scan say about themselves (`UsageSource.inspect`): one row crosses the wire per question. */
export async function inspectScan(
  connection: Connection,
  work: ScanWork,
  asked: { readonly period: Period; readonly now: Instant; readonly after: Instant; readonly signal: AbortSignal },
): Promise<readonly UsageInspection[]> {
  if (work.template === 'sql') return [];
  const meters: readonly ScanMeter<TableUsage>[] = work.meters;
  const schema = await readSchema(connection, work, asked.signal);
  const parameters = {
    ...parametersOf(work, { period: asked.period, customers: null, originMs: 0, withUnmeasured: false }),
    after_ms: asked.after,
  };
  const what = `the look at the rows of ${meters.map((meter) => meter.key).join(', ')}`;
  const ask = async <Answer>(query: string): Promise<Answer> => {
    const [row] = await connection.rows({ what, query, parameters, signal: asked.signal });
    assert(row !== undefined, 'a total over no rows is a row too');
    return row as unknown as Answer;
  };
  // Without FINAL, which takes longer than all the rest; where something is found, only rows that stand may count.
  const queries = inspectionQueries(meters, { ...schema, hasFinal: false });
  const exact = schema.hasFinal ? inspectionQueries(meters, schema) : null;
  const looked = await ask<RowsAnswer>(queries.rows);
  const isBelow = looked[4].some(([count]) => count !== '0');
  const [rows, pairs, spanMs, firstMs, negatives] =
    exact !== null && isBelow ? await ask<RowsAnswer>(exact.rows) : looked;
  const ahead = await ask<FutureAnswer>(queries.future);
  const [future, ids, worst, lastMs, hasEarlier] =
    exact !== null && ahead[0] !== '0' ? await ask<FutureAnswer>(exact.future) : ahead;
  const retained = await retainedFrom(connection, work, asked);
  const isSeries = work.template === 'counter_checkpoints';
  return meters.map(({ index }, i) => ({
    meter: index,
    rows: BigInt(rows),
    pairs: isSeries ? BigInt(pairs) : null,
    observedMs: isSeries ? BigInt(spanMs) : null,
    negative: queries.hasValue[i] === true ? seen(negatives[i] as Negative) : null,
    future: { ...seen([future, ids, worst]), latest: instantOf(lastMs) },
    firstRow: instantOf(firstMs),
    hasEarlierRows: hasEarlier === 1,
    retainedFrom: retained,
  }));
}

function inspectionQueries(meters: readonly ScanMeter<TableUsage>[], schema: Schema) {
  const [first] = meters;
  assert(first !== undefined, 'a scan has a meter');
  const { usage, path } = first;
  const { name: at, role } = instantColumn(usage);
  const series = usage.template === 'counter_checkpoints' ? usage.columns.series : [];
  const type = instantType({ name: at, type: typeOf(schema, at), path: `${path}.columns.${role}` });
  const places = {
    ...rowPlaces(schema, { customer: usage.columns.customer, at }, path, role),
    after: bound('after_ms', type),
    first_ms: `assumeNotNull(${unixMs(`min(${raw(at)})`, type)})`,
    last_ms: `assumeNotNull(${unixMs(`max(${raw(at)})`, type)})`,
    table: quoteTable(usage.table, `${path}.table`),
    final: schema.hasFinal ? ' FINAL' : '',
    restrict: restriction(schema, usage.columns.customer, usage.filter, false),
    series: series.map((name, i) => `, ${raw(name)} AS s${i}`).join(''),
    series_names: series.map((_, i) => `, s${i}`).join(''),
  };
  const belowZero = meters.map((meter) => isBelowZero(meter, schema));
  return {
    hasValue: belowZero.map((condition) => condition !== null),
    rows: inspectRows({
      ...places,
      negative_counts: belowZero.map((condition, i) => `, countIf(${condition ?? 'false'}) AS negative${i}`).join(''),
      negative_sums: belowZero.map((_, i) => `, sum(negative${i}) AS own_negative${i}`).join(''),
      negatives: belowZero
        .map(
          (_, i) =>
            `(toString(sum(own_negative${i})), toUInt32(countIf(own_negative${i} > 0)), argMax(customer, own_negative${i}))`,
        )
        .join(', '),
    }),
    future: inspectFuture(places),
  };
}

/** The condition of a value below 0; null where the template sums no value, or says so itself. */
function isBelowZero({ usage, path }: ScanMeter<TableUsage>, schema: Schema): string | null {
  if (usage.template !== 'counter_checkpoints' && usage.template !== 'events') return null;
  const { value: column } = usage.columns;
  if (column === null) return null;
  const type = valueType(schema, column, `${path}.columns.value`);
  if (type.kind === 'integer' || type.kind === 'decimal') return `ifNull(${raw(column)} < 0, false)`;
  const { value, sound } = reading(raw(column), type);
  return `${value} < 0 AND ${sound}`;
}

const seen = ([rows, ids, worst]: Negative): SeenRows => ({
  count: BigInt(rows),
  ids,
  worst: ids === 0 ? null : worst,
});

const instantOf = (text: string): Instant | null => (text === '' ? null : instant(Number(text)));
