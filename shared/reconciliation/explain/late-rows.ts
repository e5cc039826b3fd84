import { isNear } from '../hourly-series.ts';
import { claimOf, restOf, runsOf } from './claim.ts';
import type { Claim, Hypothesis } from './hypothesis.ts';

/** Usage that arrived in ClickHouse after its hour was pushed: a correction is pending. */
export const lateRows: Hypothesis = (view) => {
  const { cell, expected, fit } = view;
  const { arrivedLate } = cell.evidence;
  if (arrivedLate !== null && arrivedLate.size > 0) {
    if (cell.isHeld || fit.isLoose) {
      const all = [...arrivedLate.keys()].sort((a, b) => a - b);
      return fit.hours.length === 0
        ? []
        : [
            claimFor(
              all,
              all.map((hour) => -(arrivedLate.get(hour) as bigint)),
              KNOWN,
            ),
          ];
    }
    const hours = fit.hours.filter((hour) => {
      const late = arrivedLate.get(hour) ?? 0n;
      const own = cell.measured[hour] as bigint;
      return late !== 0n && own !== 0n && isNear(-(fit.rest[hour] as bigint) * own, late * (expected[hour] as bigint));
    });
    if (hours.length > 0) return [claimFor(hours, restOf(view, hours), KNOWN)];
  }
  // Without that evidence: a part of some hours is there.
  const hours = fit.hours.filter((hour) => {
    const rest = fit.rest[hour] as bigint;
    return rest < 0n && rest > -(expected[hour] as bigint);
  });
  if (hours.length === 0) return [];
  return [claimFor(hours, restOf(view, hours), { cost: 6.5 + Math.min(runsOf(view, hours), 3), isDoubtful: true })];

  function claimFor(
    hours: readonly number[],
    effect: readonly bigint[],
    more: { readonly cost: number; readonly isDoubtful: boolean },
  ): Claim {
    return claimOf(cell, {
      code: 'late_rows',
      hours,
      effect,
      ...more,
      words: ({ worth, where, count }) =>
        `${count} ${count === 1 ? 'hour' : 'hours'} gained usage after the push, worth ${worth}: ${where}`,
    });
  }
};

const KNOWN = { cost: 1.5, isDoubtful: false };
