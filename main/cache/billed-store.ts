import { instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import type { Db } from './open.ts';
import { allRows, eachRow, firstRow } from './query.ts';
import type { LateEngine } from './rating-run-store.ts';

/** Minor units; what is taken off is positive. */
export type BilledSum = readonly [customerKey: bigint, currency: string, grossMinor: bigint, offMinor: bigint];

/** Sums of finalised invoice lines by customer and currency, ascending by customer key. */
export const eachBilledSum = (db: Db, period: Period, meterId: string): IterableIterator<BilledSum> =>
  eachRow<BilledSum>(db, 'billed-sums', { meterId, from: period.from, to: period.to }, 'exact-raw');

/** Whether a finalised invoice charges one of the meters for a service period within a period. */
export const isAnythingBilled = (db: Db, period: Period, meterIds: readonly string[]): boolean =>
  firstRow(db, 'billed-any', { meterIds: JSON.stringify(meterIds), from: period.from, to: period.to }) !== undefined;

/** A correction of late usage that an invoice carries. */
export type BookedCorrection = {
  readonly customerKey: number;
  readonly meterKey: number;
  readonly currency: string;
  readonly minor: bigint;
  readonly engine: LateEngine;
  readonly servicePeriod: Period;
  readonly bookedOn: Period;
};

type Row = {
  readonly customer_key: number;
  readonly meter_key: number;
  readonly currency: string;
  readonly lines: string;
  readonly engine: LateEngine;
  readonly service_from: number;
  readonly service_to: number;
  readonly booked_from: number;
  readonly booked_to: number;
};

/** Corrections booked on a period that begins in the given one, oldest first. */
export const readBookedCorrections = (db: Db, period: Period): readonly BookedCorrection[] =>
  allRows<Row>(db, 'corrections-booked', { from: period.from, to: period.to }).map((row) => {
    const lines: readonly { readonly totals: { readonly totalMinor: string } }[] = JSON.parse(row.lines);
    return {
      customerKey: row.customer_key,
      meterKey: row.meter_key,
      currency: row.currency,
      minor: lines.reduce((sum, { totals }) => sum + BigInt(totals.totalMinor), 0n),
      engine: row.engine,
      servicePeriod: { from: instant(row.service_from), to: instant(row.service_to) },
      bookedOn: { from: instant(row.booked_from), to: instant(row.booked_to) },
    };
  });
