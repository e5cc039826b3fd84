import { formatInstant } from '../../values/instant.ts';
import { claimOf, hourOf, restOf } from './claim.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

/** The values were pushed under another query than the one in force: one side of an instant differs throughout. */
export const queryChanged: Hypothesis = (view) => {
  const { cell, expected, fit } = view;
  if (fit.hours.length === 0 || cell.metered.every((value) => value === null)) return [];
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
  // All of the month has no side that is right, and where nothing was measured no query was.
  if (start < 0 || first <= start === last >= end) return [];
  const range = first <= start ? { from: 0, to: last + 1 } : { from: first, to: expected.length };
  return sideOf(view, { ...range, isKnown: false, when: null });
};

const restAfter = ({ fit }: View, from: number): bigint => fit.rest.slice(from).reduce((sum, value) => sum + value, 0n);

const MIN_HOURS = 12;
const NEAR_HOURS = 24;

function sideOf(
  view: View,
  at: { readonly from: number; readonly to: number; readonly isKnown: boolean; readonly when: string | null },
): readonly Claim[] {
  const { cell, expected, fit } = view;
  const hours = fit.hours.filter((hour) => hour >= at.from && hour < at.to);
  const active = expected.slice(at.from, at.to).filter((value) => value !== 0n).length;
  const above = hours.filter((hour) => (fit.rest[hour] as bigint) > 0n).length;
  const partial = hours.filter((hour) => fit.rest[hour] !== -(expected[hour] as bigint)).length;
  const isOneSided = above === 0 || above === hours.length;
  const isWhole = cell.isHeld && at.isKnown && at.from === 0 && hours.length * 10 >= fit.hours.length * 9;
  // Hours that are absent altogether are missed pushes, whichever the query.
  if (hours.length < (at.isKnown ? 3 : MIN_HOURS) || (!isWhole && partial * 10 < hours.length * 8)) return [];
  // Totals that are behind blur the hours.
  if (!isWhole && (hours.length * 10 < active * (at.isKnown ? 5 : 9) || !(at.isKnown || isOneSided))) return [];
  // The difference reaches up to the change.
  const [first, last] = [hours[0] ?? at.from, hours.at(-1) ?? at.to];
  if (at.isKnown && !isWhole && (at.from > 0 ? first - at.from : at.to - last) > NEAR_HOURS) return [];
  const effect = restOf(view, hours);
  // Totals tell the end exactly and the hours before it about.
  if (isWhole) effect.push((effect.pop() as bigint) + restAfter(view, at.to));
  return [
    claimOf(cell, {
      code: 'query_changed',
      hours,
      effect,
      cost: at.isKnown ? 2 : 6.5,
      // Where nothing is measured at all, rows are gone rather than counted otherwise.
      isDoubtful: !at.isKnown || hours.every((hour) => expected[hour] === 0n),
      words: ({ worth, where }) =>
        at.when === null
          ? `Every hour of one part of the month differs, worth ${worth}, as if another query had been in force: ${where}`
          : `The meter's query was changed on ${at.when}; what was pushed under the other one differs, worth ${worth}: ${where}`,
    }),
  ];
}
