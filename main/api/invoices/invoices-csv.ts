import type { InvoiceItemView, InvoiceLineView, InvoiceRow } from '../../../shared/contract/invoice-schemas.ts';
import { csvText } from '../../../shared/reports/csv.ts';
import { invoiceGroups, type LineContext } from './detail-lines.ts';
import { InvoiceTable } from './invoice-table.ts';
import type { Preview } from './preview.ts';

/** One row an invoice: ours, Stripe's, and what differs; money in major units. */
export const INVOICE_COLUMNS = [
  'month',
  'customer',
  'name',
  'subscription',
  'period_from',
  'period_to',
  'currency',
  'subtotal',
  'discount',
  'credits',
  'tax',
  'total',
  'amount_due',
  'stripe_invoice',
  'stripe_number',
  'stripe_status',
  'stripe_total',
  'stripe_amount_due',
  'difference',
  'state',
  'notes',
] as const;

/** One row a line as the invoice prints it, beside Stripe's. */
export const INVOICE_LINE_COLUMNS = [
  'month',
  'customer',
  'name',
  'subscription',
  'stripe_invoice',
  'currency',
  'state',
  'product',
  'item',
  'kind',
  'meter',
  'unit',
  'price',
  'service_from',
  'service_to',
  'line',
  'type',
  'tier',
  'quantity',
  'unit_amount',
  'amount',
  'stripe_line',
  'stripe_quantity',
  'stripe_unit_amount',
  'stripe_amount',
  'difference',
  'differs',
] as const;

type Field = string | number | null | undefined;

/** Names and descriptions are guarded against running in a spreadsheet; figures stay figures. */
const csvRow = (fields: readonly (Field | { readonly figure: string | null | undefined })[]): string =>
  `${fields
    .map((field) => {
      if (typeof field === 'object' && field !== null) return field.figure ?? '';
      return typeof field === 'number' ? String(field) : csvText(field ?? null);
    })
    .join(',')}\r\n`;

const figure = (text: string | null | undefined) => ({ figure: text });

/** @returns the header and one line an invoice, as `\r\n` ends them */
export function* invoicesCsv(month: string, previews: Iterable<Preview>): Generator<string> {
  yield csvRow(INVOICE_COLUMNS);
  for (const preview of previews) yield invoiceLine(month, rowOf(preview));
}

/** The row that the screen shows of an invoice. */
export function rowOf(preview: Preview): InvoiceRow {
  const table = new InvoiceTable();
  table.add(preview);
  return table.row(0);
}

function invoiceLine(month: string, row: InvoiceRow): string {
  const { stripe } = row;
  return csvRow([
    month,
    row.customer,
    row.name,
    row.subscription,
    row.period.from,
    row.period.to,
    row.currency,
    figure(row.subtotal),
    figure(row.discount),
    figure(row.credits),
    figure(row.tax),
    figure(row.total),
    figure(row.amountDue),
    stripe?.id,
    stripe?.number,
    stripe?.status,
    figure(stripe?.total),
    figure(stripe?.amountDue),
    figure(row.difference),
    row.state,
    row.notes,
  ]);
}

/** @returns the header and one line a line of an invoice, in the order of the sheet */
export function* invoiceLinesCsv(month: string, previews: Iterable<Preview>, context: LineContext): Generator<string> {
  yield csvRow(INVOICE_LINE_COLUMNS);
  for (const preview of previews) {
    const head = rowOf(preview);
    for (const { product, items } of invoiceGroups(preview, context)) {
      for (const item of items) {
        for (const line of item.lines) yield lineLine(month, { head, product: product.name, item, line });
      }
    }
  }
}

function lineLine(
  month: string,
  of: {
    readonly head: InvoiceRow;
    readonly product: string;
    readonly item: InvoiceItemView;
    readonly line: InvoiceLineView;
  },
): string {
  const { head, product, item, line } = of;
  const { ours, stripe } = line;
  return csvRow([
    month,
    head.customer,
    head.name,
    head.subscription,
    head.stripe?.id,
    head.currency,
    head.state,
    product,
    item.description,
    item.kind,
    item.meter,
    item.unit,
    item.price,
    item.servicePeriod.from,
    item.servicePeriod.to,
    line.description,
    line.type,
    line.tier,
    figure(ours?.quantity),
    figure(ours?.unitAmount),
    figure(ours?.amount),
    stripe?.id,
    figure(stripe?.quantity),
    figure(stripe?.unitAmount),
    figure(stripe?.amount),
    figure(line.difference),
    line.differences.map(({ field }) => field).join(' '),
  ]);
}
