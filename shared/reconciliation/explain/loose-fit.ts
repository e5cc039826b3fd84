import { magnitude } from '../hourly-series.ts';
import type { DriftingCell } from './drifting-cell.ts';
import { type Fit, finish, runningTotals } from './fit.ts';

/**
 * The fit of a pusher that sends when it likes, so that an hour's usage may stand in that hour and the ones after it. No
 * hour can be compared alone then. The totals so far can: what is on its way is never more than the usage of the last
 * `lagHours` hours, so Stripe's total stays within that of the measured one, until something goes wrong; from then on it
 * is off by that. What is left stands in the hours between one such level and the next.
 */
export function fitLoosely(
  cell: DriftingCell,
  expected: readonly bigint[],
  of: { readonly explainedBeyond: bigint; readonly lagHours: number },
): Fit {
  const actual = expected.map((_, hour) => cell.metered[hour] ?? 0n);
  const [due, held] = [runningTotals(expected), runningTotals(actual)];
  const count = expected.length;
  const sum = held[count] as bigint;
  const largest = magnitude(due[count] as bigint) > magnitude(sum) ? magnitude(due[count] as bigint) : magnitude(sum);
  const course: Course = { due, held, lagHours: of.lagHours, dust: largest / DUST + roundingOf(cell) };
  const rest = new Array<bigint>(count).fill(0n);
  for (const run of runsBetween(stretches(course), course)) spread(rest, { expected, actual, run });
  const left = rest.reduce((total, value) => total + value, 0n);
  const beyond = cell.meteredTotal - sum - of.explainedBeyond;
  return { ...finish({ rest, actual, dust: sum - (due[count] as bigint) - left, beyond }), isLoose: true };
}

/** What pushes lose by rounding is at most this part of all. */
const DUST = 500_000n;

/** What rounding leaves of many pushes, where all are rounded alike: as chance adds it up. */
function roundingOf({ metered, measured, perUnit }: DriftingCell): bigint {
  let step = perUnit;
  const isWhole = (value: bigint | null): boolean => value === null || value % step === 0n;
  for (let places = 0; places < MOST_PLACES; places += 1, step /= 10n) {
    if (perUnit % step !== 0n || step === 0n) return 0n;
    if (metered.every(isWhole)) return measured.every(isWhole) ? 0n : step * CHANCE;
  }
  return 0n;
}

const MOST_PLACES = 7;
/** About the root of all pushes of a month. */
const CHANCE = 32n;

type Course = {
  /** Totals at the start of each hour, and at the end of the last. */
  readonly due: readonly bigint[];
  readonly held: readonly bigint[];
  readonly lagHours: number;
  readonly dust: bigint;
};

/** Bounds `from` … `to` of hours between which Stripe is off by the same all the time. */
type Stretch = { from: number; to: number; low: bigint; high: bigint };

/** By how much Stripe may be off at a bound, if what is on its way is ordinary. */
function offAt({ due, held, lagHours, dust }: Course, at: number): { readonly low: bigint; readonly high: bigint } {
  const off = (held[at] as bigint) - (due[at] as bigint);
  // Nothing is on its way at the ends of a month.
  const pending = at === due.length - 1 ? 0n : (due[at] as bigint) - (due[Math.max(0, at - lagHours)] as bigint);
  return { low: off - dust, high: off + (pending > 0n ? pending : 0n) + dust };
}

/** As few stretches as there can be. */
function stretches(course: Course): Stretch[] {
  const found: Stretch[] = [];
  let current: Stretch = { from: 0, to: 0, low: 0n, high: 0n };
  for (let at = 1; at < course.due.length; at += 1) {
    const { low, high } = offAt(course, at);
    const next = { low: low > current.low ? low : current.low, high: high < current.high ? high : current.high };
    if (next.low <= next.high) {
      current = { from: current.from, to: at, ...next };
      continue;
    }
    found.push(current);
    current = { from: at, to: at, low, high };
  }
  found.push(current);
  return found;
}

/** Hours `from` up to, not including, `to` in which something went wrong, and what it is worth. */
type Run = { readonly from: number; readonly to: number; readonly worth: bigint };

function runsBetween(all: readonly Stretch[], course: Course): Run[] {
  const last = all.at(-1) as Stretch;
  const stable = all.filter((one, index) => index === 0 || one === last || isStable(one, course));
  const runs: Run[] = [];
  let level = 0n;
  for (const [index, one] of stable.entries()) {
    if (index === 0) continue;
    const before = stable[index - 1] as Stretch;
    const end = course.due.length - 1;
    const next =
      one === last
        ? (course.held[end] as bigint) - (course.due[end] as bigint)
        : // What arrived is the least that is owed; nothing is on its way in most hours.
          one.low + course.dust;
    const worth = next - level;
    if (magnitude(worth) > course.dust * 2n)
      runs.push(placed({ from: before.to, to: one.from, worth }, before, course));
    level = next;
  }
  return runs;
}

/** A level that lasts; between two such there may be others for a while. */
function isStable({ from, to }: Stretch, { due }: Course): boolean {
  return to - from >= STABLE_HOURS && due[to] !== due[from];
}

const STABLE_HOURS = 5;

/** What is lacking may have been on its way for a while: it is put to the first hours from which on it can have been lacking. */
function placed(run: Run, before: Stretch, course: Course): Run {
  if (run.worth > 0n) return run;
  const { due, held } = course;
  const end = due.length - 1;
  const level = (held[run.to] as bigint) - (due[run.to] as bigint);
  const isTrue = (at: number): boolean => {
    const { low, high } = offAt(course, at);
    return low <= level && level <= high;
  };
  let { to } = run;
  while (to - 1 > before.from && isTrue(to - 1)) to -= 1;
  let from = Math.min(run.from, Math.min(to, end) - 1);
  const isAbsent = (hour: number): boolean => held[hour] === held[hour + 1] && due[hour] !== due[hour + 1];
  while (from > before.from && isAbsent(from - 1)) from -= 1;
  return { ...run, from, to };
}

/** Each hour of the run has what it is off by; what is on its way at its bounds is put to the hours there. */
function spread(
  rest: bigint[],
  at: { readonly expected: readonly bigint[]; readonly actual: readonly bigint[]; readonly run: Run },
): void {
  const { expected, actual, run } = at;
  let left = run.worth;
  for (let hour = run.from; hour < run.to; hour += 1) {
    const off = (actual[hour] as bigint) - (expected[hour] as bigint);
    rest[hour] = off;
    left -= off;
  }
  const isLack = run.worth < 0n;
  // The hours at the bounds have room for what is on its way there.
  const hours = Array.from({ length: run.to - run.from + 2 }, (_, index) => run.to - index);
  for (const hour of hours) {
    if (left === 0n) return;
    if (hour < 0 || hour >= rest.length) continue;
    const now = rest[hour] as bigint;
    const least = isLack ? -(expected[hour] as bigint) : 0n;
    const wanted = now + left;
    const value = wanted < least ? least : isLack && wanted > 0n ? 0n : wanted;
    rest[hour] = value;
    left -= value - now;
  }
  const last = run.to - 1;
  rest[last] = (rest[last] as bigint) + left;
}
