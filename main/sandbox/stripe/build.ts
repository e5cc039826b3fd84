import Stripe from 'stripe';
import { type Decimal, formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { type Instant, toUnixSeconds } from '../../../shared/values/instant.ts';

/** What every builder needs: the moment of creation where the seed names none, and a supply of ids. */
export type BuildContext = { readonly now: Instant; readonly makeId: (prefix: string) => string };

export const seconds = (value: Instant): number => toUnixSeconds(value);
export const secondsOrNull = (value: Instant | null | undefined): number | null =>
  value === null || value === undefined ? null : toUnixSeconds(value);

/** Amounts cross as JSON integers: asserted to be safe ones. */
export function minorNumber(minor: bigint): number {
  const number = Number(minor);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${minor} is beyond a safe integer`);
  return number;
}

/** Decimal text → the SDK's decimal, which is written as a JSON string. */
export const stripeDecimal = (text: string): Stripe.Decimal => Stripe.Decimal.from(plain(parseDecimal(text)));

const plain = (value: Decimal): string => formatDecimal(value);

/** Stripe fills `unit_amount` only where the amount is a whole number of minor units. */
export function wholeOrNull(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const formatted = plain(parseDecimal(text));
  return /^-?\d+$/.test(formatted) ? minorNumber(BigInt(formatted)) : null;
}

/** Cuts the decimals off. */
export function integerPart(text: string): number {
  const formatted = plain(parseDecimal(text));
  return minorNumber(BigInt(formatted.split('.')[0] ?? '0'));
}

/** A per cent rate or a count: crosses as a JSON number with few digits. */
export const shortNumber = (text: string): number => Number(plain(parseDecimal(text)));
