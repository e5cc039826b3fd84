import type { Fraction } from '../../../shared/values/fraction.ts';
import { divideInteger } from '../../../shared/values/rounding.ts';

/**
 * Native quantity → billed unit: × scale × 10^exponent, rounded once to 12 places half away from zero.
 * `fast` writes to `out` and answers whether it could: whole native quantities in plain numbers, every product in it an
 * integer below 2^53. `exact` takes and gives quantities × 10^12.
 */
export type ScaleKernel = {
  readonly isIdentity: boolean;
  readonly fast: (whole: number, frac: number, out: Float64Array) => boolean;
  readonly exact: (scaled: bigint) => bigint;
};

const FRAC = 1_000_000_000_000;

/** @param factor scale × 10^exponent in lowest terms */
export function scaleKernel(factor: Fraction): ScaleKernel {
  const { numerator, denominator } = factor;
  const exact = (scaled: bigint): bigint => divideInteger(scaled * numerator, denominator, 'half_up');
  const isIdentity = numerator === 1n && denominator === 1n;
  if (isIdentity) return { isIdentity, fast: copy, exact };
  const above = toSafe(numerator);
  const below = toSafe(denominator);
  // Long division by 10^6 or 10^3 at a time: the remainder times the step must stay below 2^53.
  const step = below === null ? null : below < 9_000_000_000 ? 1_000_000 : below < 9_000_000_000_000 ? 1000 : null;
  if (above === null || below === null || step === null || above <= 0) return { isIdentity, fast: () => false, exact };
  const limit = Math.floor(Number.MAX_SAFE_INTEGER / above) - 1;
  const rounds = step === 1000 ? 4 : 2;
  const fast = (whole: number, frac: number, out: Float64Array): boolean => {
    if (frac !== 0 || whole > limit || whole < 0) return false;
    const product = whole * above;
    let rest = product % below;
    let quotient = (product - rest) / below;
    let decimals = 0;
    for (let round = 0; round < rounds; round += 1) {
      const raised = rest * step;
      rest = raised % below;
      decimals = decimals * step + (raised - rest) / below;
    }
    if (rest * 2 >= below) decimals += 1;
    if (decimals === FRAC) {
      decimals = 0;
      quotient += 1;
    }
    out[0] = quotient;
    out[1] = decimals;
    return true;
  };
  return { isIdentity, fast, exact };
}

function copy(whole: number, frac: number, out: Float64Array): boolean {
  out[0] = whole;
  out[1] = frac;
  return true;
}

const toSafe = (value: bigint): number | null =>
  value >= -BigInt(Number.MAX_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
