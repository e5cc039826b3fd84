import { assert } from '../../../shared/errors.ts';
import { type Composed, composeCells, type Evidence } from './cells.ts';
import type { NumberType } from './column-types.ts';
import { asText, isSet, reading } from './expressions.ts';
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
  const readings = meters.map((meter, i) => reading(raw(meter.usage.columns.value), numbers[i] as NumberType));
  const tie = columns.tiebreak === null ? null : asText(raw(columns.tiebreak), typeOf(schema, columns.tiebreak));
  const shared = {
    ...rowPlaces(schema, columns, first.path),
    table: quoteTable(table, `${first.path}.table`),
    final: schema.hasFinal ? ' FINAL' : '',
    restrict: restriction(schema, columns.customer, first.usage.filter, isRestricted),
    series: columns.series.map((name, i) => `${raw(name)} AS s${i}`).join(', '),
    series_names: columns.series.map((_, i) => `s${i}`).join(', '),
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
    steps: meters.map((meter, i) => pairColumns(meter, i, isNeverBad(numbers[i]))).join(',\n           '),
    sums: meters.map((meter, i) => pairSums(meter, i)).join(',\n           '),
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

/** Whether a meter's readings can be absent or odd; where they cannot, the window carries no marks for them. */
const isNeverBad = (type: NumberType | undefined): boolean =>
  type !== undefined && !type.isNullable && (type.kind === 'integer' || type.kind === 'decimal');

function pairColumns({ usage }: ScanMeter<CheckpointUsage>, i: number, isAlwaysSound: boolean): string {
  const prior = `any(v${i}) OVER p1`;
  const step = usage.isGauge ? `least(v${i}, ${prior}) * span_ms` : `v${i} - ${prior}`;
  const parts = [`${step} AS step${i}`];
  if (isAlwaysSound) parts.push(`true AS ok${i}`, `'' AS bad${i}`);
  else {
    parts.push(`sound${i} AND any(sound${i}) OVER p1 AS ok${i}`);
    parts.push(`greatest(odd${i}, any(odd${i}) OVER p1) AS bad${i}`);
  }
  parts.push(
    usage.columns.trusted === null ? `true AS trust${i}` : `trusted${i} AND any(trusted${i}) OVER p1 AS trust${i}`,
  );
  return parts.join(', ');
}

function pairSums({ usage }: ScanMeter<CheckpointUsage>, i: number): string {
  const amount = usage.isGauge ? `step${i}` : `if(step${i} < 0, step${i} - step${i}, step${i})`;
  const sound = `ok${i} AND trust${i}`;
  return [
    `sumIf(${amount}, counts AND ${sound}) AS q${i}`,
    `maxIf(bad${i}, counts AND trust${i}) AS odd${i}`,
    `sumIf(${amount}, is_gap AND ${sound}) AS dropped_value${i}`,
    `countIf(step${i} < 0 AND ok${i}) AS regressions${i}`,
    `countIf(span_ms > 0 AND NOT trust${i}) AS untrusted${i}`,
    `countIf(counts AND NOT ok${i} AND bad${i} = '') AS nulls${i}`,
  ].join(', ');
}
