import { isNear } from '../hourly-series.ts';
import { absentHours, claimOf, quantityText, restOf } from './claim.ts';
import type { Claim, Hypothesis, View } from './hypothesis.ts';
import { strangeAfter, strangeBefore } from './strange-hours.ts';

/** Usage that stands in the month beside the one in which it happened, or an old total that was carried into this one. */
export const wrongPeriod: Hypothesis = (view) => [
  ...broughtIn(view),
  ...takenOut(view),
  ...oldTotal(view),
  ...stampedAfter(view),
];

/** What is too much are hours of a month beside, each once. */
function broughtIn(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  if (cell.isHeld) return [];
  const claims: Claim[] = [];
  for (const [side, month] of [['before', cell.before] as const, ['after', cell.after] as const]) {
    if (month === null) continue;
    const pool = month.measured.filter((value) => value > 0n);
    const { hours, isOrdered } = matched(view, pool);
    if (hours.length === 0) continue;
    const [only] = hours as [number, ...number[]];
    // What is there twice is rather that than the same quantity of another month.
    const isTwice = hours.length === 1 && isNear(fit.rest[only] as bigint, expected[only] as bigint);
    const isAlone = hours.length === 1 && isCommon(pool, fit.rest[only] as bigint);
    claims.push(
      claimOf(cell, {
        code: 'wrong_period',
        hours,
        effect: restOf(view, hours),
        cost: isOrdered && !isTwice ? 1.75 : 4,
        isDoubtful: !isOrdered || isAlone || isTwice,
        words: ({ worth, where, count }) =>
          `${count} ${count === 1 ? 'hour' : 'hours'} of the month ${side} stand in this one, worth ${worth} too much: ${where}`,
      }),
    );
  }
  return claims;
}

/** Doubles decide first which quantities are worth a closer look. */
const ROUGHLY = 1e-5;

/** Hours whose surplus is one of the pool's; ordered, where they follow each other there as they do here. */
function matched({ fit }: View, pool: readonly bigint[]): { readonly hours: number[]; readonly isOrdered: boolean } {
  const left = new Set(pool.keys());
  const sizes = Float64Array.from(pool, Number);
  const hours: number[] = [];
  let steps = 0;
  let previous = -1;
  for (const hour of fit.hours) {
    const extra = fit.rest[hour] as bigint;
    if (extra <= 0n) continue;
    const next = left.has(previous + 1) && isNear(pool[previous + 1] as bigint, extra) ? previous + 1 : -1;
    const at = next >= 0 ? next : find(extra);
    if (at < 0) continue;
    if (at === previous + 1) steps += 1;
    left.delete(at);
    previous = at;
    hours.push(hour);
  }
  return { hours, isOrdered: hours.length === 1 || steps * 2 >= hours.length };

  function find(extra: bigint): number {
    const size = Number(extra);
    for (const index of left) {
      if (Math.abs((sizes[index] as number) - size) < size * ROUGHLY && isNear(pool[index] as bigint, extra))
        return index;
    }
    return -1;
  }
}

/** Whether a quantity is so frequent that finding it proves little. */
const isCommon = (values: readonly bigint[], value: bigint): boolean =>
  new Set(values).size * 2 < values.length || values.filter((other) => isNear(other, value)).length > 2;

/** What is absent stands, hour by hour, in a month beside where nobody measured it. */
function takenOut(view: View): readonly Claim[] {
  const { cell, fit } = view;
  if (cell.isHeld) return [];
  const claims: Claim[] = [];
  for (const [side, strange] of [['before', strangeBefore(cell)] as const, ['after', strangeAfter(cell)] as const]) {
    const pool = strange.map(({ worth }) => worth);
    const absent = absentHours(view);
    const lacking = absent.reduce((sum, hour) => sum - (fit.rest[hour] as bigint), 0n);
    // Lag may have put some of them together.
    const isAll = isNear(
      lacking,
      pool.reduce((sum, value) => sum + value, 0n),
    );
    const hours = absent.filter((hour) => {
      if (isAll) return true;
      const lack = -(fit.rest[hour] as bigint);
      const at = pool.findIndex((value) => isNear(value, lack));
      if (at >= 0) pool.splice(at, 1);
      return at >= 0;
    });
    if (hours.length === 0) continue;
    claims.push(
      claimOf(cell, {
        code: 'wrong_period',
        hours,
        effect: restOf(view, hours),
        cost: 2.25,
        isDoubtful: false,
        words: ({ worth, where, count }) =>
          `${count} ${count === 1 ? 'hour' : 'hours'} of this month stand in the month ${side}, worth ${worth}: ${where}`,
      }),
    );
  }
  return claims;
}

/** The total of the month before was sent into this one: one push of a meter that adds up, or a value that is held. */
function oldTotal(view: View): readonly Claim[] {
  const { cell, expected, fit } = view;
  const old = cell.previousTotal;
  if (old === null || old <= 0n) return [];
  const isCarried = (hour: number): boolean =>
    cell.isHeld ? isNear(cell.metered[hour] ?? 0n, old) : isNear(fit.rest[hour] as bigint, old);
  const hour = fit.hours.find(isCarried);
  if (hour === undefined) return [];
  const isStillHeld = cell.isHeld && isNear(cell.meteredTotal, old);
  const hours = cell.isHeld ? fit.hours.filter((at) => isStillHeld || at >= hour) : [hour];
  if (
    isNear(
      old,
      expected.reduce((sum, value) => sum + value, 0n),
    )
  )
    return [];
  return [
    claimOf(cell, {
      code: 'wrong_period',
      hours,
      effect: restOf(view, hours),
      cost: 2,
      isDoubtful: false,
      words: () => `The total of the month before, ${quantityText(cell, old)}, was carried into this one`,
    }),
  ];
}

/** The final total was stamped after the end: it stands in the first hours of the next month. */
function stampedAfter(view: View): readonly Claim[] {
  const { cell, fit } = view;
  const { after } = cell;
  if (!cell.isHeld || after === null || after.metered === null) return [];
  if (fit.hours.length === 0 || cell.measuredTotal <= cell.meteredTotal) return [];
  let total = 0n;
  const isStamped = after.metered.some((value, hour) => {
    total += after.measured[hour] ?? 0n;
    return value !== null && isNear(value, cell.measuredTotal) && value > total && !isNear(value, total);
  });
  if (!isStamped) return [];
  const last = cell.metered.findLastIndex((value) => value !== null);
  const hours = fit.hours.filter((hour) => hour >= last);
  if (hours.length === 0) return [];
  return [
    claimOf(cell, {
      code: 'wrong_period',
      hours,
      effect: restOf(view, hours),
      cost: 1.5,
      isDoubtful: false,
      words: ({ worth }) => `The final total of this month was stamped in the next one; ${worth} are missing here`,
    }),
  ];
}
