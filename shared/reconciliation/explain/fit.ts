import { isNear, magnitude } from '../hourly-series.ts';
import type { DriftingCell } from './drifting-cell.ts';

/**
 * What Stripe holds beside what is expected. `rest` is signed (metered − expected) by hour; ordinary lag and the rounding
 * of single pushes are taken out. `beyond` is what the month holds more than its hours. The two add up to the drift,
 * but for `dust`.
 */
export type Fit = {
  readonly rest: readonly bigint[];
  /** Stripe's hours as increments. */
  readonly actual: readonly bigint[];
  /** Hours in which something is left, ascending. */
  readonly hours: readonly number[];
  readonly beyond: bigint;
  readonly dust: bigint;
  /** Everything that is left, without signs. */
  readonly size: bigint;
  /** Whether hours are blurred, so that none can be compared alone. */
  readonly isLoose: boolean;
};

export function fitTo(cell: DriftingCell, expected: readonly bigint[], explainedBeyond = 0n): Fit {
  return cell.isHeld ? fitHeld(cell, expected, explainedBeyond) : fitAdded(cell, expected, explainedBeyond);
}

/** For so many hours a push may be behind and still be ordinary. */
const LAG_HOURS = 6;

function fitAdded(cell: DriftingCell, expected: readonly bigint[], explainedBeyond: bigint): Fit {
  const { metered } = cell;
  const actual = expected.map((_, hour) => metered[hour] ?? 0n);
  const rest = new Array<bigint>(expected.length).fill(0n);
  let dust = 0n;
  let sum = 0n;
  for (let hour = 0; hour < expected.length; hour += 1) {
    const [due, held] = [expected[hour] as bigint, actual[hour] as bigint];
    sum += held;
    if (due === held) continue;
    if (isNear(due, held)) dust += held - due;
    else rest[hour] = held - due;
  }
  const raw = [...rest];
  const carried = carryBack(rest, expected);
  // What happens to most hours is no lag.
  if (isMost(rest, { raw, expected })) rest.splice(0, rest.length, ...raw);
  else dust += carried;
  return finish({ rest, actual, dust, beyond: cell.meteredTotal - sum - explainedBeyond });
}

function isMost(
  rest: readonly bigint[],
  of: { readonly raw: readonly bigint[]; readonly expected: readonly bigint[] },
): boolean {
  let moved = 0;
  let used = 0;
  for (let hour = 0; hour < rest.length; hour += 1) {
    if (of.expected[hour] !== 0n) used += 1;
    if (of.raw[hour] !== 0n && rest[hour] !== of.raw[hour]) moved += 1;
  }
  return moved > MIN_MOVED && moved * 10 > used * 8;
}

const MIN_MOVED = 24;

/**
 * Takes out what was only sent later: a lack and, soon after, as much beside what was due there. What came late twice, or
 * stands where something else is missing, is put back to its own hour.
 */
function carryBack(rest: bigint[], expected: readonly bigint[]): bigint {
  let pending: number[] = [];
  let carried = 0n;
  for (let hour = 0; hour < rest.length; hour += 1) {
    const value = rest[hour] as bigint;
    if (value === 0n) continue;
    const matched = value > 0n ? matchedLacks(rest, pending, hour) : null;
    if (matched !== null) {
      carried += value;
      for (const at of matched) {
        carried += rest[at] as bigint;
        rest[at] = 0n;
      }
      rest[hour] = 0n;
      pending = pending.filter((at) => rest[at] !== 0n);
      continue;
    }
    const late = lateBeside({ rest, expected, pending, hour });
    if (late !== null) {
      const { at, times, left } = late;
      carried += value - left + (rest[at] as bigint) - (expected[at] as bigint) * BigInt(times - 1);
      rest[at] = (expected[at] as bigint) * BigInt(times - 1);
      rest[hour] = left;
      pending = pending.filter((other) => other !== at);
    }
    if ((rest[hour] as bigint) < 0n) pending.push(hour);
  }
  return carried;
}

const MOST_TIMES = 3;

/** A whole push of one of the last hours stands here, once or more often, beside this hour's own: none, one or more. */
function lateBeside(from: {
  readonly rest: readonly bigint[];
  readonly expected: readonly bigint[];
  readonly pending: readonly number[];
  readonly hour: number;
}): { readonly at: number; readonly times: number; readonly left: bigint } | null {
  const { rest, expected, pending, hour } = from;
  const due = expected[hour] as bigint;
  const held = due + (rest[hour] as bigint);
  for (let index = pending.length - 1; index >= 0; index -= 1) {
    const at = pending[index] as number;
    if (hour - at > LATE_HOURS) return null;
    const lack = expected[at] as bigint;
    if (rest[at] !== -lack) continue;
    for (let times = 1; times <= MOST_TIMES; times += 1) {
      const own = held - lack * BigInt(times);
      if (own < 0n && !isNear(held, lack * BigInt(times))) break;
      for (let count = 0; count <= MOST_TIMES; count += 1) {
        const sum = lack * BigInt(times) + due * BigInt(count);
        if (isNear(held, sum)) return { at, times, left: due * BigInt(count) - due };
      }
    }
  }
  return null;
}

const LATE_HOURS = 4;

/** Single hours within the ordinary lag, or the whole run right before: a worker that was down sends it all at once. */
function matchedLacks(rest: readonly bigint[], pending: readonly number[], hour: number): readonly number[] | null {
  const surplus = rest[hour] as bigint;
  let sum = 0n;
  let next = hour;
  for (let index = pending.length - 1; index >= 0; index -= 1) {
    const at = pending[index] as number;
    if (hour - at > LAG_HOURS && at !== next - 1) break;
    const lack = -(rest[at] as bigint);
    if (hour - at <= LAG_HOURS && isNear(lack, surplus)) return [at];
    sum += lack;
    if (isNear(sum, surplus)) return pending.slice(index);
    if (sum > surplus && hour - at > LAG_HOURS) break;
    next = at;
  }
  return null;
}

/** Pushes of month-to-date totals may be this many hours behind. */
const HELD_LAG_HOURS = 1;

function fitHeld(cell: DriftingCell, expected: readonly bigint[], explainedBeyond: bigint): Fit {
  const { metered } = cell;
  const totals = runningTotals(expected);
  const count = expected.length;
  const rest = new Array<bigint>(count).fill(0n);
  const pushed: number[] = [];
  for (let hour = 0; hour < count; hour += 1) if ((metered[hour] ?? null) !== null) pushed.push(hour);
  const last = pushed.at(-1) ?? -1;
  const held = last < 0 ? 0n : (metered[last] as bigint);
  const endOffset = held - (totals[count] as bigint);
  let offset = 0n;
  for (const [index, hour] of pushed.entries()) {
    const level = metered[hour] as bigint;
    if (isBetween(totals, { hour, level: level - offset })) continue;
    const next = offsetFrom({ metered, totals, pushed, index, endOffset });
    rest[hour] = next - offset;
    offset = next;
  }
  const final = (totals[count] as bigint) + offset;
  let dust = 0n;
  if (isNear(held, final)) dust = held - final;
  else freeze({ rest, expected, last, lack: held - final });
  const actual = expected.map((value, hour) => value + (rest[hour] as bigint));
  return finish({ rest, actual, dust, beyond: cell.meteredTotal - held - explainedBeyond });
}

/** What came after the last push is not there: the hours after it, and the part of its own that it did not know. */
function freeze(at: { rest: bigint[]; expected: readonly bigint[]; last: number; lack: bigint }): void {
  const { rest, expected } = at;
  let left = at.lack;
  for (let hour = expected.length - 1; hour > at.last && left < 0n; hour -= 1) {
    const value = expected[hour] as bigint;
    rest[hour] = (rest[hour] as bigint) - value;
    left += value;
  }
  const hour = Math.max(0, at.last);
  rest[hour] = (rest[hour] as bigint) + left;
}

type Levels = {
  readonly metered: readonly (bigint | null)[];
  readonly totals: readonly bigint[];
  readonly pushed: readonly number[];
  readonly index: number;
  readonly endOffset: bigint;
};

const AHEAD = 4;

/** By how much the pushes from here on are off: the choice under which most of the next ones are right. */
function offsetFrom({ metered, totals, pushed, index, endOffset }: Levels): bigint {
  const hour = pushed[index] as number;
  const level = metered[hour] as bigint;
  const exact = level - (totals[hour + 1] as bigint);
  const behind = level - (totals[hour] as bigint);
  let best = { offset: exact, right: -1 };
  for (const offset of [exact, endOffset, behind]) {
    let right = 0;
    for (const at of pushed.slice(index, index + AHEAD)) {
      if (isBetween(totals, { hour: at, level: (metered[at] as bigint) - offset })) right += 1;
      else break;
    }
    if (right > best.right) best = { offset, right };
  }
  return best.offset;
}

/** Whether a level is the total of some point of its hour, or of the one before it. */
export function isBetween(totals: readonly bigint[], at: { readonly hour: number; readonly level: bigint }): boolean {
  const high = totals[at.hour + 1] as bigint;
  const low = totals[Math.max(0, at.hour - HELD_LAG_HOURS)] as bigint;
  if (at.level === high) return true;
  const [from, to] = low < high ? [low, high] : [high, low];
  return (from <= at.level && at.level <= to) || isNear(at.level, low) || isNear(at.level, high);
}

/** Totals at the start of each hour, and at the end of the last. */
export function runningTotals(hours: readonly bigint[]): bigint[] {
  const totals = new Array<bigint>(hours.length + 1);
  let total = 0n;
  totals[0] = 0n;
  for (let hour = 0; hour < hours.length; hour += 1) {
    total += hours[hour] as bigint;
    totals[hour + 1] = total;
  }
  return totals;
}

export function finish(found: Pick<Fit, 'rest' | 'actual' | 'beyond' | 'dust'>): Fit {
  const hours: number[] = [];
  let size = magnitude(found.beyond);
  for (const [hour, value] of found.rest.entries()) {
    if (value === 0n) continue;
    hours.push(hour);
    size += magnitude(value);
  }
  return { ...found, hours, size, isLoose: false };
}
