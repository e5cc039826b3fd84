import {
  add,
  type Decimal,
  decimal,
  isZero,
  multiply,
  normalize,
  subtract,
  ZERO,
} from '../../../shared/values/decimal.ts';
import { scaleBy } from '../../../shared/values/fraction.ts';
import { HOUR_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthOf, monthPeriod } from '../../../shared/values/period.ts';
import { QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { readArrivals, type UsageArrival } from '../../cache/arrival-store.ts';
import { unpackHours } from '../../cache/hour-pack.ts';
import { hourDecimal, type MeasuredMeter, openMeasured } from '../../cache/measured-period.ts';
import type { Db } from '../../cache/open.ts';
import { readPullsInForce } from '../../cache/pull-store.ts';
import { type MonthHours, readRunHours } from '../../cache/rating-run-store.ts';
import type { LateCharge } from './late-charge.ts';

/** One hour whose usage changed after it was billed. */
export type LateHour = {
  readonly at: Instant;
  /** In billed units, rounded to 12 places; less where usage was taken back. */
  readonly quantity: Decimal;
  /** When the pull began that first saw it; null where no pull of all customers shows it. */
  readonly arrivedAt: Instant | null;
  readonly pull: number | null;
};

export type LateHours = { hoursOf(charge: LateCharge, meter: MeasuredMeter): readonly LateHour[] };

/**
 * Reads what changed hour by hour. Rows of pulls that are not in force are gone, so which pull brought a change is told
 * by what all customers together used: the first one after the run that found another total in that hour.
 */
export function openLateHours(db: Db): LateHours {
  const measured = openMeasured(db);
  const pulls = new Map<string, readonly HourTotals[]>();
  const pullsOf = (meterKey: number, month: MonthKey, fingerprint: string): readonly HourTotals[] => {
    const key = `${meterKey} ${month} ${fingerprint}`;
    const known = pulls.get(key);
    if (known !== undefined) return known;
    const read = readArrivals(db, meterKey)
      .filter((arrival) => arrival.month === month && arrival.fingerprint === fingerprint)
      .map(totalsOf);
    pulls.set(key, read);
    return read;
  };
  return {
    hoursOf({ billed }, meter) {
      const then = byInstant(readRunHours(db, billed.run));
      const now = byInstant(
        measured
          .hoursOf(billed.customerId, meter, billed.servicePeriod)
          .map(({ packed, ...month }) => ({ ...month, hours: unpackHours(packed) })),
      );
      const hours: LateHour[] = [];
      for (const at of [...new Set([...then.keys(), ...now.keys()])].sort((a, b) => a - b)) {
        const native = subtract(now.get(at) ?? ZERO, then.get(at) ?? ZERO);
        if (isZero(native)) continue;
        const month = monthOf(instant(at));
        const seen = firstSeen(pullsOf(billed.meterKey, month, meter.usageFingerprint), at, billed.usagePull ?? 0);
        const quantity = normalize(scaleBy(native, meter.scale, QUANTITY_PLACES, 'half_up'));
        hours.push({ at: instant(at), quantity, ...(seen ?? onlyPull(db, month, meter.key, billed.usagePull ?? 0)) });
      }
      return hours;
    },
  };
}

const NOT_SEEN = { arrivedAt: null, pull: null };

/** A pull of some customers alone is not kept by the hour; the one in force has brought it at the latest. */
function onlyPull(db: Db, month: MonthKey, meter: string, after: number): Pick<LateHour, 'arrivedAt' | 'pull'> {
  const inForce = readPullsInForce(db, month).find((pull) => pull.source === 'clickhouse' && pull.meter === meter);
  if (inForce === undefined || inForce.pull <= after) return NOT_SEEN;
  return { arrivedAt: inForce.startedAt, pull: inForce.pull };
}

/** Native totals of all usage ids by the start of the hour. */
type HourTotals = Pick<UsageArrival, 'pull' | 'pulledAt'> & { readonly totals: ReadonlyMap<number, Decimal> };

const totalsOf = ({ pull, pulledAt, month, exponent, hours }: UsageArrival): HourTotals => ({
  pull,
  pulledAt,
  totals: byInstant([{ month, exponent, hours }]),
});

function firstSeen(
  pulls: readonly HourTotals[],
  at: number,
  after: number,
): Pick<LateHour, 'arrivedAt' | 'pull'> | null {
  const before = pulls.findLast(({ pull }) => pull <= after);
  let known = before?.totals.get(at) ?? ZERO;
  if (before === undefined) return null;
  for (const { pull, pulledAt, totals } of pulls) {
    if (pull <= after) continue;
    const total = totals.get(at) ?? ZERO;
    if (!isZero(subtract(total, known))) return { arrivedAt: pulledAt, pull };
    known = total;
  }
  return null;
}

/** Native quantities by the start of the hour; an hour that is no number is left out. */
function byInstant(months: readonly MonthHours[]): ReadonlyMap<number, Decimal> {
  const values = new Map<number, Decimal>();
  for (const { month, exponent, hours } of months) {
    const start = monthPeriod(month).from;
    for (const hour of hours) {
      const value = hourDecimal(hour);
      const at = start + hour.hour * HOUR_MS;
      if (value !== null)
        values.set(at, add(values.get(at) ?? ZERO, multiply(value, decimal(10n ** BigInt(exponent)))));
    }
  }
  return values;
}
