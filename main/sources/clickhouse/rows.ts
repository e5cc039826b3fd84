import { assert } from '../../../shared/errors.ts';
import { instantType, type NumberType, numberType } from './column-types.ts';
import { asText, bound, unixMs } from './expressions.ts';
import { quoteColumn } from './identifier.ts';

/** What the server says of the columns that a scan reads: their types by name, and whether FINAL is understood. */
export type Schema = { readonly types: ReadonlyMap<string, string>; readonly hasFinal: boolean };

/** Columns are always qualified: an alias of ours must not shadow a column of the same name. */
export const raw = (name: string): string => `t.${quoteColumn(name, 'columns')}`;

export function typeOf(schema: Schema, name: string): string {
  const type = schema.types.get(name);
  assert(type !== undefined, `the server described column ${name}`);
  return type;
}

export const valueType = (schema: Schema, name: string, path: string): NumberType =>
  numberType({ name, type: typeOf(schema, name), path });

/** The places of a template that say which rows are read. */
export function rowPlaces(
  schema: Schema,
  columns: { readonly customer: string; readonly at: string },
  path: string,
  role = 'at',
) {
  const type = instantType({ name: columns.at, type: typeOf(schema, columns.at), path: `${path}.columns.${role}` });
  return {
    customer: asText(raw(columns.customer), typeOf(schema, columns.customer)),
    at: raw(columns.at),
    at_ms: `assumeNotNull(${unixMs(raw(columns.at), type)})`,
    start: bound('start_ms', type),
    from: bound('from_ms', type),
    to: bound('to_ms', type),
  };
}

/** The filter of the settings and the list of customers, both bound. */
export function restriction(
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
