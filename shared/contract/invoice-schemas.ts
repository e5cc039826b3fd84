import { z } from 'zod';
import { asOf, decimalText, instantText, monthText, periodText, problem } from './schemas.ts';

/**
 * Invoices as we build them, beside Stripe's. Money is decimal text in major units, unit amounts too; what is taken off
 * (discounts, credits) is positive in totals and negative in steps.
 */
export const INVOICE_STATES = ['matches', 'differs', 'no_invoice', 'incomplete'] as const;

/**
 * `matches`: every line and total as Stripe has it. `no_invoice`: Stripe holds none for the period yet.
 * `incomplete`: something that it needs was not pulled or cannot be rated, so no difference is given.
 */
export const invoiceState = z.enum(INVOICE_STATES);

export const invoiceKey = z.object({
  month: monthText,
  customer: z.string(),
  subscription: z.string(),
  /** Begin of the usage period that the invoice bills. */
  from: instantText,
  /** Its end, where that matters: the invoice at creation and the first one begin at the same instant. */
  to: instantText.optional(),
});

export const invoiceRow = z.object({
  customer: z.string(),
  subscription: z.string(),
  name: z.string().nullable(),
  period: periodText,
  currency: z.string(),
  subtotal: decimalText,
  discount: decimalText,
  credits: decimalText,
  tax: decimalText,
  total: decimalText,
  amountDue: decimalText,
  stripe: z
    .object({
      id: z.string(),
      number: z.string().nullable(),
      /** Stripe's: draft, open, paid, uncollectible, void. */
      status: z.string(),
      total: decimalText,
      amountDue: decimalText,
    })
    .nullable(),
  /** Our total − Stripe's; null without Stripe's. */
  difference: decimalText.nullable(),
  state: invoiceState,
  /** How many notes the invoice carries. */
  notes: z.number().int(),
});

export const invoicesFilter = z.object({
  states: z.array(invoiceState).optional(),
  currency: z.string().optional(),
  /** Smallest |difference| in major units. */
  minDifference: decimalText.optional(),
  /** Part of the customer's name or id, the subscription or Stripe's number; case-insensitive. */
  search: z.string().optional(),
});

export const invoicesSort = z.object({
  /** `default`: differing first, the largest |difference| before others, then incomplete, no invoice, matching. */
  by: z.enum(['default', 'customer', 'period', 'total', 'stripe', 'difference', 'state']),
  direction: z.enum(['ascending', 'descending']),
});

export const invoicesRequest = z.object({
  month: monthText,
  filter: invoicesFilter,
  sort: invoicesSort,
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(500),
});

export const INVOICE_FILES = ['invoices', 'lines', 'json'] as const;

/** A row an invoice, a row a line, or the document of `tieout preview --json`. */
export const invoicesExportRequest = z.object({
  month: monthText,
  filter: invoicesFilter,
  what: z.enum(INVOICE_FILES),
});

export const invoicesWindow = z.object({
  total: z.number().int(),
  all: z.number().int(),
  offset: z.number().int(),
  rows: z.array(invoiceRow),
  asOf,
  isOpen: z.boolean(),
  /** Of all invoices of the month, whatever the filter. */
  byState: z.record(invoiceState, z.number().int()),
  /** Currencies of all invoices of the month, the most used first. */
  currencies: z.array(z.string()),
  /** Sums of all filtered invoices, per currency. */
  totals: z.array(
    z.object({
      currency: z.string(),
      invoices: z.number().int(),
      total: decimalText,
      /** Over the invoices that are compared; null where none is. */
      stripe: decimalText.nullable(),
      /** Our total − Stripe's over the invoices that are compared. */
      difference: decimalText.nullable(),
      /** Our total of the others: not at Stripe yet, or incomplete. `total` = `stripe` + `difference` + this. */
      notCompared: decimalText,
    }),
  ),
});

export const DIFFERING_FIELDS = [
  'amount',
  'quantity',
  'unitAmount',
  'servicePeriod',
  'discount',
  'credits',
  'tax',
  'line',
] as const;

/** What differs of a line; `line`: only one side has it. Periods are `from/to`. */
export const lineDifference = z.object({
  field: z.enum(DIFFERING_FIELDS),
  ours: z.string().nullable(),
  stripe: z.string().nullable(),
});

/** One line as the invoice prints it: a tier, a flat fee, a proration. Ours, Stripe's, or both. */
export const invoiceLine = z.object({
  /** Stable within the invoice; steps name it. */
  key: z.string(),
  type: z.enum(['usage', 'flat']),
  /** From 1; null where the price has no tiers. */
  tier: z.number().int().nullable(),
  /** Inclusive end of the tier; null for the open one and without tiers. */
  upTo: decimalText.nullable(),
  description: z.string(),
  ours: z
    .object({
      quantity: decimalText,
      /** Before a package transformation. */
      rawQuantity: decimalText.optional(),
      unitAmount: decimalText.nullable(),
      exact: decimalText,
      amount: decimalText,
    })
    .nullable(),
  stripe: z
    .object({
      id: z.string(),
      quantity: decimalText.nullable(),
      unitAmount: decimalText.nullable(),
      amount: decimalText,
    })
    .nullable(),
  /** Our amount − Stripe's, an absent side as 0; null where Stripe holds no invoice. */
  difference: decimalText.nullable(),
  differences: z.array(lineDifference),
});

/** What one subscription item charges for one service period: the line that unfolds into its tiers. */
export const invoiceItem = z.object({
  key: z.string(),
  description: z.string(),
  /** `other`: a line that only Stripe has and that belongs to no item of the subscription. */
  kind: z.enum(['metered', 'licensed', 'proration', 'other']),
  /** Key of the configured meter, where it is one. */
  meter: z.string().nullable(),
  unit: z.string().nullable(),
  price: z.string().nullable(),
  servicePeriod: periodText,
  /** The quantity that the whole price was given. */
  quantity: decimalText.nullable(),
  exact: decimalText.nullable(),
  amount: decimalText.nullable(),
  stripeAmount: decimalText.nullable(),
  difference: decimalText.nullable(),
  lines: z.array(invoiceLine),
});

export const invoiceGroup = z.object({
  product: z.object({ id: z.string().nullable(), name: z.string() }),
  items: z.array(invoiceItem),
  amount: decimalText,
  stripeAmount: decimalText.nullable(),
  difference: decimalText.nullable(),
});

export const STEP_TYPES = ['lines', 'maximum', 'minimum', 'discount', 'credit', 'tax', 'balance'] as const;

/** One step on the way from the lines to the amount due: "how did this number come about". */
export const invoiceStep = z.object({
  type: z.enum(STEP_TYPES),
  id: z.string().nullable(),
  label: z.string(),
  /** Signed: what the step adds to the invoice; an inclusive tax adds nothing to the total and says its amount. */
  exact: decimalText,
  amount: decimalText,
  /** The total after this step. */
  running: decimalText,
  /** What Stripe says for the same step; null where it says nothing. */
  stripeAmount: decimalText.nullable(),
  /** Ours − Stripe's. */
  difference: decimalText.nullable(),
  /** A sentence: "The coupon applies to no product of this invoice." */
  note: z.string().nullable(),
  applied: z.array(z.object({ line: z.string(), description: z.string(), amount: decimalText })),
  grant: z.object({ amount: decimalText, applied: decimalText, left: decimalText }).nullable(),
  tax: z.object({ percentage: decimalText, isInclusive: z.boolean(), taxable: decimalText }).nullable(),
});

export const TOTAL_FIELDS = [
  'subtotal',
  'discount',
  'credits',
  'tax',
  'total',
  'startingBalance',
  'amountDue',
] as const;

export const invoiceTotal = z.object({
  field: z.enum(TOTAL_FIELDS),
  ours: decimalText,
  stripe: decimalText.nullable(),
  /** Ours − Stripe's. */
  difference: decimalText.nullable(),
});

/** What the engine proved on history, to stand beside every preview. */
export const proofFooter = z.object({
  lines: z.number().int(),
  exact: z.number().int(),
  licensed: z.object({ lines: z.number().int(), exact: z.number().int() }),
});

export const invoiceDetail = z.object({
  key: invoiceKey,
  /** Whose invoice it is: the name of the workspace. */
  seller: z.string(),
  customer: z.object({ id: z.string(), name: z.string().nullable(), email: z.string().nullable() }),
  period: periodText,
  currency: z.string(),
  state: invoiceState,
  asOf,
  /** Stripe's own invoice of the period, or null. */
  stripe: z
    .object({
      id: z.string(),
      number: z.string().nullable(),
      status: z.string(),
      createdAt: instantText.nullable(),
      finalizedAt: instantText.nullable(),
    })
    .nullable(),
  groups: z.array(invoiceGroup),
  steps: z.array(invoiceStep),
  /** In the order of an invoice; subtotal, total and amountDue always, others where they are not 0 on a side. */
  totals: z.array(invoiceTotal),
  /** Tax that is part of the prices; null where there is none. */
  inclusiveTax: decimalText.nullable(),
  notes: z.array(problem),
  proof: proofFooter.nullable(),
});

export type InvoiceState = z.infer<typeof invoiceState>;
export type InvoiceKey = z.infer<typeof invoiceKey>;
export type InvoiceRow = z.infer<typeof invoiceRow>;
export type InvoicesFilter = z.infer<typeof invoicesFilter>;
export type InvoicesSort = z.infer<typeof invoicesSort>;
export type InvoicesRequest = z.infer<typeof invoicesRequest>;
export type InvoicesExportRequest = z.infer<typeof invoicesExportRequest>;
export type InvoiceFile = InvoicesExportRequest['what'];
export type InvoicesWindow = z.infer<typeof invoicesWindow>;
export type InvoiceLineView = z.infer<typeof invoiceLine>;
export type InvoiceItemView = z.infer<typeof invoiceItem>;
export type InvoiceGroupView = z.infer<typeof invoiceGroup>;
export type InvoiceStepView = z.infer<typeof invoiceStep>;
export type InvoiceTotalView = z.infer<typeof invoiceTotal>;
export type InvoiceDetail = z.infer<typeof invoiceDetail>;
export type ProofFooter = z.infer<typeof proofFooter>;
