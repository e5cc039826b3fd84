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
  /** Where the line comes from: the subscription itself, or an invoice item (made by hand, or a proration). */
  readonly origin: 'subscription_item' | 'invoice_item' | 'unknown';
  /** The sum of `discounts`. */
  readonly discountMinor: bigint;
  readonly discounts: readonly LineDiscount[];
  /** What billing credits paid of the line; at least 0. */
  readonly creditMinor: bigint;
  readonly taxes: readonly LineTax[];
};

/** What one discount took off a line; at least 0. */
export type LineDiscount = { readonly discountId: string | null; readonly amountMinor: bigint };

export type LineTax = {
  /** Null where Stripe computed the tax itself and names no rate. */
  readonly taxRateId: string | null;
  readonly amountMinor: bigint;
  /** Contained in the line's amount; an exclusive tax comes on top. */
  readonly isInclusive: boolean;
  readonly taxableMinor: bigint | null;
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
  /** Before discounts, credits and exclusive tax. */
  readonly subtotalMinor: bigint;
  /** Discounts, credits and taxes (inclusive ones too) of all lines. */
  readonly discountMinor: bigint;
  readonly creditMinor: bigint;
  readonly taxMinor: bigint;
  readonly totalMinor: bigint;
  /** The customer's balance before and after the invoice; negative is credit. `ending` is null until it is finalised. */
  readonly startingBalanceMinor: bigint;
  readonly endingBalanceMinor: bigint | null;
  readonly amountDueMinor: bigint;
  readonly isAutomaticTax: boolean;
  readonly lines: readonly InvoiceLine[];
};
