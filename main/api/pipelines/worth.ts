import { isTieoutError } from '../../../shared/errors.ts';
import type { RatingOptions } from '../../../shared/rating/options.ts';
import { rateQuantity } from '../../../shared/rating/rate.ts';
import {
  add,
  compare,
  type Decimal,
  formatDecimal,
  isNegative,
  normalize,
  subtract,
  tryParseDecimal,
  ZERO,
} from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { type MonthKey, monthPeriod } from '../../../shared/values/period.ts';
import { fromStored } from '../../../shared/values/quantity.ts';
import { readMeters, readPrices } from '../../cache/catalog-store.ts';
import type { Db } from '../../cache/open.ts';
import { type PullInForce, readPullsInForce } from '../../cache/pull-store.ts';
import { readSummaryTotal } from '../../cache/total-store.ts';
import type { Config } from '../../config/config.ts';
import { type Identity, readIdentity } from '../reconcile/identity.ts';
import { type MeterPricing, pricesOf, readPricing } from '../reconcile/pricing.ts';

/** For what a workspace says of rating and test clocks. */
export const worthsOf = ({ db, config }: { readonly db: Db; readonly config: Config }): Worths =>
  new Worths(db, { rating: config.rating, testClocks: config.stripe.testClocks });

/** Major units, exact: invoices round once per line, and what is at stake here is a part of one. */
export type Worth = { readonly currency: string; readonly amount: Decimal };

/** Who a usage id is. `key` 0: nobody, or not one alone. */
export type Who = { readonly key: number; readonly account: string | null; readonly name: string | null };

const NOBODY: Who = { key: 0, account: null, name: null };

/**
 * What quantities are worth, as the prices of each customer's items have it in the month that they belong to. A quantity
 * is priced at the margin: with it and without it, on top of what Stripe holds.
 */
export class Worths {
  readonly #db: Db;
  readonly #rating: RatingOptions;
  readonly #identity: Identity;
  readonly #usageKeys: ReadonlyMap<string, number>;
  readonly #meterIds: ReadonlyMap<string, string>;
  readonly #prices: ReturnType<typeof readPrices>;
  readonly #pricing = new Map<string, MeterPricing>();
  readonly #pulls = new Map<string, readonly PullInForce[]>();

  constructor(db: Db, options: { readonly rating: RatingOptions; readonly testClocks: boolean }) {
    this.#db = db;
    this.#rating = options.rating;
    this.#identity = readIdentity(db, options);
    this.#usageKeys = new Map(
      this.#identity.usageIds.flatMap((id, key) => (id === undefined ? [] : [[id, key] as const])),
    );
    this.#meterIds = new Map(readMeters(db).map(({ id, eventName }) => [eventName, id]));
    this.#prices = readPrices(db);
  }

  who(customer: string): Who {
    const usageKey = this.#usageKeys.get(customer);
    const key = usageKey === undefined ? 0 : (this.#identity.customerOf[usageKey] ?? 0);
    if (key <= 0) return NOBODY;
    return { key, account: this.#identity.customerIds[key] ?? null, name: this.#identity.names[key] ?? null };
  }

  /** The usage id of a Stripe customer; the first where there are several, else its own id. */
  usageIdOf(account: string): string {
    const key = this.#identity.customerIds.indexOf(account);
    const usageKey = key <= 0 ? 0 : (this.#identity.primaryUsage[key] ?? 0);
    return this.#identity.usageIds[usageKey] ?? account;
  }

  meterId(eventName: string): string | null {
    return this.#meterIds.get(eventName) ?? null;
  }

  /** Pulls of Stripe's totals of a meter and month. */
  stripePull(eventName: string, month: MonthKey): PullInForce | null {
    const meterId = this.meterId(eventName);
    const pulls = this.#pulls.get(month) ?? readPullsInForce(this.#db, month);
    this.#pulls.set(month, pulls);
    return pulls.find((pull) => pull.source === 'stripe' && meterId !== null && pull.stripeMeterId === meterId) ?? null;
  }

  /** @returns null where no price is known, or there are several currencies */
  of(asked: {
    readonly customer: string;
    readonly eventName: string;
    readonly month: MonthKey;
    readonly quantity: Decimal;
    /** Whether Stripe holds the quantity already. */
    readonly isHeld: boolean;
  }): Worth | null {
    const { key } = this.who(asked.customer);
    const meterId = this.meterId(asked.eventName);
    if (key === 0 || meterId === null) return null;
    const pricing = this.#pricingOf(meterId, asked.month);
    const items = pricesOf(pricing, key).flatMap((index) => pricing.prices[index] ?? []);
    const [first] = items;
    if (first === undefined || items.some(({ currency }) => currency !== first.currency)) return null;
    const held = this.#heldOf(asked.eventName, asked.month, key);
    const isInHeld = asked.isHeld && !isNegative(subtract(held, asked.quantity));
    const low = isInHeld ? subtract(held, asked.quantity) : held;
    const high = isInHeld ? held : add(held, asked.quantity);
    let minor = ZERO;
    try {
      for (const { shape } of items) {
        minor = add(
          minor,
          subtract(rateQuantity(shape, high, this.#rating).exact, rateQuantity(shape, low, this.#rating).exact),
        );
      }
    } catch (error) {
      // A price that cannot be rated has no amount, here as in the month.
      if (!isTieoutError(error)) throw error;
      return null;
    }
    const amount = normalize({ coefficient: minor.coefficient, scale: minor.scale + minorDigits(first.currency) });
    return { currency: first.currency, amount };
  }

  #pricingOf(meterId: string, month: MonthKey): MeterPricing {
    const name = `${meterId} ${month}`;
    const known = this.#pricing.get(name);
    if (known !== undefined) return known;
    const pricing = readPricing(this.#db, {
      meterId,
      period: monthPeriod(month),
      customers: this.#identity.customerIds.length,
      prices: this.#prices,
      rating: this.#rating,
    });
    this.#pricing.set(name, pricing);
    return pricing;
  }

  #heldOf(eventName: string, month: MonthKey, customerKey: number): Decimal {
    const pull = this.stripePull(eventName, month);
    const total = pull === null ? null : readSummaryTotal(this.#db, pull.pull, customerKey);
    if (total === null || !total.hasValue) return ZERO;
    const value = total.text === null ? fromStored(total.whole, total.frac) : (tryParseDecimal(total.text) ?? ZERO);
    return isNegative(value) ? ZERO : value;
  }
}

export const worthText = (worth: Worth | null): { readonly currency: string; readonly amount: string } | null =>
  worth === null ? null : { currency: worth.currency, amount: formatDecimal(worth.amount) };

/** By currency, the most valuable first; what has no price last. */
export function compareWorths(a: Worth | null, b: Worth | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareBytes(a.currency, b.currency) || compare(b.amount, a.amount);
}

/** Sums per currency, in byte order; what has no price is left out. */
export function sumWorths(worths: Iterable<Worth | null>): { readonly currency: string; readonly amount: string }[] {
  const sums = new Map<string, Decimal>();
  for (const worth of worths) {
    if (worth !== null) sums.set(worth.currency, add(sums.get(worth.currency) ?? ZERO, worth.amount));
  }
  return [...sums]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([currency, amount]) => ({ currency, amount: formatDecimal(normalize(amount)) }));
}

/** Sums of quantities per unit, in byte order. */
export function sumQuantities(
  quantities: Iterable<{ readonly unit: string; readonly quantity: Decimal }>,
): { readonly unit: string; readonly quantity: string }[] {
  const sums = new Map<string, Decimal>();
  for (const { unit, quantity } of quantities) sums.set(unit, add(sums.get(unit) ?? ZERO, quantity));
  return [...sums]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([unit, quantity]) => ({ unit, quantity: formatDecimal(normalize(quantity)) }));
}
