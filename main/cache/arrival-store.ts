import { assert } from '../../shared/errors.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import { type HourValue, packHours, unpackHours } from './hour-pack.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

/** What a complete pull of a month found hour by hour, all usage ids added up. */
export type UsageArrival = {
  readonly pull: number;
  readonly month: MonthKey;
  /** When the pull began to read: usage stored later is not in it. */
  readonly pulledAt: Instant;
  /** Native quantity = stored quantity · 10^exponent. */
  readonly exponent: number;
  readonly hours: readonly HourValue[];
  /** How the usage was measured; pulls under another one do not compare. */
  readonly fingerprint: string;
};

/** Once for each pull; a second time changes nothing. */
export const insertArrival = (
  db: Db,
  arrival: Omit<UsageArrival, 'fingerprint'> & { readonly meterKey: number },
): void => {
  const { pull, meterKey, month, pulledAt, exponent, hours } = arrival;
  runQuery(db, 'usage-arrival-insert', [pull, meterKey, month, pulledAt, exponent, packHours(hours)]);
};

type Row = {
  readonly pull: number;
  readonly month: MonthKey;
  readonly pulled_at: number;
  readonly exponent: number;
  readonly hours: Uint8Array;
  readonly fingerprint: string;
};

/** The first hour in which a pull found any usage; null: in none. Undefined where it was not kept. */
export function firstHourFound(db: Db, pull: number): number | null | undefined {
  const row = firstRow<Pick<Row, 'hours'>>(db, 'usage-arrival-hours', [pull]);
  return row === undefined ? undefined : firstUsedHour(unpackHours(row.hours));
}

export const firstUsedHour = (hours: readonly HourValue[]): number | null =>
  hours.find(({ whole, frac, text }) => text !== undefined || BigInt(whole) !== 0n || frac !== 0)?.hour ?? null;

/** The pulls of a meter, by month, oldest first. */
export const readArrivals = (db: Db, meterKey: number): readonly UsageArrival[] =>
  allRows<Row>(db, 'usage-arrivals', [meterKey]).map((row) => ({
    pull: row.pull,
    month: row.month,
    pulledAt: instant(row.pulled_at),
    exponent: row.exponent,
    hours: unpackHours(row.hours),
    fingerprint: row.fingerprint,
  }));

/** The same without the hours: of many pulls a few are worth reading. */
export const listArrivals = (db: Db, meterKey: number): readonly Omit<UsageArrival, 'exponent' | 'hours'>[] =>
  allRows<Omit<Row, 'exponent' | 'hours'>>(db, 'usage-arrival-list', [meterKey]).map((row) => ({
    pull: row.pull,
    month: row.month,
    pulledAt: instant(row.pulled_at),
    fingerprint: row.fingerprint,
  }));

/** What one of the listed pulls found. */
export function readArrivalHours(db: Db, pull: number): Pick<UsageArrival, 'exponent' | 'hours'> {
  const row = firstRow<Pick<Row, 'exponent' | 'hours'>>(db, 'usage-arrival-hours', [pull]);
  assert(row !== undefined, 'what a pull found is never removed');
  return { exponent: row.exponent, hours: unpackHours(row.hours) };
}
