import { compareBytes } from '../values/order.ts';
import type { MonthKey } from '../values/period.ts';
import { isInTime } from './arrival-shares.ts';
import { distinctPulls, type PullOfMonth } from './arrival-sight.ts';

/** Enough to learn from: what is older says less of today, and each pull found all ages that it could. */
const MONTHS = 12;
const PULLS_PER_MONTH = 16;

/**
 * The pulls that are worth reading to judge a month: its newest, and of the 12 newest months 16 each, evenly spaced from
 * the first one to the last that teaches.
 */
export function choosePulls<Pull extends PullOfMonth>(pulls: readonly Pull[], month: MonthKey): readonly Pull[] {
  const distinct = distinctPulls(pulls);
  const months = [...new Set(distinct.map((pull) => pull.month))].sort(compareBytes).slice(-MONTHS);
  const chosen = months.flatMap((key) => spaced(distinct.filter((pull) => pull.month === key && isInTime(pull))));
  const newest = distinct.filter((pull) => pull.month === month).slice(-1);
  return [...new Set([...chosen, ...newest])];
}

function spaced<Pull>(pulls: readonly Pull[]): readonly Pull[] {
  if (pulls.length <= PULLS_PER_MONTH) return pulls;
  const last = pulls.length - 1;
  const places = Array.from({ length: PULLS_PER_MONTH }, (_, index) =>
    Math.floor((index * last) / (PULLS_PER_MONTH - 1)),
  );
  return pulls.filter((_, place) => places.includes(place));
}
