import { isNear, magnitude } from '../hourly-series.ts';
import { claimOf, restOf } from './claim.ts';
import type { DriftingCell, OtherCell } from './drifting-cell.ts';
import { isBetween, runningTotals } from './fit.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

/** What is too much here is lacking at another customer of the meter, or the other way round. */
export const wrongCustomer: Hypothesis = (view) =>
  view.cell.others.flatMap((other) => (view.cell.isHeld ? heldOf(view, other) : hoursOf(view, other)));

function hoursOf(view: View, other: OtherCell): readonly Claim[] {
  const { cell, fit } = view;
  const { metered } = other;
  if (metered === null) return [];
  const hours = fit.hours.filter((hour) => {
    const theirs = (metered[hour] ?? 0n) - (other.measured[hour] ?? 0n);
    return (
      theirs !== 0n && isNear(-theirs, fit.rest[hour] as bigint) && theirs < 0n !== (fit.rest[hour] as bigint) < 0n
    );
  });
  if (isOpposite(view, other)) {
    return [claimFor(view, { other, hours: fit.hours, isDoubtful: hours.length * 2 < fit.hours.length, cost: 1.5 })];
  }
  if (hours.length === 0) return [];
  const all = withLag(view, other, hours);
  return [claimFor(view, { other, hours: all, isDoubtful: hours.length === 1 && cell.others.length > 20, cost: 1.5 })];
}

/** All that is left here is what is left there, with the other sign, and about where it is. */
function isOpposite({ cell, expected, fit }: View, other: OtherCell): boolean {
  const [first, last] = [fit.hours[0], fit.hours.at(-1)];
  if (first === undefined || last === undefined || fit.beyond !== 0n) return false;
  const ours = fit.hours.reduce((sum, hour) => sum + (fit.rest[hour] as bigint), 0n);
  const differences = expected.map((_, hour) => (other.metered?.[hour] ?? 0n) - (other.measured[hour] ?? 0n));
  const theirs = differences.reduce((sum, value) => sum + value, 0n);
  if (theirs === 0n || magnitude(ours) < cell.perUnit / 1000n || !isNear(-ours, theirs)) return false;
  const [from, to] = [Math.max(0, first - LAG_HOURS), last + LAG_HOURS + 1];
  const inside = differences.slice(from, to).reduce((sum, value) => sum + value, 0n);
  return isNear(inside, theirs);
}

/** The whole run, where some of it lies an hour or two apart at the other one and the two sums are the same. */
function withLag(view: View, other: OtherCell, hours: readonly number[]): readonly number[] {
  return [LAG_HOURS, view.expected.length].reduce(
    (found, reach) => withReach(view, { other, hours: found, reach }),
    hours,
  );
}

function withReach(
  { fit }: View,
  at: { readonly other: OtherCell; readonly hours: readonly number[]; readonly reach: number },
): readonly number[] {
  const { other, hours, reach } = at;
  const first = hours[0] as number;
  const isLack = (fit.rest[first] as bigint) < 0n;
  const isOne = (hour: number): boolean => (fit.rest[hour] as bigint) < 0n === isLack;
  const run = fit.hours.filter(
    (hour) => isOne(hour) && hour >= first - reach && hour <= (hours.at(-1) as number) + reach,
  );
  if (run.length <= hours.length || hours.length * 2 < run.length) return hours;
  const ours = run.reduce((sum, hour) => sum + (fit.rest[hour] as bigint), 0n);
  const [from, to] = [run[0] as number, (run.at(-1) as number) + LAG_HOURS];
  let theirs = 0n;
  for (let hour = from; hour <= to; hour += 1) theirs += (other.metered?.[hour] ?? 0n) - (other.measured[hour] ?? 0n);
  return isNear(-ours, theirs) ? run : hours;
}

const LAG_HOURS = 3;

function claimFor(
  view: View,
  at: { other: OtherCell; hours: readonly number[]; isDoubtful: boolean; cost: number },
): Claim {
  const { other, hours, isDoubtful, cost } = at;
  const effect = restOf(view, hours);
  const isExcess = effect.reduce((sum, value) => sum + value, 0n) > 0n;
  return claimOf(view.cell, {
    code: 'wrong_customer',
    hours,
    effect,
    cost,
    isDoubtful,
    counterpart: other.name,
    words: ({ worth, where }) =>
      isExcess
        ? `${worth} that ${other.name} lacks stand here: ${where}`
        : `${worth} of this usage stand at ${other.name}: ${where}`,
  });
}

/** The value that is held is the other one's total, or theirs is ours. */
function heldOf(view: View, other: OtherCell): readonly Claim[] {
  const { cell, fit } = view;
  if (other.metered === null || fit.hours.length === 0) return [];
  const theirTotals = runningTotals(other.measured);
  const ours = runningTotals(cell.measured);
  const isTheirsHere = showsTotals(cell.metered, { totals: theirTotals, own: ours });
  const isOursThere = showsTotals(other.metered, { totals: ours, own: theirTotals });
  if (!isTheirsHere && !(isOursThere && isShort(cell))) return [];
  return [claimFor(view, { other, hours: fit.hours, isDoubtful: false, cost: 1 })];
}

const isShort = (cell: DriftingCell): boolean => cell.meteredTotal < cell.measuredTotal;

/** Whether among the newest values are at least two totals of somebody else, which are none of the own. */
function showsTotals(
  metered: readonly (bigint | null)[],
  of: { readonly totals: readonly bigint[]; readonly own: readonly bigint[] },
): boolean {
  let right = 0;
  let seen = 0;
  for (let hour = metered.length - 1; hour >= 0 && seen < NEWEST; hour -= 1) {
    const level = metered[hour] ?? null;
    if (level === null || level === 0n) continue;
    seen += 1;
    if (isBetween(of.totals, { hour, level }) && !isBetween(of.own, { hour, level })) right += 1;
  }
  return right >= 2;
}

const NEWEST = 24;
