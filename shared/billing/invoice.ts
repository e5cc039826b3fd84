import type { Instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';

/** One priced row of an invoice. Amounts are integer minor units as Stripe says, before discounts, credits and tax. */
export type InvoiceLine = {
  readonly id: string;
  readonly invoiceId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly description: string | null;
  /** Exact decimal text (`quantity_decimal`; `quantity` cuts the decimals off). */
  readonly quantity: string | null;
  readonly unitAmount: string | null;
  readonly priceId: string | null;
  readonly subscriptionId: string | null;
  readonly subscriptionItemId: string | null;
  readonly servicePeriod: Period;
  readonly isProration: boolean;
  readonly discountMinor: bigint;
};

export type Invoice = {
  readonly id: string;
  readonly number: string | null;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly status: InvoiceStatus;
  readonly currency: string;
  readonly billingReason: string | null;
  readonly period: Period;
  readonly created: Instant;
  readonly finalizedAt: Instant | null;
  readonly subtotalMinor: bigint;
  readonly totalMinor: bigint;
  readonly amountDueMinor: bigint;
  readonly lines: readonly InvoiceLine[];
};
