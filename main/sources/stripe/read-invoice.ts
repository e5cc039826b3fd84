import type { Invoice, InvoiceLine } from '../../../shared/billing/invoice.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import {
  badAnswer,
  idOf,
  isRaw,
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
  const subtotal =
    optionalMinor(raw.subtotal, 'subtotal', owner) ?? lines.reduce((total, line) => total + line.amountMinor, 0n);
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
    amountDueMinor: optionalMinor(raw.amount_due, 'amount_due', owner) ?? total,
    lines,
  };
}

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
    discountMinor: discountOf(raw),
  };
}

function parentOf(raw: Raw): Raw {
  const parent = isRaw(raw.parent) ? raw.parent : {};
  const isItem = parent.type === 'invoice_item_details' || !isRaw(parent.subscription_item_details);
  const details = isItem ? parent.invoice_item_details : parent.subscription_item_details;
  return isRaw(details) ? details : {};
}

function discountOf(raw: Raw): bigint {
  const owner = { kind: 'invoice line', id: optionalText(raw.id) ?? '(unnamed)' };
  const rows = Array.isArray(raw.discount_amounts) ? raw.discount_amounts : [];
  return rows.reduce(
    (total: bigint, row: unknown) =>
      total + (isRaw(row) ? (optionalMinor(row.amount, 'discount_amounts.amount', owner) ?? 0n) : 0n),
    0n,
  );
}
