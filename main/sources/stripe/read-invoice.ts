import type { Invoice, InvoiceLine, LineDiscount, LineTax } from '../../../shared/billing/invoice.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import {
  badAnswer,
  idOf,
  isRaw,
  type Owner,
  oneOf,
  optionalDecimal,
  optionalInstant,
  optionalMinor,
  optionalText,
  periodOf,
  preferDecimal,
  type Raw,
  requireId,
  requireMinor,
  requireObject,
} from './fields.ts';

const STATUSES = ['draft', 'open', 'paid', 'uncollectible', 'void'] as const;

export type InvoiceHead = {
  readonly raw: Raw;
  readonly id: string;
  readonly customerId: string;
  readonly testClock: string | null;
};

export function readInvoiceHead(value: unknown): InvoiceHead {
  const { raw, owner } = requireObject(value, 'invoice');
  return { raw, id: owner.id, customerId: requireId(raw, 'customer', owner), testClock: idOf(raw.test_clock) };
}

/**
 * @param lineRows every line, those beyond the embedded ones too
 * @param fallbackCurrency where a compatible base leaves the currency out
 */
export function readInvoice(
  { raw, id, customerId }: InvoiceHead,
  lineRows: readonly unknown[],
  fallbackCurrency: string,
): Invoice {
  const owner = { kind: 'invoice', id };
  const currency = (optionalText(raw.currency) ?? currencyOfLines(lineRows) ?? fallbackCurrency).toLowerCase();
  const at = (name: string): Instant | null => optionalInstant(raw[name], name, owner);
  const created = at('created') ?? at('period_end');
  if (created === null) throw badAnswer(owner, 'created', 'expected Unix seconds');
  const period = periodOf(at('period_start'), at('period_end')) ?? { from: created, to: created };
  const lines = lineRows.map((line) => readLine(line, { invoiceId: id, currency, period }));
  const transitions = isRaw(raw.status_transitions) ? raw.status_transitions : {};
  const parent = isRaw(raw.parent) && isRaw(raw.parent.subscription_details) ? raw.parent.subscription_details : {};
  const subtotal = optionalMinor(raw.subtotal, 'subtotal', owner) ?? totalOf(lines, (line) => line.amountMinor);
  const total = optionalMinor(raw.total, 'total', owner) ?? subtotal;
  return {
    id,
    number: optionalText(raw.number),
    customerId,
    subscriptionId: idOf(parent.subscription) ?? idOf(raw.subscription),
    status: oneOf(raw.status, STATUSES, { name: 'status', owner, fallback: 'draft' }),
    currency,
    billingReason: optionalText(raw.billing_reason),
    period,
    created,
    finalizedAt: optionalInstant(transitions.finalized_at, 'status_transitions.finalized_at', owner),
    subtotalMinor: subtotal,
    totalMinor: total,
    discountMinor: totalOf(lines, (line) => line.discountMinor),
    creditMinor: totalOf(lines, (line) => line.creditMinor),
    taxMinor: totalOf(lines, (line) => totalOf(line.taxes, (tax) => tax.amountMinor)),
    startingBalanceMinor: optionalMinor(raw.starting_balance, 'starting_balance', owner) ?? 0n,
    endingBalanceMinor: optionalMinor(raw.ending_balance, 'ending_balance', owner),
    amountDueMinor: optionalMinor(raw.amount_due, 'amount_due', owner) ?? total,
    isAutomaticTax: isRaw(raw.automatic_tax) && raw.automatic_tax.enabled === true,
    lines,
  };
}

const totalOf = <T>(rows: readonly T[], minorOf: (row: T) => bigint): bigint =>
  rows.reduce((total, row) => total + minorOf(row), 0n);

const currencyOfLines = (rows: readonly unknown[]): string | null =>
  rows.map((row) => (isRaw(row) ? optionalText(row.currency) : null)).find((code) => code !== null) ?? null;

/** Both shapes of a line: `pricing` and `parent` since 2025-03-31, `price` and bare fields before. */
function readLine(
  value: unknown,
  invoice: { readonly invoiceId: string; readonly currency: string; readonly period: Period },
): InvoiceLine {
  const { raw, owner } = requireObject(value, 'invoice line');
  const pricing = isRaw(raw.pricing) ? raw.pricing : {};
  const details = isRaw(pricing.price_details) ? pricing.price_details : {};
  const price = isRaw(raw.price) ? raw.price : {};
  const parent = parentOf(raw);
  const period = isRaw(raw.period) ? raw.period : {};
  const discounts = readDiscounts(raw, owner);
  return {
    id: owner.id,
    invoiceId: invoice.invoiceId,
    amountMinor: requireMinor(raw, 'amount', owner),
    currency: optionalText(raw.currency)?.toLowerCase() ?? invoice.currency,
    description: optionalText(raw.description),
    quantity: preferDecimal(raw, 'quantity', owner),
    unitAmount:
      optionalDecimal(pricing.unit_amount_decimal, 'pricing.unit_amount_decimal', owner) ??
      preferDecimal(price, 'unit_amount', owner),
    priceId: idOf(details.price) ?? idOf(raw.price) ?? idOf(raw.plan),
    subscriptionId: idOf(parent.subscription) ?? idOf(raw.subscription),
    subscriptionItemId: idOf(parent.subscription_item) ?? idOf(raw.subscription_item),
    servicePeriod:
      periodOf(
        optionalInstant(period.start, 'period.start', owner),
        optionalInstant(period.end, 'period.end', owner),
      ) ?? invoice.period,
    isProration: parent.proration === true || raw.proration === true,
    origin: originOf(raw),
    discountMinor: totalOf(discounts, (discount) => discount.amountMinor),
    discounts,
    creditMinor: readCredits(raw, owner),
    taxes: readTaxes(raw, owner),
  };
}

function parentOf(raw: Raw): Raw {
  const parent = isRaw(raw.parent) ? raw.parent : {};
  const isItem = parent.type === 'invoice_item_details' || !isRaw(parent.subscription_item_details);
  const details = isItem ? parent.invoice_item_details : parent.subscription_item_details;
  return isRaw(details) ? details : {};
}

/** What a line comes from; before 2025-03-31 `type` said it. */
function originOf(raw: Raw): InvoiceLine['origin'] {
  const type = isRaw(raw.parent) ? raw.parent.type : raw.type;
  if (type === 'subscription_item_details' || type === 'subscription') return 'subscription_item';
  return type === 'invoice_item_details' || type === 'invoiceitem' ? 'invoice_item' : 'unknown';
}

const rowsOf = (value: unknown): readonly Raw[] => (Array.isArray(value) ? value.filter(isRaw) : []);

const readDiscounts = (raw: Raw, owner: Owner): readonly LineDiscount[] =>
  rowsOf(raw.discount_amounts).map((row) => ({
    discountId: idOf(row.discount),
    amountMinor: optionalMinor(row.amount, 'discount_amounts.amount', owner) ?? 0n,
  }));

/** Pretax credits of type `discount` repeat `discount_amounts`. */
const readCredits = (raw: Raw, owner: Owner): bigint =>
  totalOf(
    rowsOf(raw.pretax_credit_amounts).filter((row) => row.type === 'credit_balance_transaction'),
    (row) => optionalMinor(row.amount, 'pretax_credit_amounts.amount', owner) ?? 0n,
  );

/** `taxes` since 2025-03-31, `tax_amounts` before. */
function readTaxes(raw: Raw, owner: Owner): readonly LineTax[] {
  if (!Array.isArray(raw.taxes)) {
    return rowsOf(raw.tax_amounts).map((row) => ({
      taxRateId: idOf(row.tax_rate),
      amountMinor: optionalMinor(row.amount, 'tax_amounts.amount', owner) ?? 0n,
      isInclusive: row.inclusive === true,
      taxableMinor: optionalMinor(row.taxable_amount, 'tax_amounts.taxable_amount', owner),
    }));
  }
  return rowsOf(raw.taxes).map((row) => ({
    taxRateId: isRaw(row.tax_rate_details) ? idOf(row.tax_rate_details.tax_rate) : null,
    amountMinor: optionalMinor(row.amount, 'taxes.amount', owner) ?? 0n,
    isInclusive: row.tax_behavior === 'inclusive',
    taxableMinor: optionalMinor(row.taxable_amount, 'taxes.taxable_amount', owner),
  }));
}
