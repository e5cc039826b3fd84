import { formatInstant } from '../../values/instant.ts';
import { isNear, magnitude } from '../hourly-series.ts';
import { claimOf, hourOf, restOf, stretchesOf } from './claim.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

/** At a cutover from one pusher to another nobody pushed for a while, or both did. */
export const seam: Hypothesis = (view) =>
  view.cell.evidence.cutovers.flatMap((at) => {
    // What the newest totals lack is not the doing of a cutover: the next one would have had it.
    if (view.cell.isHeld && isTail(view)) return [];
    const cutover = hourOf(view.cell, at);
    const hours = view.fit.isLoose ? blurredAround(view, cutover) : hoursAround(view, cutover);
    if (hours.length === 0) return [];
    const effect = restOf(view, hours);
    const isGap = effect.reduce((sum, value) => sum + value, 0n) < 0n;
    const claim: Claim = claimOf(view.cell, {
      code: 'seam',
      hours,
      effect,
      cost: 1.5,
      isDoubtful: view.fit.isLoose,
      words: ({ worth, where }) =>
        `Around the cutover of ${formatInstant(at)} ${isGap ? 'nobody pushed' : 'both sides pushed'}, worth ${worth}: ${where}`,
    });
    return [claim];
  });

/** Whether all that is left comes after the last push. */
function isTail({ cell, fit }: View): boolean {
  const last = cell.metered.findLastIndex((value) => value !== null);
  return fit.hours.every((hour) => hour >= last);
}

/** Where hours are blurred: the stretch that touches the cutover. */
function blurredAround(view: View, cutover: number): readonly number[] {
  const { expected, fit } = view;
  const run = stretchesOf(view).find(
    (hours) => (hours[0] as number) <= cutover + APART_HOURS && (hours.at(-1) as number) >= cutover - APART_HOURS,
  );
  if (run === undefined || run.length > LONGEST_HOURS) return [];
  const [first, last] = [run[0] as number, run.at(-1) as number];
  const worth = magnitude(run.reduce((sum, hour) => sum + (fit.rest[hour] as bigint), 0n));
  const most = expected.slice(Math.max(0, first - APART_HOURS), last + 1).reduce((sum, value) => sum + value, 0n);
  return worth <= most ? run : [];
}

const APART_HOURS = 3;

/** The unbroken run of hours of one sign that touches the cutover. */
function hoursAround(view: View, cutover: number): number[] {
  const { expected, fit } = view;
  const start =
    [firstFrom(view, cutover, 1), firstFrom(view, cutover - 1, -1)].find((hour) => isPart(view, hour)) ?? -1;
  if (start < 0) return [];
  const isLack = (fit.rest[start] as bigint) < 0n;
  const hours = [start];
  for (const step of [-1, 1]) {
    for (let hour = start + step; hour >= 0 && hour < expected.length; hour += step) {
      const rest = fit.rest[hour] as bigint;
      if (rest === 0n && expected[hour] === 0n) continue;
      if (!isPart(view, hour) || rest < 0n !== isLack) break;
      hours.push(hour);
    }
  }
  hours.sort((a, b) => a - b);
  // An unaligned cutover leaves a part of the first or the last hour; those between are there once too few, or too many.
  const isClean = hours
    .slice(1, -1)
    .every((hour) => isNear(magnitude(fit.rest[hour] as bigint), expected[hour] as bigint));
  const isPartOfAll = expected.some((value, hour) => value !== 0n && !hours.includes(hour));
  return isClean && isPartOfAll && hours.length <= LONGEST_HOURS ? hours : [];
}

const LONGEST_HOURS = 72;

/** The next hour in a direction that is expected to hold something, or does. */
function firstFrom({ expected, fit }: View, from: number, step: 1 | -1): number {
  let hour = from;
  while (hour >= 0 && hour < expected.length && expected[hour] === 0n && fit.rest[hour] === 0n) hour += step;
  return hour;
}

/** Usage that is not there, or there up to twice: all of an hour, or a part of the one that was cut. */
function isPart({ expected, fit }: View, hour: number): boolean {
  const rest = fit.rest[hour] ?? 0n;
  const due = expected[hour] ?? 0n;
  return rest !== 0n && rest >= -due && (rest <= due || isNear(rest, due));
}
