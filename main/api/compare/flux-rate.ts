import { type RatablePrice, readPrice } from '../../../shared/rating/ratable-price.ts';
import { rate, STRIPE_ROUNDING } from '../../../shared/rating/rate.ts';
import type { FluxRate } from '../../../shared/reconciliation/flux/split-change.ts';
import { add, type Decimal, isNegative, ZERO } from '../../../shared/values/decimal.ts';
import { toScaled } from '../reconcile/cell-money.ts';
import type { MeterPricing } from '../reconcile/pricing.ts';

/**
 * What the prices of a customer make of a quantity. Each item charges the whole quantity, as Stripe does. Made once for
 * each set of prices; an amount is worked out when it is asked for.
 */
export class FluxRates {
  readonly #pricing: MeterPricing;
  readonly #prices = new Map<number, RatablePrice>();
  readonly #rates = new Map<string, FluxRate | null>();

  constructor(pricing: MeterPricing) {
    this.#pricing = pricing;
  }

  /** @param indices into the prices of the pricing, all in one currency; null where there is none, or one cannot be rated */
  of(indices: readonly number[]): FluxRate | null {
    const key = indices.join();
    const known = this.#rates.get(key);
    if (known !== undefined) return known;
    const made = this.#make(indices);
    this.#rates.set(key, made);
    return made;
  }

  #make(indices: readonly number[]): FluxRate | null {
    const parts = indices.flatMap((index) => {
      const compiled = this.#pricing.prices[index]?.compiled ?? null;
      return compiled === null ? [] : [{ compiled, price: this.#priceAt(index) }];
    });
    if (parts.length === 0 || parts.length < indices.length) return null;
    const isLinear = parts.every(({ price }) => price.kind === 'per_unit' && price.transform === null);
    const rateOf = (quantity: Decimal): ReturnType<FluxRate> => {
      // Corrections may take a month below zero: then nothing is charged.
      if (isNegative(quantity)) return { exact: ZERO, minor: 0n };
      return {
        get exact(): Decimal {
          return parts.reduce((sum, { price }) => add(sum, rate(price, quantity, STRIPE_ROUNDING).exact), ZERO);
        },
        get minor(): bigint {
          const scaled = toScaled(quantity);
          return parts.reduce((sum, { compiled }) => sum + compiled.exact(scaled), 0n);
        },
      };
    };
    return Object.assign(rateOf, { isLinear });
  }

  #priceAt(index: number): RatablePrice {
    const known = this.#prices.get(index);
    if (known !== undefined) return known;
    const shape = this.#pricing.prices[index]?.shape;
    if (shape === undefined) throw new RangeError(`There is no price ${index}`);
    const read = readPrice(shape);
    this.#prices.set(index, read);
    return read;
  }
}
