import { type Composed, composeCells } from './cells.ts';
import { asText, isSet } from './expressions.ts';
import { quoteTable } from './identifier.ts';
import { raw, restriction, rowPlaces, type Schema, typeOf } from './rows.ts';
import { instantColumn, type ScanMeter, type SeriesUsage } from './scan-plan.ts';
import { sqlFile } from './sql-file.ts';

const activeSeries = sqlFile('active-series');
const seriesSeen = sqlFile('series-seen');

/**
 * Distinct series of a period, from raw reports or from a cache of last activity (metering.md section 6). With
 * `end: inclusive` activity at the very end counts too, in the last hour: the bound parameter is a millisecond later.
 */
export function composeActiveSeries(meter: ScanMeter<SeriesUsage>, schema: Schema, isRestricted: boolean): Composed {
  const { usage } = meter;
  const { isPrivate, ...columns } = places(meter, schema, isRestricted);
  const isFiltered = usage.visibility === 'private';
  const hourly = activeSeries({
    ...columns,
    visibility: isFiltered ? `, ${isPrivate} AS is_private` : '',
    // Its newest row says what a series is, as in the cache.
    visible: isFiltered ? '\n    HAVING argMax(src.is_private, (src.at_ms, src.is_private))' : '',
    restrict:
      usage.columns.deleted === undefined
        ? columns.restrict
        : `${columns.restrict}\n      AND NOT ${isSet(raw(usage.columns.deleted))}`,
    counted: instantColumn(usage).role === 'lastSeen' ? 'max' : 'min',
  });
  const evidence = [['reports', 'reports'] as const, ['null_keys', 'null_keys'] as const];
  return composeCells({ hourly, meters: [meter], numbers: [COUNT], evidence: [evidence] });
}

/** The series themselves with their newest activity in the period, for the cache. */
export function composeSeenSeries(meter: ScanMeter<SeriesUsage>, schema: Schema, isRestricted: boolean): string {
  const { deleted } = meter.usage.columns;
  const { isPrivate, ...columns } = places(meter, schema, isRestricted);
  return seriesSeen({
    ...columns,
    is_private: isPrivate,
    is_deleted: deleted === undefined ? 'false' : isSet(raw(deleted)),
  });
}

function places(meter: ScanMeter<SeriesUsage>, schema: Schema, isRestricted: boolean) {
  const { usage, path } = meter;
  const { columns } = usage;
  const { name: at, role } = instantColumn(usage);
  const last = `{to_ms:Int64} - ${usage.end === 'inclusive' ? 2 : 1} - {origin_ms:Int64}`;
  return {
    ...rowPlaces(schema, { customer: columns.customer, at }, path, role),
    table: quoteTable(usage.table, `${path}.table`),
    final: schema.hasFinal ? ' FINAL' : '',
    restrict: restriction(schema, columns.customer, usage.filter, isRestricted),
    key: columns.key.map((name) => asText(raw(name), typeOf(schema, name))).join(', '),
    has_key: columns.key.map((name) => `${raw(name)} IS NOT NULL`).join(' AND '),
    isPrivate:
      columns.visibility === undefined
        ? 'false'
        : `${asText(raw(columns.visibility), typeOf(schema, columns.visibility))} = 'private'`,
    last_hour: `intDiv(${last}, 3600000)`,
    last_day: `intDiv(${last}, 86400000)`,
  };
}

const COUNT = { kind: 'integer', bits: 128, isNullable: false } as const;
