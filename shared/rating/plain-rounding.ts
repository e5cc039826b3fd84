import type { RateOptions } from './rate.ts';

/**
 * amount ÷ scale under the mode, for integers 0 ≤ amount < 2^53 and scale a power of ten.
 *
 * `Math.floor(amount / scale)` is the whole quotient, although the division rounds: a double next to a whole number k
 * rounds up to it only from within k · 2^-53, and amount ÷ scale is (k · scale − amount) ÷ scale away, which is more.
 */
export function rounder(scale: number, options: RateOptions): (amount: number) => number {
  if (scale === 1) return (amount) => amount;
  const mode = options.rounding;
  const half = scale / 2;
  return (amount) => {
    const quotient = Math.floor(amount / scale);
    const rest = amount - quotient * scale;
    if (rest === 0) return quotient;
    if (mode === 'half_up') return rest >= half ? quotient + 1 : quotient;
    if (mode === 'down') return quotient;
    if (mode === 'up') return quotient + 1;
    if (rest === half) return quotient + (quotient % 2);
    return rest > half ? quotient + 1 : quotient;
  };
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A bigint as a plain integer from 0 below 2^53, else null. */
export const asSafe = (value: bigint): number | null => (value >= 0n && value <= MAX_SAFE ? Number(value) : null);

/** `BigInt(value)`, of an integer; small ones take half the time. */
export const toBigInt = (value: number | bigint): bigint =>
  typeof value === 'number' && value >= 0 && value <= 0x7fffffff ? BigInt(value | 0) : BigInt(value);
