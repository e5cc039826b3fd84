import type { Period } from '../../../shared/values/period.ts';
import { readCovered, readInvoicedCustomers } from '../../cache/meter-line-store.ts';
import type { Db } from '../../cache/open.ts';
import { readTrials } from '../../cache/trial-store.ts';

/** What the cache knows of the invoices and trials of a month, read once it is asked for. */
export type InvoiceEvidence = {
  /** Whether a finalised invoice of any subscription of the customer touches the month: cheap, and mostly the answer. */
  hasInvoice(customerKey: number): boolean;
  /**
   * Items on the meter whose subscription has a finalised invoice that covers the month, as far as the item was alive in
   * it, outside a trial.
   */
  invoicedItems(customerKey: number, meterId: string): readonly InvoicedItem[];
  /** Whether a service period lies within the trial of a subscription. */
  isInTrial(subscriptionId: string | null, service: Period): boolean;
};

/** `isWholeMonth`: alive from the beginning of the month to its end. */
export type InvoicedItem = { readonly id: string; readonly isWholeMonth: boolean };

export function invoiceEvidence(db: Db, month: Period): InvoiceEvidence {
  let invoiced: Uint8Array | null = null;
  let trials: ReadonlyMap<string, Period> | null = null;
  const isInTrial = (subscriptionId: string | null, service: Period): boolean => {
    if (subscriptionId === null) return false;
    trials ??= readTrials(db);
    const trial = trials.get(subscriptionId);
    return trial !== undefined && trial.from <= service.from && service.to <= trial.to;
  };
  return {
    isInTrial,
    hasInvoice(customerKey) {
      invoiced ??= flagsOf(readInvoicedCustomers(db, month));
      return invoiced[customerKey] === 1;
    },
    invoicedItems(customerKey, meterId) {
      return readCovered(db, { period: month, meterId, customerKey })
        .filter(({ subscriptionId, period }) => !isInTrial(subscriptionId, period))
        .map(({ itemId, period }) => ({
          id: itemId,
          isWholeMonth: period.from === month.from && period.to === month.to,
        }));
    },
  };
}

function flagsOf(keys: readonly number[]): Uint8Array {
  const flags = new Uint8Array(keys.reduce((highest, key) => Math.max(highest, key), 0) + 1);
  for (const key of keys) flags[key] = 1;
  return flags;
}
