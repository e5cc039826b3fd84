import { tryParseDecimal } from '../../shared/values/decimal.ts';
import { toStored } from '../../shared/values/quantity.ts';
import { type HourValue, packHours } from './hour-pack.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

/** Stripe's text as two integers, or as itself where it does not fit them. */
export function storedSummary(text: string): {
  readonly whole: bigint;
  readonly frac: bigint;
  readonly exact: string | null;
} {
  const value = tryParseDecimal(text);
  const stored = value === null ? null : toStored(value);
  return stored === null ? { whole: 0n, frac: 0n, exact: text } : { ...stored, exact: null };
}

/** Stages Stripe's answer for one cell; null: no event. */
export function writeMonthSummary(db: Db, pull: number, customerKey: number, value: string | null): void {
  const { whole, frac, exact } = value === null ? { whole: 0n, frac: 0n, exact: null } : storedSummary(value);
  runQuery(db, 'summary-month-upsert', [pull, customerKey, value === null ? 0 : 1, whole, frac, exact]);
}

/** Stages the hours of one cell; `hour` counts from the start of the period. */
export function writeHourSummaries(
  db: Db,
  cell: { readonly pull: number; readonly customerKey: number },
  hours: readonly { readonly hour: number; readonly value: string }[],
): void {
  const values = hours.map(({ hour, value }): HourValue => {
    const { whole, frac, exact } = storedSummary(value);
    return exact === null ? { hour, whole, frac: Number(frac) } : { hour, whole: 0, frac: 0, text: exact };
  });
  runQuery(db, 'summary-hours-upsert', [cell.pull, cell.customerKey, packHours(values)]);
}

/** Copies a cell, hours included, from another pull. @returns whether that pull had it */
export function carryCell(
  db: Db,
  cell: { readonly pull: number; readonly from: number; readonly customerKey: number },
): boolean {
  const isThere = runQuery(db, 'summary-carry-one', cell).changes > 0;
  if (isThere) runQuery(db, 'summary-hours-carry-one', cell);
  return isThere;
}

/** Customers that the pull has an answer for. */
export const askedCustomers = (db: Db, pull: number): ReadonlySet<number> =>
  new Set(allRows<readonly [number]>(db, 'summary-asked', [pull], 'raw').map(([key]) => key));

export const askedByHour = (db: Db, pull: number): ReadonlySet<number> =>
  new Set(allRows<readonly [number]>(db, 'summary-asked-by-hour', [pull], 'raw').map(([key]) => key));

export function countSummaries(db: Db, pull: number): { readonly cells: number; readonly hourly: number } {
  return firstRow<{ cells: number; hourly: number }>(db, 'summary-count', { pull }) ?? { cells: 0, hourly: 0 };
}

/** Customers with measured usage in a usage pull, through the mapping. */
export const customersWithUsage = (db: Db, usagePull: number): readonly number[] =>
  allRows<readonly [number]>(db, 'usage-customers', [usagePull], 'raw').map(([key]) => key);
