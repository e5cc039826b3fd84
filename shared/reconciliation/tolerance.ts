import { absolute, compare, type Decimal, isZero, maximum, multiply, subtract } from '../values/decimal.ts';

/** Allowed drift: inclusive, and either part is enough. */
export type Tolerance = { readonly relative: Decimal; readonly absolute: Decimal };

/** Noise of Stripe's own sums, relative to the larger side (interfaces.md section 2, Verdict). */
const STRIPE_NOISE: Decimal = { coefficient: 1n, scale: 15 };

/** |a − b| ≤ `absolute`, or |a − b| ≤ `relative` × max(|a|, |b|). Nothing is divided. */
export function isWithin(a: Decimal, b: Decimal, tolerance: Tolerance): boolean {
  const distance = absolute(subtract(a, b));
  if (compare(distance, tolerance.absolute) <= 0) return true;
  return compare(distance, multiply(tolerance.relative, maximum(absolute(a), absolute(b)))) <= 0;
}

/** Different, but by no more than 10⁻¹⁵ of the larger side: the last digit of a double. */
export function differsByRounding(a: Decimal, b: Decimal): boolean {
  const distance = absolute(subtract(a, b));
  if (isZero(distance)) return false;
  return compare(distance, multiply(STRIPE_NOISE, maximum(absolute(a), absolute(b)))) <= 0;
}
