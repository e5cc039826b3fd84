import { ClickHouseError } from '@clickhouse/client';
import { instant } from '../../../shared/values/instant.ts';
import type { Connection } from './connection.ts';
import { isFinalRefused } from './failure.ts';
import { quoteColumn, quoteTable } from './identifier.ts';
import { parametersOf } from './parameters.ts';
import type { Schema } from './rows.ts';
import { instantColumn, numberColumns, type ScanWork, type TableUse, tableUse } from './scan-plan.ts';
import { statementBody, usesCustomers } from './statement.ts';

/**
 * Asks the server for the types of the columns that a scan names. It analyses a query and reads no row, so it also
 * finds a missing table or column and a missing permission.
 */
export async function readSchema(connection: Connection, work: ScanWork, signal?: AbortSignal): Promise<Schema> {
  const use = tableUse(work);
  const what = `the query of ${work.meters.length === 1 ? 'meter' : 'meters'} ${work.meters.map((meter) => meter.key).join(', ')}`;
  if (use === null) return { types: await queryTypes(connection, work, what, signal), hasFinal: false };
  try {
    return {
      types: await tableTypes(connection, use, { what, isFinal: use.wantsFinal, signal }),
      hasFinal: use.wantsFinal,
    };
  } catch (error) {
    // Not every engine understands FINAL; one that does not has no rows to replace either.
    const cause = error instanceof Error ? error.cause : null;
    if (!(cause instanceof ClickHouseError && isFinalRefused(cause))) throw error;
    return { types: await tableTypes(connection, use, { what, isFinal: false, signal }), hasFinal: false };
  }
}

async function tableTypes(
  connection: Connection,
  use: TableUse,
  { what, isFinal, signal }: { what: string; isFinal: boolean; signal: AbortSignal | undefined },
): Promise<ReadonlyMap<string, string>> {
  const columns = use.columns.map(({ name, path }) => quoteColumn(name, path)).join(', ');
  const query = `DESCRIBE TABLE (SELECT ${columns} FROM ${quoteTable(use.table, 'table')}${isFinal ? ' FINAL' : ''})`;
  return typesOf(
    await connection.rows({
      what: `${what} on table ${use.table}`,
      query,
      parameters: {},
      ...(signal === undefined ? {} : { signal }),
    }),
  );
}

async function queryTypes(
  connection: Connection,
  work: ScanWork,
  what: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  if (work.template !== 'sql') return new Map();
  const text = work.meters[0].usage.query;
  const parameters = parametersOf(work, {
    period: { from: instant(0), to: instant(0) },
    customers: usesCustomers(text) ? [''] : null,
    originMs: 0,
    withUnmeasured: false,
  });
  const query = `DESCRIBE TABLE (\n${statementBody(text)}\n)`;
  return typesOf(await connection.rows({ what, query, parameters, ...(signal === undefined ? {} : { signal }) }));
}

const typesOf = (rows: readonly (readonly unknown[])[]): ReadonlyMap<string, string> =>
  new Map(rows.map(([name, type]) => [String(name), String(type)]));

/**
 * The usual types, for the text of a query before any server was asked: DateTime64 instants, 64-bit integer values,
 * text for the rest. The text as sent, for the types found, is given to `onQuery`.
 */
export function assumedSchema(work: ScanWork): Schema {
  const use = tableUse(work);
  if (use === null) {
    return {
      types: new Map([
        ['customer', 'String'],
        ['bucket', 'DateTime'],
        ['quantity', 'Decimal(38, 12)'],
      ]),
      hasFinal: false,
    };
  }
  const types = new Map(use.columns.map(({ name }) => [name, 'String']));
  for (const { usage } of work.meters) {
    if (usage.template === 'sql') continue;
    types.set(instantColumn(usage).name, 'DateTime64(3)');
    for (const name of numberColumns(usage)) types.set(name, 'Int64');
  }
  return { types, hasFinal: use.wantsFinal };
}
