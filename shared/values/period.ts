import { TieoutError } from '../errors.ts';
import type { Brand } from './brand.ts';
import { DAY_MS, formatInstant, HOUR_MS, type Instant, instant } from './instant.ts';

/** Half-open [from, to), UTC: an event exactly at `to` belongs to the next period. */
export type Period = { readonly from: Instant; readonly to: Instant };

/** `YYYY-MM`, UTC. */
export type MonthKey = Brand<string, 'MonthKey'>;

export const contains = (period: Period, at: Instant): boolean => period.from <= at && at < period.to;
export const overlaps = (a: Period, b: Period): boolean => a.from < b.to && b.from < a.to;

/** Exactly four and two digits, month 01–12. @throws TieoutError `period.malformed` */
export function parseMonth(text: string, path: string | null = null): MonthKey {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) {
    throw new TieoutError('period.malformed', {
      message: `"${text}" is not a month.`,
      path,
      remedy: 'Write the year and the month, such as 2026-05.',
    });
  }
  return text as MonthKey;
}

/** The calendar month, from its first instant to the first of the next month. */
export function monthPeriod(month: MonthKey): Period {
  const [year, index] = split(month);
  return { from: monthStart(year, index), to: monthStart(year, index + 1) };
}

/** The UTC month that holds the instant. @throws TieoutError `period.malformed` outside the years 0000 to 9999 */
export function monthOf(at: Instant): MonthKey {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  // Asked for every line of an invoice, so not cut out of the ISO text; outside these years that refuses it.
  if (!(year >= 0 && year <= 9999)) return parseMonth(date.toISOString().replace(/-\d\dT.*$/, ''));
  const month = date.getUTCMonth() + 1;
  return `${String(year).padStart(4, '0')}-${month < 10 ? '0' : ''}${month}` as MonthKey;
}

export const previousMonth = (month: MonthKey): MonthKey => addMonths(month, -1);
export const nextMonth = (month: MonthKey): MonthKey => addMonths(month, 1);

export function addMonths(month: MonthKey, count: number): MonthKey {
  const [year, index] = split(month);
  return monthOf(monthStart(year, index + count));
}

/** Calendar days of the month. */
export function daysIn(month: MonthKey): number {
  const { from, to } = monthPeriod(month);
  return (to - from) / DAY_MS;
}

/** Whole UTC hours of a period on hour boundaries. */
export const hoursIn = (period: Period): number => Math.ceil((period.to - period.from) / HOUR_MS);

/** @throws TieoutError `period.in_future` where the month has not begun at `now` */
export function requireBegun(month: MonthKey, now: Instant): void {
  const { from } = monthPeriod(month);
  if (from <= now) return;
  throw new TieoutError('period.in_future', {
    message: `${month} begins at ${formatInstant(from)}, which is in the future.`,
    remedy: `Choose ${monthOf(now)} or an earlier month.`,
  });
}

const split = (month: MonthKey): [number, number] => [Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1];

function monthStart(year: number, index: number): Instant {
  const date = new Date(0);
  date.setUTCFullYear(year, index, 1);
  return instant(date.getTime());
}
