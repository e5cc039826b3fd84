import type { Discount } from '../../billing/discount.ts';
import type { SubscriptionItem } from '../../billing/subscription.ts';
import type { Instant } from '../../values/instant.ts';
import { boundaryAt } from './billing-periods.ts';
import type { InvoiceInput } from './input.ts';

/** The discounts of an item that are in force, in listed order. */
export const itemDiscounts = (input: InvoiceInput, item: SubscriptionItem, at: Instant): readonly Discount[] =>
  item.discounts.filter((discount) => isActive(input, discount, at));

/** Those of the whole invoice: the subscription's, and only where it has none the customer's own. */
export function invoiceDiscounts(input: InvoiceInput, at: Instant): readonly Discount[] {
  const own = input.subscription.discounts.filter((discount) => isActive(input, discount, at));
  if (own.length > 0) return own;
  const last = ofCustomer(input).findLast((discount) => isActive(input, discount, at));
  return last === undefined ? [] : [last];
}

const ofCustomer = ({ customer, customerDiscounts }: InvoiceInput): readonly Discount[] =>
  customerDiscounts ?? (customer.discount === null ? [] : [customer.discount]);

/** The discounts of coupons that apply once, and did, that an invoice made then may have had. */
export const usedDiscounts = (input: InvoiceInput, item: SubscriptionItem | null, at: Instant): readonly Discount[] =>
  [...(item?.discounts ?? []), ...input.subscription.discounts, ...ofCustomer(input)].filter(
    (discount) => isUsed(input, discount) && isInForce(discount, at),
  );

const isActive = (input: InvoiceInput, discount: Discount, at: Instant): boolean =>
  !isUsed(input, discount) && isInForce(discount, at);

const isUsed = ({ usedDiscountIds }: InvoiceInput, { id, coupon }: Discount): boolean =>
  usedDiscountIds.has(id) && coupon?.duration === 'once';

/** An end is exclusive: an invoice made at that very second is not discounted any more. */
function isInForce(discount: Discount, at: Instant): boolean {
  const end = discountEnd(discount);
  return discount.start <= at && (end === null || at < end);
}

/** When a discount is over: as it says, else as its coupon does. */
export function discountEnd({ start, end, coupon }: Discount): Instant | null {
  if (end !== null || coupon?.duration !== 'repeating' || coupon.durationInMonths === null) return end;
  return boundaryAt({ anchor: start, interval: { unit: 'month', count: coupon.durationInMonths } }, 1);
}
