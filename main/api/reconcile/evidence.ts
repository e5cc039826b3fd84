import type { HourlySeries } from '../../../shared/reconciliation/hourly-series.ts';
import { cumulative, toQuantity } from '../../../shared/reconciliation/hourly-series.ts';
import type { HeldEvidence } from '../../../shared/reconciliation/verdict.ts';
import { type Decimal, round, tryParseDecimal } from '../../../shared/values/decimal.ts';
import type { Fraction } from '../../../shared/values/fraction.ts';
import { HOUR_MS } from '../../../shared/values/instant.ts';
import { hoursIn, type Period } from '../../../shared/values/period.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { type HourValue, readSummaryHours, readUsageHours } from '../../cache/hours-store.ts';
import type { Db } from '../../cache/open.ts';
import type { PullInForce } from '../../cache/pull-store.ts';

/** Where the hours of a meter's cells are, and how native hours become billed units. */
export type HoursContext = {
  readonly db: Db;
  readonly period: Period;
  readonly usagePull: PullInForce | null;
  readonly stripePull: PullInForce | null;
  /** The same meter's usage in the months beside, where it was pulled under the settings in force. */
  readonly previous: { readonly pull: PullInForce; readonly period: Period } | null;
  readonly next: { readonly pull: PullInForce; readonly period: Period } | null;
  /** Stripe's side of the months beside. */
  readonly previousStripe: PullInForce | null;
  readonly nextStripe: PullInForce | null;
  /** scale × 10^exponent of the usage pull. */
  readonly factor: Fraction;
  readonly combine: 'sum' | 'last' | 'max';
};

export type CellHours = {
  readonly series: HourlySeries | null;
  /** The last hour with a summary; null where Stripe was not asked by the hour or holds none. */
  readonly heldHour: number | null;
  readonly firstUsageHour: number | null;
};

/** How far the neighbouring months are looked into: a day and a time zone's reach. */
const NEIGHBOUR_HOURS = 24;

/** The hours of one cell on both sides, as integers of one unit. */
export function readCellHours(
  context: HoursContext,
  cell: { readonly customerKey: number; readonly usageKeys: readonly number[] },
): CellHours {
  const { db, period, factor } = context;
  const hours = hoursIn(period);
  const measured =
    context.usagePull === null
      ? null
      : usageSeries(db, context.usagePull, { ...cell, hours, factor, combine: context.combine });
  const summaries =
    context.stripePull === null || cell.customerKey === 0
      ? null
      : readSummaryHours(db, context.stripePull.pull, cell.customerKey);
  const metered = summaries === null ? null : toSeries(summaries, hours, factor.denominator);
  const heldHour = summaries === null ? null : (summaries.at(-1)?.hour ?? null);
  if (measured === null && metered === null) return { series: null, heldHour, firstUsageHour: null };
  const known = measured ?? new Array<bigint | null>(hours).fill(null);
  const firstUsage = known.findIndex((value) => value !== null && value > 0n);
  return {
    series: {
      perUnit: factor.denominator * FRAC_UNIT,
      measured: known,
      metered,
      before: neighbour(context, cell, 'previous'),
      after: neighbour(context, cell, 'next'),
    },
    heldHour,
    firstUsageHour: firstUsage < 0 ? null : firstUsage,
  };
}

/**
 * What was measured around the hour in which the held value was sent (interfaces.md section 2, Verdict).
 * @param pulledAt start of the Stripe pull
 */
export function heldEvidence(
  hours: CellHours,
  at: { readonly period: Period; readonly combine: 'sum' | 'last' | 'max'; readonly pulledAt: number },
): HeldEvidence | null {
  const { series, heldHour } = hours;
  if (series === null || heldHour === null) return null;
  const totals = at.combine === 'sum' ? cumulative(series.measured) : levels(series.measured, at.combine);
  return {
    measuredAtStart: toQuantity(totals[heldHour] ?? 0n, series.perUnit),
    measuredAtEnd: toQuantity(totals[heldHour + 1] ?? 0n, series.perUnit),
    ageMs: at.pulledAt - (at.period.from + heldHour * HOUR_MS),
  };
}

/** The level at the end of each hour, index 0 being the start of the period: the last one known, or the largest so far. */
export function levels(hours: readonly (bigint | null)[], combine: 'last' | 'max'): bigint[] {
  const found = [0n];
  let level = 0n;
  for (const value of hours) {
    if (value !== null && (combine === 'last' || value > level)) level = value;
    found.push(level);
  }
  return found;
}

/** What the cell measured in the month before; null where that is not known. */
export function previousMeasured(context: HoursContext, usageKeys: readonly number[]): Decimal | null {
  const { previous, factor, db, combine } = context;
  if (previous === null) return null;
  const hours = hoursIn(previous.period);
  const series = usageSeries(db, previous.pull, { usageKeys, hours, factor, combine });
  if (series === null) return null;
  const totals = combine === 'sum' ? cumulative(series) : levels(series, combine);
  return toQuantity(totals.at(-1) ?? 0n, factor.denominator * FRAC_UNIT);
}

function neighbour(
  context: HoursContext,
  cell: { readonly usageKeys: readonly number[] },
  side: 'previous' | 'next',
): (bigint | null)[] | null {
  const month = context[side];
  if (month === null) return null;
  const hours = hoursIn(month.period);
  const { factor, combine } = context;
  const series = usageSeries(context.db, month.pull, { usageKeys: cell.usageKeys, hours, factor, combine });
  if (series === null) return null;
  return side === 'previous' ? series.slice(-NEIGHBOUR_HOURS) : series.slice(0, NEIGHBOUR_HOURS);
}

/** What was sent for the last hours of the month before; null where Stripe was not asked for them by the hour. */
export function readPreviousHours(context: HoursContext, customerKey: number): (bigint | null)[] | null {
  const { previousStripe, previous, db, factor } = context;
  if (previousStripe === null || previous === null) return null;
  const summaries = readSummaryHours(db, previousStripe.pull, customerKey);
  if (summaries === null) return null;
  return toSeries(summaries, hoursIn(previous.period), factor.denominator).slice(-NEIGHBOUR_HOURS);
}

/** What was sent for the first hours of the month after; null where Stripe was not asked for them by the hour. */
export function readNextHours(context: HoursContext, customerKey: number): (bigint | null)[] | null {
  const { nextStripe, db, factor } = context;
  const summaries = nextStripe === null ? null : readSummaryHours(db, nextStripe.pull, customerKey);
  return summaries === null ? null : toSeries(summaries, NEIGHBOUR_HOURS, factor.denominator);
}

/** The hours of all usage ids together: increments are added; of levels each id keeps its last or largest one so far. */
function usageSeries(
  db: Db,
  pull: PullInForce,
  cell: {
    readonly usageKeys: readonly number[];
    readonly hours: number;
    readonly factor: Fraction;
    readonly combine: 'sum' | 'last' | 'max';
  },
): (bigint | null)[] | null {
  const all: (bigint | null)[][] = [];
  for (const usageKey of cell.usageKeys) {
    const values = readUsageHours(db, pull.pull, usageKey);
    if (values !== null) all.push(toSeries(values, cell.hours, cell.factor.numerator));
  }
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first ?? null;
  const { combine } = cell;
  const known = combine === 'sum' ? all : all.map((series) => levels(series, combine).slice(1));
  return first.map((_, hour) =>
    all.every((series) => series[hour] === null) ? null : known.reduce((sum, series) => sum + (series[hour] ?? 0n), 0n),
  );
}

function toSeries(values: readonly HourValue[], hours: number, times: bigint): (bigint | null)[] {
  const series = new Array<bigint | null>(hours).fill(null);
  for (const value of values) {
    const scaled = scaledHour(value);
    if (scaled !== null && value.hour >= 0 && value.hour < hours) series[value.hour] = scaled * times;
  }
  return series;
}

/** Quantity × 10^12; finer decimals are rounded, a text that is no decimal is nothing. */
function scaledHour(value: HourValue): bigint | null {
  if (value.text === undefined) return BigInt(value.whole) * FRAC_UNIT + BigInt(value.frac);
  const parsed = tryParseDecimal(value.text);
  if (parsed === null) return null;
  const rounded = round(parsed, QUANTITY_PLACES, 'half_up');
  return rounded.coefficient * 10n ** BigInt(QUANTITY_PLACES - rounded.scale);
}
