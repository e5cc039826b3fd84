import type { RatingOptions } from '../../../shared/rating/options.ts';
import { add, type Decimal, isZero, maximum, ZERO } from '../../../shared/values/decimal.ts';
import { instant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { monthOf, monthPeriod } from '../../../shared/values/period.ts';
import { readMeters, readPrices } from '../../cache/catalog-store.ts';
import { readCustomerNames } from '../../cache/customer-store.ts';
import type { Db } from '../../cache/open.ts';
import { readUsageTotal } from '../../cache/total-store.ts';
import { toScaled } from '../reconcile/cell-money.ts';
import { pricesOf, readPricing } from '../reconcile/pricing.ts';
import { inUnits, readSides } from './parity-sides.ts';
import { differenceOf, type ParityRow, type ParityTable } from './parity-table.ts';

export type Worth = { readonly currency: string; readonly minor: bigint };

/**
 * What the differences are worth at the margin: the month in which the period ends, as it is billed, with the difference
 * and without it, through the prices of the customer, each rounded as an invoice rounds it. Null where there is no
 * price, or no single figure.
 */
export function parityPricer(db: Db, table: ParityTable, rating: RatingOptions): (row: ParityRow) => Worth | null {
  const { meter, period } = table;
  const { stripe } = meter;
  const found = readMeters(db).find(({ id, eventName }) =>
    'id' in stripe ? id === stripe.id : eventName === stripe.eventName,
  );
  if (found === undefined) return () => null;
  const month = monthPeriod(monthOf(instant(period.to - 1)));
  const customers = readCustomerNames(db).ids.length;
  const pricing = readPricing(db, { meterId: found.id, period: month, customers, prices: readPrices(db), rating });
  const side = readSides(db, meter, month).months[0]?.reference ?? null;
  const billed = (usageKey: number): Decimal => {
    const total = side === null ? null : readUsageTotal(db, side.pull, usageKey);
    if (side === null || total === null || total.text !== null) return ZERO;
    return inUnits({ whole: total.whole, frac: Number(total.frac) }, side);
  };
  return (row) => {
    const difference = differenceOf(row);
    if (difference === null || row.customer === null) return null;
    const indices = pricesOf(pricing, row.customer.key);
    const currency = pricing.prices[indices[0] ?? -1]?.currency;
    if (currency === undefined || pricing.mixed.includes(row.customer.key)) return null;
    if (isZero(difference)) return { currency, minor: 0n };
    const base = billed(row.usageKey);
    const moved = maximum(add(base, difference), ZERO);
    let minor = 0n;
    for (const index of indices) {
      const compiled = pricing.prices[index]?.compiled ?? null;
      if (compiled === null) return null;
      minor += compiled.exact(toScaled(moved)) - compiled.exact(toScaled(maximum(base, ZERO)));
    }
    return { currency, minor };
  };
}

export const worthView = (worth: Worth | null): { readonly currency: string; readonly amount: string } | null =>
  worth === null ? null : { currency: worth.currency, amount: formatMinorAsMajor(worth.minor, worth.currency) };

/** Per currency, in byte order. */
export function sumWorths(worths: Iterable<Worth | null>): { currency: string; amount: string }[] {
  const sums = new Map<string, bigint>();
  for (const worth of worths) {
    if (worth !== null) sums.set(worth.currency, (sums.get(worth.currency) ?? 0n) + worth.minor);
  }
  return [...sums]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([currency, minor]) => ({ currency, amount: formatMinorAsMajor(minor, currency) }));
}
