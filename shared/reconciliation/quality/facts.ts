import type { Decimal } from '../../values/decimal.ts';
import type { Fraction } from '../../values/fraction.ts';
import type { Instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';

/** How much of something was seen, in how many usage ids, and the one that has most of it. */
export type Tally = { readonly count: bigint; readonly ids: number; readonly worst: string | null };

/**
 * What the rows of one meter and month say about themselves, as a pull found it. Null: not looked at, because the
 * template has no such thing or the pull is of an older version; a tally of 0 was looked at.
 */
export type MeterFacts = {
  readonly meter: string;
  /** Rows of the month as the query reads them. */
  readonly rows: bigint | null;
  /** Neighbouring rows of one series. */
  readonly pairs: bigint | null;
  /** From the first to the last row of each series, added up. */
  readonly observedMs: bigint | null;
  /** Pairs in which a counter is lower than before. */
  readonly regressions: Tally | null;
  /** Milliseconds between rows that lie too far apart to count. */
  readonly gapsMs: Tally | null;
  readonly droppedPairs: bigint | null;
  /** Rows with a value below 0. */
  readonly negative: Tally | null;
  /** Rows later than the instant of the pull, whatever their month. */
  readonly future: (Tally & { readonly latest: Instant | null }) | null;
  /** Rows that repeat another one: its id, or its series and instant. */
  readonly duplicates: Tally | null;
  /** Rows, or pairs, without a value. */
  readonly valueless: Tally | null;
  /** Native quantities of usage ids that fit no customer, or more than one. */
  readonly unmapped: {
    readonly ids: number;
    readonly quantity: Decimal;
    readonly total: Decimal;
    readonly worst: string | null;
  } | null;
  /** The source no longer holds the rows of the first hours. */
  readonly expired: Expired | null;
};

export type Expired = {
  /** Hours that begin before it cannot be computed again. */
  readonly before: Instant;
  /** A retention rule of the table, the first row that is left, or hours that an earlier pull still found. */
  readonly knownBy: 'retention' | 'first_row' | 'earlier_pull';
  /** When the kept hours were read; null: there are none. */
  readonly keptAt: Instant | null;
  /** Hours that were neither kept nor can be computed. */
  readonly lostHours: number;
};

/** A meter as the sentences speak of it. */
export type QualityMeter = { readonly key: string; readonly unit: string; readonly scale: Fraction };

export type CheckInput = { readonly facts: MeterFacts; readonly meter: QualityMeter; readonly period: Period };
