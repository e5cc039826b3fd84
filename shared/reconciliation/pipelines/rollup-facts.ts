import type { Decimal } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import type { RollupCustomer, RollupMeters } from './rollup.ts';

export type RollupMode = RollupCustomer['mode'];

/** Seconds of machines of one size whose samples lie in one bucket, or in the part of it on one side of T. */
export type SampledPiece = {
  readonly customer: string;
  /** The start of the bucket, or T where T lies within it. */
  readonly from: Instant;
  readonly memoryMb: Decimal;
  readonly seconds: Decimal;
  /** Of samples that came after the bucket was due; null: when samples came is not known. */
  readonly lateSeconds: Decimal | null;
};

/** An event as the pipeline lists it. */
export type ListedEvent = {
  readonly id: string;
  readonly customer: string;
  readonly meter: string;
  readonly bucketStart: Instant;
  readonly value: Decimal;
  readonly state: 'shadow' | 'pending' | 'sent';
  /** The timestamp that Stripe is given. */
  readonly eventAt: Instant;
  readonly attemptedAt: Instant | null;
  readonly sentAt: Instant | null;
};

/** How a customer is billed from an instant on. */
export type CustomerMode = {
  /** The epoch: since when is not known, and the events themselves tell. */
  readonly since: Instant;
  readonly mode: RollupMode;
  readonly isBilledByStripe: boolean;
};

export type RollupFacts = {
  /** The buckets that begin in it are looked at. */
  readonly period: Period;
  readonly bucketMs: number;
  readonly graceMs: number;
  /** When the samples and the list of events were read. */
  readonly now: Instant;
  /** The same of the bucket that begins at an instant, where not all were read at once. */
  readonly readAt?: (bucketStart: Instant) => Instant;
  /** T; null: the pipeline bills everything, or nothing while in shadow. */
  readonly billFrom: Instant | null;
  readonly isShadow: boolean;
  readonly meters: RollupMeters;
  /** Of customers without an entry of their own. */
  readonly mode: RollupMode;
  /** By customer, oldest first; null: everyone is billed by Stripe, in `mode`. */
  readonly modes: ReadonlyMap<string, readonly CustomerMode[]> | null;
  readonly samples: readonly SampledPiece[];
  /** In the order in which they were made; null: the pipeline does not say what it sent. */
  readonly events: readonly ListedEvent[] | null;
  /** Stripe's totals; empty where they were not pulled. */
  readonly held: readonly HeldSpan[];
  /** What other pipelines sent to the same meters. */
  readonly others: readonly OtherSent[];
  /** The Stripe customer of a usage id; null: none, or several. */
  readonly accountOf: (customer: string) => string | null;
};

export type RollupKind =
  | 'straggler'
  | 'id_conflict'
  | 'shadow_remainder'
  | 'next_month'
  | 'retry_after_24h'
  | 'mode_change'
  | 'unaligned_cutover'
  | 'not_made'
  | 'not_measured'
  | 'not_held'
  | 'held_twice';

export type RollupEffect = 'lost' | 'twice' | 'moved' | 'at_risk';

/** Something that the rollup got wrong, or will. Quantities are in the unit of the meter. */
export type RollupFault = {
  readonly kind: RollupKind;
  readonly effect: RollupEffect;
  readonly customer: string;
  readonly meter: string;
  readonly eventId: string | null;
  readonly bucket: Period;
  readonly eventAt: Instant | null;
  readonly recomputed: Decimal | null;
  readonly sent: Decimal | null;
  readonly held: Decimal | null;
  /** At stake, above 0. */
  readonly quantity: Decimal;
  /** What tells it from others of its kind. */
  readonly reason: RollupReason;
};

export type RollupReason =
  | 'late_samples'
  | 'late_unknown'
  | 'two_values'
  | 'foreign_id'
  | 'left_in_shadow'
  | 'stamped_in_next_month'
  | 'still_pending'
  | 'sent_again'
  | 'other_mode'
  | 'cut_bucket'
  | 'no_event'
  | 'unknown_customer'
  | 'unknown_size'
  | 'less_than_samples'
  | 'more_than_samples'
  | 'no_samples'
  | 'before_the_cutover'
  | 'never_sent'
  | 'stripe_has_less'
  | 'stripe_has_more';

/** What Stripe holds of one of its customers and a meter in a stretch of event time. */
export type HeldSpan = {
  readonly account: string;
  readonly meter: string;
  readonly span: Period;
  readonly value: Decimal;
  /** When Stripe was asked. */
  readonly asOf: Instant;
};

/** What another pipeline sent to the same meters. */
export type OtherSent = {
  readonly customer: string;
  readonly meter: string;
  readonly value: Decimal;
  readonly eventAt: Instant;
};

/** Rows of one id are one event, the first: the others never came to anything. */
export function firstOfEachId(events: readonly ListedEvent[]): readonly ListedEvent[] {
  if (events.length < 2) return events;
  const seen = new Set<string>();
  return events.filter(({ id }) => !seen.has(id) && seen.add(id) !== undefined);
}
