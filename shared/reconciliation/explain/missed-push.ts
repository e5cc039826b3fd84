import { magnitude } from '../hourly-series.ts';
import { absentHours, activeHours, claimOf, restOf, runsOf } from './claim.ts';
import type { Hypothesis, View } from './hypothesis.ts';
import { awaitedHours } from './late-push.ts';

/**
 * Pushes of some hours never arrived: they hold nothing where usage was measured. Stripe keeps the newest total on a
 * meter that holds one, so that a push in between that is missing changes nothing there.
 */
export const missedPush: Hypothesis = (view) => {
  const { cell } = view;
  const awaited = new Set(awaitedHours(view));
  const hours = absentHours(view).filter((hour) => !awaited.has(hour));
  const isNothingPushed = cell.metered.every((value) => value === null || value === 0n);
  if (hours.length === 0 || (cell.isHeld && !isNothingPushed)) return [];
  const runs = runsOf(view, hours);
  return [
    claimOf(cell, {
      code: 'missed_push',
      hours,
      effect: restOf(view, hours),
      cost: 1 + 2 * runs,
      // So many gaps have a reason of their own.
      isDoubtful: runs > MOST_RUNS || isElsewhere(view, hours) || isNeverPushed(view, hours),
      words: ({ worth, where, count }) =>
        `${count} of ${activeHours(view)} hourly pushes absent, worth ${worth}: ${where}`,
    }),
  ];
};

const MOST_RUNS = 12;

/** Whether nothing at all was pushed, in the months beside neither: a push may have been refused, or have become 0. */
function isNeverPushed(view: View, hours: readonly number[]): boolean {
  const { before, after } = view.cell;
  const isPushed = [before, after].some((month) => month?.metered?.some((value) => value !== null && value !== 0n));
  return !isPushed && hours.length === activeHours(view);
}

/** Whether somebody else on the meter has about as much too much. */
function isElsewhere({ cell, fit }: View, hours: readonly number[]): boolean {
  const lack = hours.reduce((sum, hour) => sum - (fit.rest[hour] as bigint), 0n);
  return cell.others.some(({ measured, metered }) => {
    if (metered === null) return false;
    let excess = 0n;
    for (const [hour, value] of metered.entries()) excess += (value ?? 0n) - (measured[hour] ?? 0n);
    return excess > 0n && magnitude(excess - lack) * 100n < lack;
  });
}
