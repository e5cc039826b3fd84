import {
  add,
  type Decimal,
  decimal,
  divide,
  equals,
  formatFixed,
  isZero,
  multiply,
  normalize,
  round,
  ZERO,
} from '../../values/decimal.ts';
import { type Instant, instant, toUnixSeconds } from '../../values/instant.ts';
import { compareBytes } from '../../values/order.ts';
import type { Period } from '../../values/period.ts';

/** One tick of a running machine. The id is that of the message that carried it, so that a second delivery is known. */
export type RollupSample = {
  readonly id: string;
  readonly customer: string;
  readonly memoryMb: number;
  readonly seconds: Decimal;
  readonly at: Instant;
};

/** How a customer is billed: one meter per size of memory, in seconds, or one for all, in GB-seconds. */
export type RollupCustomer = {
  readonly customer: string;
  readonly mode: 'legacy' | 'unified';
  readonly isBilledByStripe: boolean;
};

export type RollupSettings = {
  readonly bucketSeconds: number;
  readonly graceSeconds: number;
  /** Buckets that begin earlier emit nothing; null: all do. */
  readonly billFrom: Instant | null;
  /** Events are made and never sent. */
  readonly isShadow: boolean;
};

export const ROLLUP_DEFAULTS: RollupSettings = {
  bucketSeconds: 3600,
  graceSeconds: 600,
  billFrom: null,
  isShadow: true,
};

export type RolledEvent = {
  /** Also Stripe's identifier: customer, start of the bucket, meter. */
  readonly id: string;
  readonly customer: string;
  readonly meter: string;
  readonly value: Decimal;
  /** Six decimals, as it is sent. */
  readonly payloadValue: string;
  readonly bucket: Period;
  /** The end of the bucket: the last bucket of a month is stamped in the next one. */
  readonly eventAt: Instant;
  readonly state: 'shadow' | 'pending';
};

export type RollupRun = {
  readonly created: readonly RolledEvent[];
  /** What was used, and is lost: its bucket had been rolled before. */
  readonly discarded: readonly { readonly id: string; readonly value: Decimal }[];
  readonly consumed: readonly string[];
  readonly waiting: readonly string[];
};

/** The event names that a rollup sends to; `{gb}` in the legacy one stands for the size. */
export type RollupMeters = { readonly unified: string; readonly legacy: string };

export const ROLLUP_METERS: RollupMeters = {
  unified: 'sandbox_compute_sandbox_overage',
  legacy: 'sandbox_compute_sandbox_{gb}gb',
};

/** Sizes that have a meter of their own, in GB. */
export const LEGACY_SIZES = [1, 4, 8, 16, 32, 64] as const;
const MB_PER_GB = decimal(1024n);
const PAYLOAD_PLACES = 6;

/** The event name of a size, in GB as text, whether such a meter exists or not. */
export const legacyMeter = (gigabytes: string | number, { legacy }: RollupMeters): string =>
  legacy.replace('{gb}', String(gigabytes));

/** Also Stripe's identifier: the same bucket of the same customer and meter has the same id, whoever makes it. */
export const rollupEventId = (customer: string, bucketStart: Instant, meter: string): string =>
  `${customer}:${toUnixSeconds(bucketStart)}:${meter}`;

/** Megabyte-seconds in GB-seconds; exact, a power of two divides within ten more places. */
export const inGigabytes = (megabytes: Decimal): Decimal =>
  normalize(divide(megabytes, MB_PER_GB, megabytes.scale + 10, 'half_up'));

/** As an event carries it: six decimals, half away from zero. */
export const payloadOf = (value: Decimal): Decimal => round(value, PAYLOAD_PLACES, 'half_up');

/**
 * What a rollup makes of samples, replayed: the same buckets, ids and values as the pipeline has to have sent.
 * @see metering.md section 3.1; test/vectors/metering/rollup.json
 */
export class Rollup {
  readonly #customers: ReadonlyMap<string, RollupCustomer>;
  readonly #seen = new Set<string>();
  readonly #events = new Set<string>();
  #waiting: RollupSample[] = [];

  constructor(customers: readonly RollupCustomer[]) {
    this.#customers = new Map(customers.map((customer) => [customer.customer, customer]));
  }

  /** One run over everything that has arrived by now. */
  run(of: {
    readonly now: Instant;
    readonly settings: RollupSettings;
    readonly arrivals: readonly RollupSample[];
  }): RollupRun {
    for (const sample of of.arrivals) {
      if (this.#seen.has(sample.id)) continue;
      this.#seen.add(sample.id);
      this.#waiting.push(sample);
    }
    const { bucketSeconds, graceSeconds } = of.settings;
    const dueUntil = toUnixSeconds(of.now) - graceSeconds;
    const startOf = ({ at }: RollupSample): number => Math.floor(toUnixSeconds(at) / bucketSeconds) * bucketSeconds;
    const isDue = (sample: RollupSample): boolean => startOf(sample) + bucketSeconds <= dueUntil;
    const due = this.#waiting.filter(isDue);
    this.#waiting = this.#waiting.filter((sample) => !isDue(sample));
    const created: RolledEvent[] = [];
    const discarded: { readonly id: string; readonly value: Decimal }[] = [];
    const buckets = Map.groupBy(due, startOf);
    for (const [start, samples] of [...buckets].sort(([a], [b]) => a - b)) {
      for (const event of this.#eventsOf(start, samples, of.settings)) {
        if (this.#events.has(event.id)) discarded.push({ id: event.id, value: event.value });
        else {
          this.#events.add(event.id);
          created.push(event);
        }
      }
    }
    return { created, discarded, consumed: idsOf(due), waiting: idsOf(this.#waiting) };
  }

  #eventsOf(start: number, samples: readonly RollupSample[], settings: RollupSettings): readonly RolledEvent[] {
    const bucket = { from: instant(start * 1000), to: instant((start + settings.bucketSeconds) * 1000) };
    if (settings.billFrom !== null && bucket.from < settings.billFrom) return [];
    const byCustomer = [...Map.groupBy(samples, ({ customer }) => customer)].sort(([a], [b]) => compareBytes(a, b));
    return byCustomer.flatMap(([id, own]) => {
      const customer = this.#customers.get(id);
      if (customer === undefined || !customer.isBilledByStripe) return [];
      return rolledValues(customer.mode, levelsOf(own)).map(
        ({ meter, value }): RolledEvent => ({
          id: rollupEventId(id, bucket.from, meter),
          customer: id,
          meter,
          value,
          payloadValue: formatFixed(payloadOf(value), PAYLOAD_PLACES),
          bucket,
          eventAt: bucket.to,
          state: settings.isShadow ? 'shadow' : 'pending',
        }),
      );
    });
  }
}

/** How long machines of one size ran. */
export type LevelSeconds = { readonly memoryMb: Decimal; readonly seconds: Decimal };

export type MeterValue = { readonly meter: string; readonly value: Decimal };

const levelsOf = (samples: readonly RollupSample[]): readonly LevelSeconds[] =>
  samples.map(({ memoryMb, seconds }) => ({ memoryMb: decimal(BigInt(memoryMb)), seconds }));

/**
 * What a bucket of one customer comes to: GB-seconds over all sizes, known or not, or the seconds of each size that has
 * a meter. Nothing comes of 0.
 */
export function rolledValues(
  mode: RollupCustomer['mode'],
  levels: readonly LevelSeconds[],
  meters: RollupMeters = ROLLUP_METERS,
): readonly MeterValue[] {
  const values =
    mode === 'unified'
      ? [{ meter: meters.unified, value: gigabyteSeconds(levels) }]
      : LEGACY_SIZES.map((gigabytes) => ({
          meter: legacyMeter(gigabytes, meters),
          value: levels
            .filter(({ memoryMb }) => equals(memoryMb, decimal(BigInt(gigabytes * 1024))))
            .reduce((total, { seconds }) => add(total, seconds), ZERO),
        }));
  return values.filter(({ value }) => !isZero(value));
}

/** Over all sizes. */
export const gigabyteSeconds = (levels: readonly LevelSeconds[]): Decimal =>
  inGigabytes(levels.reduce((total, { memoryMb, seconds }) => add(total, multiply(memoryMb, seconds)), ZERO));

const idsOf = (samples: readonly RollupSample[]): readonly string[] => samples.map(({ id }) => id).sort(compareBytes);
