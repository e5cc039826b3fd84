import { type Decimal, isNegative, powerOfTen, rescaleExact } from '../values/decimal.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../values/quantity.ts';
import { divideInteger } from '../values/rounding.ts';
import { compileDecimal } from './compile-decimal.ts';
import { asSafe, rounder } from './plain-rounding.ts';
import { type PriceShape, type RatablePrice, readPrice } from './ratable-price.ts';
import { type RateOptions, roundMinor } from './rate.ts';

/**
 * A price made ready to rate many stored quantities (performance.md section 4). Amounts are minor units.
 *
 * `fast` serves whole quantities 0 ≤ q ≤ qmax with plain numbers: every product and sum in it is an integer proven to
 * stay below 2^53. `exact` serves everything else with bigint, `minorOf` most decimals in plain numbers too
 * (compile-decimal.ts). All give what `rate` gives.
 */
export type CompiledPrice = {
  /** Largest whole quantity that `fast` may be given; −1: none. */
  readonly qmax: number;
  readonly fast: (whole: number) => number;
  /** @param scaled the quantity × 10^12, ≥ 0 */
  readonly exact: (scaled: bigint) => bigint;
  /** Picks the path; `whole` and `frac` as the cache stores them, ≥ 0. A bigint only where 2^53 is passed. */
  readonly minorOf: (whole: number, frac: number) => number | bigint;
};

/** @throws TieoutError `price.*` where the price cannot be rated */
export const compilePrice = (price: PriceShape, options: RateOptions): CompiledPrice =>
  compileRatable(readPrice(price), options);

export function compileRatable(price: RatablePrice, options: RateOptions): CompiledPrice {
  const exact = compileExact(price, options);
  const { qmax, fast } = compileFast(price, options);
  const decimal = compileDecimal(price, options);
  const minorOf = (whole: number, frac: number): number | bigint => {
    if (frac === 0) {
      if (whole <= qmax) return fast(whole);
    } else if (whole <= decimal.qmax) {
      return decimal.rate(whole, frac);
    }
    const minor = exact(BigInt(whole) * FRAC_UNIT + BigInt(frac));
    return minor <= MAX_SAFE ? Number(minor) : minor;
  };
  return { qmax, fast, exact, minorOf };
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** Decimals kept of an amount: 12 of the quantity and up to 12 of the price; more make the unit finer. */
const PRICE_PLACES = 12;

/** A ladder of integers: bounds at 10^12 per unit, amounts at 10^places per minor unit. */
type IntegerTier = { readonly upTo: bigint | null; readonly unit: bigint; readonly flat: bigint | null };

function compileExact(price: RatablePrice, options: RateOptions): (scaled: bigint) => bigint {
  if (price.kind === 'per_unit') return compileExactPerUnit(price, options);
  const places = finest(price.tiers.flatMap((tier) => [tier.unitAmount, tier.flatAmount]));
  const boundPlaces = Math.max(QUANTITY_PLACES, ...price.tiers.map((tier) => tier.upTo?.scale ?? 0));
  const raise = powerOfTen(boundPlaces - QUANTITY_PLACES);
  const divisor = powerOfTen(places + boundPlaces);
  const tiers: readonly IntegerTier[] = price.tiers.map((tier) => ({
    upTo: tier.upTo === null ? null : rescaleExact(tier.upTo, boundPlaces),
    unit: rescaleExact(tier.unitAmount, places),
    flat: tier.flatAmount === null ? null : rescaleExact(tier.flatAmount, places + boundPlaces),
  }));
  const isLine = options.roundAt === 'line';
  const rounded = (amount: bigint): bigint => divideInteger(amount, divisor, options.rounding);
  if (price.kind === 'volume') {
    return (scaled) => {
      const quantity = scaled * raise;
      for (const tier of tiers) {
        if (tier.upTo !== null && quantity > tier.upTo) continue;
        const usage = quantity * tier.unit;
        const flat = tier.flat ?? 0n;
        return isLine ? rounded(usage) + rounded(flat) : rounded(usage + flat);
      }
      throw new RangeError('A tier ladder ends with an open tier');
    };
  }
  return (scaled) => {
    const quantity = scaled * raise;
    let total = 0n;
    let below = 0n;
    for (const [index, tier] of tiers.entries()) {
      if (index > 0 && quantity <= below) break;
      const upper = tier.upTo === null || quantity < tier.upTo ? quantity : tier.upTo;
      const usage = (upper - below) * tier.unit;
      const flat = tier.flat ?? 0n;
      total += isLine ? rounded(usage) + rounded(flat) : usage + flat;
      below = upper;
    }
    return isLine ? total : rounded(total);
  };
}

function compileExactPerUnit(
  price: Extract<RatablePrice, { kind: 'per_unit' }>,
  options: RateOptions,
): (scaled: bigint) => bigint {
  const { unitAmount, transform } = price;
  if (transform === null) {
    const places = finest([unitAmount]);
    const unit = rescaleExact(unitAmount, places);
    const divisor = powerOfTen(places + QUANTITY_PLACES);
    return (scaled) => divideInteger(scaled * unit, divisor, options.rounding);
  }
  const places = Math.max(QUANTITY_PLACES, transform.divideBy.scale);
  const raise = powerOfTen(places - QUANTITY_PLACES);
  const divideBy = rescaleExact(transform.divideBy, places);
  const mode = transform.round === 'up' ? 'ceiling' : 'floor';
  return (scaled) => {
    const packages = divideInteger(scaled * raise, divideBy, mode);
    return roundMinor({ coefficient: packages * unitAmount.coefficient, scale: unitAmount.scale }, options.rounding);
  };
}

type FastPath = { readonly qmax: number; readonly fast: (whole: number) => number };

const NO_FAST_PATH: FastPath = { qmax: -1, fast: () => Number.NaN };

function compileFast(price: RatablePrice, options: RateOptions): FastPath {
  return price.kind === 'per_unit' ? fastPerUnit(price, options) : fastTiers(price, options);
}

function fastPerUnit(price: Extract<RatablePrice, { kind: 'per_unit' }>, options: RateOptions): FastPath {
  const { unitAmount, transform } = price;
  const unit = asSafe(unitAmount.coefficient);
  const scale = asSafe(powerOfTen(unitAmount.scale));
  if (unit === null || scale === null || isNegative(unitAmount)) return NO_FAST_PATH;
  const round = rounder(scale, options);
  const limit = largestFactor(unit);
  if (transform === null) return { qmax: limit, fast: (whole) => round(whole * unit) };
  if (transform.divideBy.scale !== 0) return NO_FAST_PATH;
  const divideBy = asSafe(transform.divideBy.coefficient);
  if (divideBy === null) return NO_FAST_PATH;
  const carry = transform.round === 'up' ? 1 : 0;
  // Packages never exceed the quantity, so the bound on the product holds for them too.
  return {
    qmax: limit,
    fast: (whole) => {
      const rest = whole % divideBy;
      const packages = (whole - rest) / divideBy + (rest > 0 ? carry : 0);
      return round(packages * unit);
    },
  };
}

function fastTiers(price: Exclude<RatablePrice, { kind: 'per_unit' }>, options: RateOptions): FastPath {
  const places = Math.max(0, ...price.tiers.flatMap((t) => [t.unitAmount.scale, t.flatAmount?.scale ?? 0]));
  const scale = asSafe(powerOfTen(places));
  if (scale === null) return NO_FAST_PATH;
  const count = price.tiers.length;
  const bounds = new Float64Array(count);
  const units = new Float64Array(count);
  const flats = new Float64Array(count);
  const round = rounder(scale, options);
  const isLine = options.roundAt === 'line';
  let flatSum = 0n;
  let largestUnit = 0n;
  for (const [index, tier] of price.tiers.entries()) {
    if (tier.upTo !== null && (tier.upTo.scale !== 0 || asSafe(tier.upTo.coefficient) === null)) return NO_FAST_PATH;
    const unit = rescaleExact(tier.unitAmount, places);
    const flat = tier.flatAmount === null ? 0n : rescaleExact(tier.flatAmount, places);
    const [safeUnit, safeFlat] = [asSafe(unit), asSafe(flat)];
    if (safeUnit === null || safeFlat === null) return NO_FAST_PATH;
    bounds[index] = tier.upTo === null ? Number.POSITIVE_INFINITY : Number(tier.upTo.coefficient);
    units[index] = safeUnit;
    flats[index] = isLine ? round(safeFlat) : safeFlat;
    flatSum += flat;
    if (unit > largestUnit) largestUnit = unit;
  }
  // Sum of all products ≤ q × largest unit; flats and one carried unit per line are kept free below 2^53.
  const room = MAX_SAFE - flatSum - BigInt(2 * count) * BigInt(scale);
  if (room <= 0n) return NO_FAST_PATH;
  const qmax = Number(largestUnit === 0n ? MAX_SAFE : room / largestUnit < MAX_SAFE ? room / largestUnit : MAX_SAFE);
  const at = (array: Float64Array, index: number): number => array[index] as number;
  if (price.kind === 'volume') {
    return {
      qmax,
      fast: (whole) => {
        let index = 0;
        while (whole > at(bounds, index)) index += 1;
        const usage = whole * at(units, index);
        return isLine ? round(usage) + at(flats, index) : round(usage + at(flats, index));
      },
    };
  }
  return {
    qmax,
    fast: (whole) => {
      let total = 0;
      let below = 0;
      for (let index = 0; index < count; index += 1) {
        const bound = at(bounds, index);
        const upper = whole < bound ? whole : bound;
        const usage = (upper - below) * at(units, index);
        total += isLine ? round(usage) + at(flats, index) : usage + at(flats, index);
        if (whole <= bound) break;
        below = bound;
      }
      return isLine ? total : round(total);
    },
  };
}

/** The largest whole q with q × unit ≤ 2^53 − 1. */
const largestFactor = (unit: number): number =>
  unit === 0 ? Number.MAX_SAFE_INTEGER : Number(MAX_SAFE / BigInt(unit));

const finest = (amounts: readonly (Decimal | null)[]): number =>
  Math.max(PRICE_PLACES, ...amounts.map((amount) => amount?.scale ?? 0));
