import { hourText } from '../hourly-series.ts';
import { claimOf } from './claim.ts';
import { isBetween, runningTotals } from './fit.ts';
import type { Hypothesis } from './hypothesis.ts';
import { isTooLong } from './rejected-events.ts';

/** The last total that was sent was true in its hour, the month is over, and nothing follows it. */
export const finalPushMissing: Hypothesis = (view) => {
  const { cell, expected, fit } = view;
  if (!cell.isHeld || cell.pulledAt < cell.period.to) return [];
  const last = cell.metered.findLastIndex((value) => value !== null);
  const level = cell.metered[last];
  const [first] = fit.hours;
  if (level === undefined || level === null || first === undefined || first < last) return [];
  const totals = runningTotals(expected);
  if (!isBetween(totals, { hour: last, level: level })) return [];
  if (level === totals.at(-1)) return [];
  const hours = fit.hours.filter((hour) => hour >= last);
  return [
    claimOf(cell, {
      code: 'final_push_missing',
      hours,
      effect: hours.map((hour) => fit.rest[hour] as bigint),
      cost: 2,
      // Totals that Stripe refuses leave the same trace.
      isDoubtful: isTooLong(totals.at(-1) as bigint, cell.perUnit),
      words: ({ worth }) =>
        `The last push was made in the hour of ${hourText(cell.period.from, last)}; the final one of the month is missing, worth ${worth}`,
    }),
  ];
};
