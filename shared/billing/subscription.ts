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
  /** Of this item alone; they come before those of the subscription. */
  readonly discounts: readonly Discount[];
  /** In place of the subscription's default ones, where there are any. */
  readonly taxRateIds: readonly string[];
  readonly created: Instant;
};

/** Invoices go on being made, but are not collected. `resumesAt` null: until a person says otherwise. */
export type PausedCollection = {
  readonly behavior: 'keep_as_draft' | 'mark_uncollectible' | 'void';
  readonly resumesAt: Instant | null;
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
  readonly defaultTaxRateIds: readonly string[];
  /** Stripe computes the tax itself, from addresses that Tieout does not read. */
  readonly isAutomaticTax: boolean;
  readonly pausedCollection: PausedCollection | null;
  readonly created: Instant;
};
