import type { Verdict } from '../../shared/reconciliation/result.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import type { SampleMeterKey } from './meters.ts';

/** What can go wrong between a measurement and Stripe; each kind is planted at least once. */
export type FaultKind =
  | 'missed_push'
  | 'final_push_missing'
  | 'late_push'
  | 'duplicate_push'
  | 'unit_scale'
  | 'zone_shift'
  | 'never_pushed'
  | 'rejected_events'
  | 'double_count'
  | 'expired_rows'
  | 'unmapped'
  | 'mistyped_mapping';

export type Fault = {
  readonly kind: FaultKind;
  readonly month: MonthKey;
  /** Index of the customer: the first copy of each name, so that `--scale` leaves the faults alone. */
  readonly customer: number;
  readonly meter: SampleMeterKey;
  readonly verdict: Verdict;
  /** Set where the cell only shows what was done in another month. */
  readonly isConsequence?: true;
  /** What happened, for the list that is written beside the workspace. */
  readonly story: string;
};

/** A cell that must come out with this verdict. */
export type PlantedCell = {
  readonly month: string;
  readonly meter: string;
  readonly customer: string | null;
  readonly usageId: string | null;
  readonly verdict: Verdict;
  readonly kind: FaultKind;
  readonly story: string;
};

/** Its metadata names no usage id, and its usage was never pushed. */
export const UNMAPPED_CUSTOMER = 43;
/** Its metadata names a usage id that does not exist; the worker, which has a map of its own, pushes. */
export const MISTYPED_CUSTOMER = 52;

/** Hours by which the shifted worker stamps too early. */
export const SHIFT_HOURS = 6;

/** The faults of single cells. */
export function plannedFaults(months: readonly [MonthKey, MonthKey, MonthKey]): readonly Fault[] {
  const [march, april, may] = months;
  return [
    {
      kind: 'missed_push',
      month: may,
      customer: 0,
      meter: 'egress_public_gib',
      verdict: 'under_reported',
      story: 'four hourly pushes were lost',
    },
    {
      kind: 'missed_push',
      month: march,
      customer: 21,
      meter: 'egress_public_gib',
      verdict: 'under_reported',
      story: 'nine hourly pushes were lost',
    },
    {
      kind: 'final_push_missing',
      month: april,
      customer: 3,
      meter: 'cpu_seconds',
      verdict: 'stale_overdue',
      story: 'the worker stopped 30 hours before the month ended',
    },
    {
      kind: 'final_push_missing',
      month: may,
      customer: 12,
      meter: 'disk_gib_seconds',
      verdict: 'stale_overdue',
      story: 'the worker stopped 30 hours before the month ended',
    },
    {
      kind: 'late_push',
      month: may,
      customer: 6,
      meter: 'cpu_seconds',
      verdict: 'stale',
      story: 'the last three pushes have not arrived yet',
    },
    {
      kind: 'duplicate_push',
      month: may,
      customer: 9,
      meter: 'egress_public_gib',
      verdict: 'over_reported',
      story: 'three hourly pushes were sent twice, under new identifiers',
    },
    {
      kind: 'unit_scale',
      month: april,
      customer: 15,
      meter: 'memory_gib_seconds',
      verdict: 'over_reported',
      story: 'MiB-seconds were pushed for GiB-seconds',
    },
    {
      kind: 'unit_scale',
      month: may,
      customer: 18,
      meter: 'cpu_seconds',
      verdict: 'under_reported',
      story: 'CPU-minutes were pushed for CPU-seconds',
    },
    {
      kind: 'zone_shift',
      month: may,
      customer: 24,
      meter: 'egress_public_gib',
      verdict: 'under_reported',
      story: 'hours were stamped six hours too early, so the first evening fell into the month before',
    },
    {
      kind: 'zone_shift',
      month: april,
      customer: 24,
      meter: 'egress_public_gib',
      verdict: 'over_reported',
      isConsequence: true,
      story: 'holds the first six hours of the month after, which were stamped too early',
    },
    {
      kind: 'never_pushed',
      month: may,
      customer: 27,
      meter: 'disk_gib_seconds',
      verdict: 'missing_stripe',
      story: 'nothing was pushed all month',
    },
    {
      kind: 'never_pushed',
      month: march,
      customer: 33,
      meter: 'active_keys',
      verdict: 'missing_stripe',
      story: 'nothing was pushed all month',
    },
    {
      kind: 'rejected_events',
      month: may,
      customer: 30,
      meter: 'memory_gib_seconds',
      verdict: 'stale_overdue',
      story: 'from the 20th on every value had too many digits; Stripe took the events and rejected them later',
    },
    {
      kind: 'double_count',
      month: april,
      customer: 39,
      meter: 'cpu_seconds',
      verdict: 'over_reported',
      story: 'from the 16th on one instance was counted twice',
    },
    {
      kind: 'expired_rows',
      month: march,
      customer: 45,
      meter: 'active_keys',
      verdict: 'missing_usage',
      story: 'the rows of the month had expired when it was read',
    },
  ];
}
