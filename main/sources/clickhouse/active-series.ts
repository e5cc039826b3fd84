import { type Composed, composeCells } from './cells.ts';
import { asText } from './expressions.ts';
import { quoteTable } from './identifier.ts';
import { raw, restriction, rowPlaces, type Schema, typeOf } from './rows.ts';
import { instantColumn, type ScanMeter, type SeriesUsage } from './scan-plan.ts';
import { sqlFile } from './sql-file.ts';

const activeSeries = sqlFile('active-series');

/**
 * Distinct series of a period, from raw reports or from a cache of last activity (metering.md section 6). With
 * `end: inclusive` activity at the very end counts too, in the last hour: the bound parameter is a millisecond later.
 */
export function composeActiveSeries(meter: ScanMeter<SeriesUsage>, schema: Schema, isRestricted: boolean): Composed {
  const { usage, path } = meter;
  const { columns } = usage;
  const { name: at, role } = instantColumn(usage);
  const hourly = activeSeries({
    ...rowPlaces(schema, { customer: columns.customer, at }, path, role),
    table: quoteTable(usage.table, `${path}.table`),
    final: schema.hasFinal ? ' FINAL' : '',
    restrict: restriction(schema, columns.customer, usage.filter, isRestricted),
    key: columns.key.map((name) => asText(raw(name), typeOf(schema, name))).join(', '),
    has_key: columns.key.map((name) => `${raw(name)} IS NOT NULL`).join(' AND '),
    counted: role === 'lastSeen' ? 'max' : 'min',
    last_hour: `intDiv({to_ms:Int64} - ${usage.end === 'inclusive' ? 2 : 1} - {origin_ms:Int64}, 3600000)`,
  });
  const evidence = [['reports', 'reports'] as const, ['null_keys', 'null_keys'] as const];
  return composeCells({ hourly, meters: [meter], numbers: [COUNT], evidence: [evidence] });
}

const COUNT = { kind: 'integer', bits: 128, isNullable: false } as const;
