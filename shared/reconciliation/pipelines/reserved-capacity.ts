import { add, type Decimal, decimal, divide, multiply, powerOfTen, ZERO } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
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

/** A bucket cut wherever a machine starts or ends, whatever is reserved. */
export type CapacityBucket = {
  readonly bucket: Period;
  readonly segments: readonly Segment[];
  readonly diskOverage: Decimal;
};

/** Nothing starts or ends in it. */
type Segment = { readonly memoryMb: bigint; readonly ms: bigint; readonly running: readonly bigint[] };

/** What runs in a bucket; an open interval runs to its end. */
export function capacityBucket(bucket: Period, intervals: readonly CapacityInterval[]): CapacityBucket {
  const clipped = intervals.flatMap(({ memoryMb, diskMb, start, end }) => {
    const from = Math.max(start, bucket.from);
    const to = Math.min(end ?? bucket.to, bucket.to);
    return from < to ? [{ memoryMb: BigInt(memoryMb), diskMb, from, to }] : [];
  });
  const edges = [...new Set(clipped.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const segments = edges.slice(0, -1).map((from, index): Segment => {
    const to = edges[index + 1] ?? from;
    const running = clipped.filter((interval) => interval.from <= from && to <= interval.to);
    return {
      memoryMb: running.reduce((total, { memoryMb: own }) => total + own, 0n),
      ms: BigInt(to - from),
      running: running.map(({ memoryMb: own }) => own),
    };
  });
  const diskMs = clipped.reduce(
    (total, { diskMb, from, to }) => total + BigInt(Math.max(0, diskMb - FREE_DISK_MB)) * BigInt(to - from),
    0n,
  );
  return { bucket, segments, diskOverage: inGb(decimal(diskMs, 3)) };
}

/**
 * What a bucket of a reservation charges, in GB-seconds: each piece of it pays for what goes beyond the reservation,
 * shared out by memory. Nothing is carried over or averaged.
 * @see metering.md section 3.2; test/vectors/metering/reserved-bucket.json
 */
export function settleBucket({ bucket, segments, diskOverage }: CapacityBucket, reservedGb: Decimal): ReservedBucket {
  const shares = new Map<bigint, Share[]>();
  const reservedMb = multiply(reservedGb, MB_PER_GB);
  const unit = powerOfTen(reservedMb.scale);
  let over = 0n;
  let used = 0n;
  for (const { memoryMb, ms, running } of segments) {
    const usedHere = memoryMb * ms * unit;
    const reservedHere = reservedMb.coefficient * ms;
    const overHere = usedHere > reservedHere ? usedHere - reservedHere : 0n;
    over += overHere;
    used += usedHere - overHere;
    if (overHere === 0n) continue;
    for (const own of running) {
      const tier = shares.get(own) ?? [];
      tier.push({ part: decimal(overHere * own, reservedMb.scale + 3), of: decimal(memoryMb) });
      shares.set(own, tier);
    }
  }
  const places = reservedMb.scale + 3;
  const tiers = [...shares].sort(([a], [b]) => Number(a - b));
  return {
    overageByTier: new Map(tiers.map(([tier, parts]) => [Number(tier), sumOfShares(parts)])),
    overage: inGb(decimal(over, places)),
    reservedCharge: multiply(reservedGb, secondsOf(bucket)),
    reservedUsed: inGb(decimal(used, places)),
    diskOverage,
  };
}

/** Both at once, for one reserved size. */
export const reservedBucket = (
  bucket: Period,
  reservedGb: Decimal,
  intervals: readonly CapacityInterval[],
): ReservedBucket => settleBucket(capacityBucket(bucket, intervals), reservedGb);

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
