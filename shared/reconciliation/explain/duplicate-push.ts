import { isNear } from '../hourly-series.ts';
import { activeHours, claimOf, restOf, runsOf } from './claim.ts';
import type { Hypothesis } from './hypothesis.ts';

const MOST_TIMES = 5n;

/** Pushes of some hours were counted twice or more often, equally often each. A total that is sent again changes nothing. */
export const duplicatePush: Hypothesis = (view) => {
  const { cell, expected, fit } = view;
  if (cell.isHeld) return [];
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
};
