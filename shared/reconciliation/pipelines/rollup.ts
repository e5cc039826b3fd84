import {
  add,
  type Decimal,
  decimal,
  divide,
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

/** Sizes that have a meter of their own, in GB. */
const LEGACY_SIZES = [1, 4, 8, 16, 32, 64] as const;
const UNIFIED_METER = 'sandbox_compute_sandbox_overage';
const legacyMeter = (gigabytes: number): string => `sandbox_compute_sandbox_${gigabytes}gb`;
const MB_PER_GB = decimal(1024n);
const PAYLOAD_PLACES = 6;

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
      return valuesOf(customer.mode, own).map(
        ({ meter, value }): RolledEvent => ({
          id: `${id}:${start}:${meter}`,
          customer: id,
          meter,
          value,
          payloadValue: formatFixed(round(value, PAYLOAD_PLACES, 'half_up'), PAYLOAD_PLACES),
          bucket,
          eventAt: bucket.to,
          state: settings.isShadow ? 'shadow' : 'pending',
        }),
      );
    });
  }
}

type MeterValue = { readonly meter: string; readonly value: Decimal };

function valuesOf(mode: RollupCustomer['mode'], samples: readonly RollupSample[]): readonly MeterValue[] {
  const values = mode === 'unified' ? [unifiedValue(samples)] : legacyValues(samples);
  return values.filter(({ value }) => !isZero(value));
}

/** All sizes, known or not. */
function unifiedValue(samples: readonly RollupSample[]): MeterValue {
  const megabytes = samples.reduce(
    (total, { memoryMb, seconds }) => add(total, multiply(decimal(BigInt(memoryMb)), seconds)),
    ZERO,
  );
  return { meter: UNIFIED_METER, value: normalize(divide(megabytes, MB_PER_GB, megabytes.scale + 10, 'half_up')) };
}

/** A size without a meter is left out. */
const legacyValues = (samples: readonly RollupSample[]): readonly MeterValue[] =>
  LEGACY_SIZES.map((gigabytes) => ({
    meter: legacyMeter(gigabytes),
    value: samples
      .filter(({ memoryMb }) => memoryMb === gigabytes * 1024)
      .reduce((total, { seconds }) => add(total, seconds), ZERO),
  }));

const idsOf = (samples: readonly RollupSample[]): readonly string[] => samples.map(({ id }) => id).sort(compareBytes);
