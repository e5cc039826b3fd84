import type Stripe from 'stripe';
import { periodAt } from '../../../shared/simulation/billing-period.ts';
import { fromUnixSeconds, type Instant, toUnixSeconds } from '../../../shared/values/instant.ts';

/**
 * The subscription as it stands at `now`: ended where its cancellation date has passed, active after its trial, its items
 * in the period that holds `now`. No invoices are made. The same object where nothing changed.
 */
export function renewed(subscription: Stripe.Subscription, now: Instant): Stripe.Subscription {
  if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') return subscription;
  const seconds = toUnixSeconds(now);
  const end = endOf(subscription);
  if (end !== null && end <= seconds) {
    return { ...subscription, status: 'canceled', ended_at: end, canceled_at: subscription.canceled_at ?? end };
  }
  const isOver = subscription.status === 'trialing' && (subscription.trial_end ?? 0) <= seconds;
  const isDue = subscription.items.data.some((item) => item.current_period_end <= seconds);
  if (!isOver && !isDue) return subscription;
  const data = subscription.items.data.map((item) => nextPeriod(item, subscription.billing_cycle_anchor, now));
  return {
    ...subscription,
    status: isOver ? 'active' : subscription.status,
    items: { ...subscription.items, data },
  };
}

function endOf(subscription: Stripe.Subscription): number | null {
  if (subscription.cancel_at !== null) return subscription.cancel_at;
  if (!subscription.cancel_at_period_end) return null;
  return Math.min(...subscription.items.data.map((item) => item.current_period_end));
}

function nextPeriod(item: Stripe.SubscriptionItem, anchor: number, now: Instant): Stripe.SubscriptionItem {
  if (item.current_period_end > toUnixSeconds(now)) return item;
  const recurring = item.price.recurring;
  const period = periodAt({
    anchor: fromUnixSeconds(anchor),
    interval: (['day', 'week', 'year'] as const).find((interval) => interval === recurring?.interval) ?? 'month',
    count: recurring?.interval_count ?? 1,
    at: now,
  });
  return {
    ...item,
    current_period_start: toUnixSeconds(period.from),
    current_period_end: toUnixSeconds(period.to),
  };
}
