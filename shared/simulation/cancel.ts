import type { Subscription } from '../billing/subscription.ts';
import { runningSubscription } from './checks.ts';
import { invoiceAtOnce } from './invoices.ts';
import { isInTrial, priceOf } from './item-periods.ts';
import type { ScenarioAction } from './scenario.ts';
import { cutOff, planInvoice, subscriptionNoun } from './subscription-noun.ts';
import { endedPeriod, endSubscription, endUses, firstPeriodEnd, hasUsage, planPeriodEnd } from './subscriptions.ts';
import { prorateLater, removalOf } from './update-subscription.ts';
import type { World } from './world.ts';

type CancelNow = Extract<ScenarioAction, { readonly do: 'cancel_now' }>;

/**
 * The subscription ends now. Its last usage, and what licensed items are given back, are on a last invoice or on none:
 * without `invoice_now` pending metered usage is dropped (stripe.md, Subscriptions).
 * @throws TieoutError `scenario.unknown_subscription`, `simulation.not_running`
 */
export function cancelNow(world: World, { subscriptionId, isInvoicedNow, isProrated }: CancelNow): void {
  const subscription = runningSubscription(world, subscriptionId);
  const { now } = world;
  const { items } = subscription;
  if (isProrated && !isInTrial(subscription, now)) {
    const licensed = items.filter(({ priceId }) => priceOf(world, priceId).usageType !== 'metered');
    const removals = licensed.map((item) => removalOf(subscription, item, now));
    prorateLater(subscription, removals);
    subscription.changes = [...subscription.changes, ...removals];
  }
  if (!isInvoicedNow) {
    subscription.canceledAt = now;
    endUses(world, subscription, items, null);
    endSubscription(world, subscription);
    return;
  }
  // The end that was planned stays: licensed items were charged up to it, and are given back no more.
  const ended: Subscription = {
    ...subscriptionNoun(subscription, (item) => cutOff(item, now)),
    status: 'canceled',
    endedAt: now,
  };
  subscription.canceledAt = now;
  const plan = planInvoice(subscription, {
    subscription: ended,
    period: endedPeriod(items, now),
  });
  const invoice = invoiceAtOnce(world, subscription, {
    reason: 'cancellation',
    plan,
    hasUsage: hasUsage(world, items),
  });
  endUses(world, subscription, items, invoice);
  endSubscription(world, subscription);
}

/**
 * The subscription ends with its current period, the first of those of its items, and bills its last usage then.
 * @throws TieoutError `scenario.unknown_subscription`, `simulation.not_running`
 */
export function cancelAtPeriodEnd(world: World, subscriptionId: string): void {
  const subscription = runningSubscription(world, subscriptionId);
  const end = firstPeriodEnd(subscription);
  if (subscription.cancelAt === null || subscription.cancelAt > end) subscription.cancelAt = end;
  subscription.canceledAt = world.now;
  planPeriodEnd(world, subscription);
}
