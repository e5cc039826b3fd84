import { type Decimal, formatDecimal } from '../../values/decimal.ts';
import { HOUR_MS, type Instant, instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import { isNear, toQuantity } from '../hourly-series.ts';

/** Ways in which a meter of Stripe's that keeps the last value goes wrong (metering.md section 5). */
export type PitfallCode =
  | 'final_push_missing'
  | 'same_second_tie'
  | 'stamped_after_period'
  | 'old_total'
  | 'held_without_usage'
  | 'reset_impossible';

/** `sentence` is for people; `evidence` the instants and quantities behind it, as text. */
export type Pitfall = {
  readonly code: PitfallCode;
  readonly sentence: string;
  readonly evidence: Readonly<Record<string, string | readonly string[]>>;
};

/**
 * What is known of one cell on a `last` meter. Hours are integers of one common unit, `perUnit` of them a billed unit;
 * lists go by hour from the start of their month.
 */
export type PitfallInput = {
  readonly period: Period;
  readonly unit: string;
  /** Start of the Stripe pull. */
  readonly pulledAt: Instant;
  /** Whether totals since the start of the month are pushed; if not, levels that rise and fall. */
  readonly isMonthToDate: boolean;
  readonly measured: Decimal | null;
  readonly metered: Decimal | null;
  readonly perUnit: bigint;
  /** What had been measured at the start of each hour, and at the end of the last; null: hours are not known. */
  readonly totals: readonly bigint[] | null;
  /** The last value that was sent for each hour; null: Stripe was not asked by the hour. */
  readonly sent: readonly (bigint | null)[] | null;
  readonly previousMeasured: Decimal | null;
  /** The first hours of the month after, where both sides of it are in the cache; no totals: nothing was used yet. */
  readonly next: { readonly totals: readonly bigint[]; readonly sent: readonly (bigint | null)[] } | null;
};

/** The hour in which the value that Stripe holds was sent, and that value; null where that is not known. */
export function newestSent(input: PitfallInput): { readonly hour: number; readonly value: bigint } | null {
  const hour = input.sent?.findLastIndex((value) => value !== null) ?? -1;
  const value = input.sent?.[hour];
  return value === null || value === undefined ? null : { hour, value };
}

export const isOver = ({ pulledAt, period }: PitfallInput): boolean => pulledAt >= period.to;

/** The start of an hour counted from the start of the period. */
export const hourAt = ({ period }: PitfallInput, hour: number): Instant => instant(period.from + hour * HOUR_MS);

export const quantityText = (input: PitfallInput, value: bigint): string =>
  formatDecimal(toQuantity(value, input.perUnit));

/** Above, and not by the rounding of a push alone. */
export const isAbove = (a: bigint, b: bigint): boolean => a > b && !isNear(a, b);
