import { TieoutError } from '../errors.ts';
import type { Brand } from './brand.ts';
import { type Decimal, formatDecimal, normalize, powerOfTen, round } from './decimal.ts';

/** Units of one meter, exact. */
export type Quantity = Brand<Decimal, 'Quantity'>;

export const quantity = (value: Decimal): Quantity => value as Quantity;

/** Decimals of a reported quantity: measured totals are rounded to this many places, half away from zero (interfaces.md section 2). */
export const QUANTITY_PLACES = 12;

/** 10^12: one whole in units of `frac`. */
export const FRAC_UNIT = 1_000_000_000_000n;

/**
 * A quantity as the cache keeps it: `whole = floor(q)`, `frac = (q − whole) · 10^12`, `0 ≤ frac < 10^12`
 * (performance.md section 4). Sorts and compares as two integers, negatives included.
 */
export type StoredQuantity = { readonly whole: bigint; readonly frac: bigint };

const MAX_WHOLE = 2n ** 63n - 1n;
const MIN_WHOLE = -(2n ** 63n);

/**
 * @returns the two integers, or `null` where the value has more than 12 decimals or leaves 64 bits
 */
export function toStored(value: Decimal): StoredQuantity | null {
  const exact = value.scale > QUANTITY_PLACES ? normalize(value) : value;
  if (exact.scale > QUANTITY_PLACES) return null;
  const scaled = exact.coefficient * powerOfTen(QUANTITY_PLACES - exact.scale);
  let whole = scaled / FRAC_UNIT;
  let frac = scaled % FRAC_UNIT;
  if (frac < 0n) {
    whole -= 1n;
    frac += FRAC_UNIT;
  }
  return whole > MAX_WHOLE || whole < MIN_WHOLE ? null : { whole, frac };
}

/** @throws TieoutError `decimal.out_of_range` where the value does not fit 12 decimals or 64 bits */
export function requireStored(value: Decimal, path: string | null = null): StoredQuantity {
  const stored = toStored(value);
  if (stored !== null) return stored;
  throw new TieoutError('decimal.out_of_range', {
    message: `${formatDecimal(value)} does not fit 18 digits and 12 decimals.`,
    path,
    remedy: 'Choose a native unit in which the quantity has at most 12 decimals, and convert with `scale`.',
  });
}

export const fromStored = (whole: bigint | number, frac: bigint | number): Quantity =>
  quantity({ coefficient: BigInt(whole) * FRAC_UNIT + BigInt(frac), scale: QUANTITY_PLACES });

/** Rounds to the reported 12 places, half away from zero. */
export const reported = (value: Decimal): Quantity => quantity(round(value, QUANTITY_PLACES, 'half_up'));
