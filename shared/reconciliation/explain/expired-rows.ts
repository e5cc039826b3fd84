import { magnitude } from '../hourly-series.ts';
import { claimOf, hourOf, restOf } from './claim.ts';
import type { Hypothesis, View } from './hypothesis.ts';

/** ClickHouse has let go of rows that Stripe once got: Stripe holds more, in the oldest hours alone. */
export const expiredRows: Hypothesis = (view) => {
  const { cell, expected, fit } = view;
  const { expiredBefore } = cell.evidence;
  if (fit.hours.length === 0) return [];
  if (expiredBefore !== null) {
    const bound = hourOf(cell, expiredBefore);
    const boundary = cell.isHeld ? secondPushFrom(view, bound) : movedBound(view, bound);
    // Old totals know the hour in which they were pushed, no finer.
    const hours = fit.hours.filter((hour) => hour <= boundary && (fit.rest[hour] as bigint) > 0n);
    if (hours.length === 0) return [];
    return [claimFor(hours, { cost: 1.5, isDoubtful: false })];
  }
  const edge = expected.findIndex((value) => value !== 0n);
  const hours = fit.hours.filter((hour) => hour < edge && (fit.rest[hour] as bigint) > 0n);
  return hours.length >= MIN_HOURS ? [claimFor(hours, { cost: 3, isDoubtful: true })] : [];

  function claimFor(hours: readonly number[], more: { readonly cost: number; readonly isDoubtful: boolean }) {
    return claimOf(cell, {
      code: 'expired_rows',
      hours,
      effect: more.isDoubtful ? restOf(view, hours) : wholeEffect(view, hours),
      ...more,
      words: ({ worth, where }) => `ClickHouse has lost rows that were pushed once, worth ${worth}: ${where}`,
    });
  }
};

/** Totals tell the end exactly and the hours before it about: a little that is left after the bound belongs to it. */
function wholeEffect(view: View, hours: readonly number[]): bigint[] {
  const effect = restOf(view, hours);
  if (!view.cell.isHeld) return effect;
  const all = view.fit.rest.reduce((sum, value) => sum + value, 0n);
  const left = all - effect.reduce((sum, value) => sum + value, 0n);
  if (magnitude(left) * 10n <= magnitude(all)) effect.push((effect.pop() as bigint) + left);
  return effect;
}

/** Where everything lies later, what was lost reaches as much further. */
function movedBound({ expected }: View, bound: number): number {
  const edge = expected.findIndex((value) => value !== 0n) - 1;
  return edge > bound && edge <= bound + MOST_APART ? edge : bound;
}

/** Hours by which clocks may be apart. */
const MOST_APART = 14;

/** Totals that are pushed seldom tell the end of what was lost as seldom. */
function secondPushFrom({ cell }: View, bound: number): number {
  const first = cell.metered.findIndex((value, hour) => hour >= bound && value !== null);
  const second = cell.metered.findIndex((value, hour) => hour > first && value !== null);
  return first < 0 || second < 0 ? bound : second;
}

/** Fewer hours without usage at the start of a month are nothing special. */
const MIN_HOURS = 6;
