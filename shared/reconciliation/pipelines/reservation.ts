import { add, compare, type Decimal, decimal, divide, maximum, multiply, ZERO } from '../../values/decimal.ts';
import { instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import { type CapacityInterval, capacityBucket, settleBucket } from './reserved-capacity.ts';
import { inGigabytes } from './rollup.ts';

/** What one reserved size comes to over a period, in GB-seconds. */
export type ReservationOption = {
  readonly reservedGb: Decimal;
  /** The whole commitment, used or not. */
  readonly reserved: Decimal;
  readonly used: Decimal;
  readonly overage: Decimal;
  /** By size of memory in MB, ascending. */
  readonly overageByTier: ReadonlyMap<number, Decimal>;
  readonly disk: Decimal;
};

export type Reservation = {
  readonly intervals: number;
  /** Most memory at once, in GB. */
  readonly peakGb: Decimal;
  /** Over the whole period, time in which nothing ran included; to 6 places. */
  readonly averageGb: Decimal;
  /** In the order asked for. */
  readonly options: readonly ReservationOption[];
};

const AVERAGE_PLACES = 6;

/**
 * Rates the runs of one customer's machines under several reserved sizes. Each bucket is settled by itself: what one
 * leaves unused never pays for another.
 * @param of.period of whole buckets
 * @see metering.md section 3.2
 */
export function rateReservation(of: {
  readonly period: Period;
  readonly bucketMs: number;
  readonly sizesGb: readonly Decimal[];
  readonly intervals: readonly CapacityInterval[];
}): Reservation {
  const { period, bucketMs, sizesGb } = of;
  const known = of.intervals.filter(
    ({ start, end }) => start < period.to && (end === null || end > period.from) && (end === null || end > start),
  );
  const totals = sizesGb.map((reservedGb) => ({
    reservedGb,
    reserved: ZERO,
    used: ZERO,
    overage: ZERO,
    overageByTier: new Map<number, Decimal>(),
    disk: ZERO,
  }));
  const byStart = [...known].sort((a, b) => a.start - b.start);
  let open: CapacityInterval[] = [];
  let next = 0;
  for (let from = period.from; from < period.to; from = instant(from + bucketMs)) {
    const bucket = { from, to: instant(Math.min(from + bucketMs, period.to)) };
    for (; next < byStart.length; next += 1) {
      const interval = byStart[next];
      if (interval === undefined || interval.start >= bucket.to) break;
      open.push(interval);
    }
    open = open.filter(({ end }) => end === null || end > bucket.from);
    const running = capacityBucket(bucket, open);
    for (const total of totals) {
      const settled = settleBucket(running, total.reservedGb);
      total.reserved = add(total.reserved, settled.reservedCharge);
      total.used = add(total.used, settled.reservedUsed);
      total.overage = add(total.overage, settled.overage);
      total.disk = add(total.disk, settled.diskOverage);
      for (const [tier, value] of settled.overageByTier) {
        total.overageByTier.set(tier, add(total.overageByTier.get(tier) ?? ZERO, value));
      }
    }
  }
  return {
    intervals: known.length,
    ...levelsOf(known, period),
    options: totals.map((total) => ({
      ...total,
      overageByTier: new Map([...total.overageByTier].sort(([a], [b]) => a - b)),
    })),
  };
}

function levelsOf(intervals: readonly CapacityInterval[], period: Period): Pick<Reservation, 'peakGb' | 'averageGb'> {
  const edges = intervals
    .flatMap(({ start, end, memoryMb }) => [
      { at: Math.max(start, period.from), by: memoryMb },
      { at: Math.min(end ?? period.to, period.to), by: -memoryMb },
    ])
    // Where one ends as another starts, both do not run at once.
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let level = 0;
  let peak = 0;
  let total = ZERO;
  let at: number = period.from;
  for (const edge of edges) {
    total = add(total, multiply(decimal(BigInt(level)), decimal(BigInt(edge.at - at))));
    at = edge.at;
    level += edge.by;
    peak = Math.max(peak, level);
  }
  // Nothing ran in no time.
  const length = decimal(BigInt(Math.max(1, period.to - period.from)));
  const averageMb = divide(total, length, AVERAGE_PLACES + 10, 'half_up');
  return {
    peakGb: inGigabytes(decimal(BigInt(peak))),
    averageGb: divide(averageMb, decimal(1024n), AVERAGE_PLACES, 'half_up'),
  };
}

/** What each GB-second costs, in any one unit of money. */
export type ReservationPrices = { readonly reserved: Decimal; readonly overage: Decimal; readonly disk: Decimal };

export type ReservationCost = ReservationPrices & { readonly total: Decimal };

export function costOfReservation(option: ReservationOption, prices: ReservationPrices): ReservationCost {
  const reserved = multiply(option.reserved, prices.reserved);
  const overage = multiply(option.overage, prices.overage);
  const disk = multiply(option.disk, prices.disk);
  return { reserved, overage, disk, total: add(add(reserved, overage), disk) };
}

/** The size of least total, of equal ones the smallest; null without any. */
export function cheapestSize(options: readonly ReservationOption[], prices: ReservationPrices): Decimal | null {
  const rated = options.map((option) => ({ size: option.reservedGb, total: costOfReservation(option, prices).total }));
  const best = rated.reduce<(typeof rated)[number] | null>((least, each) => {
    if (least === null) return each;
    const order = compare(each.total, least.total);
    return order < 0 || (order === 0 && compare(each.size, least.size) < 0) ? each : least;
  }, null);
  return best === null ? null : maximum(best.size, ZERO);
}
