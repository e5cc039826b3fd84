import { TieoutError } from '../../../shared/errors.ts';
import { type Composed, composeCells, type Evidence } from './cells.ts';
import type { NumberType } from './column-types.ts';
import { AGGREGATES, identityColumns, reading } from './expressions.ts';
import { quoteTable } from './identifier.ts';
import { raw, restriction, rowPlaces, type Schema, typeOf, valueType } from './rows.ts';
import type { EventUsage, ScanMeter } from './scan-plan.ts';
import { sqlFile } from './sql-file.ts';

const events = sqlFile('events');

/** Usage from single events: summed, counted, their largest or last value, or distinct keys. */
export function composeEvents(meter: ScanMeter<EventUsage>, schema: Schema, isRestricted: boolean): Composed {
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
  return composeCells({ hourly, meters: [meter], numbers: [type], evidence: [evidence] });
}

/** The earliest event of each id; at one instant the lower value, so that the answer never hangs on the order of rows. */
const FIRST_OF_EACH = `SELECT customer, first.1 AS at, first.2 AS value, first.3 AS sound, first.4 AS odd, first.5 AS at_ms, copies
    FROM
    (
        SELECT customer, id, nameless, min((at, value, sound, odd, at_ms)) AS first, count() AS copies
        FROM src
        GROUP BY customer, id, nameless
    )`;

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
