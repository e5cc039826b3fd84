import { HOUR_MS, hourOf, type Instant, instant } from '../values/instant.ts';
import { type MonthKey, monthPeriod } from '../values/period.ts';
import { AGE_HOURS, type AgeShare, type LearnedArrival, shareAt } from './arrival-shares.ts';
import type { Sight } from './arrival-sight.ts';

/** Of a thousand parts of an hour one may still change: usage to come and usage taken back do not make up for each other. */
const PARTS = 1000n;

/**
 * The instant up to which usage was complete at a pull: the end of the last hour that was old enough, at least the start
 * of the month and at most its end.
 * @returns null where nothing was learned, or not even the oldest hours stay as they are
 */
export function watermarkAt(sight: Sight, learned: LearnedArrival): Instant | null {
  const completeHours = completeFromHours(learned);
  if (completeHours === null) return null;
  const { from, to } = monthPeriod(sight.month);
  const reached = hourOf(instant(sight.pulledAt - completeHours * HOUR_MS));
  return reached < from ? from : reached > to ? to : reached;
}

/** When the last hour of a month will be old enough; null as above. */
export function allInFrom(month: MonthKey, learned: LearnedArrival): Instant | null {
  const completeHours = completeFromHours(learned);
  return completeHours === null ? null : instant(monthPeriod(month).to + completeHours * HOUR_MS);
}

/** The age from which on no class of age changes by more than a thousandth. */
function completeFromHours(learned: LearnedArrival): number | null {
  let complete: number | null = null;
  for (const hours of [...AGE_HOURS].reverse()) {
    const share = shareAt(learned, hours * HOUR_MS, ({ samples }) => samples > 0);
    if (share === null || !isComplete(share)) break;
    complete = hours;
  }
  return complete;
}

const isComplete = ({ moved, weight }: AgeShare): boolean => moved * PARTS <= weight;
