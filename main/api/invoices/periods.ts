import type { Price } from '../../../shared/billing/price.ts';
import type { Subscription } from '../../../shared/billing/subscription.ts';
import { type BillingInterval, billingPeriods } from '../../../shared/rating/invoice/billing-periods.ts';
import { DAY_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';

/** A usage period of a subscription that an invoice ends. */
export type UsagePeriod = {
  readonly period: Period;
  /** `creation`: the invoice when it begins. `cut`: it was cancelled at once, before the period was over. */
  readonly kind: 'creation' | 'whole' | 'cut';
};

/**
 * The usage periods that begin within a range, by the subscription's anchor: the invoice at creation (from = to), a
 * trial as one period, then month after month from the anchor, the last one to the end of the subscription.
 */
export function usagePeriods(
  subscription: Subscription,
  interval: BillingInterval,
  within: Period,
): readonly UsagePeriod[] {
  const { startedAt, endedAt, cancelAt } = subscription;
  const end = endedAt ?? cancelAt;
  const found: UsagePeriod[] = [];
  const isWithin = (at: Instant): boolean => within.from <= at && at < within.to;
  if (isWithin(startedAt)) found.push({ period: { from: startedAt, to: startedAt }, kind: 'creation' });
  for (const period of periodsOf(subscription, interval, within)) {
    if (period.from >= within.to || (end !== null && period.from >= end)) break;
    if (!isWithin(period.from)) continue;
    const to = end !== null && end < period.to ? end : period.to;
    const isCut = to === endedAt && to < period.to && endedAt !== cancelAt;
    found.push({ period: { from: period.from, to }, kind: isCut ? 'cut' : 'whole' });
  }
  return found;
}

const FAR = instant(8_000_000_000_000_000);

/** Periods that may begin in the range; the caller stops. A trial is one period, whatever the anchor says of it. */
function* periodsOf(subscription: Subscription, interval: BillingInterval, within: Period): Generator<Period> {
  const { startedAt, trial, billingCycleAnchor: anchor } = subscription;
  const trialEnd = trial.to !== null && trial.to > startedAt ? trial.to : null;
  if (trialEnd !== null) yield { from: startedAt, to: trialEnd };
  yield* billingPeriods({ anchor, interval, start: trialEnd ?? startedAt }, { from: within.from, to: FAR });
}

const DAYS = { day: 1, week: 7, month: 31, year: 366 } as const;

/** The shortest interval of the items' prices: the one at whose ends invoices are made; null where none has one. */
export function intervalOf(
  subscription: Subscription,
  prices: ReadonlyMap<string, Pick<Price, 'interval'>>,
): BillingInterval | null {
  const intervals = subscription.items.flatMap(({ priceId }) => prices.get(priceId)?.interval ?? []);
  const [first, ...others] = intervals;
  if (first === undefined) return null;
  return others.reduce((shortest, one) => (lengthOf(one) < lengthOf(shortest) ? one : shortest), first);
}

const lengthOf = ({ unit, count }: BillingInterval): number => DAYS[unit] * count * DAY_MS;
