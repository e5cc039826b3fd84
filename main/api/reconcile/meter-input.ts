import type { Meter } from '../../../shared/billing/meter.ts';
import type { RatingOptions } from '../../../shared/rating/options.ts';
import type { PlainCell } from '../../../shared/reconciliation/plain-cause.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { Db } from '../../cache/open.ts';
import type { PullInForce } from '../../cache/pull-store.ts';
import type { HoursContext } from './evidence.ts';
import type { Identity } from './identity.ts';
import type { InvoiceEvidence } from './invoice-evidence.ts';
import type { MeterPricing } from './pricing.ts';
import type { ReconcileMeter } from './settings.ts';

/** Everything that is known of one meter and month. */
export type MeterInput = {
  readonly db: Db;
  readonly meter: ReconcileMeter;
  readonly meterKey: number;
  readonly period: Period;
  readonly identity: Identity;
  readonly pricing: MeterPricing;
  readonly invoices: InvoiceEvidence;
  readonly rating: RatingOptions;
  /** Null where Stripe has no such meter. */
  readonly stripeMeter: Meter | null;
  readonly meterExists: boolean;
  readonly usagePull: PullInForce | null;
  readonly stripePull: PullInForce | null;
  readonly previous: HoursContext['previous'];
  readonly next: HoursContext['next'];
  /** Stripe's side of the months beside, where it was pulled under the settings in force. */
  readonly previousStripe: PullInForce | null;
  readonly nextStripe: PullInForce | null;
  /** When the pushing of the meter went over from one pusher to another, as tieout.yaml says. */
  readonly cutovers: readonly Instant[];
  /** Whether the hours of every cell are looked at, and not only of those that drift. */
  readonly isThorough: boolean;
  /** Why no cell of this meter can be compared; null where they can. */
  readonly incomplete: NonNullable<PlainCell['incomplete']> | null;
};
