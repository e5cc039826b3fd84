import type { ItemChange, ItemTerms } from '../rating/invoice/input.ts';
import type { Instant } from '../values/instant.ts';
import { checkPrice, requireItems, runningSubscription } from './checks.ts';
import { invoiceAtOnce } from './invoices.ts';
import { isInTrial, priceOf } from './item-periods.ts';
import { nextItems } from './next-items.ts';
import type { ProrationBehavior, ScenarioAction } from './scenario.ts';
import { cutOff, itemNoun, planInvoice, subscriptionNoun } from './subscription-noun.ts';
import { beginPeriods, endedPeriod, endUses, hasUsage, planPeriodEnd } from './subscriptions.ts';
import type { ItemState, SubscriptionState, World } from './world.ts';

type Update = Extract<ScenarioAction, { readonly do: 'update_subscription' }>;

/**
 * Other items, prices, quantities or another end of the trial from now on. Licensed items are prorated by the second
 * unless `none` is asked for; metered ones count from now on their new price, what they used before is dropped.
 * @throws TieoutError what `checkPrice`, `nextItems` and `requireItems` throw; `simulation.not_running`
 * @see Stripe, Prorations; Update prices mid-cycle
 */
export function updateSubscription(world: World, action: Update): void {
  const subscription = runningSubscription(world, action.subscriptionId);
  const before = subscription.items;
  const after = nextItems(world, subscription, action.items);
  requireItems(subscription.id, after);
  for (const item of after)
    checkPrice(world, { subscriptionId: subscription.id, currency: subscription.currency, ...item });
  const behavior = action.prorationBehavior;
  const isRestarted = !isInTrial(subscription, world.now) && changesInterval(world, before, after);
  if (isRestarted) restartPeriods(world, subscription, { after, behavior });
  else changeItems(world, subscription, { after, behavior });
  if (action.trialEnd !== undefined) changeTrial(world, subscription, { trialEnd: action.trialEnd, behavior });
  if (behavior === 'always_invoice') invoiceProrations(world, subscription);
  planPeriodEnd(world, subscription);
}

/** An item is removed that was licensed: what it was charged for the rest of its period is given back. */
export const removalOf = (subscription: SubscriptionState, item: ItemState, at: Instant): ItemChange => ({
  at,
  itemId: item.id,
  from: termsOf(item),
  to: null,
  item: itemNoun(subscription, item, item.current),
  anchor: subscription.anchor,
});

/** Changes that are prorated on an invoice to come, which is the next one. */
export function prorateLater(subscription: SubscriptionState, changes: readonly ItemChange[]): void {
  subscription.pending = [...subscription.pending, ...changes];
}

type Change = { readonly after: readonly ItemState[]; readonly behavior: ProrationBehavior };

function changeItems(world: World, subscription: SubscriptionState, { after, behavior }: Change): void {
  const before = subscription.items;
  const changes = changesOf(subscription, { before, after, at: world.now });
  endUses(world, subscription, withOtherPrice(before, after), null);
  subscription.changes = [...subscription.changes, ...changes];
  if (behavior !== 'none' && !isInTrial(subscription, world.now)) prorateLater(subscription, changes);
  subscription.items = after.map((item) =>
    withOtherPrice(after, before).includes(item) ? { ...item, usedFrom: world.now } : item,
  );
}

/**
 * An item that bills at another interval moves the anchor: all periods end now and new ones begin, on an invoice of
 * their own (Stripe, Change billing intervals). What licensed items were charged for the rest is given back.
 */
function restartPeriods(world: World, subscription: SubscriptionState, { after, behavior }: Change): void {
  const { now } = world;
  const before = subscription.items;
  const removals = before
    .filter(({ priceId }) => priceOf(world, priceId).usageType !== 'metered')
    .map((item) => removalOf(subscription, item, now));
  if (behavior !== 'none') prorateLater(subscription, removals);
  subscription.changes = [...subscription.changes, ...removals];
  const dropped = withOtherPrice(before, after);
  const kept = before.filter((item) => !dropped.includes(item));
  endUses(world, subscription, dropped, null);
  const period = endedPeriod(before, now);
  subscription.anchor = now;
  subscription.items = after;
  const keptIds = new Set(kept.map(({ id }) => id));
  const plan = planInvoice(subscription, {
    subscription: subscriptionNoun(subscription, (item) =>
      keptIds.has(item.id) ? cutOff(item, now) : { from: now, to: now },
    ),
    period,
  });
  world.timeline.add(now, { type: 'period_ended', subscriptionId: subscription.id, period });
  const invoice = invoiceAtOnce(world, subscription, { reason: 'update', plan, hasUsage: hasUsage(world, kept) });
  endUses(world, subscription, kept, invoice);
  beginPeriods(world, subscription, subscription.items);
}

type TrialChange = { readonly trialEnd: Instant | null; readonly behavior: ProrationBehavior };

/**
 * A trial that ends elsewhere, now, or that begins now; the anchor moves to its end. What was charged for time that
 * becomes free is given back.
 * @see Stripe, Set the subscription billing renewal date: a trial sets the anchor to its end
 */
function changeTrial(world: World, subscription: SubscriptionState, { trialEnd, behavior }: TrialChange): void {
  const { now } = world;
  const isRunning = isInTrial(subscription, now);
  if (trialEnd === null || trialEnd <= now) {
    if (isRunning) endTrialNow(world, subscription);
    return;
  }
  if (!isRunning) {
    const removals = subscription.items
      .filter(({ priceId }) => priceOf(world, priceId).usageType !== 'metered')
      .map((item) => removalOf(subscription, item, now));
    subscription.changes = [...subscription.changes, ...removals];
    if (behavior !== 'none') prorateLater(subscription, removals);
  }
  subscription.trial = { from: isRunning ? (subscription.trial?.from ?? now) : now, to: trialEnd };
  subscription.anchor = trialEnd;
  subscription.items = subscription.items.map((item) => ({
    ...item,
    current: { from: item.current.from, to: trialEnd },
  }));
}

function endTrialNow(world: World, subscription: SubscriptionState): void {
  const { now } = world;
  const { items, trial } = subscription;
  subscription.trial = trial === null || trial.from === now ? null : { from: trial.from, to: now };
  subscription.anchor = now;
  const period = endedPeriod(items, now);
  const plan = planInvoice(subscription, {
    subscription: subscriptionNoun(subscription, (item) => cutOff(item, now)),
    period,
  });
  world.timeline.add(now, { type: 'trial_ended', subscriptionId: subscription.id });
  world.timeline.add(now, { type: 'period_ended', subscriptionId: subscription.id, period });
  const invoice = invoiceAtOnce(world, subscription, { reason: 'update', plan, hasUsage: hasUsage(world, items) });
  endUses(world, subscription, items, invoice);
  beginPeriods(world, subscription, items);
}

function invoiceProrations(world: World, subscription: SubscriptionState): void {
  if (subscription.pending.length === 0) return;
  const plan = planInvoice(subscription, {
    subscription: subscriptionNoun(subscription),
    period: { from: world.now, to: world.now },
    isOnlyProrations: true,
  });
  invoiceAtOnce(world, subscription, { reason: 'update', plan, hasUsage: false });
}

/** What changed of each item, in the order in which they stand, added ones last. */
function changesOf(
  subscription: SubscriptionState,
  of: { readonly before: readonly ItemState[]; readonly after: readonly ItemState[]; readonly at: Instant },
): readonly ItemChange[] {
  const { before, after, at } = of;
  // It may move before the change is on an invoice.
  const { anchor } = subscription;
  const found: ItemChange[] = [];
  for (const item of before) {
    const to = after.find(({ id }) => id === item.id);
    if (to === undefined) found.push(removalOf(subscription, item, at));
    else if (to.priceId !== item.priceId || to.quantity !== item.quantity) {
      found.push({ at, itemId: item.id, from: termsOf(item), to: termsOf(to), anchor });
    }
  }
  for (const item of after) {
    if (before.some(({ id }) => id === item.id)) continue;
    found.push({ at, itemId: item.id, from: null, to: termsOf(item), anchor });
  }
  return found;
}

/** Those that are not there on the other side, or at another price. */
const withOtherPrice = (items: readonly ItemState[], others: readonly ItemState[]): readonly ItemState[] =>
  items.filter(({ id, priceId }) => !others.some((other) => other.id === id && other.priceId === priceId));

function changesInterval(world: World, before: readonly ItemState[], after: readonly ItemState[]): boolean {
  return before.some((item) => {
    const to = after.find(({ id }) => id === item.id);
    if (to === undefined || to.priceId === item.priceId) return false;
    const [a, b] = [priceOf(world, item.priceId).interval, priceOf(world, to.priceId).interval];
    return a?.unit !== b?.unit || a?.count !== b?.count;
  });
}

const termsOf = ({ priceId, quantity }: ItemState): ItemTerms => ({ priceId, quantity });
