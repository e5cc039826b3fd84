import { powerOfTen, rescaleExact } from '../values/decimal.ts';
import { FRAC_UNIT, fromStored, QUANTITY_PLACES } from '../values/quantity.ts';
import { divideInteger } from '../values/rounding.ts';
import { compileExact } from './compile-exact.ts';
import { compileLimbs } from './compile-limbs.ts';
import { compilePackages } from './compile-packages.ts';
import { costSteps } from './compile-steps.ts';
import { compileWhole } from './compile-whole.ts';
import { asSafe } from './plain-rounding.ts';
import { type PriceShape, type RatablePrice, readPrice } from './ratable-price.ts';
import { negativeQuantity, type RateOptions } from './rate.ts';
import type { Transform } from './transform-quantity.ts';

/**
 * A price made ready to rate many stored quantities (performance.md section 4). Amounts are minor units, and those that
 * `rate` gives.
 *
 * Most quantities are rated in plain numbers, every product and sum an integer proven to stay below 2^53: whole ones
 * (compile-whole.ts) and those with decimals or long prices (compile-limbs.ts). The rest goes through big integers.
 */
export type CompiledPrice = {
  /** With big integers. @param scaled the quantity × 10^12. @throws TieoutError `quantity-negative` */
  readonly exact: (scaled: bigint) => bigint;
  /**
   * By the fastest way that is exact.
   * @param whole, frac the quantity as the cache stores it, ≥ 0
   * @returns a bigint only where 2^53 is passed
   * @throws TieoutError `quantity-negative`
   */
  readonly minorOf: (whole: number, frac: number) => number | bigint;
};

/** @throws TieoutError `price.*` where the price cannot be rated */
export const compilePrice = (price: PriceShape, options: RateOptions): CompiledPrice =>
  compileRatable(readPrice(price), options);

export function compileRatable(price: RatablePrice, options: RateOptions): CompiledPrice {
  const { exact, minorOf } = compileAmounts(price, options);
  return {
    exact: (scaled) => {
      if (scaled < 0n) throw negativeQuantity({ coefficient: scaled, scale: QUANTITY_PLACES });
      return exact(scaled);
    },
    minorOf: (whole, frac) => {
      if (whole < 0) throw negativeQuantity(fromStored(whole, frac));
      return minorOf(whole, frac);
    },
  };
}

function compileAmounts(price: RatablePrice, options: RateOptions): CompiledPrice {
  const steps = costSteps(price, options);
  const exact = compileExact(steps, options);
  const whole = compileWhole(steps, options);
  const limbs = compileLimbs(steps, options);
  const minorOf = (units: number, frac: number): number | bigint => {
    if (frac === 0 && units <= whole.qmax) return whole.rate(units);
    if (units <= limbs.qmax) return limbs.rate(units, frac);
    return plain(exact(toScaled(units, frac)));
  };
  return price.kind === 'per_unit' && price.transform !== null
    ? inPackages(price.transform, { exact, minorOf })
    : { exact, minorOf };
}

/** Packages are counted first, then rated as whole quantities. */
function inPackages(transform: Transform, packages: CompiledPrice): CompiledPrice {
  const places = Math.max(QUANTITY_PLACES, transform.divideBy.scale);
  const raise = powerOfTen(places - QUANTITY_PLACES);
  const size = rescaleExact(transform.divideBy, places);
  const mode = transform.round === 'up' ? 'ceiling' : 'floor';
  const exact = (scaled: bigint): bigint => packages.exact(divideInteger(scaled * raise, size, mode) * FRAC_UNIT);
  const count = compilePackages(transform);
  return {
    exact,
    minorOf: (whole, frac) =>
      count === null ? plain(exact(toScaled(whole, frac))) : packages.minorOf(count(whole, frac), 0),
  };
}

const toScaled = (whole: number, frac: number): bigint => BigInt(whole) * FRAC_UNIT + BigInt(frac);
const plain = (minor: bigint): number | bigint => asSafe(minor) ?? minor;
