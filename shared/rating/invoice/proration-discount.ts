import type { SubscriptionItem } from '../../billing/subscription.ts';
import { type Decimal, decimal, multiply, subtract } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import { invoiceDiscounts, itemDiscounts, usedDiscounts } from './active-discounts.ts';
import type { InvoiceContext } from './context.ts';
import { coversProduct, percentOf } from './coupon.ts';

const ONE_HUNDRED = decimal(100n);
const PER_CENT = decimal(1n, 2);

/** One side of a change: what the item costs without discounts, and when that is, or was, charged. */
type ProratedSide = {
  readonly itemId: string;
  /** Null where the subscription has it no more. */
  readonly item: SubscriptionItem | null;
  readonly productId: string | null;
  readonly amount: Decimal;
  /** Of a charge, the change; of a credit, when what it gives back was charged. */
  readonly chargedAt: Instant;
};

/**
 * The amount that a proration takes its part of. Prorations are not discountable; instead the percent discounts that
 * were in force when it was charged are already in their amounts, except those of coupons that apply once. How much of
 * a fixed amount would be in them is not known, nor whether a coupon that applied once is in what a credit gives back.
 * @see Stripe, Prorations: prorations and discounts; Compare billing modes: a classic credit has the last discounts used
 */
export function prorationDiscount(context: InvoiceContext, of: ProratedSide): Decimal {
  const { input } = context;
  const discounts = [
    ...(of.item === null ? [] : itemDiscounts(input, of.item, of.chargedAt)),
    ...invoiceDiscounts(input, of.chargedAt),
  ];
  let { amount } = of;
  for (const { id, coupon } of discounts) {
    const isLasting = coupon !== null && coupon.duration !== 'once' && coversProduct(coupon, of.productId);
    const percent = isLasting ? percentOf(coupon) : null;
    if (percent !== null) {
      amount = multiply(amount, multiply(subtract(ONE_HUNDRED, percent), PER_CENT));
    } else if (isLasting || coupon === null) {
      sayUnknown(context, of.itemId, id);
    }
  }
  return amount;
}

/** A coupon that applied once may have lowered what a credit gives back: which invoice had it is not known. */
export function sayUsedOnce(context: InvoiceContext, { itemId, item, productId, chargedAt }: ProratedSide): void {
  for (const { id, coupon } of usedDiscounts(context.input, item, chargedAt)) {
    if (coupon !== null && coversProduct(coupon, productId)) sayUnknown(context, itemId, id);
  }
}

function sayUnknown({ input, notes }: InvoiceContext, itemId: string, discountId: string): void {
  notes.error(
    'invoice.proration_unknown',
    [input.subscription.id, itemId, discountId],
    `What the discount ${discountId} takes off the proration of ${itemId} cannot be known; it is shown without.`,
    'Look at the proration on the invoice that Stripe makes.',
  );
}
