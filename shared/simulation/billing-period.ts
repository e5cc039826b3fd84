import { DAY_MS, type Instant, instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';

type BillingInterval = 'day' | 'week' | 'month' | 'year';

/**
 * The billing period that holds `at`, counted from the anchor (to the second). Months step on the calendar and clamp to
 * the last day of a shorter month: Jan 31, Feb 28, Mar 31 (stripe.md, Subscriptions). Before the anchor: the first period.
 */
export function periodAt(of: {
  readonly anchor: Instant;
  readonly interval: BillingInterval;
  readonly count: number;
  readonly at: Instant;
}): Period {
  const step = (index: number): Instant => boundary(of.anchor, of.interval, of.count * index);
  let index = Math.max(0, Math.floor((of.at - of.anchor) / (of.count * LONGEST_DAYS[of.interval] * DAY_MS)));
  while (step(index + 1) <= of.at) index += 1;
  return { from: step(index), to: step(index + 1) };
}

const LONGEST_DAYS = { day: 1, week: 7, month: 31, year: 366 } as const;

function boundary(anchor: Instant, interval: BillingInterval, steps: number): Instant {
  if (interval === 'day' || interval === 'week') return instant(anchor + steps * LONGEST_DAYS[interval] * DAY_MS);
  const months = interval === 'year' ? steps * 12 : steps;
  const start = new Date(anchor);
  const year = start.getUTCFullYear();
  const month = start.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(start.getUTCDate(), lastDay);
  return instant(Date.UTC(year, month, day) + (anchor % DAY_MS));
}
