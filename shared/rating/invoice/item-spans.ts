import type { Price } from '../../billing/price.ts';
import type { Subscription, SubscriptionItem } from '../../billing/subscription.ts';
import { type Instant, instant } from '../../values/instant.ts';
import { overlaps, type Period } from '../../values/period.ts';
import { type BillingSchedule, billingPeriodAt, fullPeriodFrom, isBoundary } from './billing-periods.ts';
import type { InvoiceContext } from './context.ts';

/** Items of a new subscription are made with it; Stripe's stamps may lie seconds apart. */
const SAME_MOMENT_MS = 60_000;

/** When an item bills: the anchor is the subscription's, the interval the price's. Null: not recurring. */
export const scheduleOf = (subscription: Subscription, price: Price): BillingSchedule | null =>
  price.interval === null ? null : { anchor: subscription.billingCycleAnchor, interval: price.interval };

/**
 * The service period whose usage is due when the invoice's period ends; null where none is due then.
 * An item bills at the boundaries of its own interval, and for what is left when its subscription ends as planned.
 */
export function meteredSpan(context: InvoiceContext, item: SubscriptionItem, price: Price): Period | null {
  const { period, subscription } = context.input;
  if (period.from === period.to) return null;
  const end = earlier(period.to, endOf(subscription));
  const whole = endedPeriod(context, item, price, end);
  if (whole === null) return null;
  const from = Math.max(whole.from, subscription.startedAt, itemStart(subscription, item));
  return from < end ? { from: instant(from), to: end } : null;
}

/** The part of a full period that a licensed item is charged for in advance when the invoice's period ends. */
export type LicensedSpan = { readonly service: Period; readonly full: Period };

/**
 * Null where nothing begins then: no boundary, an ended subscription, a trial. A period that begins off the boundaries
 * (a later anchor, a trial that ends before it) is charged as a part of a full one that would begin there.
 */
export function licensedSpan(context: InvoiceContext, item: SubscriptionItem, price: Price): LicensedSpan | null {
  const { period, subscription } = context.input;
  const schedule = scheduleOf(subscription, price);
  const end = endOf(subscription);
  const at = period.to;
  if (schedule === null || (end !== null && end <= at) || isInTrial(subscription, at)) return null;
  const full = fullPeriodFrom(at, schedule.interval);
  const next = { from: at, to: billingPeriodAt(schedule, at).to };
  const part = (service: Period, of: Period): LicensedSpan => ({
    service: untilPlannedEnd(subscription, service, at),
    full: of,
  });
  if (isBoundary(schedule, at)) return part(next, next);
  if (period.from === period.to || at === subscription.trial.to) return part(next, full);
  return item.currentPeriod?.to === at ? part(full, full) : null;
}

/**
 * An end that is planned by then shortens the last period, and what is charged for it (Stripe, `cancel_at`).
 * @param by when the charge is made
 */
export function untilPlannedEnd({ cancelAt, canceledAt }: Subscription, service: Period, by: Instant): Period {
  const isPlanned = cancelAt !== null && (canceledAt === null || canceledAt <= by);
  return isPlanned && cancelAt < service.to ? { from: service.from, to: cancelAt } : service;
}

/** When a subscription ended, or is going to. */
export const endOf = (subscription: Subscription): Instant | null => subscription.endedAt ?? subscription.cancelAt;

/**
 * Whether a subscription ended at once rather than as planned: pending metered usage is then dropped (stripe.md,
 * Subscriptions). An end on a boundary was planned, whatever the fields say.
 */
export function isCutOff(subscription: Subscription, price: Price): boolean {
  const { endedAt, cancelAt } = subscription;
  if (endedAt === null || endedAt === cancelAt) return false;
  const schedule = scheduleOf(subscription, price);
  return schedule === null || !isBoundary(schedule, endedAt);
}

/** The trial, where there is one. */
export function trialOf({ trial, startedAt }: Subscription): Period | null {
  return trial.to === null ? null : { from: trial.from ?? startedAt, to: trial.to };
}

/** What of a service period lies outside the trial, in order, and what lies in it. */
export function splitAtTrial(
  subscription: Subscription,
  service: Period,
): { readonly charged: readonly Period[]; readonly free: Period | null } {
  const trial = trialOf(subscription);
  if (trial === null || !overlaps(trial, service)) return { charged: [service], free: null };
  const free = { from: later(trial.from, service.from), to: earlier(service.to, trial.to) };
  const parts = [
    { from: service.from, to: free.from },
    { from: free.to, to: service.to },
  ];
  return { charged: parts.filter(({ from, to }) => from < to), free };
}

export function isInTrial(subscription: Subscription, at: Instant): boolean {
  const trial = trialOf(subscription);
  return trial !== null && trial.from <= at && at < trial.to;
}

function endedPeriod(
  context: InvoiceContext,
  item: SubscriptionItem,
  price: Price,
  end: Instant,
): { readonly from: Instant } | null {
  const { period, subscription } = context.input;
  if (item.currentPeriod?.to === period.to) return item.currentPeriod;
  const isLast = end === endOf(subscription);
  const trial = trialOf(subscription);
  // A trial is one period, however often the price bills.
  if (trial !== null && trial.from < end && (end === trial.to || (isLast && end < trial.to))) return trial;
  const schedule = scheduleOf(subscription, price);
  if (schedule === null) return period;
  const last = billingPeriodAt(schedule, instant(end - 1));
  if (last.to !== end && !isLast) return isOffGrid(context) ? period : null;
  const isAfterTrial = trial !== null && trial.to === period.from && last.from < trial.to;
  return isAfterTrial ? period : last;
}

/** Whether no item's boundary is where the period ends, as after a change of the anchor: then it is taken as it is. */
function isOffGrid({ input }: InvoiceContext): boolean {
  const { subscription, period, catalog } = input;
  return subscription.items.every(({ priceId }) => {
    const price = catalog.prices.get(priceId);
    const schedule = price === undefined ? null : scheduleOf(subscription, price);
    return schedule === null || !isBoundary(schedule, period.to);
  });
}

/** An item that came later than its subscription is used from then on. */
function itemStart(subscription: Subscription, item: SubscriptionItem): Instant {
  const first = later(subscription.startedAt, subscription.created);
  return item.created > first + SAME_MOMENT_MS ? item.created : subscription.startedAt;
}

const earlier = (a: Instant, b: Instant | null): Instant => (b !== null && b < a ? b : a);
const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
