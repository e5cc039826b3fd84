import { formatInstant } from '../../values/instant.ts';
import { claimOf, hourOf, restOf } from './claim.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

/** The values were pushed under another query than the one in force: one side of an instant differs throughout. */
export const queryChanged: Hypothesis = (view) => {
  const { cell, expected, fit } = view;
  if (fit.hours.length === 0) return [];
  const changedAt = cell.evidence.queryChangedAt;
  if (changedAt !== null) {
    const boundary = Math.min(Math.max(hourOf(cell, changedAt), 0), expected.length);
    return [
      [0, Math.min(boundary + (cell.isHeld ? 2 : 0), expected.length)] as const,
      [boundary, expected.length] as const,
    ].flatMap(([from, to]) => sideOf(view, { from, to, isKnown: true, when: formatInstant(changedAt) }));
  }
  const [first, last] = [fit.hours[0] as number, fit.hours.at(-1) as number];
  const start = expected.findIndex((value) => value !== 0n);
  const end = expected.findLastIndex((value) => value !== 0n);
  // All of the month has no side that is right.
  if (first <= start === last >= end) return [];
  const range = first <= start ? { from: 0, to: last + 1 } : { from: first, to: expected.length };
  return sideOf(view, { ...range, isKnown: false, when: null });
};

const MIN_HOURS = 12;

function sideOf(
  view: View,
  at: { readonly from: number; readonly to: number; readonly isKnown: boolean; readonly when: string | null },
): readonly Claim[] {
  const { cell, expected, fit } = view;
  const hours = fit.hours.filter((hour) => hour >= at.from && hour < at.to);
  let active = 0;
  let partial = 0;
  let above = 0;
  for (let hour = at.from; hour < at.to; hour += 1) if (expected[hour] !== 0n) active += 1;
  for (const hour of hours) {
    const rest = fit.rest[hour] as bigint;
    if (rest > 0n) above += 1;
    if (rest !== -(expected[hour] as bigint)) partial += 1;
  }
  const isOneSided = above === 0 || above === hours.length;
  const isWhole = cell.isHeld && at.isKnown && at.from === 0 && hours.length * 10 >= fit.hours.length * 9;
  // Hours that are absent altogether are missed pushes, whichever the query.
  if (hours.length < (at.isKnown ? 3 : MIN_HOURS) || (!isWhole && partial * 10 < hours.length * 8)) return [];
  // Totals that are behind blur the hours.
  if (!isWhole && (hours.length * 10 < active * (at.isKnown ? 5 : 9) || !(at.isKnown || isOneSided))) return [];
  const effect = restOf(view, hours);
  // Totals tell the end exactly and the hours before it about.
  if (isWhole) {
    for (const hour of fit.hours)
      if (hour >= at.to) effect[effect.length - 1] = (effect.at(-1) as bigint) + (fit.rest[hour] as bigint);
  }
  return [
    claimOf(cell, {
      code: 'query_changed',
      hours,
      effect,
      cost: at.isKnown ? 2 : 6.5,
      isDoubtful: !at.isKnown,
      words: ({ worth, where }) =>
        at.when === null
          ? `Every hour of one part of the month differs, worth ${worth}, as if another query had been in force: ${where}`
          : `The meter's query was changed on ${at.when}; what was pushed under the other one differs, worth ${worth}: ${where}`,
    }),
  ];
}
