import {
  type ParityPair,
  type ParitySettings,
  parityAlert,
  parityBucket,
} from '../../../shared/reconciliation/pipelines/parity.ts';
import { reservedBucket } from '../../../shared/reconciliation/pipelines/reserved-capacity.ts';
import {
  ROLLUP_DEFAULTS,
  Rollup,
  type RollupSample,
  type RollupSettings,
} from '../../../shared/reconciliation/pipelines/rollup.ts';
import { type SeamInterval, seamReport } from '../../../shared/reconciliation/pipelines/seam.ts';
import { soak } from '../../../shared/reconciliation/pipelines/soak.ts';
import { type Decimal, decimal, formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant, type Instant, parseInstant } from '../../../shared/values/instant.ts';
import { flag, type Json, type JsonObject, list, MalformedVector, object, text, type VectorClass } from '../vector.ts';

// metering.md sections 3 and 4: two pipelines that measure the same.

export const parityBucketClass: VectorClass = {
  answer: ({ input }) => {
    const found = parityBucket(objects(input.orgs, 'orgs').map(pairOf), settingsOf(input));
    return {
      checked: found.checked,
      skipped_not_pro: found.leftOut,
      unverified: found.unverified,
      drift_pct: Object.fromEntries([...found.drift].map(([org, drift]) => [org, formatDecimal(drift)])),
      flagged: found.flagged,
      material: found.material,
      one_sided: found.oneSided,
      total_cell: formatDecimal(found.referenceTotal),
      total_edge: formatDecimal(found.candidateTotal),
      aggregate_pct: formatDecimal(found.aggregate),
      systemic: found.isSystemic,
      clean: found.isClean,
    };
  },
};

/** A plan that could not be looked up counts as one that is compared. */
const pairOf = (org: JsonObject): ParityPair => ({
  customer: text(org.org, 'org'),
  isCompared: org.plan === null || org.plan === 'pro',
  reference: quantityOrNull(org.cell),
  candidate: quantityOrNull(org.edge),
});

export const parityAlertClass: VectorClass = {
  answer: ({ input }) => {
    const buckets = objects(input.buckets, 'buckets').map((bucket) => ({
      materialCustomers: whole(bucket.material_orgs, 'material_orgs'),
      reference: quantity(bucket.total_cell, 'total_cell'),
      candidate: quantity(bucket.total_edge, 'total_edge'),
    }));
    const consecutive = whole(input.consecutive, 'consecutive');
    const steps = parityAlert(buckets, { ...settingsOf(input), consecutive });
    return {
      steps: steps.map(({ isSystemic, streak, isAlert }) => ({ systemic: isSystemic, streak, alert: isAlert })),
    };
  },
};

const settingsOf = (input: JsonObject): ParitySettings => ({
  tolerance: input.tolerance === undefined ? decimal(2n, 2) : quantity(input.tolerance, 'tolerance'),
  alertShare: quantity(input.alert_pct, 'alert_pct'),
  floor: quantity(input.floor_gb_s, 'floor_gb_s'),
  minimumCustomers: whole(input.min_orgs, 'min_orgs'),
});

export const soakClass: VectorClass = {
  answer: ({ input }) => {
    const hours = objects(input.buckets, 'buckets').map(({ start, clean }) => ({
      start: at(start, 'start'),
      isClean: flag(clean, 'clean'),
    }));
    const found = soak(hours, {
      now: at(input.now, 'now'),
      graceMs: whole(input.grace_s, 'grace_s') * 1000,
      requiredHours: whole(input.required_hours, 'required_hours'),
    });
    return {
      ready: found.isReady,
      clean_hours: found.cleanHours,
      blocked_at: found.blockedAt === null ? null : formatInstant(found.blockedAt),
      reason: found.reason,
    };
  },
};

export const seamClass: VectorClass = {
  answer: ({ input }) => {
    const intervals = (name: string) => objects(input[name], name).map(intervalOf);
    const found = seamReport({
      measured: intervals('measured'),
      billed: [...intervals('cell_billed'), ...intervals('edge_billed')],
    });
    return { gaps: found.gaps.map(printInterval), overlaps: found.overlaps.map(printInterval), clean: found.isClean };
  },
};

const intervalOf = (of: JsonObject): SeamInterval => ({
  customer: text(of.org, 'org'),
  from: at(of.start, 'start'),
  to: at(of.end, 'end'),
});

const printInterval = ({ customer, from, to }: SeamInterval): JsonObject => ({
  org: customer,
  start: formatInstant(from),
  end: formatInstant(to),
  seconds: (to - from) / 1000,
});

export const reservedBucketClass: VectorClass = {
  answer: ({ input }) => {
    const bucket = object(input.bucket, 'bucket');
    const found = reservedBucket(
      { from: at(bucket.start, 'start'), to: at(bucket.end, 'end') },
      quantity(input.reserved_gb, 'reserved_gb'),
      objects(input.events, 'events').map((event) => ({
        memoryMb: whole(event.memory_mb, 'memory_mb'),
        diskMb: whole(event.disk_mb, 'disk_mb'),
        start: at(event.start, 'start'),
        end: (event.end ?? null) === null ? null : at(event.end, 'end'),
      })),
    );
    return {
      overage_gb_seconds_by_tier: Object.fromEntries(
        [...found.overageByTier].map(([tier, value]) => [String(tier), formatDecimal(value)]),
      ),
      overage_gb_seconds: formatDecimal(found.overage),
      reserved_charge_gb_seconds: formatDecimal(found.reservedCharge),
      reserved_used_gb_seconds: formatDecimal(found.reservedUsed),
      disk_overage_gb_seconds: formatDecimal(found.diskOverage),
    };
  },
};

export const rollupClass: VectorClass = {
  answer: ({ input }) => {
    const rollup = new Rollup(
      objects(input.orgs, 'orgs').map((org) => ({
        customer: text(org.org, 'org'),
        mode: org.billing_mode === 'unified' ? 'unified' : 'legacy',
        isBilledByStripe: org.billing_provider === 'stripe',
      })),
    );
    const runs = objects(input.runs, 'runs').map((run): Json => {
      const { created, discarded, consumed, waiting } = rollup.run({
        now: at(run.now, 'now'),
        settings: rollupSettings(object(run.config ?? {}, 'config')),
        arrivals: objects(run.arrivals ?? [], 'arrivals').map(sampleOf),
      });
      return {
        created: created.map((event) => ({
          id: event.id,
          org: event.customer,
          meter: event.meter,
          value: formatDecimal(event.value),
          payload_value: event.payloadValue,
          bucket_start: formatInstant(event.bucket.from),
          bucket_end: formatInstant(event.bucket.to),
          event_timestamp: formatInstant(event.eventAt),
          state: event.state,
        })),
        discarded_by_id_conflict: discarded.map(({ id, value }) => ({ id, value: formatDecimal(value) })),
        consumed,
        waiting,
      };
    });
    return { runs };
  },
};

const rollupSettings = (config: JsonObject): RollupSettings => ({
  bucketSeconds:
    config.bucket_seconds === undefined
      ? ROLLUP_DEFAULTS.bucketSeconds
      : whole(config.bucket_seconds, 'bucket_seconds'),
  graceSeconds:
    config.grace_seconds === undefined ? ROLLUP_DEFAULTS.graceSeconds : whole(config.grace_seconds, 'grace_seconds'),
  billFrom: (config.bill_from ?? null) === null ? null : at(config.bill_from, 'bill_from'),
  isShadow: config.shadow === undefined ? ROLLUP_DEFAULTS.isShadow : flag(config.shadow, 'shadow'),
});

const sampleOf = (sample: JsonObject): RollupSample => ({
  id: text(sample.id, 'id'),
  customer: text(sample.org, 'org'),
  memoryMb: whole(sample.memory_mb, 'memory_mb'),
  seconds: decimal(BigInt(whole(sample.interval_s, 'interval_s'))),
  at: at(sample.ts, 'ts'),
});

const objects = (value: Json | undefined, name: string): readonly JsonObject[] =>
  list(value, name).map((item, index) => object(item, `${name}[${index}]`));
const at = (value: Json | undefined, name: string): Instant => parseInstant(text(value, name));
const quantity = (value: Json | undefined, name: string): Decimal => parseDecimal(text(value, name));
const quantityOrNull = (value: Json | undefined): Decimal | null =>
  value === null || value === undefined ? null : quantity(value, 'quantity');

function whole(value: Json | undefined, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new MalformedVector(`${name} is not a whole number`);
}
