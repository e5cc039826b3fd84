import type { Problem } from '../../errors.ts';
import type { Decimal } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';

/** One row of a built invoice. Amounts are minor units; `amountMinor` is before discounts, credits and tax. */
export type BuiltLine = {
  /** Unique within the invoice and the same every time. */
  readonly key: string;
  readonly kind: 'metered' | 'licensed' | 'proration';
  readonly itemId: string;
  readonly priceId: string;
  readonly productId: string | null;
  readonly description: string;
  readonly servicePeriod: Period;
  readonly type: 'usage' | 'flat';
  /** From 1. */
  readonly tier: number;
  /** Priced units: packages where the price has them, 1 for a flat amount. */
  readonly quantity: Decimal;
  /** What was used, where `quantity` counts packages. */
  readonly rawQuantity?: Decimal;
  /** What Stripe's own line states: 0 for a flat amount, raw or packaged quantity by `packageLine`. */
  readonly statedQuantity: Decimal;
  /** Null on a proration, which is a part of a price. */
  readonly unitAmount: Decimal | null;
  readonly exact: Decimal;
  readonly amountMinor: bigint;
  readonly discounts: readonly LineDiscount[];
  readonly credits: readonly LineCredit[];
  readonly taxes: readonly BuiltTax[];
};

export type LineDiscount = { readonly discountId: string; readonly couponId: string; readonly amountMinor: bigint };
export type LineCredit = { readonly grantId: string; readonly amountMinor: bigint };
export type BuiltTax = {
  readonly taxRateId: string;
  readonly amountMinor: bigint;
  readonly isInclusive: boolean;
  readonly taxableMinor: bigint;
};

/** How a number came about: what one step adds to the total, or takes from it, and on which lines. */
export type Step = {
  readonly type: 'lines' | 'discount' | 'credit' | 'tax' | 'balance';
  /** Of the discount, the grant or the tax rate. */
  readonly id: string | null;
  readonly label: string;
  readonly exact: Decimal;
  /** Signed. The amounts of all steps that are not included in the lines add up to what is due. */
  readonly amountMinor: bigint;
  /** Inclusive tax: the lines hold it already, so it adds nothing. */
  readonly isIncluded: boolean;
  readonly applied: readonly { readonly lineKey: string; readonly amountMinor: bigint }[];
  /** Of a grant, what it keeps; of a fixed discount, what there was nothing left to take off for; else null. */
  readonly leftMinor: bigint | null;
  readonly note: string | null;
};

export type BuiltInvoice = {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly period: Period;
  readonly status: 'draft';
  readonly currency: string;
  readonly lines: readonly BuiltLine[];
  readonly subtotalMinor: bigint;
  readonly discountMinor: bigint;
  readonly creditMinor: bigint;
  /** Of both kinds. */
  readonly taxMinor: bigint;
  readonly inclusiveTaxMinor: bigint;
  /** subtotal − discounts − credits + exclusive tax. */
  readonly totalMinor: bigint;
  /** Of the customer: negative is credit. */
  readonly startingBalanceMinor: bigint;
  readonly endingBalanceMinor: bigint;
  /** What is left to pay, never negative: a rest in the customer's favour goes into the balance. */
  readonly amountDueMinor: bigint;
  readonly steps: readonly Step[];
  /** What could not be known, as errors, and what a person should know, as warnings. */
  readonly notes: readonly Problem[];
  /** No error among the notes: every figure is known. */
  readonly isComplete: boolean;
};
