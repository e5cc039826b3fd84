import { TieoutError } from '../../../shared/errors.ts';

/**
 * How a numeric column becomes an exact number on the server.
 *
 * `integer` sums in Int128 (up to 64 bits) or Int256; `decimal` in Decimal256 of the column's own scale, widened before
 * the sum so that it cannot overflow. A float has no exact meaning of its own: it is read as its shortest decimal text
 * (what a person sees) and summed exactly from there at 30 places; text columns are read the same way.
 */
export type NumberType =
  | { readonly kind: 'integer'; readonly bits: 128 | 256; readonly isNullable: boolean }
  | { readonly kind: 'decimal'; readonly places: number; readonly isNullable: boolean }
  | { readonly kind: 'float' | 'text'; readonly places: 30; readonly isNullable: boolean };

export type InstantType = 'seconds' | 'fine' | 'day' | 'unix_ms';

/** Places of the exact sum of float and text columns. */
export const TEXT_PLACES = 30;

type Column = { readonly name: string; readonly type: string; readonly path: string };

/** @throws TieoutError `clickhouse.query_failed` where the column is no number */
export function numberType(column: Column): NumberType {
  const { inner, isNullable } = unwrap(column.type);
  const integer = /^U?Int(\d+)$/.exec(inner);
  if (integer !== null || inner === 'Bool')
    return { kind: 'integer', bits: Number(integer?.[1] ?? 8) <= 64 ? 128 : 256, isNullable };
  const decimal = /^Decimal\(\d+, (\d+)\)$/.exec(inner);
  if (decimal !== null) return { kind: 'decimal', places: Number(decimal[1]), isNullable };
  if (/^(B?Float\d+)$/.test(inner)) return { kind: 'float', places: TEXT_PLACES, isNullable };
  if (isText(inner)) return { kind: 'text', places: TEXT_PLACES, isNullable };
  return refuse(column, 'a number', 'an integer, a Decimal, a float or decimal text');
}

/** @throws TieoutError `clickhouse.query_failed` where the column is no instant */
export function instantType(column: Column): InstantType {
  const { inner } = unwrap(column.type);
  if (/^DateTime(\(|$)/.test(inner)) return 'seconds';
  if (inner.startsWith('DateTime64')) return 'fine';
  if (inner === 'Date' || inner === 'Date32') return 'day';
  if (inner === 'Int64' || inner === 'UInt64') return 'unix_ms';
  return refuse(column, 'an instant', 'a DateTime, a DateTime64 or unix milliseconds in 64 bits');
}

export const isTextColumn = (type: string): boolean => isText(unwrap(type).inner);
export const isNullableColumn = (type: string): boolean => unwrap(type).isNullable;

const isText = (inner: string): boolean => inner === 'String' || inner.startsWith('FixedString(');

function unwrap(type: string): { inner: string; isNullable: boolean } {
  const dictionary = /^LowCardinality\((.*)\)$/.exec(type);
  const bare = dictionary?.[1] ?? type;
  const nullable = /^Nullable\((.*)\)$/.exec(bare);
  return { inner: nullable?.[1] ?? bare, isNullable: nullable !== null };
}

function refuse({ name, type, path }: Column, wanted: string, accepted: string): never {
  throw new TieoutError('clickhouse.query_failed', {
    message: `${path}: column ${name} is of type ${type}, which is not ${wanted}.`,
    path,
    remedy: `Name a column that holds ${accepted}, or convert it in a view.`,
  });
}
