import type { Instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';

/** Hours of a month beside: what it measured, and what Stripe holds of it (null: not asked by the hour). */
export type MonthBeside = {
  readonly measured: readonly bigint[];
  readonly metered: readonly (bigint | null)[] | null;
};

/** Another cell of the same meter, or a usage id without a customer. Its hours are in the same unit. */
export type OtherCell = {
  readonly name: string;
  readonly measured: readonly bigint[];
  /** Increments, or held values; null: nothing of it is known. */
  readonly metered: readonly (bigint | null)[] | null;
};

/**
 * Where usage of everyone after the Nth in some order is missing: where this cell stands, from which place on nothing
 * is there, and in which hours (null: the whole month).
 */
export type PageCut = {
  readonly orderedBy: 'customer' | 'usage id';
  readonly position: number;
  readonly cut: number;
  readonly of: number;
  readonly hours: readonly number[] | null;
};

/** What the pulls know beside the numbers; each null or empty where nothing is known. */
export type PullEvidence = {
  readonly pageCut: PageCut | null;
  /** Cutovers from one pusher to another. */
  readonly cutovers: readonly Instant[];
  /** ClickHouse has let go of rows before this instant. */
  readonly expiredBefore: Instant | null;
  /** Usage that arrived after the last push, by hour of its timestamp. */
  readonly arrivedLate: ReadonlyMap<number, bigint> | null;
  /** Since when the meter's query is another one. */
  readonly queryChangedAt: Instant | null;
  /** When the Stripe customer was made, and deleted. */
  readonly customerFrom: Instant | null;
  readonly customerUntil: Instant | null;
  /** The first push of all, where older usage was sent with it. */
  readonly pushedSince: Instant | null;
};

export const NO_EVIDENCE: PullEvidence = {
  pageCut: null,
  cutovers: [],
  expiredBefore: null,
  arrivedLate: null,
  queryChangedAt: null,
  customerFrom: null,
  customerUntil: null,
  pushedSince: null,
};

/**
 * One customer × meter × month whose two sides differ. Quantities are integers of one unit, `perUnit` of them a billed
 * one; lists go by hour from the start of their month.
 */
export type DriftingCell = {
  readonly period: Period;
  /** Start of the Stripe pull. */
  readonly pulledAt: Instant;
  /** How long a push may take without being late. */
  readonly stalenessMs: number;
  readonly unit: string;
  readonly perUnit: bigint;
  /** Whether Stripe holds the last value (month-to-date totals are pushed) instead of adding up. */
  readonly isHeld: boolean;
  /** What each hour added. */
  readonly measured: readonly bigint[];
  /** Stripe's hours: increments, or the values that are held. */
  readonly metered: readonly (bigint | null)[];
  readonly measuredTotal: bigint;
  readonly meteredTotal: bigint;
  readonly previousTotal: bigint | null;
  /** The last hours of the month before, and the first of the one after. */
  readonly before: MonthBeside | null;
  readonly after: MonthBeside | null;
  /** The same meter for other customers, as far as they drift too. */
  readonly others: readonly OtherCell[];
  /** Usage ids without a customer on this meter. */
  readonly loose: readonly OtherCell[];
  readonly evidence: PullEvidence;
};
