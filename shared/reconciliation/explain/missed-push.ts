import { absentHours, activeHours, claimOf, restOf, runsOf } from './claim.ts';
import type { Hypothesis } from './hypothesis.ts';
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
      isDoubtful: runs > MOST_RUNS,
      words: ({ worth, where, count }) =>
        `${count} of ${activeHours(view)} hourly pushes absent, worth ${worth}: ${where}`,
    }),
  ];
};

const MOST_RUNS = 12;
