import type { Coupon, Discount } from '../../../shared/billing/discount.ts';
import type { Price } from '../../../shared/billing/price.ts';
import type { AdjustmentContext } from '../../../shared/reconciliation/proof-adjustments.ts';
import { readTaxRates } from '../../cache/catalog-store.ts';
import { findCustomer } from '../../cache/customer-store.ts';
import type { Db } from '../../cache/open.ts';
import { listSubscriptions } from '../../cache/subscription-store.ts';

/**
 * What the cache knows of coupons and tax rates. Stripe tells discounts that subscriptions, items and customers have
 * now; one of a coupon that applied once and is used up is not among them.
 */
export function adjustmentContext(db: Db, prices: ReadonlyMap<string, Price>): AdjustmentContext {
  const rates = new Map(readTaxRates(db).map((rate) => [rate.id, rate]));
  const coupons = new Map<string, Coupon>();
  const know = ({ id, coupon }: Discount): void => {
    if (coupon !== null) coupons.set(id, coupon);
  };
  const asked = new Set<string>();
  for (const chunk of listSubscriptions(db)) {
    for (const { discounts, items, customerId } of chunk) {
      for (const discount of discounts) know(discount);
      for (const item of items) for (const discount of item.discounts) know(discount);
      if (asked.has(customerId)) continue;
      asked.add(customerId);
      const own = findCustomer(db, customerId)?.discount ?? null;
      if (own !== null) know(own);
    }
  }
  return {
    couponOf: (id) => coupons.get(id) ?? null,
    taxRateOf: (id) => rates.get(id) ?? null,
    isMeterLine: ({ priceId, isProration }) =>
      !isProration && priceId !== null && (prices.get(priceId)?.meterId ?? null) !== null,
  };
}
