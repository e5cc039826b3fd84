import { claimOf, hourOf, restOf } from './claim.ts';
import type { Hypothesis } from './hypothesis.ts';

/** ClickHouse has let go of rows that Stripe once got: Stripe holds more, in the oldest hours alone. */
export const expiredRows: Hypothesis = (view) => {
  const { cell, expected, fit } = view;
  const { expiredBefore } = cell.evidence;
  if (fit.hours.length === 0) return [];
  if (expiredBefore !== null) {
    const boundary = hourOf(cell, expiredBefore);
    // Old totals know the hour in which they were pushed, no finer.
    const hours = fit.hours.filter((hour) => hour <= boundary && (fit.rest[hour] as bigint) > 0n);
    if (hours.length === 0) return [];
    return [claimFor(hours, { cost: 1.5, isDoubtful: false })];
  }
  const edge = expected.findIndex((value) => value !== 0n);
  const hours = fit.hours.filter((hour) => hour < edge && (fit.rest[hour] as bigint) > 0n);
  return hours.length >= MIN_HOURS ? [claimFor(hours, { cost: 3, isDoubtful: true })] : [];

  function claimFor(hours: readonly number[], more: { readonly cost: number; readonly isDoubtful: boolean }) {
    return claimOf(cell, {
      code: 'expired_rows',
      hours,
      effect: restOf(view, hours),
      ...more,
      words: ({ worth, where }) => `ClickHouse has lost rows that were pushed once, worth ${worth}: ${where}`,
    });
  }
};

/** Fewer hours without usage at the start of a month are nothing special. */
const MIN_HOURS = 6;
