import { type Decimal, normalize } from '../values/decimal.ts';
import { formatDayAndHour, HOUR_MS, type Instant, instant } from '../values/instant.ts';
import { QUANTITY_PLACES } from '../values/quantity.ts';
import { divideInteger } from '../values/rounding.ts';

/**
 * The hours of one cell as integers of one common unit (`perUnit` of them are one billed unit), so that measured hours
 * behind a fraction such as 1/3600 stay exact. Null: nothing known of that hour.
 */
export type HourlySeries = {
  readonly perUnit: bigint;
  /** Per hour of the period: increments where hours are summed, levels otherwise. */
  readonly measured: readonly (bigint | null)[];
  /** Stripe's hourly values as it gives them: increments of a sum or count, levels of `last`. Null: not asked. */
  readonly metered: readonly (bigint | null)[] | null;
  /** The measured hours right before and after the period, where they are in the cache. */
  readonly before: readonly (bigint | null)[] | null;
  readonly after: readonly (bigint | null)[] | null;
};

/** Hours from `from` up to, not including, `to`, counted from the start of the period. */
export type HourRange = { readonly from: number; readonly to: number };

/** In the billed unit, rounded to 12 places. */
export const toQuantity = (value: bigint, perUnit: bigint): Decimal =>
  normalize({
    coefficient: divideInteger(value * 10n ** BigInt(QUANTITY_PLACES), perUnit, 'half_up'),
    scale: QUANTITY_PLACES,
  });

/** Pushers round what they send (six decimals, fifteen digits), so two values of one push may differ in the last ones. */
const NEAR = 1_000_000n;
const CLEARLY_APART = 1.01e-6;
const CLEARLY_NEAR = 0.99e-6;

/** Equal but for one part in a million. */
export function isNear(a: bigint, b: bigint): boolean {
  if (a === b) return true;
  const first = Number(a);
  const second = Number(b);
  const apart = Math.abs(first - second);
  const size = Math.max(Math.abs(first), Math.abs(second));
  // Doubles decide what is clear; what is close to the bound is decided by all digits.
  if (apart > size * CLEARLY_APART) return false;
  if (apart < size * CLEARLY_NEAR) return true;
  const distance = a < b ? b - a : a - b;
  const larger = magnitude(a) > magnitude(b) ? magnitude(a) : magnitude(b);
  return distance * NEAR <= larger;
}

export const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Measured totals at the end of each hour; index 0 is the start of the period. */
export function cumulative(hours: readonly (bigint | null)[]): bigint[] {
  const totals = [0n];
  let total = 0n;
  for (const value of hours) {
    total += value ?? 0n;
    totals.push(total);
  }
  return totals;
}

/** Sorted hours → half-open ranges. */
export function rangesOf(hours: readonly number[]): HourRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const hour of hours) {
    const last = ranges.at(-1);
    if (last !== undefined && last.to === hour) last.to = hour + 1;
    else ranges.push({ from: hour, to: hour + 1 });
  }
  return ranges;
}

const SHOWN_RANGES = 3;

/** `14 May 03:00–07:00 UTC`, at most three ranges and how many more there are. */
export function describeRanges(from: Instant, ranges: readonly HourRange[]): string {
  const shown = ranges.slice(0, SHOWN_RANGES).map((range) => describeRange(from, range));
  const more = ranges.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function describeRange(from: Instant, range: HourRange): string {
  const [start, end] = [hourStart(from, range.from), hourStart(from, range.to)].map(formatDayAndHour) as [
    string,
    string,
  ];
  const isSameDay = start.slice(0, -CLOCK) === end.slice(0, -CLOCK);
  return `${start}–${isSameDay ? end.slice(-CLOCK) : end} UTC`;
}

/** Length of `03:00`. */
const CLOCK = 5;

const hourStart = (from: Instant, hour: number): Instant => instant(from + hour * HOUR_MS);

/** `14 May 03:00 UTC` */
export const hourText = (from: Instant, hour: number): string => `${formatDayAndHour(hourStart(from, hour))} UTC`;
