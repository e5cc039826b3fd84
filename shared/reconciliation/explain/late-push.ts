import { HOUR_MS } from '../../values/instant.ts';
import { isNear } from '../hourly-series.ts';
import { absentHours, claimOf, hourOf, restOf } from './claim.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';
import { type StrangeHour, strangeAfter } from './strange-hours.ts';

/** Usage that is on its way: the last hours of an open month, or the last of one whose usage stands in the next. */
export const latePush: Hypothesis = (view) => [...awaited(view), ...arrivedNext(view)];

const isOpen = ({ cell }: View): boolean => cell.pulledAt < cell.period.to + cell.stalenessMs;

/** The hours right before the pull in which nothing has arrived yet; none where the month is over. */
export function awaitedHours(view: View): readonly number[] {
  const { cell, expected, fit } = view;
  if (!isOpen(view)) return [];
  const now = Math.min(expected.length - 1, hourOf(cell, cell.pulledAt));
  const hours: number[] = [];
  for (let hour = expected.length - 1; hour >= 0; hour -= 1) {
    const due = expected[hour] as bigint;
    if (due === 0n && fit.rest[hour] === 0n) continue;
    if ((fit.rest[hour] as bigint) >= 0n) break;
    hours.unshift(hour);
    // The oldest hour may have been pushed in part.
    if (fit.rest[hour] !== -due) break;
  }
  const [oldest, newest] = [hours[0], hours.at(-1)];
  if (oldest === undefined || newest === undefined || newest < now - STALE_HOURS) return [];
  // Whoever has not pushed for that long is not late: nobody pushes.
  return hours.length > MOST_AWAITED && oldest < now - STALE_HOURS ? [] : hours;
}

/** A trailing gap that ends longer before the pull is none that is waited for. */
const STALE_HOURS = 24;
/** So few hours may be on their way however far they lie apart. */
const MOST_AWAITED = 6;

function awaited(view: View): readonly Claim[] {
  const { cell } = view;
  const hours = awaitedHours(view);
  if (hours.length === 0) return [];
  const age = cell.pulledAt - (cell.period.from + (hours[0] as number) * HOUR_MS);
  return [
    claimOf(cell, {
      code: 'late_push',
      hours,
      effect: restOf(view, hours),
      cost: 1.25,
      isDoubtful: age > cell.stalenessMs + HOUR_MS,
      words: ({ worth, where, count }) =>
        `${count} hourly ${count === 1 ? 'push is' : 'pushes are'} still on the way when Stripe was asked, worth ${worth}: ${where}`,
    }),
  ];
}

/** How far into the next month what was late may stand. */
const REACH_HOURS = 24;

/** The last hours of the month, arrived together or one after the other in the first hours of the next one. */
function arrivedNext(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  if (cell.isHeld || cell.after === null) return [];
  const strange = strangeAfter(cell).filter(({ hour }) => hour < REACH_HOURS);
  const absent = new Set(absentHours(view));
  const trailing: number[] = [];
  let hours: readonly number[] = [];
  let sum = 0n;
  for (let hour = expected.length - 1; hour >= 0; hour -= 1) {
    if ((expected[hour] as bigint) === 0n) continue;
    if (!absent.has(hour)) break;
    trailing.unshift(hour);
    sum -= fit.rest[hour] as bigint;
    if (stands(strange, sum)) hours = [...trailing];
  }
  if (hours.length === 0) return [];
  return [
    claimOf(cell, {
      code: 'late_push',
      hours,
      effect: restOf(view, hours),
      cost: 1.5,
      // Where much else is off, hours that stand in the next month are no proof of lateness.
      isDoubtful: fit.hours.length > hours.length * 3,
      words: ({ worth, where, count }) =>
        `The pushes of the last ${count === 1 ? 'hour' : `${count} hours`} came after the end of the month and stand in the next one, worth ${worth}: ${where}`,
    }),
  ];
}

/** Whether the quantity stands in one strange hour, or in several that follow each other. */
function stands(strange: readonly StrangeHour[], worth: bigint): boolean {
  for (let from = 0; from < strange.length; from += 1) {
    let sum = 0n;
    for (const hour of strange.slice(from)) {
      sum += hour.worth;
      if (isNear(sum, worth)) return true;
      if (sum > worth) break;
    }
  }
  return false;
}
