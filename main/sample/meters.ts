import type { MeterFormula } from '../../shared/billing/meter.ts';
import { type Fraction, fraction } from '../../shared/values/fraction.ts';

/** How the push worker of the sample company reports a meter. */
export type SampleMeter = {
  readonly key: string;
  readonly meterId: string;
  readonly displayName: string;
  readonly unit: string;
  readonly formula: MeterFormula;
  /** Native unit of the worker's query → billed unit. */
  readonly scale: Fraction;
  /** `month_to_date`: the total so far, every hour, to a `last` meter. `increment`: each hour's own, to a `sum` meter. */
  readonly push: 'month_to_date' | 'increment';
};

const GIB = 2n ** 30n;

export const SAMPLE_METERS = [
  {
    key: 'cpu_seconds',
    meterId: 'mtr_sample_cpu',
    displayName: 'CPU time',
    unit: 'CPU-seconds',
    formula: 'last',
    scale: fraction(1n, 1_000_000n),
    push: 'month_to_date',
  },
  {
    key: 'memory_gib_seconds',
    meterId: 'mtr_sample_memory',
    displayName: 'Memory',
    unit: 'GiB-seconds',
    formula: 'last',
    scale: fraction(1n, 1000n * GIB),
    push: 'month_to_date',
  },
  {
    key: 'disk_gib_seconds',
    meterId: 'mtr_sample_disk',
    displayName: 'Disk',
    unit: 'GiB-seconds',
    formula: 'last',
    scale: fraction(1n, 1000n * GIB),
    push: 'month_to_date',
  },
  {
    key: 'egress_public_gib',
    meterId: 'mtr_sample_egress',
    displayName: 'Public egress',
    unit: 'GiB',
    formula: 'sum',
    scale: fraction(1n, GIB),
    push: 'increment',
  },
  {
    key: 'active_keys',
    meterId: 'mtr_sample_keys',
    displayName: 'Active keys',
    unit: 'keys',
    formula: 'last',
    scale: fraction(1n, 1n),
    push: 'month_to_date',
  },
] as const satisfies readonly SampleMeter[];

export type SampleMeterKey = (typeof SAMPLE_METERS)[number]['key'];

/** A meter that the sample's Stripe has and its tieout.yaml leaves out, with some usage. */
export const UNCONFIGURED_METER = {
  key: 'gpu_seconds',
  meterId: 'mtr_sample_gpu',
  displayName: 'GPU time (pilot)',
} as const;
