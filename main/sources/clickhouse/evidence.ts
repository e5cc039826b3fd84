import { ClickHouseError } from '@clickhouse/client';
import { EVIDENCE_ROLES, type EvidenceRole, type EvidenceRow, type EvidenceSource } from '../evidence-source.ts';
import { instantType } from './column-types.ts';
import { type ClickHouseConfig, type Connection, connect } from './connection.ts';
import { asText, bound, identityColumns, reading, unixMs } from './expressions.ts';
import { isFinalRefused } from './failure.ts';
import { quoteColumn, quoteTable } from './identifier.ts';
import { raw, restriction, rowPlaces, type Schema, typeOf, valueType } from './rows.ts';
import { sqlFile } from './sql-file.ts';

const sampleSlots = sqlFile('sample-slots');

type SlotRow = readonly [customer: string, slot: number, memoryMb: string, seconds: string, late: string];

/**
 * What pipelines keep of their work, over the HTTP interface of ClickHouse. Samples are added up by the server.
 * @throws TieoutError `config.invalid_value` where the address is none
 */
export function createEvidenceSource(config: ClickHouseConfig): EvidenceSource {
  const connection = connect(config);
  return {
    async *samples({ samples, period, signal }) {
      const { table, columns, filter } = samples;
      const path = 'samples';
      const named = [
        ...Object.values(columns).filter((name) => name !== null),
        ...(filter === null ? [] : [filter.column]),
      ];
      const schema = await columnTypes(connection, {
        table,
        columns: named,
        what: 'the samples of the rollup',
        signal,
      });
      const level = reading(raw(columns.value), valueType(schema, columns.value, `${path}.value`));
      const seconds = reading(raw(columns.interval), valueType(schema, columns.interval, `${path}.interval`));
      const query = sampleSlots({
        ...rowPlaces(schema, columns, path),
        level: level.value,
        seconds: seconds.value,
        sound: `(${level.sound}) AND (${seconds.sound})`,
        arrived_ms:
          columns.arrived === null ? 'toInt64(0)' : `assumeNotNull(${milliseconds(schema, columns.arrived, path)})`,
        identity: identityColumns(raw(columns.id), typeOf(schema, columns.id)),
        table: quoteTable(table, path),
        final: schema.hasFinal ? ' FINAL' : '',
        restrict: restriction(schema, columns.customer, filter, false),
      });
      const parameters = {
        from_ms: period.from,
        to_ms: period.to,
        slot_ms: samples.slotMs,
        bucket_ms: samples.bucketMs,
        grace_ms: samples.graceMs,
        // Before the first sample there is nothing to cut.
        bill_from_ms: samples.billFrom ?? 0,
        ...(filter === null ? {} : { filter: filter.values }),
      };
      for await (const rows of connection.stream({ what: 'the samples of the rollup', query, parameters, signal })) {
        yield rows.map(({ text }) => {
          const [customer, from, memoryMb, total, late] = JSON.parse(text) as SlotRow;
          return { customer, from, memoryMb, seconds: total, lateSeconds: columns.arrived === null ? null : late };
        });
      }
    },
    async *rows({ table: { table, columns, within, order }, period, signal, path }) {
      const roles = Object.keys(columns) as EvidenceRole[];
      const nameOf = (role: EvidenceRole): string => columns[role] ?? '';
      const schema = await columnTypes(connection, { table, columns: roles.map(nameOf), what: path, signal });
      const at = (role: EvidenceRole, parameter: 'from_ms' | 'to_ms'): string =>
        bound(parameter, instantType({ name: nameOf(role), type: typeOf(schema, nameOf(role)), path }));
      const where = (): string => {
        if (within === 'all') return '';
        if (within !== 'running') {
          const column = raw(nameOf(within));
          return `\nWHERE ${column} >= ${at(within, 'from_ms')} AND ${column} < ${at(within, 'to_ms')}`;
        }
        const [from, to] = [raw(nameOf('from')), raw(nameOf('to'))];
        const isOpen = `ifNull(${milliseconds(schema, nameOf('to'), path)}, 0) = 0`;
        return `\nWHERE ${from} < ${at('from', 'to_ms')} AND (${isOpen} OR ${to} > ${at('to', 'from_ms')})`;
      };
      const query = `SELECT ${roles.map((role) => readAs(role, nameOf(role), schema, path)).join(', ')}
FROM ${quoteTable(table, path)} AS t${schema.hasFinal ? ' FINAL' : ''}${where()}
ORDER BY ${order
        .filter((role) => columns[role] !== undefined)
        .map((role) => raw(nameOf(role)))
        .join(', ')}`;
      const parameters = { from_ms: period.from, to_ms: period.to };
      for await (const rows of connection.stream({ what: path, query, parameters, signal })) {
        yield rows.map(({ text }): EvidenceRow => {
          const values = JSON.parse(text) as readonly (string | number | null)[];
          return Object.fromEntries(roles.map((role, index) => [role, values[index] ?? null]));
        });
      }
    },
    close: () => connection.close(),
  };
}

const milliseconds = (schema: Schema, name: string, path: string): string =>
  unixMs(raw(name), instantType({ name, type: typeOf(schema, name), path }));

function readAs(role: EvidenceRole, name: string, schema: Schema, path: string): string {
  const kind = EVIDENCE_ROLES[role];
  if (kind === 'instant') return milliseconds(schema, name, path);
  if (kind === 'text') return asText(raw(name), typeOf(schema, name));
  const { value, sound } = reading(raw(name), valueType(schema, name, `${path}.${role}`));
  return `if(${sound}, toString(${value}), NULL)`;
}

type Described = {
  readonly table: string;
  readonly columns: readonly string[];
  readonly what: string;
  readonly signal: AbortSignal;
};

/** The types of the columns; without FINAL where the engine of the table does not know it. */
async function columnTypes(connection: Connection, of: Described): Promise<Schema> {
  try {
    return { types: await typesWith(connection, of, ' FINAL'), hasFinal: true };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : null;
    if (!(cause instanceof ClickHouseError && isFinalRefused(cause))) throw error;
    return { types: await typesWith(connection, of, ''), hasFinal: false };
  }
}

async function typesWith(connection: Connection, { table, columns, what, signal }: Described, final: string) {
  const names = columns.map((name) => quoteColumn(name, what)).join(', ');
  const query = `DESCRIBE TABLE (SELECT ${names} FROM ${quoteTable(table, what)}${final})`;
  const rows = await connection.rows({ what: `${what} on table ${table}`, query, parameters: {}, signal });
  return new Map(rows.map(([name, type]) => [String(name), String(type)]));
}
