import { powerOfTen, rescaleExact } from '../values/decimal.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../values/quantity.ts';
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

/** @throws TieoutError as `readPrice`, with all that is wrong with the price */
export const compilePrice = (price: PriceShape, options: RateOptions): CompiledPrice =>
  compileRatable(readPrice(price), options);

/** As `compilePrice`, for a price that was read before. */
export function compileRatable(price: RatablePrice, options: RateOptions): CompiledPrice {
  const charged = compileCharged(price, options);
  return price.kind === 'per_unit' && price.transform !== null ? inPackages(price.transform, charged) : charged;
}

/** As `compilePrice`, of the quantity that is charged: packages, where the price counts them. */
export function compileCharged(price: RatablePrice, options: RateOptions): CompiledPrice {
  const steps = costSteps(price, options);
  const anyQuantity = compileExact(steps, options);
  const wholes = compileWhole(steps, options);
  const limbs = compileLimbs(steps, options);
  const exact = (scaled: bigint): bigint => {
    if (scaled < 0n) throw negativeQuantity({ coefficient: scaled, scale: QUANTITY_PLACES });
    return anyQuantity(scaled);
  };
  return {
    exact,
    minorOf: (whole, frac) => {
      if (whole >= 0) {
        if (frac === 0 && whole <= wholes.qmax) return wholes.rate(whole);
        if (whole <= limbs.qmax) return limbs.rate(whole, frac);
      }
      return plain(exact(toScaled(whole, frac)));
    },
  };
}

/** Packages are counted first, then rated as whole quantities. */
function inPackages(transform: Transform, packages: CompiledPrice): CompiledPrice {
  const places = Math.max(QUANTITY_PLACES, transform.divideBy.scale);
  const raise = powerOfTen(places - QUANTITY_PLACES);
  const size = rescaleExact(transform.divideBy, places);
  const mode = transform.round === 'up' ? 'ceiling' : 'floor';
  const exact = (scaled: bigint): bigint => {
    if (scaled < 0n) throw negativeQuantity({ coefficient: scaled, scale: QUANTITY_PLACES });
    return packages.exact(divideInteger(scaled * raise, size, mode) * FRAC_UNIT);
  };
  const count = compilePackages(transform);
  return {
    exact,
    minorOf: (whole, frac) =>
      count === null || whole < 0 ? plain(exact(toScaled(whole, frac))) : packages.minorOf(count(whole, frac), 0),
  };
}

const toScaled = (whole: number, frac: number): bigint => BigInt(whole) * FRAC_UNIT + BigInt(frac);
const plain = (minor: bigint): number | bigint => asSafe(minor) ?? minor;
