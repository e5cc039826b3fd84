import { formatDecimal } from '../../values/decimal.ts';
import { HOUR_MS, type Instant } from '../../values/instant.ts';
import { describeRanges, magnitude, rangesOf, toQuantity } from '../hourly-series.ts';
import type { DriftingCell } from './drifting-cell.ts';
import type { Claim, View } from './hypothesis.ts';

type Words = (at: { readonly worth: string; readonly where: string; readonly count: number }) => string;

/** A claim on hours, with the sentence that its quantity and places fill. */
export function claimOf(
  cell: DriftingCell,
  about: Omit<Claim, 'sentence' | 'beyond'> & { readonly beyond?: bigint; readonly words: Words },
): Claim {
  const { words, ...claim } = about;
  const beyond = about.beyond ?? 0n;
  const total = claim.effect.reduce((sum, value) => sum + value, beyond);
  const ranges = rangesOf(claim.hours);
  const sentence = words({
    worth: quantityText(cell, total),
    where: describeRanges(cell.period.from, ranges),
    count: claim.hours.length,
  });
  return { ...claim, beyond, sentence };
}

export const quantityText = (cell: DriftingCell, value: bigint): string =>
  `${formatDecimal(toQuantity(magnitude(value), cell.perUnit))} ${cell.unit}`;

/** The claim that explains exactly what is left of the hours. */
export const restOf = ({ fit }: View, hours: readonly number[]): bigint[] =>
  hours.map((hour) => fit.rest[hour] as bigint);

/** Runs among the hours that are expected to hold something: idle hours in between break none. */
export function runsOf(view: View, hours: readonly number[]): number {
  let runs = 0;
  let previous = Number.NEGATIVE_INFINITY;
  for (const hour of hours) {
    let isBroken = previous < 0;
    for (let at = previous + 1; !isBroken && at < hour; at += 1) {
      isBroken = (view.expected[at] as bigint) !== 0n || view.fit.rest[at] !== 0n;
    }
    if (isBroken) runs += 1;
    previous = hour;
  }
  return runs;
}

/** What is left, as runs of hours that touch each other. */
export function stretchesOf({ fit }: View): readonly (readonly number[])[] {
  const found: number[][] = [];
  for (const hour of fit.hours) {
    const last = found.at(-1);
    if (last?.at(-1) === hour - 1) last.push(hour);
    else found.push([hour]);
  }
  return found;
}

/** The hour of the period in which an instant lies; below 0 or beyond the last one where it lies outside. */
export const hourOf = (cell: DriftingCell, at: Instant): number => Math.floor((at - cell.period.from) / HOUR_MS);

/** Hours that are expected to hold something and hold nothing. */
export const absentHours = (view: View): number[] => (view.fit.isLoose ? absentStretches(view) : absentAlone(view));

const absentAlone = ({ cell, expected, fit }: View): number[] =>
  fit.hours.filter((hour) => {
    const lack = -(fit.rest[hour] as bigint);
    // Where others' usage stands too, the own may be absent beside it.
    return (
      lack > 0n && (lack === expected[hour] || (lack === cell.measured[hour] && lack < (expected[hour] as bigint)))
    );
  });

/** Where hours are blurred, a part of the first and of the last ones is there; between them nothing is. */
const absentStretches = (view: View): number[] =>
  stretchesOf(view).flatMap((hours) => {
    const { expected, fit } = view;
    const isLack = hours.every((hour) => {
      const rest = fit.rest[hour] as bigint;
      return rest <= 0n && -rest <= (expected[hour] as bigint);
    });
    const inner = hours.slice(1, -1);
    const absent = inner.filter((hour) => fit.actual[hour] === 0n).length;
    return isLack && absent * 4 >= (inner.length - 2) * 3 ? [...hours] : [];
  });

/** Hours that are expected to hold something. */
export const activeHours = ({ expected }: View): number => {
  let count = 0;
  for (const value of expected) if (value !== 0n) count += 1;
  return count;
};

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
