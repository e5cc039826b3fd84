import type { Invoice, InvoiceLine } from '../billing/invoice.ts';
import type { Problem } from '../errors.ts';
import type { BuiltInvoice, BuiltLine, Step } from '../rating/invoice/built-invoice.ts';
import { formatDecimal } from '../values/decimal.ts';
import { formatInstant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';

/**
 * An invoice of `tieout preview` and `tieout simulate` (interfaces.md section 4), keys in the published order. Decimals
 * are text; amounts are integer minor units and printed with all their digits (`printExactJson`).
 */
export type InvoiceDocument = {
  readonly customer: string;
  readonly subscription: string | null;
  readonly period: PeriodDocument;
  readonly status: string;
  readonly currency: string;
  readonly lines: readonly LineDocument[];
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly credits: bigint;
  /** Of both kinds; `inclusiveTax` of it lies in the lines. */
  readonly tax: bigint;
  readonly inclusiveTax: bigint;
  readonly total: bigint;
  readonly startingBalance: bigint;
  /** Null where Stripe has not settled it yet. */
  readonly endingBalance: bigint | null;
  readonly amountDue: bigint;
  /** Ours alone: Stripe tells no steps. */
  readonly steps?: readonly StepDocument[];
  readonly complete?: boolean;
  readonly notes?: readonly Problem[];
};

type PeriodDocument = { readonly from: string; readonly to: string };

type LineDocument = {
  /** Null where Stripe does not tell. */
  readonly type: 'usage' | 'flat' | null;
  readonly tier: number | null;
  readonly quantity: string | null;
  readonly rawQuantity?: string;
  readonly unitAmount: string | null;
  readonly exact: string | null;
  readonly amount: bigint;
  /** Ours is a key within the invoice, Stripe's its own id. */
  readonly id: string;
  readonly kind: 'metered' | 'licensed' | 'proration' | null;
  readonly item: string | null;
  readonly price: string | null;
  readonly description: string | null;
  readonly servicePeriod: PeriodDocument;
  readonly discounts: readonly { readonly discount: string | null; readonly amount: bigint }[];
  readonly credits: readonly { readonly grant: string | null; readonly amount: bigint }[];
  readonly taxes: readonly {
    readonly rate: string | null;
    readonly amount: bigint;
    readonly inclusive: boolean;
    readonly taxable: bigint | null;
  }[];
};

type StepDocument = {
  readonly type: Step['type'];
  readonly id: string | null;
  readonly label: string;
  readonly exact: string;
  readonly amount: bigint;
  readonly included: boolean;
  readonly left: bigint | null;
  readonly applied: readonly { readonly line: string; readonly amount: bigint }[];
  readonly note: string | null;
};

/** An invoice that we built. */
export const builtInvoiceDocument = (invoice: BuiltInvoice): InvoiceDocument => ({
  customer: invoice.customerId,
  subscription: invoice.subscriptionId,
  period: periodDocument(invoice.period),
  status: invoice.status,
  currency: invoice.currency,
  lines: invoice.lines.map(builtLine),
  subtotal: invoice.subtotalMinor,
  discount: invoice.discountMinor,
  credits: invoice.creditMinor,
  tax: invoice.taxMinor,
  inclusiveTax: invoice.inclusiveTaxMinor,
  total: invoice.totalMinor,
  startingBalance: invoice.startingBalanceMinor,
  endingBalance: invoice.endingBalanceMinor,
  amountDue: invoice.amountDueMinor,
  steps: invoice.steps.map(stepDocument),
  complete: invoice.isComplete,
  notes: invoice.notes,
});

/** Stripe's own invoice in the same shape; its subtotal is the sum of its lines, before every discount. */
export const stripeInvoiceDocument = (invoice: Invoice): InvoiceDocument => ({
  customer: invoice.customerId,
  subscription: invoice.subscriptionId,
  period: periodDocument(invoice.period),
  status: invoice.status,
  currency: invoice.currency,
  lines: invoice.lines.map(stripeLine),
  subtotal: invoice.lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
  discount: invoice.discountMinor,
  credits: invoice.creditMinor,
  tax: invoice.taxMinor,
  inclusiveTax: invoice.lines
    .flatMap(({ taxes }) => taxes)
    .reduce((sum, { isInclusive, amountMinor }) => (isInclusive ? sum + amountMinor : sum), 0n),
  total: invoice.totalMinor,
  startingBalance: invoice.startingBalanceMinor,
  endingBalance: invoice.endingBalanceMinor,
  amountDue: invoice.amountDueMinor,
});

const builtLine = (line: BuiltLine): LineDocument => ({
  type: line.type,
  tier: line.tier,
  quantity: formatDecimal(line.quantity),
  ...(line.rawQuantity === undefined ? {} : { rawQuantity: formatDecimal(line.rawQuantity) }),
  unitAmount: line.unitAmount === null ? null : formatDecimal(line.unitAmount),
  exact: formatDecimal(line.exact),
  amount: line.amountMinor,
  id: line.key,
  kind: line.kind,
  item: line.itemId,
  price: line.priceId,
  description: line.description,
  servicePeriod: periodDocument(line.servicePeriod),
  discounts: line.discounts.map(({ discountId, amountMinor }) => ({ discount: discountId, amount: amountMinor })),
  credits: line.credits.map(({ grantId, amountMinor }) => ({ grant: grantId, amount: amountMinor })),
  taxes: line.taxes.map(taxDocument),
});

const stripeLine = (line: InvoiceLine): LineDocument => ({
  type: null,
  tier: null,
  quantity: line.quantity,
  unitAmount: line.unitAmount,
  exact: null,
  amount: line.amountMinor,
  id: line.id,
  kind: line.isProration ? 'proration' : null,
  item: line.subscriptionItemId,
  price: line.priceId,
  description: line.description,
  servicePeriod: periodDocument(line.servicePeriod),
  discounts: line.discounts.map(({ discountId, amountMinor }) => ({ discount: discountId, amount: amountMinor })),
  credits: line.creditMinor === 0n ? [] : [{ grant: null, amount: line.creditMinor }],
  taxes: line.taxes.map(taxDocument),
});

const taxDocument = (tax: {
  readonly taxRateId: string | null;
  readonly amountMinor: bigint;
  readonly isInclusive: boolean;
  readonly taxableMinor: bigint | null;
}): LineDocument['taxes'][number] => ({
  rate: tax.taxRateId,
  amount: tax.amountMinor,
  inclusive: tax.isInclusive,
  taxable: tax.taxableMinor,
});

const stepDocument = (step: Step): StepDocument => ({
  type: step.type,
  id: step.id,
  label: step.label,
  exact: formatDecimal(step.exact),
  amount: step.amountMinor,
  included: step.isIncluded,
  left: step.leftMinor,
  applied: step.applied.map(({ lineKey, amountMinor }) => ({ line: lineKey, amount: amountMinor })),
  note: step.note,
});

const periodDocument = ({ from, to }: Period): PeriodDocument => ({ from: formatInstant(from), to: formatInstant(to) });
