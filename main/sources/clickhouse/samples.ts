import { TieoutError } from '../../../shared/errors.ts';
import { type Composed, composeCells } from './cells.ts';
import type { NumberType } from './column-types.ts';
import { asText, identityColumns, type Reading, reading } from './expressions.ts';
import { quoteTable } from './identifier.ts';
import { raw, restriction, rowPlaces, type Schema, typeOf, valueType } from './rows.ts';
import type { SampleUsage, ScanMeter } from './scan-plan.ts';
import { sqlFile } from './sql-file.ts';

const samples = sqlFile('interval-samples');

/** Usage from samples of a level, each good for its own interval: value × seconds (metering.md section 3). */
export function composeSamples(meter: ScanMeter<SampleUsage>, schema: Schema, isRestricted: boolean): Composed {
  const { usage, path } = meter;
  const { columns } = usage;
  const level = valueType(schema, columns.value, `${path}.columns.value`);
  const seconds = valueType(schema, columns.interval, `${path}.columns.interval`);
  const type = productType(level, seconds, `${path}.columns.interval`);
  const read = productReading(reading(raw(columns.value), level), reading(raw(columns.interval), seconds), type);
  const hourly = samples({
    ...rowPlaces(schema, columns, path),
    table: quoteTable(usage.table, `${path}.table`),
    final: schema.hasFinal ? ' FINAL' : '',
    restrict: restriction(schema, columns.customer, usage.filter, isRestricted),
    reading: `${read.value} AS value, ${read.sound} AS sound, ${read.odd} AS odd`,
    identity: identityColumns(raw(columns.id), typeOf(schema, columns.id)),
    ...lifePlaces(columns.series, schema),
  });
  const lives = columns.series === undefined ? [] : ['lives', 'double_ticks', 'double_native'];
  const evidence = ['samples', 'duplicates', 'null_values', 'negative_values', ...lives].map(
    (name) => [name, name] as const,
  );
  return composeCells({ hourly, meters: [meter], numbers: [type], evidence: [evidence] });
}

/**
 * Where samples say what they are of: how many things had samples in an hour, and the samples beyond the first of one
 * thing at one instant, which have ids of their own and count, with the part of their native sum before the point.
 */
function lifePlaces(series: readonly string[] | undefined, schema: Schema): Readonly<Record<LifePlace, string>> {
  if (series === undefined) return { series: '', ticks: '', series_name: '', lives: '' };
  const names = series.map((name) => asText(raw(name), typeOf(schema, name)));
  return {
    series: `, [${names.join(', ')}] AS series`,
    series_name: ', series',
    ticks: `,
           first.6 AS series, row_number() OVER (PARTITION BY customer, series, at ORDER BY value DESC) AS tick`,
    lives: `,
           uniqExact(series) AS lives,
           countIf(tick > 1) AS double_ticks,
           toInt128(sumIf(value, sound AND tick > 1)) AS double_native`,
  };
}

type LifePlace = 'series' | 'ticks' | 'series_name' | 'lives';

/** A product needs the places of both factors; what a Decimal256 could not hold is refused before it is computed. */
function productType(level: NumberType, seconds: NumberType, path: string): NumberType {
  const isNullable = level.isNullable || seconds.isNullable;
  if (level.kind === 'integer' && seconds.kind === 'integer') {
    return { kind: 'integer', bits: level.bits === 256 || seconds.bits === 256 ? 256 : 128, isNullable };
  }
  if (seconds.kind === 'integer') return { ...level, isNullable };
  const places = seconds.places + (level.kind === 'integer' ? 0 : level.places);
  if (seconds.kind === 'decimal' && (level.kind === 'integer' || level.kind === 'decimal') && places <= MOST_PLACES) {
    return { kind: 'decimal', places, isNullable };
  }
  throw new TieoutError('clickhouse.query_failed', {
    message: `${path}: value and interval together have more decimals than can be multiplied exactly.`,
    path,
    remedy: 'Give the interval in whole seconds, or both columns as Decimal; convert them in a view.',
  });
}

const MOST_PLACES = 30;

function productReading(level: Reading, seconds: Reading, type: NumberType): Reading {
  const product = `(${level.value}) * (${seconds.value})`;
  return {
    value: type.kind === 'integer' ? `toInt${type.bits}(${product})` : `toDecimal256(${product}, ${type.places})`,
    sound: `(${level.sound}) AND (${seconds.sound})`,
    odd: `greatest(${level.odd}, ${seconds.odd})`,
  };
}
