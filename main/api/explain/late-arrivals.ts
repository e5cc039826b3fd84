import { HOUR_MS } from '../../../shared/values/instant.ts';
import { monthOf } from '../../../shared/values/period.ts';
import { FRAC_UNIT } from '../../../shared/values/quantity.ts';
import { listArrivals, readArrivalHours } from '../../cache/arrival-store.ts';
import type { HourValue } from '../../cache/hour-pack.ts';
import { readRunHours, readRunsOf } from '../../cache/rating-run-store.ts';
import type { MeterHours } from './read-cell.ts';

/** So many earlier pulls are looked at, the first of each day. */
const MOST_PULLS = 35;

/**
 * What a meter gained hour by hour, all usage ids added up, after the first pull that saw the hour when it had long been
 * pushed. In the smallest units of the meter; null where no earlier pull tells it.
 */
export function lateArrivals({ input, context }: MeterHours): ReadonlyMap<number, bigint> | null {
  const { db, meterKey, usagePull, period, meter } = input;
  if (usagePull === null || meter.combine !== 'sum') return null;
  const month = monthOf(period.from);
  const pulls = listArrivals(db, meterKey).filter(
    (arrival) => arrival.month === month && arrival.fingerprint === usagePull.fingerprint,
  );
  const now = pulls.find(({ pull }) => pull === usagePull.pull);
  const earlier = firstOfEachDay(pulls.filter(({ pulledAt }) => now !== undefined && pulledAt < now.pulledAt));
  if (now === undefined || earlier.length === 0) return null;
  const hoursOf = (pull: number): ReadonlyMap<number, bigint> | null => {
    const { exponent, hours } = readArrivalHours(db, pull);
    return exponent === usagePull.exponent ? byHour(hours, context.factor.numerator) : null;
  };
  const known = hoursOf(now.pull);
  if (known === null) return null;
  const gained = new Map<number, bigint>();
  let from = 0;
  for (const { pull, pulledAt } of earlier) {
    // Hours that were over, and pushed, when this pull began, and that no pull before it had seen so.
    const to = Math.floor((pulledAt - meter.tolerance.stalenessMs - period.from) / HOUR_MS);
    const then = to <= from ? null : hoursOf(pull);
    if (then === null) continue;
    for (let hour = from; hour < to; hour += 1) {
      const gain = (known.get(hour) ?? 0n) - (then.get(hour) ?? 0n);
      if (gain > 0n) gained.set(hour, gain);
    }
    from = to;
  }
  return gained.size === 0 ? null : gained;
}

/**
 * What a customer's hours gained since an invoice of the month was recorded, in the smallest units of the meter; null where
 * none was, or nothing came.
 */
export function lateSinceBilled(
  { input, context }: MeterHours,
  of: { readonly customerId: string; readonly measured: readonly bigint[] },
): ReadonlyMap<number, bigint> | null {
  const { db, meterKey, usagePull, period, meter } = input;
  if (usagePull === null || meter.combine !== 'sum') return null;
  const month = monthOf(period.from);
  const run = readRunsOf(db, { month, customerId: of.customerId, meterKey }).findLast(
    ({ kind, voided, usageFingerprint }) =>
      kind === 'billed' && voided === null && usageFingerprint === usagePull.fingerprint,
  );
  const kept = run === undefined ? undefined : readRunHours(db, run.run).find((one) => one.month === month);
  if (kept === undefined || kept.exponent !== usagePull.exponent) return null;
  const then = byHour(kept.hours, context.factor.numerator);
  const gained = of.measured.flatMap((value, hour) => {
    const gain = value - (then.get(hour) ?? 0n);
    return gain > 0n ? [[hour, gain] as const] : [];
  });
  return gained.length === 0 ? null : new Map(gained);
}

function firstOfEachDay<T extends { readonly pulledAt: number }>(pulls: readonly T[]): readonly T[] {
  const chosen: T[] = [];
  for (const one of [...pulls].sort((a, b) => a.pulledAt - b.pulledAt)) {
    const last = chosen.at(-1);
    if (last === undefined || one.pulledAt - last.pulledAt >= 24 * HOUR_MS) chosen.push(one);
  }
  return chosen.slice(0, MOST_PULLS);
}

const byHour = (hours: readonly HourValue[], times: bigint): ReadonlyMap<number, bigint> =>
  new Map(
    hours.flatMap(({ hour, whole, frac, text }) =>
      text === undefined ? [[hour, (BigInt(whole) * FRAC_UNIT + BigInt(frac)) * times] as const] : [],
    ),
  );
