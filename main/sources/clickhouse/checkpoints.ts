import { assert } from '../../../shared/errors.ts';
import { type Composed, composeCells, type Evidence } from './cells.ts';
import { isNullableColumn, type NumberType } from './column-types.ts';
import { asText, isSet, narrowReading, widened } from './expressions.ts';
import { quoteTable } from './identifier.ts';
import { raw, restriction, rowPlaces, type Schema, typeOf, valueType } from './rows.ts';
import type { CheckpointUsage, ScanMeter } from './scan-plan.ts';
import { sqlFile } from './sql-file.ts';

const checkpoints = sqlFile('counter-checkpoints');
const rowsBefore = sqlFile('checkpoints-before');

/** Usage from cumulative checkpoints: several meters that read the same rows (metering.md section 1). */
export function composeCheckpoints(
  meters: readonly ScanMeter<CheckpointUsage>[],
  schema: Schema,
  { isRestricted, isSlice }: { readonly isRestricted: boolean; readonly isSlice: boolean },
): Composed {
  const [first] = meters;
  assert(first !== undefined, 'a scan has a meter');
  const { columns, table } = first.usage;
  const numbers = meters.map((meter) => valueType(schema, meter.usage.columns.value, `${meter.path}.columns.value`));
  const readings = meters.map((meter, i) => narrowReading(raw(meter.usage.columns.value), numbers[i] as NumberType));
  const tie = columns.tiebreak === null ? null : asText(raw(columns.tiebreak), typeOf(schema, columns.tiebreak));
  // The customer parts the rows already; only a missing one differs from an empty one.
  const series = columns.series.filter(
    (name) => name !== columns.customer || isNullableColumn(typeOf(schema, columns.customer)),
  );
  const shared = {
    ...rowPlaces(schema, columns, first.path),
    table: quoteTable(table, `${first.path}.table`),
    final: schema.hasFinal ? ' FINAL' : '',
    restrict: restriction(schema, columns.customer, first.usage.filter, isRestricted),
    series: series.map((name, i) => `, ${raw(name)} AS s${i}`).join(''),
    series_names: series.map((_, i) => `, s${i}`).join(''),
    order_values: tie === null ? '' : `${tie} AS tie, `,
    readings: meters
      .map((meter, i) => {
        const { value, sound, odd } = readings[i] as (typeof readings)[number];
        const trusted = meter.usage.columns.trusted;
        const mark = trusted === null ? '' : `, ${isSet(raw(trusted))} AS trusted${i}`;
        return `${value} AS v${i}, ${sound} AS sound${i}, ${odd} AS odd${i}${mark}`;
      })
      .join(',\n           '),
  };
  // Equal instants and tiebreaks would leave the order, and so the number, to chance: the lower value comes first.
  const order = ['at', ...(tie === null ? [] : ['tie']), ...meters.map((_, i) => `v${i}`)];
  const names = meters.flatMap((meter, i) => [
    `v${i}`,
    `sound${i}`,
    `odd${i}`,
    ...(meter.usage.columns.trusted === null ? [] : [`trusted${i}`]),
  ]);
  const carried = ['at', 'at_ms', ...(tie === null ? [] : ['tie']), ...names];
  const held = [...order, ...carried.filter((name) => !order.includes(name))];
  const hourly = checkpoints({
    ...shared,
    before: isSlice
      ? `\n    UNION ALL\n${rowsBefore({
          ...shared,
          held: held.join(', '),
          carried: carried.map((name) => `last.${held.indexOf(name) + 1} AS ${name}`).join(', '),
        })}`
      : '',
    order: order.join(', '),
    steps: meters.map((meter, i) => pairColumns(meter, i, numbers[i] as NumberType)).join(',\n           '),
    sums: meters.map((meter, i) => pairSums(meter, i, numbers[i] as NumberType)).join(',\n           '),
  });
  const evidence = meters.map((meter, i) => checkpointEvidence(meter, i));
  return composeCells({ hourly, meters, numbers, evidence });
}

const checkpointEvidence = ({ usage }: ScanMeter<CheckpointUsage>, i: number): Evidence => [
  ['same_instant', 'same_instant'],
  ['dropped_pairs', 'dropped_pairs'],
  ['dropped_ms', 'dropped_ms'],
  ['dropped_value', `dropped_value${i}`],
  ...(usage.isGauge ? [] : [['regressions', `regressions${i}`] as const]),
  ...(usage.columns.trusted === null ? [] : [['untrusted_pairs', `untrusted${i}`] as const]),
  ['null_pairs', `nulls${i}`],
];

/** Whether a meter's readings can be absent or odd; where they cannot, no marks of it are carried and counted. */
const isNeverBad = (type: NumberType): boolean =>
  !type.isNullable && (type.kind === 'integer' || type.kind === 'decimal');

/** `lagInFrame` takes the earlier row as it is; an aggregate over a frame of one row would be made anew for every row. */
const earlier = (name: string): string => `lagInFrame(${name}) OVER p1`;

function pairColumns({ usage }: ScanMeter<CheckpointUsage>, i: number, type: NumberType): string {
  const value = `v${i}`;
  const step = usage.isGauge
    ? `${widened(`least(${value}, ${earlier(value)})`, type)} * span_ms`
    : `${widened(value, type)} - ${widened(earlier(value), type)}`;
  const parts = [`${step} AS step${i}`];
  if (!isNeverBad(type)) {
    parts.push(`sound${i} AND ${earlier(`sound${i}`)} AS ok${i}`);
    parts.push(`greatest(odd${i}, ${earlier(`odd${i}`)}) AS bad${i}`);
  }
  if (usage.columns.trusted !== null) parts.push(`trusted${i} AND ${earlier(`trusted${i}`)} AS trust${i}`);
  return parts.join(', ');
}

function pairSums({ usage }: ScanMeter<CheckpointUsage>, i: number, type: NumberType): string {
  const canBeBad = !isNeverBad(type);
  const ok = canBeBad ? [`ok${i}`] : [];
  const trusted = usage.columns.trusted === null ? [] : [`trust${i}`];
  // A step back adds nothing (metering.md 1.2).
  const amount = [...ok, ...trusted, ...(usage.isGauge ? [] : [`step${i} > 0`])];
  const sums = [
    `sumIf(step${i}, ${all('counts', ...amount)}) AS q${i}`,
    `sumIf(step${i}, ${all('is_gap', ...amount)}) AS dropped_value${i}`,
    `${canBeBad ? `maxIf(bad${i}, ${all('counts', ...trusted)})` : `''`} AS odd${i}`,
    `${canBeBad ? `countIf(counts AND NOT ok${i} AND bad${i} = '')` : 'toUInt64(0)'} AS nulls${i}`,
  ];
  if (!usage.isGauge) sums.push(`countIf(${all(`step${i} < 0`, ...ok)}) AS regressions${i}`);
  if (trusted.length > 0) sums.push(`countIf(span_ms > 0 AND NOT trust${i}) AS untrusted${i}`);
  return sums.join(', ');
}

const all = (...conditions: readonly string[]): string => conditions.join(' AND ');
