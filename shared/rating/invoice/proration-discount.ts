import type { SubscriptionItem } from '../../billing/subscription.ts';
import { type Decimal, decimal, multiply, subtract } from '../../values/decimal.ts';
import { invoiceDiscounts, itemDiscounts } from './active-discounts.ts';
import type { InvoiceContext } from './context.ts';
import { coversProduct, percentOf } from './coupon.ts';
import type { ItemChange } from './input.ts';

const ONE_HUNDRED = decimal(100n);
const PER_CENT = decimal(1n, 2);

/**
 * The amount that a proration takes its part of. Prorations are not discountable; instead the percent discounts that
 * are in force at the change are already in their amounts, except those of coupons that apply once. How much of a fixed
 * amount would be in them is not known.
 * @see Stripe, Prorations: prorations and discounts
 */
export function prorationDiscount(
  context: InvoiceContext,
  change: ItemChange,
  of: { readonly item: SubscriptionItem | null; readonly productId: string | null; readonly amount: Decimal },
): Decimal {
  const { input, notes } = context;
  const discounts = [
    ...(of.item === null ? [] : itemDiscounts(input, of.item, change.at)),
    ...invoiceDiscounts(input, change.at),
  ];
  let { amount } = of;
  for (const { id, coupon } of discounts) {
    const isLasting = coupon !== null && coupon.duration !== 'once' && coversProduct(coupon, of.productId);
    const percent = isLasting ? percentOf(coupon) : null;
    if (percent !== null) {
      amount = multiply(amount, multiply(subtract(ONE_HUNDRED, percent), PER_CENT));
    } else if (isLasting || coupon === null) {
      notes.error(
        'invoice.proration_unknown',
        [input.subscription.id, change.itemId, id],
        `What the discount ${id} takes off the proration of ${change.itemId} cannot be known; it is shown without.`,
        'Look at the proration on the invoice that Stripe makes.',
      );
    }
  }
  return amount;
}
