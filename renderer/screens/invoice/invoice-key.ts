import type { InvoiceKey } from '../../../shared/contract/invoice-schemas.ts';

/** An invoice within its month. */
export type InvoiceAddress = Omit<InvoiceKey, 'month'>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads the search part of an invoice's address. */
export const invoiceKeyOf = (raw: Record<string, unknown>): InvoiceAddress => ({
  customer: text(raw.customer),
  subscription: text(raw.subscription),
  from: text(raw.from),
  ...(typeof raw.to === 'string' ? { to: raw.to } : {}),
});
