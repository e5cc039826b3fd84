import type Stripe from 'stripe';
import type { Instant } from '../../../shared/values/instant.ts';
import { type BuildContext, seconds, secondsOrNull } from './build.ts';

export type SeedDiscount = {
  readonly id?: string;
  readonly coupon: string;
  readonly start?: Instant;
  readonly end?: Instant | null;
};

/** @param of what the discount hangs on: an item, a subscription, or the customer itself */
export function buildDiscount(
  seed: SeedDiscount,
  of: {
    readonly customer: string;
    readonly subscription: string | null;
    readonly subscriptionItem: string | null;
    readonly start: Instant;
  },
  { makeId }: BuildContext,
): Stripe.Discount {
  return {
    id: seed.id ?? makeId('di'),
    object: 'discount',
    checkout_session: null,
    customer: of.customer,
    customer_account: null,
    end: secondsOrNull(seed.end),
    invoice: null,
    invoice_item: null,
    promotion_code: null,
    source: { coupon: seed.coupon, type: 'coupon' },
    start: seconds(seed.start ?? of.start),
    subscription: of.subscription,
    subscription_item: of.subscriptionItem,
  } satisfies Stripe.Discount;
}
