import type { Subscription, SubscriptionItem } from '../billing/subscription.ts';
import type { Instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';
import type { InvoicePlan, ItemState, SubscriptionState } from './world.ts';

/** The subscription as it is now: what an invoice is made of. @param periodOf of an item; the one it is in unless given */
export function subscriptionNoun(
  subscription: SubscriptionState,
  periodOf: (item: ItemState) => Period = usedPeriod,
): Subscription {
  const { id, customer, currency, anchor, startedAt, endedAt, canceledAt, cancelAt, trial, defaultTaxRateIds } =
    subscription;
  return {
    id,
    customerId: customer.id,
    status: endedAt === null ? 'active' : 'canceled',
    currency,
    billingCycleAnchor: anchor,
    startedAt,
    endedAt,
    canceledAt,
    cancelAt,
    trial: { from: trial?.from ?? null, to: trial?.to ?? null },
    items: subscription.items.map((item) => itemNoun(subscription, item, periodOf(item))),
    discounts: subscription.discounts,
    defaultTaxRateIds: defaultTaxRateIds.length > 0 ? defaultTaxRateIds : customer.taxRateIds,
    isAutomaticTax: false,
    pausedCollection: subscription.paused,
    created: startedAt,
  };
}

/** An item as it is now. */
export const itemNoun = (
  { id: subscriptionId }: SubscriptionState,
  { id, priceId, quantity, discounts, taxRateIds, created }: ItemState,
  currentPeriod: Period,
): SubscriptionItem => ({
  id,
  subscriptionId,
  priceId,
  quantity,
  currentPeriod,
  discounts,
  taxRateIds,
  created,
});

/** The period that an item is in, from its making on. */
const usedPeriod = ({ created, current: { from, to } }: ItemState): Period => ({
  from: created > from && created < to ? created : from,
  to,
});

/** The same where it ends now. */
export const cutOff = (item: ItemState, now: Instant): Period => ({ from: usedPeriod(item).from, to: now });

/** What the next invoice is made of; the prorations that it takes are pending no more. */
export function planInvoice(
  state: SubscriptionState,
  of: Pick<InvoicePlan, 'subscription' | 'period'> & Partial<InvoicePlan>,
): InvoicePlan {
  const prorated = state.pending;
  state.pending = [];
  return {
    changes: state.changes,
    prorated,
    customerDiscounts: state.customer.discounts,
    isOnlyProrations: false,
    ...of,
  };
}
