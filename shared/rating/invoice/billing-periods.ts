import { DAY_MS, type Instant, instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';

/** How often a price bills: every `count` units. */
export type BillingInterval = { readonly unit: 'day' | 'week' | 'month' | 'year'; readonly count: number };

/** Of a schedule: where it is anchored, to the second, and how far it steps. */
export type BillingSchedule = { readonly anchor: Instant; readonly interval: BillingInterval };

const FIXED_DAYS = { day: 1, week: 7 } as const;
/** Of the Gregorian calendar: a first guess that a few steps put right. */
const MEAN_DAYS = { day: 1, week: 7, month: 30.436875, year: 365.2425 } as const;

/**
 * The boundary `index` steps from the anchor, before it where negative. Months step on the calendar from the anchor's
 * own day and clamp to the last day of a shorter month: Jan 31, Feb 28, Mar 31; Feb 29 becomes Feb 28 in a common year
 * (stripe.md, Subscriptions).
 */
export function boundaryAt({ anchor, interval }: BillingSchedule, index: number): Instant {
  const steps = index * interval.count;
  if (interval.unit === 'day' || interval.unit === 'week') {
    return instant(anchor + steps * FIXED_DAYS[interval.unit] * DAY_MS);
  }
  const start = new Date(anchor);
  const months = start.getUTCMonth() + (interval.unit === 'year' ? steps * 12 : steps);
  const moved = new Date(anchor);
  // The day is set last: a 31st must not run over into the month after a shorter one.
  moved.setUTCFullYear(start.getUTCFullYear(), months, 1);
  moved.setUTCDate(Math.min(start.getUTCDate(), daysInMonth(moved)));
  return instant(moved.getTime());
}

/** The period of the schedule that holds the instant, on either side of the anchor. */
export function billingPeriodAt(schedule: BillingSchedule, at: Instant): Period {
  const meanMs = MEAN_DAYS[schedule.interval.unit] * schedule.interval.count * DAY_MS;
  let index = Math.floor((at - schedule.anchor) / meanMs);
  while (boundaryAt(schedule, index) > at) index -= 1;
  while (boundaryAt(schedule, index + 1) <= at) index += 1;
  return { from: boundaryAt(schedule, index), to: boundaryAt(schedule, index + 1) };
}

/** Whether a period of the schedule ends, and the next one begins, at the instant. */
export const isBoundary = (schedule: BillingSchedule, at: Instant): boolean =>
  billingPeriodAt(schedule, at).from === at;

/** The period that a schedule would have if it were anchored at its start: what a shorter first period is a part of. */
export const fullPeriodFrom = (from: Instant, interval: BillingInterval): Period => ({
  from,
  to: boundaryAt({ anchor: from, interval }, 1),
});

/**
 * The billing periods that end within the range, in order. The first one begins at `start` and ends at the first
 * boundary after it, so it may be shorter than the others.
 * @param of `start`: of the subscription; nothing is billed before it
 */
export function* billingPeriods(
  of: BillingSchedule & { readonly start: Instant },
  range: Period,
): Generator<Period, void, undefined> {
  let period = billingPeriodAt(of, range.from > of.start ? instant(range.from - 1) : of.start);
  while (period.to <= range.to) {
    const from = period.from > of.start ? period.from : of.start;
    if (period.to > range.from) yield { from, to: period.to };
    period = billingPeriodAt(of, period.to);
  }
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}
