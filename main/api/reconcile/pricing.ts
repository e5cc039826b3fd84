import type { Price } from '../../../shared/billing/price.ts';
import { isTieoutError, type Problem } from '../../../shared/errors.ts';
import { compileCharge } from '../../../shared/rating/charge.ts';
import type { CompiledPrice } from '../../../shared/rating/compile-price.ts';
import type { RatingOptions } from '../../../shared/rating/options.ts';
import { amountsIn, type PriceShape } from '../../../shared/rating/ratable-price.ts';
import type { Period } from '../../../shared/values/period.ts';
import { type ItemTerms, readMeteredItems } from '../../cache/item-store.ts';
import type { Db } from '../../cache/open.ts';
import { type BilledLines, NO_LINES, readBilledLines } from './billed-lines.ts';

/** One price as one of its currencies has it, ready to rate; `compiled` is null where it cannot be rated. */
export type ItemPrice = {
  readonly shape: PriceShape;
  readonly currency: string;
  readonly compiled: CompiledPrice | null;
};

/**
 * What the customers of a meter pay for it: by customer key, the prices of all items that were alive in the month
 * (Stripe charges each), and what invoices charge for it.
 */
export type MeterPricing = {
  readonly prices: readonly ItemPrice[];
  /** customer key → 1 + index of the one price; 0: none; −1: several (`several`). */
  readonly priceOf: Int32Array;
  readonly several: ReadonlyMap<number, readonly number[]>;
  /** Customer keys whose items are in several currencies, ascending: no single figure can be given for them. */
  readonly mixed: readonly number[];
  /** 1 where a subscription period is not the calendar month. */
  readonly isOffMonth: Uint8Array;
  readonly billed: BilledLines;
  /** Index into `prices` of a price in a currency; −1: no item has it. */
  readonly indexOf: (priceId: string, currency: string) => number;
  readonly problems: readonly Problem[];
};

export const NO_PRICING = (size: number): MeterPricing => ({
  prices: [],
  priceOf: new Int32Array(size),
  several: new Map(),
  mixed: [],
  isOffMonth: new Uint8Array(size),
  billed: NO_LINES,
  indexOf: () => -1,
  problems: [],
});

/** Reads the items and invoice lines of one meter; prices are compiled once each. */
export function readPricing(
  db: Db,
  request: {
    readonly meterId: string;
    readonly period: Period;
    readonly customers: number;
    readonly prices: ReadonlyMap<string, Price>;
    readonly rating: RatingOptions;
  },
): MeterPricing {
  const { meterId, period, customers } = request;
  const prices: ItemPrice[] = [];
  const problems: Problem[] = [];
  const known = new Map<string, number>();
  const isMonthly: boolean[] = [];
  const priceOf = new Int32Array(customers);
  const several = new Map<number, number[]>();
  const isOffMonth = new Uint8Array(customers);
  const indexOf = (item: PricedIn): number => {
    const key = `${item.priceId} ${item.currency}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    prices.push(itemPrice(item, { ...request, problems }));
    isMonthly.push(billsMonthly(request.prices.get(item.priceId)));
    known.set(key, prices.length - 1);
    return prices.length - 1;
  };
  // Most customers have the terms of the one before.
  let last: ItemTerms | null = null;
  let index = -1;
  let isOff = false;
  for (const { customerKeys, terms } of readMeteredItems(db, period, meterId)) {
    for (let at = 0; at < customerKeys.length; at += 1) {
      const key = customerKeys[at] as number;
      const item = terms[at] as ItemTerms;
      if (item !== last) {
        last = item;
        index = indexOf(item);
        isOff = isMonthly[index] === false || (item.periodTo !== null && !isMonthStart(item.periodTo));
      }
      if (priceOf[key] === 0) {
        priceOf[key] = index + 1;
      } else {
        const all = several.get(key) ?? [(priceOf[key] as number) - 1];
        all.push(index);
        several.set(key, all);
        priceOf[key] = -1;
      }
      if (isOff) isOffMonth[key] = 1;
    }
  }
  const mixed = [...several]
    .filter(([, indices]) => indices.some((at) => prices[at]?.currency !== prices[indices[0] ?? 0]?.currency))
    .map(([key]) => key);
  const priceIndex = (priceId: string, currency: string): number => known.get(`${priceId} ${currency}`) ?? -1;
  const billed = readBilledLines(db, { period, meterId, customers, priceIndex });
  return { prices, priceOf, several, mixed, isOffMonth, billed, indexOf: priceIndex, problems };
}

/** Indices into `prices` of a customer's items. */
export function pricesOf(pricing: MeterPricing, customerKey: number): readonly number[] {
  const one = pricing.priceOf[customerKey] as number;
  if (one > 0) return [one - 1];
  return one === 0 ? [] : (pricing.several.get(customerKey) ?? []);
}

/** A price in the currency of the subscription that it hangs on. */
type PricedIn = { readonly priceId: string; readonly currency: string };

function itemPrice(
  item: PricedIn,
  context: {
    readonly prices: ReadonlyMap<string, Price>;
    readonly rating: RatingOptions;
    readonly problems: Problem[];
  },
): ItemPrice {
  const price = context.prices.get(item.priceId);
  const shape = price === undefined ? null : (amountsIn(price, item.currency) ?? price);
  if (shape === null) return { shape: unknownPrice(item), currency: item.currency, compiled: null };
  try {
    return { shape, currency: shape.currency, compiled: compileCharge(shape, context.rating) };
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    const remedy = error.remedy === null ? {} : { remedy: error.remedy };
    const message = `Price ${item.priceId}: ${error.message}`;
    context.problems.push({ code: 'price.unsupported', path: item.priceId, message, ...remedy });
    return { shape, currency: shape.currency, compiled: null };
  }
}

const unknownPrice = (item: PricedIn): PriceShape => ({
  id: item.priceId,
  currency: item.currency,
  billingScheme: 'per_unit',
  tiersMode: null,
  transformQuantity: null,
  unitAmount: null,
  tiers: null,
});

const billsMonthly = (price: Price | undefined): boolean => {
  const interval = price?.interval ?? null;
  return interval === null || (interval.unit === 'month' && interval.count === 1);
};

/** An item's `current_period` tells the anchor: the calendar month only where it ends on a first at 00:00 UTC. */
function isMonthStart(at: number): boolean {
  return at % 86_400_000 === 0 && new Date(at).getUTCDate() === 1;
}
