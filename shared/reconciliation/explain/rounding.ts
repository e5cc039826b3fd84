import { divideInteger, type RoundingMode } from '../../values/rounding.ts';
import { isNear, magnitude } from '../hourly-series.ts';
import { claimOf } from './claim.ts';
import { isBetween, runningTotals } from './fit.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

const MODES: readonly RoundingMode[] = ['half_up', 'half_even', 'floor', 'ceiling'];
const MOST_PLACES = 9;
/** Stripe takes no more digits in one push. */
const DIGITS = 15;

/** Each push was rounded: to whole units or some decimals, or to 15 digits. */
export const rounding: Hypothesis = (view) => {
  const { perUnit } = view.cell;
  const values = (view.cell.metered as readonly (bigint | null)[]).filter(
    (value) => value !== null && value !== 0n,
  ) as bigint[];
  for (let places = 0; places <= MOST_PLACES; places += 1) {
    if (perUnit % 10n ** BigInt(places) !== 0n) break;
    const step = perUnit / 10n ** BigInt(places);
    let broken = 0;
    for (let index = 0; index < values.length && broken * 4 <= values.length; index += 1) {
      if ((values[index] as bigint) % step !== 0n) broken += 1;
    }
    const whole = values.length - broken;
    if (whole < MIN_HOURS || whole * 4 < values.length * 3) continue;
    // What is whole already is not rounded.
    if (view.expected.every((value) => value % step === 0n)) return [];
    return roundedTo(view, step, places === 0 ? 'whole units' : `${places} decimals`);
  }
  if (isAllShort(view)) return [];
  const found = roundedBy(view, (value) => toDigits(value, perUnit));
  return found === null ? [] : [claimFor(view, found, '15 digits')];
};

function roundedTo(view: View, step: bigint, to: string): readonly Claim[] {
  if (view.fit.isLoose) return everyPush(view, { step, to });
  for (const mode of MODES) {
    const beside = (value: bigint): bigint => divideInteger(value, step, mode) * step;
    const found = roundedBy(view, beside);
    if (found !== null) return [{ ...claimFor(view, found, to), beside }];
  }
  return view.cell.isHeld ? [] : severalPushes(view, { step, to });
}

/** Several pushes in an hour, each rounded for itself, are off by a few steps together. */
function severalPushes(view: View, by: { readonly step: bigint; readonly to: string }): readonly Claim[] {
  const { cell, expected, fit } = view;
  const hours = fit.hours.filter(
    (hour) => magnitude(fit.rest[hour] as bigint) <= by.step * 2n && expected[hour] !== 0n,
  );
  const isFine = hours.some((hour) => (expected[hour] as bigint) % by.step !== 0n);
  if (!isFine || hours.length < MIN_HOURS * 2 || hours.length * 10 < fit.hours.length * 7) return [];
  const effect = hours.map((hour) => fit.rest[hour] as bigint);
  return [
    claimOf(cell, {
      code: 'rounding',
      hours,
      effect,
      cost: 2.5,
      isDoubtful: true,
      words: ({ worth }) => `Every push was rounded to ${by.to}, which comes to ${worth}`,
    }),
  ];
}

/** Where hours are blurred: everything that Stripe holds is rounded, and what is off is no more than that can make. */
function everyPush({ cell, expected }: View, by: { readonly step: bigint; readonly to: string }): readonly Claim[] {
  const hours = expected.flatMap((value, hour) => (value === 0n ? [] : [hour]));
  const drift = cell.meteredTotal - expected.reduce((sum, value) => sum + value, 0n);
  const count = BigInt(hours.length);
  const most = by.step * count * PUSHES_PER_HOUR;
  const isWhole = cell.metered.every((value) => value === null || value % by.step === 0n);
  const isFine = hours.some((hour) => (expected[hour] as bigint) % by.step !== 0n);
  if (count === 0n || drift === 0n || magnitude(drift) > most || !isWhole || !isFine) return [];
  const effect = hours.map((_, index) => (index === 0 ? drift - (drift / count) * (count - 1n) : drift / count));
  return [
    claimOf(cell, {
      code: 'rounding',
      hours,
      effect,
      cost: 2.25,
      isDoubtful: true,
      isBold: true,
      words: ({ worth }) => `Every push was rounded to ${by.to}, which comes to ${worth}`,
    }),
  ];
}

const PUSHES_PER_HOUR = 6n;

/** Whether everything has so few digits that a push can say all of them. */
function isAllShort({ cell, expected }: View): boolean {
  const isShort = (value: bigint): boolean => magnitude(value) * 10n ** 12n < 10n ** BigInt(DIGITS) * cell.perUnit;
  return cell.isHeld ? isShort(expected.reduce((sum, value) => sum + value, 0n)) : expected.every(isShort);
}

type Rounded = { readonly hours: readonly number[]; readonly effect: readonly bigint[]; readonly isMost: boolean };

const claimFor = ({ cell }: View, found: Rounded, to: string): Claim =>
  claimOf(cell, {
    code: 'rounding',
    hours: found.hours,
    effect: found.effect,
    cost: cell.isHeld ? 1.25 : 2.25,
    isDoubtful: !found.isMost,
    words: ({ worth }) => `Every push was rounded to ${to}, which comes to ${worth}`,
  });

/** What the rounding of every push changes, if most pushes are what it makes of them; null if not. */
function roundedBy({ cell, expected }: View, roundedOf: (value: bigint) => bigint): Rounded | null {
  const totals = cell.isHeld ? runningTotals(expected) : null;
  const rounded = totals?.map(roundedOf) ?? null;
  const isRight = (hour: number, value: bigint): boolean =>
    rounded === null
      ? (cell.metered[hour] ?? 0n) === value
      : isBetween(rounded, { hour, level: cell.metered[hour] as bigint });
  const isTold = (hour: number): boolean =>
    rounded === null ? expected[hour] !== 0n : (cell.metered[hour] ?? null) !== null;
  const hours: number[] = [];
  const effect: bigint[] = [];
  let right = 0;
  let wrong = 0;
  let changed = 0;
  let worth = 0n;
  for (let hour = 0; hour < expected.length; hour += 1) {
    const due = expected[hour] as bigint;
    const value = rounded === null ? roundedOf(due) : (rounded[hour + 1] as bigint) - (rounded[hour] as bigint);
    if (isTold(hour)) {
      if (isRight(hour, value)) right += 1;
      else if (++wrong * 4 > expected.length) return null;
      if (value !== due) changed += 1;
    }
    if (value === due) continue;
    hours.push(hour);
    effect.push(value - due);
    worth += value - due;
  }
  const last = cell.metered.findLastIndex((held) => held !== null);
  // The last one of the totals is the one that counts.
  if (rounded !== null && cell.metered[last] !== rounded[last + 1] && cell.metered[last] !== rounded[last]) return null;
  return changed === 0 || worth === 0n || right < MIN_HOURS || wrong * 3 > right
    ? null
    : { hours, effect, isMost: changed * 2 >= right };
}

/** Below, a coincidence. */
const MIN_HOURS = 3;

/** A push as 15 digits can say it. */
function toDigits(value: bigint, perUnit: bigint): bigint {
  const before = (magnitude(value) / perUnit).toString().replace(/^0$/, '').length;
  const places = Math.min(12, DIGITS - before);
  if (places < 0) return value;
  const unit = 10n ** BigInt(places);
  const digits = divideInteger(value * unit, perUnit, 'half_up');
  return (digits * perUnit) % unit === 0n
    ? (digits * perUnit) / unit
    : isNear(digits * perUnit, value * unit)
      ? value
      : 0n;
}
