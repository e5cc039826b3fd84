import { assert, TieoutError } from '../../../shared/errors.ts';
import { instantType, type NumberType, numberType } from './column-types.ts';
import { asText, bound, isSet, reading, storedColumns, unixMs } from './expressions.ts';
import { quoteColumn, quoteTable } from './identifier.ts';
import {
  type CheckpointUsage,
  type EventUsage,
  exponentOf,
  type QueryUsage,
  type ScanMeter,
  type ScanWork,
} from './scan-plan.ts';
import { sqlFile } from './sql-file.ts';
import { statementBody } from './statement.ts';

const checkpoints = sqlFile('counter-checkpoints');
const events = sqlFile('events');
const userQuery = sqlFile('user-query');
const cells = sqlFile('cells');

/** What the server says of the columns that a scan reads: their types by name, and whether FINAL is understood. */
export type Schema = { readonly types: ReadonlyMap<string, string>; readonly hasFinal: boolean };

/** A query and the names of the figures in the `evidence` column, per meter of the scan. */
export type Composed = { readonly query: string; readonly evidence: readonly (readonly string[])[] };

/** @param isRestricted whether the query is limited to `{customers:Array(String)}` */
export function compose(work: ScanWork, schema: Schema, isRestricted: boolean): Composed {
  if (work.template === 'counter_checkpoints') return composeCheckpoints(work.meters, schema, isRestricted);
  if (work.template === 'events') return composeEvents(work.meters[0], schema, isRestricted);
  return composeUserQuery(work.meters[0], schema, isRestricted);
}

function composeCheckpoints(
  meters: readonly ScanMeter<CheckpointUsage>[],
  schema: Schema,
  isRestricted: boolean,
): Composed {
  const [first] = meters;
  assert(first !== undefined, 'a scan has a meter');
  const { columns, table } = first.usage;
  const numbers = meters.map((meter) => valueType(schema, meter.usage.columns.value, `${meter.path}.columns.value`));
  const readings = meters.map((meter, i) => reading(raw(meter.usage.columns.value), numbers[i] as NumberType));
  const tie = columns.tiebreak === null ? null : asText(raw(columns.tiebreak), typeOf(schema, columns.tiebreak));
  const hourly = checkpoints({
    ...rowPlaces(schema, columns, first.path),
    table: quoteTable(table, `${first.path}.table`),
    final: schema.hasFinal ? ' FINAL' : '',
    restrict: restriction(schema, columns.customer, first.usage.filter, isRestricted),
    series: columns.series.map((name, i) => `${raw(name)} AS s${i}`).join(', '),
    series_names: columns.series.map((_, i) => `s${i}`).join(', '),
    order_values: tie === null ? '' : `${tie} AS tie, `,
    // Equal instants and tiebreaks would leave the order, and so the number, to chance: the lower value comes first.
    order: ['at', ...(tie === null ? [] : ['tie']), ...meters.map((_, i) => `v${i}`)].join(', '),
    readings: meters
      .map((meter, i) => {
        const { value, sound, odd } = readings[i] as (typeof readings)[number];
        const trusted = meter.usage.columns.trusted;
        const mark = trusted === null ? '' : `, ${isSet(raw(trusted))} AS trusted${i}`;
        return `${value} AS v${i}, ${sound} AS sound${i}, ${odd} AS odd${i}${mark}`;
      })
      .join(',\n           '),
    steps: meters.map((meter, i) => pairColumns(meter, i, isNeverBad(numbers[i]))).join(',\n           '),
    sums: meters.map((meter, i) => pairSums(meter, i)).join(',\n           '),
  });
  const evidence = meters.map((meter, i) => checkpointEvidence(meter, i));
  return wrap({ hourly, meters, numbers, evidence });
}

const checkpointEvidence = ({ usage }: ScanMeter<CheckpointUsage>, i: number): Evidence => [
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

function composeEvents(meter: ScanMeter<EventUsage>, schema: Schema, isRestricted: boolean): Composed {
  const { usage, path } = meter;
  const { columns, aggregate } = usage;
  const isDistinct = aggregate === 'distinct';
  const type = countsRows(aggregate)
    ? COUNT
    : valueType(schema, required(columns.value, path, aggregate), `${path}.columns.value`);
  const read = countsRows(aggregate)
    ? {
        value: 'toInt128(1)',
        sound: isDistinct ? `${raw(required(columns.key, path, aggregate, 'key'))} IS NOT NULL` : 'true',
        odd: `''`,
      }
    : reading(raw(columns.value as string), type);
  const identity = isDistinct ? columns.key : aggregate === 'max' ? null : columns.id;
  const hourly = events({
    ...rowPlaces(schema, columns, path),
    table: quoteTable(usage.table, `${path}.table`),
    final: schema.hasFinal ? ' FINAL' : '',
    restrict: restriction(schema, columns.customer, usage.filter, isRestricted),
    reading: `${read.value} AS value, ${read.sound} AS sound, ${read.odd} AS odd`,
    identity: identity === null ? '' : `, ${identityColumns(raw(identity), typeOf(schema, identity))}`,
    once: identity === null ? 'SELECT *, 1 AS copies FROM src' : FIRST_OF_EACH,
    aggregate: AGGREGATES[aggregate],
  });
  const evidence: Evidence = [
    ...(identity === null || isDistinct ? [] : [['duplicates', 'duplicates'] as const]),
    ['null_values', 'null_values'],
  ];
  return wrap({ hourly, meters: [meter], numbers: [type], evidence: [evidence] });
}

/** The earliest event of each id; at one instant the lower value, so that the answer never hangs on the order of rows. */
const FIRST_OF_EACH = `SELECT customer, first.1 AS at, first.2 AS value, first.3 AS sound, first.4 AS odd, first.5 AS at_ms, copies
    FROM
    (
        SELECT customer, id, nameless, min((at, value, sound, odd, at_ms)) AS first, count() AS copies
        FROM src
        GROUP BY customer, id, nameless
    )`;

/** Events without an id cannot repeat each other: each stands alone. */
const identityColumns = (column: string, type: string): string =>
  `${column} AS id, ${type.includes('Nullable(') ? `if(${column} IS NULL, rowNumberInAllBlocks() + 1, 0)` : '0'} AS nameless`;

const AGGREGATES: Readonly<Record<EventUsage['aggregate'], string>> = {
  sum: 'sumIf(value, sound)',
  count: 'sumIf(value, sound)',
  distinct: 'sumIf(value, sound)',
  max: 'maxIf(value, sound)',
  last: 'argMaxIf(value, (at, value), sound)',
};

const COUNT: NumberType = { kind: 'integer', bits: 128, isNullable: false };
const countsRows = (aggregate: EventUsage['aggregate']): boolean => aggregate === 'count' || aggregate === 'distinct';

function required(name: string | null, path: string, aggregate: string, role = 'value'): string {
  if (name !== null) return name;
  throw new TieoutError('config.missing_key', {
    message: `${path}.columns.${role}: the aggregate ${aggregate} needs a ${role} column.`,
    path: `${path}.columns.${role}`,
    remedy: `Name the column under columns.${role}.`,
  });
}

function composeUserQuery(meter: ScanMeter<QueryUsage>, schema: Schema, isRestricted: boolean): Composed {
  const { usage, path } = meter;
  for (const name of ['customer', 'quantity']) {
    if (!schema.types.has(name)) missingColumn(name, meter.key, path);
  }
  const type = valueType(schema, 'quantity', `${path}.query`);
  const read = reading(raw('quantity'), type);
  const hasBucket = schema.types.has('bucket');
  const customer = asText(raw('customer'), typeOf(schema, 'customer'));
  const bucket = hasBucket
    ? instantType({ name: 'bucket', type: typeOf(schema, 'bucket'), path: `${path}.query` })
    : null;
  const hourly = userQuery({
    customer,
    at: bucket === null ? '0' : raw('bucket'),
    at_ms: bucket === null ? '{from_ms:Int64}' : unixMs(raw('bucket'), bucket),
    reading: `${read.value} AS value, ${read.sound} AS sound, ${read.odd} AS odd`,
    query: statementBody(usage.query),
    where: isRestricted ? `\n    WHERE ${customer} IN {customers:Array(String)}` : '',
    aggregate: AGGREGATES[usage.combine],
  });
  return wrap({ hourly, meters: [meter], numbers: [type], evidence: [[['null_values', 'null_values']]] });
}

function missingColumn(name: string, key: string, path: string): never {
  throw new TieoutError('clickhouse.query_failed', {
    message: `The query of meter ${key} returns no column named ${name}.`,
    path: `${path}.query`,
    remedy: 'Return the columns customer and quantity, and bucket for evidence by the hour.',
  });
}

/** Key in the evidence, and the column of `hourly` that it adds up. */
type Evidence = readonly (readonly [key: string, column: string])[];

/** The part that all templates share: from hours in native units to cells on the wire. */
function wrap(parts: {
  readonly hourly: string;
  readonly meters: ScanWork['meters'];
  readonly numbers: readonly NumberType[];
  readonly evidence: readonly Evidence[];
}): Composed {
  const columns = [...new Set(parts.evidence.flatMap((facts) => facts.map(([, column]) => column)))];
  const ranks = parts.meters.map((_, i) => i);
  const query = cells({
    hourly: parts.hourly,
    evidence_names: columns.join(', '),
    evidence_sums: columns.map((column) => `toString(sum(${column})) AS fact_${column}`).join(', '),
    stored: ranks
      .map((i) =>
        storedColumns(
          i,
          parts.numbers[i] as NumberType,
          exponentOf((parts.meters[i] as ScanMeter<CheckpointUsage>).usage),
        ),
      )
      .join(',\n           '),
    cell_names: ranks.map((i) => `c${i}`).join(', '),
    meter_cells: ranks
      .map((i) => {
        const facts = (parts.evidence[i] ?? []).map(([, column]) => `fact_${column}`);
        return `(toUInt16(${i}), hours.${i + 2}, [${facts.join(', ')}])`;
      })
      .join(', '),
  });
  return { query, evidence: parts.evidence.map((facts) => facts.map(([key]) => key)) };
}

/** Columns are always qualified: an alias of ours must not shadow a column of the same name. */
const raw = (name: string): string => `t.${quoteColumn(name, 'columns')}`;

function typeOf(schema: Schema, name: string): string {
  const type = schema.types.get(name);
  assert(type !== undefined, `the server described column ${name}`);
  return type;
}

const valueType = (schema: Schema, name: string, path: string): NumberType =>
  numberType({ name, type: typeOf(schema, name), path });

function rowPlaces(schema: Schema, columns: { readonly customer: string; readonly at: string }, path: string) {
  const type = instantType({ name: columns.at, type: typeOf(schema, columns.at), path: `${path}.columns.at` });
  return {
    customer: asText(raw(columns.customer), typeOf(schema, columns.customer)),
    at: raw(columns.at),
    at_ms: `assumeNotNull(${unixMs(raw(columns.at), type)})`,
    from: bound('from_ms', type),
    to: bound('to_ms', type),
  };
}

function restriction(
  schema: Schema,
  customer: string,
  filter: { readonly column: string } | null,
  isRestricted: boolean,
): string {
  const conditions: string[] = [];
  if (filter !== null)
    conditions.push(`${asText(raw(filter.column), typeOf(schema, filter.column))} IN {filter:Array(String)}`);
  if (isRestricted) conditions.push(`${asText(raw(customer), typeOf(schema, customer))} IN {customers:Array(String)}`);
  return conditions.map((condition) => `\n      AND ${condition}`).join('');
}
