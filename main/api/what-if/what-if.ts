import { TieoutError } from '../../../shared/errors.ts';
import { type CompiledPrice, compileRatable } from '../../../shared/rating/compile-price.ts';
import type { LeftOut, LeftOutReason, WhatIf, WhatIfRow, WhatIfTotal } from '../../../shared/reports/what-if.ts';
import { type Decimal, isZero } from '../../../shared/values/decimal.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { type MonthKey, monthPeriod, requireBegun } from '../../../shared/values/period.ts';
import { FRAC_UNIT, QUANTITY_PLACES, toStored } from '../../../shared/values/quantity.ts';
import { divideInteger } from '../../../shared/values/rounding.ts';
import { readMeters, readPrices } from '../../cache/catalog-store.ts';
import type { Db } from '../../cache/open.ts';
import { openUsageBook, type Quantities, type UsageAnswer } from '../invoices/usage-book.ts';
import { readIdentity } from '../reconcile/identity.ts';
import { type MeterPricing, pricesOf, readPricing } from '../reconcile/pricing.ts';
import type { ReconcileMeter, ReconcileSettings } from '../reconcile/settings.ts';
import type { OtherPrice } from './other-price.ts';

/** A month of one meter under another price. Nothing is sent anywhere, nothing is kept. */
export type WhatIfInput = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  readonly distinctMeters: ReadonlySet<string>;
  readonly month: MonthKey;
  readonly now: Instant;
  readonly meter: ReconcileMeter;
  /** `mtr_…` of that meter. */
  readonly meterId: string;
  readonly price: OtherPrice;
  readonly quantities: Quantities;
};

/**
 * Rates the calendar month of every customer with an item on the meter: under the prices of its items, and with each of
 * them replaced by the other price. Trials, discounts, credits and tax stay aside: what changes is the price.
 * @throws TieoutError of a price that cannot be rated, `currency-mismatch` where it has amounts in nobody's currency,
 *   `period.in_future`
 */
export function runWhatIf(input: WhatIfInput): WhatIf {
  const { db, settings, month } = input;
  requireBegun(month, input.now);
  const identity = readIdentity(db, { testClocks: settings.testClocks, customers: settings.customers });
  const period = monthPeriod(month);
  const pricing = readPricing(db, {
    meterId: input.meterId,
    period,
    customers: identity.customerIds.length,
    prices: readPrices(db),
    rating: settings.rating,
  });
  const book = openUsageBook({ ...input, identity, stripeMeters: readMeters(db), reading: 'all' });
  const others = otherPrices(input.price, pricing, settings);
  const rows: WhatIfRow[] = [];
  const leftOut: LeftOut[] = [];
  for (let key = 1; key < identity.customerIds.length; key += 1) {
    const customer = identity.customerIds[key];
    if (customer === undefined || identity.isLeftOut[key] === 1) continue;
    const name = identity.names[key] ?? null;
    const usage = book.quantityOf(key, input.meterId, period);
    const judged = judge({ pricing, others, key, usage });
    if (judged === null) continue;
    if ('reason' in judged) leftOut.push({ customer, name, ...judged });
    else rows.push({ customer, name, ...judged });
  }
  requireACurrency(input.price, rows, leftOut);
  rows.sort(byChange);
  leftOut.sort((a, b) => compareBytes(a.customer, b.customer));
  return { rows, totals: totalsOf(rows), leftOut };
}

/** The other price in each currency that customers of the meter pay in; null where it has no amounts there. */
function otherPrices(
  price: OtherPrice,
  pricing: MeterPricing,
  { rating }: ReconcileSettings,
): ReadonlyMap<string, CompiledPrice | null> {
  const currencies = new Set(pricing.prices.map(({ currency }) => currency));
  const others = new Map<string, CompiledPrice | null>();
  for (const currency of currencies) {
    const ratable = price.ratableIn(currency);
    others.set(currency, ratable === null ? null : compileRatable(ratable, rating));
  }
  return others;
}

type Judged =
  | Pick<LeftOut, 'reason' | 'currency'>
  | Pick<WhatIfRow, 'currency' | 'quantity' | 'nowMinor' | 'insteadMinor' | 'changeMinor'>
  | null;

/** @returns null for a customer that has nothing to do with the meter */
function judge(of: {
  readonly pricing: MeterPricing;
  readonly others: ReadonlyMap<string, CompiledPrice | null>;
  readonly key: number;
  readonly usage: UsageAnswer;
}): Judged {
  const { pricing, usage } = of;
  const items = pricesOf(pricing, of.key).map((index) => pricing.prices[index] as MeterPricing['prices'][number]);
  const [first] = items;
  if (first === undefined) {
    return usage.quantity === null || isZero(usage.quantity) ? null : { reason: 'no_item', currency: null };
  }
  const { currency } = first;
  if (items.some((item) => item.currency !== currency)) return { reason: 'several_currencies', currency: null };
  const other = of.others.get(currency) ?? null;
  if (other === null) return { reason: 'other_currency', currency };
  if (usage.quantity === null) {
    return { reason: usage.missing.code === 'mapping.no_match' ? 'no_usage_id' : 'not_pulled', currency };
  }
  const { quantity } = usage;
  let nowMinor = 0n;
  for (const { compiled } of items) {
    if (compiled === null) return { reason: 'not_ratable', currency };
    nowMinor += minorOf(compiled, quantity);
  }
  const insteadMinor = minorOf(other, quantity) * BigInt(items.length);
  return { currency, quantity, nowMinor, insteadMinor, changeMinor: insteadMinor - nowMinor };
}

function minorOf(price: CompiledPrice, quantity: Decimal): bigint {
  const stored = toStored(quantity);
  if (stored !== null && stored.whole <= MAX_SAFE) {
    return BigInt(price.minorOf(Number(stored.whole), Number(stored.frac)));
  }
  const { coefficient, scale } = quantity;
  return price.exact(
    scale <= QUANTITY_PLACES
      ? coefficient * (FRAC_UNIT / 10n ** BigInt(scale))
      : divideInteger(coefficient, 10n ** BigInt(scale - QUANTITY_PLACES), 'half_up'),
  );
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Left out for another reason than the currency of the price. */
const SERVED: ReadonlySet<LeftOutReason> = new Set(['not_pulled', 'no_usage_id', 'not_ratable']);

/** That a price speaks to nobody is an error; that it misses some is said beside the rest. */
function requireACurrency(price: OtherPrice, rows: readonly WhatIfRow[], leftOut: readonly LeftOut[]): void {
  const others = leftOut.filter(({ reason }) => reason === 'other_currency');
  const served = leftOut.some(({ reason }) => SERVED.has(reason));
  if (others.length === 0 || rows.length > 0 || served) return;
  const currencies = [...new Set(others.map(({ currency }) => currency))].sort();
  throw new TieoutError('currency-mismatch', {
    message: `The price ${price.label} is in ${price.currency}; the customers of this meter pay in ${currencies.join(', ')}.`,
    path: 'price.currency',
    remedy: 'Give a price in their currency, or one with `currency_options` for it.',
  });
}

function byChange(a: WhatIfRow, b: WhatIfRow): number {
  if (a.currency !== b.currency) return compareBytes(a.currency, b.currency);
  const [left, right] = [magnitude(a.changeMinor), magnitude(b.changeMinor)];
  if (left !== right) return left > right ? -1 : 1;
  return compareBytes(a.customer, b.customer);
}

const magnitude = (minor: bigint): bigint => (minor < 0n ? -minor : minor);

/** @param rows grouped by currency */
function totalsOf(rows: readonly WhatIfRow[]): readonly WhatIfTotal[] {
  const byCurrency = new Map<string, { -readonly [Key in keyof WhatIfTotal]: WhatIfTotal[Key] }>();
  for (const row of rows) {
    let total = byCurrency.get(row.currency);
    if (total === undefined) {
      total = {
        currency: row.currency,
        customers: 0,
        nowMinor: 0n,
        insteadMinor: 0n,
        changeMinor: 0n,
        more: 0,
        less: 0,
        same: 0,
      };
      byCurrency.set(row.currency, total);
    }
    total.customers += 1;
    total.nowMinor += row.nowMinor;
    total.insteadMinor += row.insteadMinor;
    total.changeMinor += row.changeMinor;
    if (row.changeMinor > 0n) total.more += 1;
    else if (row.changeMinor < 0n) total.less += 1;
    else total.same += 1;
  }
  return [...byCurrency.values()];
}
