import { type Instant, instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';
import { DUE_RANK } from './due-queue.ts';
import { draftInvoice, invoiceAtOnce } from './invoices.ts';
import { itemPeriodAt } from './item-periods.ts';
import { cutOff, planInvoice, subscriptionNoun } from './subscription-noun.ts';
import { endUse, meterOf } from './usage-book.ts';
import type { InvoiceState, ItemState, SubscriptionState, World } from './world.ts';

/** Begins the periods of all items; licensed ones are charged in advance on an invoice that is final at once. */
export function startSubscription(world: World, subscription: SubscriptionState, isContinued: boolean): void {
  subscription.phase = 'running';
  if (isContinued) continueSubscription(world, subscription);
  else subscription.startedAt = world.now;
  subscription.items = subscription.items.map((item) => {
    const current = itemPeriodAt(world, subscription, item.priceId, world.now);
    return { ...item, created: subscription.startedAt, current, usedFrom: current.from };
  });
  world.timeline.add(world.now, { type: 'subscription_created', subscriptionId: subscription.id });
  if (!isContinued) {
    const plan = planInvoice(subscription, {
      subscription: subscriptionNoun(subscription),
      period: { from: world.now, to: world.now },
    });
    invoiceAtOnce(world, subscription, { reason: 'creation', plan, hasUsage: false });
  }
  planPeriodEnd(world, subscription);
}

/**
 * One that is older than the run is taken up where it is: its items are in the middle of their periods. Where it does
 * not say when it began, that was before them.
 */
function continueSubscription(world: World, subscription: SubscriptionState): void {
  const { trial, items, startedAt } = subscription;
  if (startedAt < world.now || (trial !== null && world.now < trial.to)) return;
  const froms = items.map(
    ({ priceId }) =>
      itemPeriodAt(world, { ...subscription, startedAt: LONG_AGO, trial: null }, priceId, world.now).from,
  );
  subscription.trial = null;
  subscription.startedAt = instant(Math.min(subscription.startedAt, ...froms));
}

const LONG_AGO = instant(Number.MIN_SAFE_INTEGER);

/** When a period ends next: the first of the items', or the end of the subscription. */
export function planPeriodEnd(world: World, subscription: SubscriptionState): void {
  const ends = subscription.items.map(({ current }) => current.to);
  const { cancelAt } = subscription;
  const at = instant(Math.min(...ends, ...(cancelAt === null ? [] : [cancelAt])));
  if (subscription.nextEnd === at) return;
  subscription.nextEnd = at;
  world.due.add({
    at,
    rank: DUE_RANK.periodEnds,
    place: subscription.place,
    run: () => {
      if (subscription.phase === 'running' && subscription.nextEnd === at) endPeriod(world, subscription);
    },
  });
}

/**
 * The periods of one or more items end now: their usage is billed, licensed items are charged for the next ones, and
 * prorations that wait are invoiced. A subscription that is to end now bills its last usage and is over.
 */
export function endPeriod(world: World, subscription: SubscriptionState): void {
  const { now } = world;
  const isLast = subscription.cancelAt !== null && subscription.cancelAt <= now;
  if (subscription.trial?.to === now) {
    world.timeline.add(now, { type: 'trial_ended', subscriptionId: subscription.id });
  }
  const ended = subscription.items.filter(({ current }) => isLast || current.to <= now);
  const period = endedPeriod(ended, now);
  world.timeline.add(now, { type: 'period_ended', subscriptionId: subscription.id, period });
  if (isLast) subscription.endedAt = now;
  const plan = planInvoice(subscription, {
    // What ends early ends now; the others are not in this invoice.
    subscription: subscriptionNoun(subscription, isLast ? (item) => cutOff(item, now) : undefined),
    period,
  });
  const invoice = draftInvoice(world, subscription, { reason: 'cycle', plan, hasUsage: hasUsage(world, ended) });
  endUses(world, subscription, ended, invoice);
  if (isLast) endSubscription(world, subscription);
  else beginPeriods(world, subscription, ended);
}

/** The items that ended go on in their next periods. */
export function beginPeriods(world: World, subscription: SubscriptionState, ended: readonly ItemState[]): void {
  const { now } = world;
  const ids = new Set(ended.map(({ id }) => id));
  subscription.items = subscription.items.map((item) =>
    ids.has(item.id) ? { ...item, current: itemPeriodAt(world, subscription, item.priceId, now), usedFrom: now } : item,
  );
  planPeriodEnd(world, subscription);
}

/** The usage period of an invoice: the shortest of those that end now. */
export const endedPeriod = (ended: readonly ItemState[], now: Instant): Period => ({
  from: instant(Math.max(...ended.map(({ current }) => current.from))),
  to: now,
});

/** Whether a metered item is among them. */
export const hasUsage = (world: World, items: readonly ItemState[]): boolean =>
  items.some(({ priceId }) => meterOf(world, priceId) !== null);

/** The usage periods of the items end now, with the invoice that bills them. */
export function endUses(
  world: World,
  { customer }: SubscriptionState,
  items: readonly ItemState[],
  invoice: InvoiceState | null,
): void {
  for (const { id, priceId, usedFrom } of items) {
    endUse(world, customer, { priceId, itemId: id, invoice, period: { from: usedFrom, to: world.now } });
  }
}

/** Nothing is billed from now on. */
export function endSubscription(world: World, subscription: SubscriptionState): void {
  subscription.phase = 'over';
  subscription.endedAt = world.now;
  subscription.nextEnd = null;
  world.timeline.add(world.now, { type: 'subscription_cancelled', subscriptionId: subscription.id });
}

/** The first end of a period that is to come, where it is cancelled at the period's end (Stripe, mixed intervals). */
export const firstPeriodEnd = ({ items }: SubscriptionState): Instant =>
  instant(Math.min(...items.map(({ current }) => current.to)));
