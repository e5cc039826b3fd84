import { TieoutError } from '../../../shared/errors.ts';
import { type Decimal, formatDecimal, tryParseDecimal } from '../../../shared/values/decimal.ts';
import { fromUnixSeconds, type Instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';

/** An object of Stripe's API before anything about it is known. Exact numbers as parseExact gives them. */
export type Raw = Readonly<Record<string, unknown>>;

export const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where a field stands, for the error: the object's kind and id. */
export type Owner = { readonly kind: string; readonly id: string };

export function badAnswer(owner: Owner, name: string, expectation: string): TieoutError {
  return new TieoutError('stripe.bad_answer', {
    message: `Stripe's ${owner.kind} ${owner.id} has no usable "${name}": ${expectation}.`,
    path: `${owner.id}.${name}`,
    remedy: 'Check that stripe.apiBase serves the Stripe API; if it is Stripe itself, report this.',
  });
}

/** @throws TieoutError `stripe.bad_answer` unless the value is an object with an id */
export function requireObject(value: unknown, kind: string): { readonly raw: Raw; readonly owner: Owner } {
  const id = isRaw(value) ? value.id : undefined;
  if (isRaw(value) && typeof id === 'string' && id !== '') return { raw: value, owner: { kind, id } };
  throw badAnswer({ kind, id: '(unnamed)' }, 'id', 'expected an object with an id');
}

export const optionalText = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

export function requireText(raw: Raw, name: string, owner: Owner): string {
  const text = optionalText(raw[name]);
  if (text === null) throw badAnswer(owner, name, 'expected text');
  return text;
}

/** The id of what may be expanded. */
export const idOf = (value: unknown): string | null => optionalText(isRaw(value) ? value.id : value);

export function requireId(raw: Raw, name: string, owner: Owner): string {
  const id = idOf(raw[name]);
  if (id === null) throw badAnswer(owner, name, 'expected an id or an object with one');
  return id;
}

/** One of `allowed`; `fallback` where the field is absent. */
export function oneOf<T extends string>(
  value: unknown,
  allowed: readonly T[],
  { name, owner, fallback }: { readonly name: string; readonly owner: Owner; readonly fallback: T },
): T {
  if (value === undefined || value === null) return fallback;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw badAnswer(owner, name, `expected one of ${allowed.join(', ')}`);
  return found;
}

/** A JSON number, decimal text, or the SDK's Decimal; null where there is none of them. */
export function decimalOf(value: unknown): Decimal | null {
  if (typeof value === 'number' || typeof value === 'string') return tryParseDecimal(String(value));
  return isSdkDecimal(value) ? tryParseDecimal(value.toString()) : null;
}

/** Canonical decimal text; null where the field is absent. @throws TieoutError `stripe.bad_answer` on anything else */
export function optionalDecimal(value: unknown, name: string, owner: Owner): string | null {
  if (value === undefined || value === null) return null;
  const parsed = decimalOf(value);
  if (parsed === null) throw badAnswer(owner, name, 'expected a decimal number');
  return formatDecimal(parsed);
}

/** The exact `<name>_decimal` where there is one, else the integer form. */
export const preferDecimal = (raw: Raw, name: string, owner: Owner): string | null =>
  optionalDecimal(raw[`${name}_decimal`], `${name}_decimal`, owner) ?? optionalDecimal(raw[name], name, owner);

/** An integer amount in minor units; null where the field is absent. */
export function optionalMinor(value: unknown, name: string, owner: Owner): bigint | null {
  const text = optionalDecimal(value, name, owner);
  if (text === null) return null;
  if (!/^-?\d+$/.test(text)) throw badAnswer(owner, name, 'expected an integer in minor units');
  return BigInt(text);
}

export function requireMinor(raw: Raw, name: string, owner: Owner): bigint {
  const minor = optionalMinor(raw[name], name, owner);
  if (minor === null) throw badAnswer(owner, name, 'expected an integer in minor units');
  return minor;
}

/** A small count; null where the field is absent. */
export function optionalCount(value: unknown, name: string, owner: Owner): number | null {
  const text = optionalDecimal(value, name, owner);
  if (text === null) return null;
  const count = Number(text);
  if (!Number.isSafeInteger(count)) throw badAnswer(owner, name, 'expected a whole number');
  return count;
}

const LAST_SECOND = 253_402_300_799;

/** Unix seconds; null where the field is absent. */
export function optionalInstant(value: unknown, name: string, owner: Owner): Instant | null {
  const seconds = optionalCount(value, name, owner);
  if (seconds === null) return null;
  if (Math.abs(seconds) > LAST_SECOND) throw badAnswer(owner, name, 'expected Unix seconds');
  return fromUnixSeconds(seconds);
}

/** Stands where Stripe always gives an instant but a compatible base left it out. */
export const UNKNOWN_INSTANT: Instant = fromUnixSeconds(0);

/** Null unless both ends are there and in order. */
export const periodOf = (from: Instant | null, to: Instant | null): Period | null =>
  from !== null && to !== null && from <= to ? { from, to } : null;

/** The rows of an embedded list, `{ data: [...] }` or a bare array; null where there is none. */
export function embeddedRows(value: unknown): { readonly rows: readonly unknown[]; readonly hasMore: boolean } | null {
  if (Array.isArray(value)) return { rows: value, hasMore: false };
  if (!isRaw(value) || !Array.isArray(value.data)) return null;
  return { rows: value.data, hasMore: value.has_more === true };
}

const isSdkDecimal = (value: unknown): value is { toString(): string } =>
  isRaw(value) && typeof value.toFixed === 'function' && typeof value.isZero === 'function';
