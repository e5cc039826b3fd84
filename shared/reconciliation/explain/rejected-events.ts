import { DAY_MS, type Instant, instant } from '../../values/instant.ts';
import { absentHours, claimOf, hourOf, restOf } from './claim.ts';
import { runningTotals } from './fit.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

/** Pushes that Stripe takes in and then drops: too many digits, too old, or nobody's. */
export const rejectedEvents: Hypothesis = (view) => [...tooManyDigits(view), ...tooOld(view), ...noSuchCustomer(view)];

/** Stripe accepts so many significant digits (stripe.md, Meters and summaries). */
const MOST_DIGITS = 15;
const MOST_AGE_MS = 35 * DAY_MS;

/** Exactly the hours are absent whose quantity has more digits than Stripe takes. */
function tooManyDigits(view: View): readonly Claim[] {
  const { cell, expected } = view;
  const due = cell.isHeld ? runningTotals(expected).slice(1) : expected;
  if (cell.isHeld) return heldTooLong(view, due);
  const absent = new Set(absentHours(view));
  if (absent.size === 0) return [];
  const hours: number[] = [];
  for (let hour = 0; hour < due.length; hour += 1) {
    if (!isTooLong(due[hour] as bigint, cell.perUnit)) continue;
    // One that arrived proves that no such push is refused.
    if (!absent.has(hour)) return [];
    hours.push(hour);
  }
  if (hours.length === 0) return [];
  return [
    claimOf(cell, {
      code: 'rejected_events',
      hours,
      effect: restOf(view, hours),
      cost: 1.5,
      isDoubtful: absent.size === due.filter((value) => value !== 0n).length,
      words: ({ worth, where, count }) =>
        `${count} ${count === 1 ? 'push has' : 'pushes have'} more than ${MOST_DIGITS} significant digits, which Stripe refuses, worth ${worth}: ${where}`,
    }),
  ];
}

/** Totals with too many digits were refused; the newest shorter one is held. */
function heldTooLong(view: View, due: readonly bigint[]): readonly Claim[] {
  const { cell, fit, expected } = view;
  const last = cell.metered.findLastIndex((value) => value !== null);
  if (last < 0 || fit.hours.length === 0 || fit.hours.some((hour) => hour < last)) return [];
  let refused = 0;
  let notSent = 0;
  let previous = last < 0 ? 0n : (due[last] as bigint);
  for (let hour = last + 1; hour < due.length; hour += 1) {
    const total = due[hour] as bigint;
    if (total === previous || expected[hour] === 0n) continue;
    previous = total;
    if (isTooLong(total, cell.perUnit)) refused += 1;
    else if (refused > 0 || ++notSent > MOST_NOT_SENT) return [];
  }
  const isEverLong = cell.metered.some((value) => value !== null && isTooLong(value, cell.perUnit));
  if (refused === 0 || isEverLong) return [];
  return [
    claimOf(cell, {
      code: 'rejected_events',
      hours: fit.hours,
      effect: restOf(view, fit.hours),
      cost: 1.25,
      isDoubtful: refused < 3,
      words: ({ worth }) =>
        `The last ${refused} totals have more than ${MOST_DIGITS} significant digits, which Stripe refuses, worth ${worth}`,
    }),
  ];
}

/** Not every hour is pushed. */
const MOST_NOT_SENT = 3;

/** Significant digits of the exact quantity; one without end is rounded before it is pushed. */
export function isTooLong(value: bigint, perUnit: bigint): boolean {
  // No digit is finer than 10^-12.
  if (value < perUnit * SHORT && value > -perUnit * SHORT) return false;
  const scaled = value * DIGIT_UNIT;
  if (value === 0n || scaled % perUnit !== 0n) return false;
  let digits = scaled / perUnit;
  if (digits < LONGEST && digits > -LONGEST) return false;
  while (digits % 10n === 0n) digits /= 10n;
  return digits >= LONGEST || digits <= -LONGEST;
}

const DIGIT_UNIT = 10n ** 12n;
const SHORT = 1000n;
const LONGEST = 10n ** BigInt(MOST_DIGITS);

/** Everything before an instant is absent, and what is after it is not; clocks may be apart. */
function absentBefore(view: View, at: Instant): number[] | null {
  const boundary = hourOf(view.cell, at);
  const absent = new Set(absentHours(view));
  const hours: number[] = [];
  let next = 0;
  for (; next < view.expected.length && next < boundary + MOST_APART; next += 1) {
    if ((view.expected[next] as bigint) === 0n) continue;
    if (!absent.has(next)) break;
    hours.push(next);
  }
  return hours.length > 0 && next >= boundary - MOST_APART
    ? hours.filter((hour) => hour < boundary + MOST_APART)
    : null;
}

/** Hours. */
const MOST_APART = 14;
const MOST_LATE = 4;

function tooOld(view: View): readonly Claim[] {
  const { cell } = view;
  if (cell.isHeld || cell.evidence.pushedSince === null) return [];
  const oldest = instant(cell.evidence.pushedSince - MOST_AGE_MS);
  const hours = oldest <= cell.period.from ? null : absentBefore(view, oldest);
  if (hours === null) return [];
  return [
    claimOf(cell, {
      code: 'rejected_events',
      hours,
      effect: restOf(view, hours),
      cost: 1.5,
      isDoubtful: false,
      words: ({ worth, where }) =>
        `Usage older than 35 days was pushed, which Stripe refuses, worth ${worth}: ${where}`,
    }),
  ];
}

/** Usage from before the customer was made, or from after it was deleted. */
function noSuchCustomer(view: View): readonly Claim[] {
  const { cell } = view;
  const { customerFrom, customerUntil } = cell.evidence;
  if (cell.isHeld) return [];
  const found = [
    customerFrom === null || customerFrom <= cell.period.from ? null : absentBefore(view, customerFrom),
    customerUntil === null || customerUntil >= cell.period.to
      ? null
      : // What was late then was refused too.
        absentHours(view).filter((hour) => hour >= hourOf(cell, customerUntil) - MOST_LATE),
  ].filter((hours) => hours !== null && hours.length > 0) as number[][];
  return found.map((hours) =>
    claimOf(cell, {
      code: 'rejected_events',
      hours,
      effect: restOf(view, hours),
      cost: 1.5,
      isDoubtful: false,
      words: ({ worth, where }) =>
        `The customer did not exist in Stripe when this was pushed, so that it was refused, worth ${worth}: ${where}`,
    }),
  );
}
