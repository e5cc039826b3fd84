import type { Subscription } from '../billing/subscription.ts';
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
    items: subscription.items.map((item) => ({
      id: item.id,
      subscriptionId: id,
      priceId: item.priceId,
      quantity: item.quantity,
      currentPeriod: periodOf(item),
      discounts: item.discounts,
      taxRateIds: item.taxRateIds,
      created: item.created,
    })),
    discounts: subscription.discounts,
    defaultTaxRateIds: defaultTaxRateIds.length > 0 ? defaultTaxRateIds : customer.taxRateIds,
    isAutomaticTax: false,
    pausedCollection: subscription.paused,
    created: startedAt,
  };
}

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
