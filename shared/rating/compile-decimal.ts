import { powerOfTen, rescaleExact } from '../values/decimal.ts';
import { asSafe, rounder } from './plain-rounding.ts';
import type { RatablePrice } from './ratable-price.ts';
import type { RateOptions } from './rate.ts';

/**
 * Rates quantities with decimals in plain numbers. An amount is kept as twice its integer part at the price's scale,
 * plus 1 where anything is left behind it: enough to round by, since that scale is even, so a rest of an odd number
 * is never a tie.
 */
export type DecimalPath = {
  /** Largest whole part that `rate` may be given; −1: none. */
  readonly qmax: number;
  /** @param frac in 10^-12, 0 < frac < 10^12 */
  readonly rate: (whole: number, frac: number) => number;
};

const NO_DECIMAL_PATH: DecimalPath = { qmax: -1, rate: () => Number.NaN };

const FRAC = 1_000_000_000_000;
const HALF_FRAC = 1_000_000;
/** Up to it both halves of a product with a frac stay below 2^53. */
const MAX_UNIT = 4_000_000_000;

/** Twice the integer part of unit × frac · 10^-12, plus 1 where something is left. @param unit ≤ MAX_UNIT */
function part(unit: number, frac: number): number {
  const product = unit * frac;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const rest = product % FRAC;
    return ((product - rest) / FRAC) * 2 + (rest === 0 ? 0 : 1);
  }
  const low = frac % HALF_FRAC;
  const lowProduct = unit * low;
  const lowRest = lowProduct % HALF_FRAC;
  const sum = unit * ((frac - low) / HALF_FRAC) + (lowProduct - lowRest) / HALF_FRAC;
  const rest = sum % HALF_FRAC;
  return ((sum - rest) / HALF_FRAC) * 2 + (rest === 0 && lowRest === 0 ? 0 : 1);
}

export function compileDecimal(price: RatablePrice, options: RateOptions): DecimalPath {
  if (price.kind !== 'per_unit') return decimalTiers(price, options);
  if (price.transform !== null) return NO_DECIMAL_PATH;
  const tier = { upTo: null, unitAmount: price.unitAmount, flatAmount: null };
  return decimalTiers({ kind: 'volume', tiers: [tier] }, options);
}

function decimalTiers(
  price: Pick<Exclude<RatablePrice, { kind: 'per_unit' }>, 'kind' | 'tiers'>,
  options: RateOptions,
): DecimalPath {
  const places = Math.max(1, ...price.tiers.flatMap((t) => [t.unitAmount.scale, t.flatAmount?.scale ?? 0]));
  const scale = asSafe(powerOfTen(places) * 2n);
  if (scale === null) return NO_DECIMAL_PATH;
  const round = rounder(scale, options);
  const isLine = options.roundAt === 'line';
  const bounds: number[] = [];
  const units: number[] = [];
  /** Twice the flat amount, or with rounding by line its minor units. */
  const flats: number[] = [];
  let flatSum = 0n;
  let largestUnit = 1n;
  for (const tier of price.tiers) {
    if (tier.upTo !== null && tier.upTo.scale !== 0) return NO_DECIMAL_PATH;
    const bound = tier.upTo === null ? Number.POSITIVE_INFINITY : asSafe(tier.upTo.coefficient);
    const exactUnit = rescaleExact(tier.unitAmount, places);
    const exactFlat = tier.flatAmount === null ? 0n : rescaleExact(tier.flatAmount, places);
    const [unit, flat] = [asSafe(exactUnit), asSafe(exactFlat * 2n)];
    if (bound === null || unit === null || unit > MAX_UNIT || flat === null) return NO_DECIMAL_PATH;
    bounds.push(bound);
    units.push(unit);
    flats.push(isLine ? round(flat) : flat);
    flatSum += exactFlat;
    if (exactUnit > largestUnit) largestUnit = exactUnit;
  }
  // Twice the sum of all products ≤ 2 × (whole + 1) × largest unit; flats and what rounding carries are kept free.
  const room = BigInt(Number.MAX_SAFE_INTEGER) / 2n - flatSum - BigInt(2 * price.tiers.length) * BigInt(scale);
  const qmax = Number(room / largestUnit) - 1;
  if (qmax < 0) return NO_DECIMAL_PATH;
  const at = (list: readonly number[], index: number): number => list[index] as number;
  if (price.kind === 'volume') {
    return {
      qmax,
      rate: (whole, frac) => {
        let index = 0;
        while (whole >= at(bounds, index)) index += 1;
        const unit = at(units, index);
        const usage = whole * unit * 2 + part(unit, frac);
        return isLine ? round(usage) + at(flats, index) : round(usage + at(flats, index));
      },
    };
  }
  return {
    qmax,
    rate: (whole, frac) => {
      let total = 0;
      let below = 0;
      let index = 0;
      for (; whole >= at(bounds, index); index += 1) {
        const usage = (at(bounds, index) - below) * at(units, index) * 2;
        total += (isLine ? round(usage) : usage) + at(flats, index);
        below = at(bounds, index);
      }
      const unit = at(units, index);
      const usage = (whole - below) * unit * 2 + part(unit, frac);
      total += (isLine ? round(usage) : usage) + at(flats, index);
      return isLine ? total : round(total);
    },
  };
}
