import { isNear } from '../hourly-series.ts';
import { activeHours, claimOf, restOf, runsOf, stretchesOf } from './claim.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';

const MOST_TIMES = 5n;

/** Pushes of some hours were counted twice or more often, equally often each. A total that is sent again changes nothing. */
export const duplicatePush: Hypothesis = (view) =>
  view.cell.isHeld ? [] : view.fit.isLoose ? blurred(view) : [...inPlace(view), ...sentLater(view)];

function inPlace(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  const byTimes = new Map<bigint, number[]>();
  for (const hour of fit.hours) {
    const due = expected[hour] as bigint;
    const held = due + (fit.rest[hour] as bigint);
    if (due <= 0n) continue;
    // Pushes are rounded, so twice may be a little less than twice.
    const times = (held * 2n + due) / (due * 2n);
    if (times < 2n || times > MOST_TIMES || !isNear(held, due * times)) continue;
    byTimes.set(times, [...(byTimes.get(times) ?? []), hour]);
  }
  const active = activeHours(view);
  const claims = [...byTimes].map(([times, hours]) => {
    // Every hour alike may as well be a unit that is twice as small.
    const isAll = hours.length * 10 >= active * 9;
    return claimOf(cell, {
      code: 'duplicate_push',
      hours,
      effect: restOf(view, hours),
      cost: 1 + 2 * runsOf(view, hours) + (times === 2n ? 0 : 0.5),
      isDoubtful: isAll,
      factor: times.toString(),
      words: ({ worth, where, count }) =>
        `${count} of ${active} hourly pushes counted ${times === 2n ? 'twice' : `${times} times`}, worth ${worth} too much: ${where}`,
    });
  });
  const [first, ...more] = claims;
  if (first === undefined || more.length === 0) return claims;
  // How often may differ from push to push.
  const hours = [...byTimes.values()].flat().sort((a, b) => a - b);
  const all = claimOf(cell, {
    code: 'duplicate_push',
    hours,
    effect: restOf(view, hours),
    cost: 2 + 2 * runsOf(view, hours),
    isDoubtful: false,
    words: ({ worth, where, count }) =>
      `${count} of ${active} hourly pushes counted more than once, worth ${worth} too much: ${where}`,
  });
  return [...claims, all];
}

/** A push that was tried again some hours later stands beside what was due then. */
function sentLater(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  const claims: Claim[] = [];
  for (let by = 1; by <= MOST_HOURS_LATER; by += 1) {
    const sizes = new Set<bigint>();
    const hours = fit.hours.filter((hour) => {
      const [extra, due] = [fit.rest[hour] as bigint, expected[hour - by] ?? 0n];
      const isAgain = extra > 0n && due > 0n && isNear(extra, due);
      if (isAgain) sizes.add(due);
      return isAgain;
    });
    if (hours.length === 0 || hours.length * 2 < fit.hours.length) continue;
    claims.push(
      claimOf(cell, {
        code: 'duplicate_push',
        hours,
        effect: restOf(view, hours),
        cost: 1.5 + 2 * runsOf(view, hours),
        // One quantity that is also somewhere else proves little.
        isDoubtful: sizes.size < 3,
        words: ({ worth, where, count }) =>
          `${count} hourly ${count === 1 ? 'push was' : 'pushes were'} sent again ${by === 1 ? 'an hour' : `${by} hours`} later, worth ${worth} too much: ${where}`,
      }),
    );
  }
  return claims;
}

const MOST_HOURS_LATER = 6;

/** Where hours are blurred: what is too much in a stretch is what was due there, once or more often. */
function blurred(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  const hours: number[] = [];
  let runs = 0;
  for (const run of stretchesOf(view)) {
    const [first, last] = [run[0] as number, run.at(-1) as number];
    const worth = run.reduce((sum, hour) => sum + (fit.rest[hour] as bigint), 0n);
    if (worth <= 0n) continue;
    const least = sumOf(expected, first + 1, last);
    const most = sumOf(expected, first - BLUR_HOURS, last + 1);
    if (worth < least || worth > most * (MOST_TIMES - 1n)) continue;
    hours.push(...run);
    runs += 1;
  }
  if (hours.length === 0) return [];
  return [
    claimOf(cell, {
      code: 'duplicate_push',
      hours,
      effect: restOf(view, hours),
      cost: 2 + 2 * runs,
      isDoubtful: true,
      words: ({ worth, where }) => `Pushes were counted more than once, worth ${worth} too much: ${where}`,
    }),
  ];
}

const BLUR_HOURS = 3;

const sumOf = (values: readonly bigint[], from: number, to: number): bigint =>
  values.slice(Math.max(0, from), Math.max(0, to)).reduce((sum, value) => sum + value, 0n);
