import type { InvoiceStatus } from '../../shared/billing/invoice.ts';
import { instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import type { Db } from './open.ts';
import { allRows, eachRow, firstRow } from './query.ts';

/** What a tie-out needs of an invoice line, as a row: objects of a million lines cost more than comparing them. */
export type MeterLineFacts = readonly [
  customerKey: number,
  status: InvoiceStatus,
  invoiceId: string,
  id: string,
  priceId: string,
  subscriptionItemId: string | null,
  serviceFrom: number,
  serviceTo: number,
  isProration: number,
  quantity: string | null,
  /** Minor units; text beyond 2^53. */
  amount: number | string,
  currency: string,
  subscriptionId: string | null,
];

/**
 * Lines of a meter whose service period touches a period, ascending by customer key, then invoice and place. Nothing may
 * be written while they are read.
 */
export const eachMeterLine = (db: Db, period: Period, meterId: string): IterableIterator<MeterLineFacts> =>
  eachRow<MeterLineFacts>(db, 'meter-line-facts', { meterId, from: period.from, to: period.to }, 'raw');

/** Keys of the customers with a finalised invoice of a subscription whose period touches a period. */
export const readInvoicedCustomers = (db: Db, period: Period): readonly number[] =>
  allRows<readonly [number]>(db, 'invoiced-customers', { from: period.from, to: period.to }, 'raw').map(([key]) => key);

/** A subscription item that was invoiced for a period, as far as it was alive in it. */
export type Covered = { readonly subscriptionId: string; readonly itemId: string; readonly period: Period };

export const readCovered = (
  db: Db,
  of: { readonly period: Period; readonly meterId: string; readonly customerKey: number },
): readonly Covered[] =>
  allRows<readonly [string, string, number, number]>(
    db,
    'covering-invoices',
    { meterId: of.meterId, customerKey: of.customerKey, from: of.period.from, to: of.period.to },
    'raw',
  ).map(([subscriptionId, itemId, from, to]) => ({
    subscriptionId,
    itemId,
    period: { from: instant(from), to: instant(to) },
  }));

/** The line that charges an item of the meter at a price that the cache does not know; null where there is none. */
export const findUnpricedLine = (
  db: Db,
  of: { readonly period: Period; readonly meterId: string; readonly customerKey: number },
): string | null =>
  firstRow<{ readonly id: string }>(db, 'unpriced-line', {
    meterId: of.meterId,
    customerKey: of.customerKey,
    from: of.period.from,
    to: of.period.to,
  })?.id ?? null;
