import { isNear, magnitude } from '../hourly-series.ts';
import { FACTORS, factorBetween } from '../unit-factor.ts';
import { activeHours, claimOf, restOf, runsOf } from './claim.ts';
import { runningTotals } from './fit.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

/** Pushes in another unit: one stable ratio, over the whole month or a part of it. */
export const unitScale: Hypothesis = (view) =>
  view.cell.isHeld ? heldInOtherUnit(view) : view.fit.isLoose ? blurred(view) : addedInOtherUnit(view);

/**
 * Where hours are blurred: the ratio of the last days is about a known one, and the difference tells from which point on. Of
 * the whole month the totals alone tell any ratio.
 */
function blurred(view: View): readonly Claim[] {
  const { cell, expected } = view;
  const due = runningTotals(expected);
  const held = runningTotals(expected.map((_, hour) => cell.metered[hour] ?? 0n));
  const [end, total, all] = [expected.length, due.at(-1) as bigint, held.at(-1) as bigint];
  const from = [...Array.from({ length: 10 }, (_, index) => end - 24 * (index + 2)), 0].find(
    (hour) => hour >= 0 && (due[hour] as bigint) * 20n < total * 19n,
  );
  if (total <= 0n || all <= 0n || from === undefined) return [];
  const [recent, got] = [total - (due[from] as bigint), all - (held[from] as bigint)];
  const scales = [...KNOWN_FACTORS.map(([factor, over, under]) => ({ factor, over, under }))].filter(
    ({ over, under }) => magnitude(got * under - recent * over) * 20n <= got * under,
  );
  const isFar = all * 5n > total * 6n || all * 6n < total * 5n;
  if (factorBetween(total, all) === null && isFar && activeHours(view) >= MANY_HOURS) {
    scales.push({ factor: ratioText(total, all), over: all, under: total });
  }
  return scales.flatMap(({ factor, over, under }) => {
    // So much was in the other unit, counted from the end.
    const scaled = over === under ? 0n : ((all - total) * under) / (over - under);
    if (scaled <= 0n || scaled > total + total / 1_000_000n) return [];
    const effect: bigint[] = [];
    const hours: number[] = [];
    for (let hour = 0; hour < end; hour += 1) {
      const after = total - (due[hour] as bigint);
      const own = expected[hour] as bigint;
      const part = after <= scaled ? own : after - own >= scaled ? 0n : scaled - (after - own);
      if (part <= 0n) continue;
      hours.push(hour);
      effect.push((part * (over - under)) / under);
    }
    if (hours.length < PROOF_HOURS) return [];
    return [
      claimOf(cell, {
        code: 'unit_scale',
        hours,
        effect,
        cost: over === all ? 4.5 : 3,
        isDoubtful: true,
        factor,
        words: ({ worth, where }) => `Pushes in another unit (${signText(factor)}), worth ${worth}: ${where}`,
      }),
    ];
  });
}

/** Ratios that are none of the known ones must show in so many hours where these are blurred. */
const MANY_HOURS = 48;

/** A ratio that is none of the known ones must show in so many hours of different size. */
const PROOF_HOURS = 4;

function addedInOtherUnit(view: View): readonly Claim[] {
  return [...sameRatio(view), ...roughly(view)];
}

/** Whole pushes in another unit: each hour is about the ratio, but for what rounding left of it. */
function roughly({ cell, expected, fit }: View): readonly Claim[] {
  const { perUnit } = cell;
  if (fit.hours.length < MANY_HOURS || cell.metered.some((value) => value !== null && value % perUnit !== 0n))
    return [];
  const due = fit.hours.reduce((sum, hour) => sum + (expected[hour] as bigint), 0n);
  const got = fit.hours.reduce((sum, hour) => sum + (fit.actual[hour] as bigint), 0n);
  return KNOWN_FACTORS.flatMap(([factor, over, under]) => {
    if (magnitude(got * under - due * over) * 4n > due * over) return [];
    const isAbout = (hour: number): boolean =>
      magnitude((fit.actual[hour] as bigint) * under - (expected[hour] as bigint) * over) <= perUnit * under * 2n;
    const hours = fit.hours.filter((hour) => expected[hour] !== 0n);
    if (hours.filter(isAbout).length * 10 < hours.length * 8) return [];
    return [
      claimOf(cell, {
        code: 'unit_scale',
        hours,
        effect: hours.map((hour) => ((expected[hour] as bigint) * over) / under - (expected[hour] as bigint)),
        cost: 3,
        isDoubtful: true,
        isBold: true,
        factor,
        words: ({ worth, where }) => `Pushes in another unit (${signText(factor)}), worth ${worth}: ${where}`,
      }),
    ];
  });
}

function sameRatio(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  const groups: { due: bigint; held: bigint; hours: number[]; sizes: Set<bigint> }[] = [];
  let hoursSeen = 0;
  for (const hour of fit.hours) {
    const due = expected[hour] as bigint;
    const held = due + (fit.rest[hour] as bigint);
    if (due <= 0n || held <= 0n) continue;
    hoursSeen += 1;
    const group = groups.find((other) => isNear(held * other.due, due * other.held));
    if (group === undefined) {
      if (
        groups.length === MOST_RATIOS &&
        hoursSeen > MOST_RATIOS * 5 &&
        groups.every((other) => other.hours.length < 5)
      )
        return [];
      if (groups.length < MOST_RATIOS) groups.push({ due, held, hours: [hour], sizes: new Set([due]) });
    } else {
      group.hours.push(hour);
      group.sizes.add(due);
    }
  }
  const active = activeHours(view);
  return groups.flatMap(({ due, held, hours, sizes }) => {
    const known = factorBetween(due, held);
    const isAll = hours.length * 10 >= active * 9;
    const isSmallWhole = held > due && isNear(held, due * ((held * 2n + due) / (due * 2n))) && held < due * 6n;
    if (known === null && (sizes.size < PROOF_HOURS || (isSmallWhole && !isAll))) return [];
    const factor = known ?? ratioText(due, held);
    const spread = spreadOver(view, { hours, due, held });
    return [
      ...(spread === null
        ? []
        : [
            claimOf(cell, {
              code: 'unit_scale' as const,
              ...spread,
              cost: 3 + (known === null ? 0.5 : 0) + (isSmallWhole ? 0.5 : 0),
              isDoubtful: isSmallWhole,
              factor,
              words: ({ worth, where }) =>
                isAll
                  ? `Stripe holds ${timesText(factor)} the measured quantity, worth ${worth}`
                  : `Pushes in another unit (${signText(factor)}), worth ${worth}: ${where}`,
            }),
          ]),
      claimOf(cell, {
        code: 'unit_scale',
        hours,
        effect: restOf(view, hours),
        cost: 1 + 2 * Math.min(runsOf(view, hours), 4) + (known === null ? 0.5 : 0) + (isSmallWhole ? 0.5 : 0),
        isDoubtful: isSmallWhole || (known !== null && hours.length === 1 && sizes.size === 1 && isPlain(known)),
        factor,
        words: ({ worth, where, count }) =>
          isAll
            ? `Stripe holds ${timesText(factor)} the measured quantity, worth ${worth}`
            : `${count} of ${active} hourly pushes in another unit (${signText(factor)}), worth ${worth}: ${where}`,
      }),
    ];
  });
}

/** All of the stretch in the other unit, where most of it shows it and the rest has something else; null if it does not. */
function spreadOver(
  { expected, fit }: View,
  by: { readonly hours: readonly number[]; readonly due: bigint; readonly held: bigint },
): { readonly hours: number[]; readonly effect: bigint[] } | null {
  const right = new Set(by.hours);
  const used = (hour: number): boolean => expected[hour] !== 0n;
  const active = expected.reduce((count, value) => (value === 0n ? count : count + 1), 0);
  const isWide = by.hours.length * 2 >= active;
  const isOpen = (start: number, end: number): boolean => {
    if (!isWide || end - start > EDGE_HOURS) return false;
    for (let hour = start; hour < end; hour += 1) if (used(hour) && fit.rest[hour] === 0n) return false;
    return true;
  };
  const first = by.hours[0] as number;
  const last = by.hours.at(-1) as number;
  const from = isOpen(0, first) ? 0 : first;
  const to = isOpen(last + 1, expected.length) ? expected.length : last + 1;
  const hours: number[] = [];
  const effect: bigint[] = [];
  for (let hour = from; hour < to; hour += 1) {
    const value = expected[hour] as bigint;
    if (!used(hour)) continue;
    hours.push(hour);
    effect.push(right.has(hour) ? (fit.rest[hour] as bigint) : (value * by.held) / by.due - value);
  }
  return hours.length === by.hours.length || by.hours.length * 5 < hours.length * 2 ? null : { hours, effect };
}

/** So near to its bounds a stretch may go on over the whole month. */
const EDGE_HOURS = 240;

/** More ratios than that are no unit. */
const MOST_RATIOS = 12;

/** A factor that also happens by chance. */
const isPlain = (factor: string): boolean => factor === '8' || factor === '1/8';

function heldInOtherUnit(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  const [first] = fit.hours;
  const totals = runningTotals(expected);
  const total = totals.at(-1) as bigint;
  const last = cell.metered.findLastIndex((value) => value !== null);
  const held = cell.metered[last] ?? 0n;
  if (first === undefined || total <= 0n || held <= 0n) return [];
  const due = last < 0 ? total : (totals[last + 1] as bigint);
  const claims: Claim[] = [];
  for (const base of new Set([total, due])) {
    if (base <= 0n) continue;
    const known = factorBetween(base, held);
    const scaled = scaledHours(cell.metered, totals, { base, held });
    const least = known === null ? PROOF_HOURS * 2 : 1;
    if (scaled.count < least || isNear(base, held)) continue;
    const factor = known ?? ratioText(base, held);
    // Levels that fit the other unit are what they are; the rest is told by other faults.
    const { hours, effect } = changesFrom(view, { from: scaled.from, held, base });
    if (hours.length === 0) continue;
    claims.push(
      claimOf(cell, {
        code: 'unit_scale',
        hours,
        effect,
        cost: 2.5 + (known === null ? 0.5 : 0),
        isDoubtful: known === null && isLittle(base, held),
        factor,
        words: ({ worth }) => `Stripe holds ${timesText(factor)} the measured quantity, worth ${worth}`,
      }),
    );
  }
  return claims;
}

/** What another unit makes of the total at an hour and of every hour after it. */
function changesFrom(
  { expected }: View,
  by: { readonly from: number; readonly held: bigint; readonly base: bigint },
): { readonly hours: number[]; readonly effect: bigint[] } {
  const effect: bigint[] = [];
  const hours: number[] = [];
  let value = expected.slice(0, by.from).reduce((sum, hour) => sum + hour, 0n);
  for (let hour = by.from; hour < expected.length; hour += 1) {
    value += expected[hour] as bigint;
    const change = (value * by.held) / by.base - value;
    value = 0n;
    if (change === 0n) continue;
    hours.push(hour);
    effect.push(change);
  }
  return { hours, effect };
}

/** A total that is a little off has other reasons. */
const isLittle = (base: bigint, held: bigint): boolean => magnitude(held - base) * 50n < base;

/** The pushes at the end that are in the other unit: from which hour on, and how many. */
function scaledHours(
  metered: readonly (bigint | null)[],
  totals: readonly bigint[],
  by: { readonly base: bigint; readonly held: bigint },
): { readonly from: number; readonly count: number } {
  let from = metered.length;
  let count = 0;
  for (let hour = metered.length - 1; hour >= 0; hour -= 1) {
    const level = metered[hour] ?? null;
    if (level === null) continue;
    const low = (totals[Math.max(0, hour - 1)] as bigint) * by.held;
    const high = (totals[hour + 1] as bigint) * by.held;
    const scaled = level * by.base;
    const isFitting = (low <= scaled && scaled <= high) || isNear(scaled, high) || isNear(scaled, low);
    if (!isFitting) break;
    from = hour;
    count += 1;
  }
  // Before the first of them nothing is in the other unit but what was never pushed.
  const hasEarlier = metered.slice(0, from).some((value) => value !== null);
  return { from: hasEarlier ? from : 0, count };
}

const timesText = (factor: string): string =>
  factor.startsWith('1/') ? `a ${factor.slice(2)}th of` : `${factor} times`;
const signText = (factor: string): string => (factor.startsWith('1/') ? `÷${factor.slice(2)}` : `×${factor}`);

/** Six significant digits of held ÷ due. */
function ratioText(due: bigint, held: bigint): string {
  const [inverse, big, small] = held > due ? ['', held, due] : ['1/', due, held];
  const scaled = (big * RATIO_UNIT + small / 2n) / small;
  const [whole, part] = [scaled / RATIO_UNIT, (scaled % RATIO_UNIT).toString().padStart(5, '0').replace(/0+$/, '')];
  return `${inverse}${whole}${part === '' ? '' : `.${part}`}`;
}

const RATIO_UNIT = 100_000n;

const KNOWN_FACTORS = FACTORS.flatMap((factor) => [
  [factor.toString(), factor, 1n] as const,
  [`1/${factor}`, 1n, factor] as const,
]);
