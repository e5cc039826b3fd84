import { isNear, magnitude } from '../hourly-series.ts';
import { claimOf, plural } from './claim.ts';
import type { DriftingCell } from './drifting-cell.ts';
import { runningTotals } from './fit.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

/** As far as clocks are apart. */
const MAX_SHIFT = 14;
const SHIFTS = Array.from({ length: 2 * MAX_SHIFT + 1 }, (_, index) => index - MAX_SHIFT).filter((by) => by !== 0);

/** The whole series lies some hours later or earlier, so that other hours fall into the month. */
export const zoneShift: Hypothesis = (view) =>
  view.cell.isHeld
    ? [...cutElsewhere(view), ...begunAnew(view), ...levelsDisplaced(view)]
    : view.fit.isLoose
      ? blurred(view)
      : displaced(view);

/** `expected` moved by `shift` hours; null in hours whose usage lies in a month that is not known. */
function movedBy(cell: DriftingCell, expected: readonly bigint[], shift: number): (bigint | null)[] {
  const before = cell.before?.measured;
  const after = cell.after?.measured;
  return expected.map((_, hour) => {
    const at = hour - shift;
    if (at < 0) return before?.[before.length + at] ?? null;
    if (at >= expected.length) return after?.[at - expected.length] ?? null;
    return expected[at] as bigint;
  });
}

function displaced(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  const active = expected.reduce((count, value) => (value === 0n ? count : count + 1), 0);
  if (fit.hours.length * 3 < active || active < 6) return [];
  const claims: Claim[] = [];
  for (const shift of SHIFTS) {
    const isEqual = sampleFits(view, shift, (due, held) => isAbout(due, held, cell.perUnit));
    if (!isEqual && !isProportional(view, shift)) continue;
    const moved = movedBy(cell, expected, shift);
    if (!isEqual || fitsAll(cell, moved)) claims.push(displacedClaim(view, { moved, shift, isBold: !isEqual }));
  }
  return claims;
}

/** Whether most of the hours that hold something hold what was moved there. */
function fitsAll(cell: DriftingCell, moved: readonly (bigint | null)[]): boolean {
  let matches = 0;
  let compared = 0;
  for (let hour = 0; hour < moved.length; hour += 1) {
    const due = moved[hour] ?? 0n;
    const held = cell.metered[hour] ?? 0n;
    if (due === 0n || held === 0n) continue;
    compared += 1;
    if (isAbout(due, held, cell.perUnit)) matches += 1;
  }
  return matches >= 4 && matches * 10 >= compared * 6;
}

function displacedClaim(
  { cell, expected }: View,
  at: { readonly moved: readonly (bigint | null)[]; readonly shift: number; readonly isBold: boolean },
): Claim {
  const { moved, shift, isBold } = at;
  const isMixed = expected !== cell.measured && cell.loose.length > 0;
  const hours: number[] = [];
  const effect: bigint[] = [];
  for (let hour = 0; hour < moved.length; hour += 1) {
    const isOutside = hour - shift < 0 || hour - shift >= expected.length;
    const due = isOutside && isMixed ? null : moved[hour];
    const change = (due ?? cell.metered[hour] ?? 0n) - (expected[hour] as bigint);
    if (change === 0n) continue;
    hours.push(hour);
    effect.push(change);
  }
  return claimOf(cell, {
    code: 'zone_shift',
    hours,
    effect,
    cost: 2 + Math.abs(shift) / 100 + (moved.includes(null) ? 0.5 : 0),
    isDoubtful: false,
    isBold,
    shift,
    words: ({ worth }) =>
      `Stripe's hours lie ${plural(Math.abs(shift), 'hour')} ${shift < 0 ? 'before' : 'after'} the measured ones, worth ${worth} across the month's bounds`,
  });
}

/** A few hours are looked at before all of them are; those in which nothing arrived tell nothing. */
function sampleFits(
  { cell, expected }: View,
  shift: number,
  isFitting: (due: bigint, held: bigint) => boolean,
): boolean {
  let seen = 0;
  let right = 0;
  const used: number[] = [];
  for (let hour = 24; hour < expected.length - 24; hour += 1) if (expected[hour] !== 0n) used.push(hour);
  const step = Math.max(1, Math.floor(used.length / SAMPLE));
  for (let index = 0; index < used.length && seen < SAMPLE; index += step) {
    const hour = used[index] as number;
    const held = cell.metered[hour + shift] ?? 0n;
    if (held === 0n) continue;
    seen += 1;
    if (isFitting(expected[hour] as bigint, held)) right += 1;
  }
  return right >= 2 && right * 3 >= seen;
}

const SAMPLE = 16;

/** Whether the hours would fit in another unit: each is to the one before as it should be. */
function isProportional(view: View, shift: number): boolean {
  let previous: { readonly due: bigint; readonly held: bigint } | null = null;
  let pairs = 0;
  let right = 0;
  sampleFits(view, shift, (due, held) => {
    if (previous !== null && previous.due !== due) {
      pairs += 1;
      if (isNear(held * previous.due, due * previous.held)) right += 1;
    }
    previous = { due, held };
    return false;
  });
  return right >= 4 && right * 2 > pairs;
}

/** Equal, or but for being rounded to whole units. */
const isAbout = (due: bigint, held: bigint, perUnit: bigint): boolean =>
  isNear(due, held) || (due > perUnit && magnitude(due - held) < perUnit);

/** Month-to-date totals of a month that is begun some hours late, or early. */
function cutElsewhere({ cell, expected, fit }: View): readonly Claim[] {
  const [first] = fit.hours;
  if (first === undefined || first > MAX_SHIFT * 2) return [];
  const totals = runningTotals(expected);
  const drift = cell.meteredTotal - (totals.at(-1) as bigint);
  const claims: Claim[] = [];
  if (drift < 0n) {
    for (let by = 1; by <= MAX_SHIFT; by += 1) {
      const dropped = totals[by] as bigint;
      if (dropped === 0n || dropped === totals[by - 1] || !isNear(-drift, dropped)) continue;
      claims.push(cutClaim(cell, { by, effect: expected.slice(0, by).map((value) => -value), from: 0 }));
    }
  } else if (cell.before !== null) {
    let extra = 0n;
    const hours = cell.before.measured;
    for (let by = 1; by <= Math.min(MAX_SHIFT, hours.length); by += 1) {
      const added = hours[hours.length - by] as bigint;
      extra += added;
      if (added === 0n || !isNear(drift, extra)) continue;
      claims.push(cutClaim(cell, { by: -by, effect: [extra], from: 0 }));
    }
  }
  return claims;
}

function cutClaim(cell: DriftingCell, at: { by: number; effect: readonly bigint[]; from: number }): Claim {
  const count = Math.abs(at.by);
  return claimOf(cell, {
    code: 'zone_shift',
    hours: at.effect.map((_, index) => index),
    effect: at.effect,
    cost: 2,
    isDoubtful: count === 1,
    shift: at.by,
    words: ({ worth }) =>
      at.by > 0
        ? `Stripe holds the total without the first ${plural(count, 'hour')} of the month, worth ${worth}: a month that begins elsewhere than at 00:00 UTC`
        : `Stripe holds the total with the last ${plural(count, 'hour')} of the month before, worth ${worth}`,
  });
}

/** The pusher's month was over some hours before this one: what is held is the total of the next, as far as it goes. */
function begunAnew(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  const held = cell.meteredTotal;
  if (fit.hours.length === 0 || held >= cell.measuredTotal) return [];
  // Before that, totals went on as they should.
  if (!cell.metered.some((value) => value !== null && value > held && value * 2n > cell.measuredTotal)) return [];
  const totals = runningTotals(expected);
  const end = totals.at(-1) as bigint;
  for (let by = 1; by <= MAX_SHIFT; by += 1) {
    const begun = end - (totals[totals.length - 1 - by] as bigint);
    if (begun === 0n || (expected.at(-by) as bigint) === 0n || !isNear(begun, held)) continue;
    return [
      claimOf(cell, {
        code: 'zone_shift',
        hours: fit.hours,
        effect: fit.hours.map((hour) => fit.rest[hour] as bigint),
        cost: 2.5,
        isDoubtful: false,
        shift: -by,
        words: ({ worth }) =>
          `Stripe holds the total of the last ${plural(by, 'hour')} alone, ${worth} too little: the pusher's next month had begun before 00:00 UTC`,
      }),
    ];
  }
  return [];
}

/** Where hours are blurred: the shift under which hardly anything is left. */
function blurred(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  if (fit.hours.length * 4 < expected.filter((value) => value !== 0n).length) return [];
  const held = floats(expected.map((_, hour) => cell.metered[hour] ?? 0n));
  const claims: { readonly claim: Claim; readonly breaks: number }[] = [];
  for (const shift of SHIFTS) {
    const moved = movedBy(cell, expected, shift);
    const breaks = breaksOf(floats(moved.map((value, hour) => value ?? cell.metered[hour] ?? 0n)), held);
    if (breaks > MOST_BREAKS) continue;
    claims.push({ claim: displacedClaim(view, { moved, shift, isBold: true }), breaks });
  }
  const least = Math.min(...claims.map(({ breaks }) => breaks));
  return claims.filter(({ breaks }) => breaks === least).map(({ claim }) => claim);
}

const MOST_BREAKS = 6;
const ONE_MILLIONTH = 1e-6;

const floats = (values: readonly bigint[]): Float64Array => Float64Array.from(values, Number);

/** How often the totals so far part by more than what is on its way; where they part too often no matter how often. */
function breaksOf(due: Float64Array, held: Float64Array): number {
  let [low, high, off, breaks] = [0, 0, 0, 0];
  const scale = Math.max(due.reduce(plus, 0), held.reduce(plus, 0)) * 1e-6;
  for (let hour = 0; hour < due.length; hour += 1) {
    off += (held[hour] as number) - (due[hour] as number);
    low = Math.max(low, off - scale);
    high = Math.min(high, off + (due[hour] as number) + (due[hour - 1] ?? 0) + scale);
    if (low <= high) continue;
    breaks += 1;
    if (breaks > MOST_BREAKS) return breaks;
    low = off - scale;
    high = off + (due[hour] as number) + (due[hour - 1] ?? 0) + scale;
  }
  return breaks;
}

const plus = (a: number, b: number): number => a + b;

/** Totals of another hour than the one in which they stand, all along. */
function levelsDisplaced({ cell, expected, fit }: View): readonly Claim[] {
  const pushed: number[] = [];
  for (let hour = 0; hour < cell.metered.length; hour += 1) if (cell.metered[hour] != null) pushed.push(hour);
  if (fit.hours.length === 0 || pushed.length < 12) return [];
  const claims: Claim[] = [];
  const totals = runningTotals([...expected, ...(cell.after?.measured ?? [])]);
  const [dues, held] = [floats(totals), floats(cell.metered.map((value) => value ?? 0n))];
  for (const shift of SHIFTS) {
    let right = 0;
    let wrong = 0;
    for (const hour of pushed) {
      const at = hour + 1 - shift;
      const due = at < 0 ? 0 : dues[at];
      if (due !== undefined && Math.abs(due - (held[hour] as number)) <= (held[hour] as number) * ONE_MILLIONTH)
        right += 1;
      else if (++wrong * 5 > pushed.length) break;
    }
    if (right < 12 || right * 10 < pushed.length * 8) continue;
    const levels = expected.map((_, hour) => totals[Math.max(0, hour + 1 - shift)] ?? cell.meteredTotal);
    const ordinary = pushed.filter(
      (hour) =>
        isNear(totals[hour] as bigint, cell.metered[hour] as bigint) ||
        isNear(totals[hour + 1] as bigint, cell.metered[hour] as bigint),
    ).length;
    if (ordinary >= right) continue;
    claims.push(levelClaim(cell, { levels, expected, shift }));
  }
  return claims;
}

function levelClaim(
  cell: DriftingCell,
  at: { readonly levels: readonly bigint[]; readonly expected: readonly bigint[]; readonly shift: number },
): Claim {
  const hours: number[] = [];
  const effect: bigint[] = [];
  let previous = 0n;
  for (let hour = 0; hour < at.levels.length; hour += 1) {
    const level = at.levels[hour] as bigint;
    const change = level - previous - (at.expected[hour] as bigint);
    previous = level;
    if (magnitude(change) === 0n) continue;
    hours.push(hour);
    effect.push(change);
  }
  const count = Math.abs(at.shift);
  return claimOf(cell, {
    code: 'zone_shift',
    hours,
    effect,
    cost: 2.25,
    isDoubtful: false,
    shift: at.shift,
    words: ({ worth }) =>
      `Stripe's totals lie ${plural(count, 'hour')} ${at.shift < 0 ? 'before' : 'after'} the measured ones all along, worth ${worth} at the end of the month`,
  });
}
