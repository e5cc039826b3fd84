import { DAY_MS, HOUR_MS, type Instant, instant } from '../values/instant.ts';
import { contains, type MonthKey, monthPeriod, type Period } from '../values/period.ts';

/**
 * When a month may be pushed and closed (metering.md section 7).
 * @see test/vectors/metering/period.json
 */

/** Rows may arrive this long after the month has ended. */
const LATE_ROWS_MS = DAY_MS;

/** The final push covers the whole month and is stamped one second before its end: the end itself is the next month's. */
export function closeStamp(month: MonthKey): { readonly eventAt: Instant; readonly usage: Period } {
  const usage = monthPeriod(month);
  return { eventAt: instant(usage.to - 1000), usage };
}

/** @param stripePeriodEnd end of the period on Stripe's invoice, which a test clock may have moved past the wall clock */
export function isCloseAllowed(month: MonthKey, now: Instant, stripePeriodEnd: Instant | null): boolean {
  const { to } = monthPeriod(month);
  return now >= to || (stripePeriodEnd !== null && stripePeriodEnd >= to);
}

export type LateRowWait = { readonly waitMs: number; readonly reason: 'late_rows' | 'settled' | 'test_clock' };

/** How long to wait for late rows: until a day after the end; not at all where the end lies more than an hour ahead. */
export function lateRowWait(month: MonthKey, now: Instant): LateRowWait {
  const { to } = monthPeriod(month);
  if (to - now > HOUR_MS) return { waitMs: 0, reason: 'test_clock' };
  const waitMs = to + LATE_ROWS_MS - now;
  return waitMs > 0 ? { waitMs, reason: 'late_rows' } : { waitMs: 0, reason: 'settled' };
}

/** A running total is pushed only inside its own month: a late run would put the old total into the new month. */
export const isPushAllowed = (month: MonthKey, now: Instant): boolean => contains(monthPeriod(month), now);
