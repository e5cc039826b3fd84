import { add, type Decimal, decimal, divide, maximum, multiply, subtract, ZERO } from '../../values/decimal.ts';
import { type Instant, instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';

/** One run of a machine. `end` null: it still runs. */
export type CapacityInterval = {
  readonly memoryMb: number;
  readonly diskMb: number;
  readonly start: Instant;
  readonly end: Instant | null;
};

export type ReservedBucket = {
  /** By size of memory in MB, ascending; to 9 places where a share does not end. Sizes without overage are absent. */
  readonly overageByTier: ReadonlyMap<number, Decimal>;
  readonly overage: Decimal;
  /** The whole reservation, used or not. */
  readonly reservedCharge: Decimal;
  readonly reservedUsed: Decimal;
  readonly diskOverage: Decimal;
};

/** Disk up to here is part of every machine. */
const FREE_DISK_MB = 20_480;
const MB_PER_GB = decimal(1024n);
const SHARE_PLACES = 9;

/**
 * What a bucket of a reservation charges, in GB-seconds: the bucket is cut wherever a machine starts or ends, and each
 * piece pays for what goes beyond the reservation, shared out by memory. Nothing is carried over or averaged.
 * @see metering.md section 3.2; test/vectors/metering/reserved-bucket.json
 */
export function reservedBucket(
  bucket: Period,
  reservedGb: Decimal,
  intervals: readonly CapacityInterval[],
): ReservedBucket {
  const clipped = intervals.flatMap((interval) => {
    const from = Math.max(interval.start, bucket.from);
    const to = Math.min(interval.end ?? bucket.to, bucket.to);
    return from < to ? [{ ...interval, from: instant(from), to: instant(to) }] : [];
  });
  const edges = [...new Set(clipped.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const shares = new Map<number, Share[]>();
  let overage = ZERO;
  let reservedUsed = ZERO;
  edges.slice(0, -1).forEach((from, index) => {
    const to = edges[index + 1] ?? from;
    const running = clipped.filter((interval) => interval.from <= from && to <= interval.to);
    const memoryMb = decimal(running.reduce((total, { memoryMb: own }) => total + BigInt(own), 0n));
    const seconds = secondsOf({ from, to });
    const usedMb = multiply(memoryMb, seconds);
    const overMb = maximum(subtract(usedMb, multiply(multiply(reservedGb, MB_PER_GB), seconds)), ZERO);
    overage = add(overage, overMb);
    reservedUsed = add(reservedUsed, subtract(usedMb, overMb));
    if (overMb.coefficient === 0n) return;
    for (const { memoryMb: own } of running) {
      const tier = shares.get(own) ?? [];
      tier.push({ part: multiply(overMb, decimal(BigInt(own))), of: memoryMb });
      shares.set(own, tier);
    }
  });
  return {
    overageByTier: new Map([...shares].sort(([a], [b]) => a - b).map(([tier, parts]) => [tier, sumOfShares(parts)])),
    overage: inGb(overage),
    reservedCharge: multiply(reservedGb, secondsOf(bucket)),
    reservedUsed: inGb(reservedUsed),
    diskOverage: inGb(
      clipped.reduce(
        (total, { diskMb, from, to }) =>
          add(total, multiply(decimal(BigInt(Math.max(0, diskMb - FREE_DISK_MB))), secondsOf({ from, to }))),
        ZERO,
      ),
    ),
  };
}

/** `part` ÷ `of`, in MB-seconds. */
type Share = { readonly part: Decimal; readonly of: Decimal };

/** Added over one denominator, so that only the sum is rounded. */
function sumOfShares(shares: readonly Share[]): Decimal {
  let part = ZERO;
  let of = decimal(1n);
  for (const share of shares) {
    if (share.of.coefficient === of.coefficient && share.of.scale === of.scale) part = add(part, share.part);
    else {
      part = add(multiply(part, share.of), multiply(share.part, of));
      of = multiply(of, share.of);
    }
  }
  return divide(part, multiply(of, MB_PER_GB), SHARE_PLACES, 'half_up');
}

const secondsOf = ({ from, to }: Period): Decimal => decimal(BigInt(to - from), 3);

/** A power of two divides exactly within ten more places. */
const inGb = (megabytes: Decimal): Decimal => divide(megabytes, MB_PER_GB, megabytes.scale + 10, 'half_up');
