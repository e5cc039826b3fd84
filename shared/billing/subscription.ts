import type { Instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';
import type { Discount } from './discount.ts';

export type SubscriptionStatus =
  | 'active'
  | 'canceled'
  | 'incomplete'
  | 'incomplete_expired'
  | 'past_due'
  | 'paused'
  | 'trialing'
  | 'unpaid';

/** Ties one customer's subscription to one price. */
export type SubscriptionItem = {
  readonly id: string;
  readonly subscriptionId: string;
  readonly priceId: string;
  /** Decimal text; null on metered items. */
  readonly quantity: string | null;
  readonly currentPeriod: Period | null;
  readonly created: Instant;
};

export type Subscription = {
  readonly id: string;
  readonly customerId: string;
  readonly status: SubscriptionStatus;
  readonly currency: string;
  readonly billingCycleAnchor: Instant;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly canceledAt: Instant | null;
  readonly cancelAt: Instant | null;
  readonly trial: { readonly from: Instant | null; readonly to: Instant | null };
  readonly items: readonly SubscriptionItem[];
  readonly discounts: readonly Discount[];
  readonly created: Instant;
};
