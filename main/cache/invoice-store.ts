import type { Invoice, InvoiceLine, InvoiceStatus, LineDiscount, LineTax } from '../../shared/billing/invoice.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import { type MonthKey, monthPeriod, type Period } from '../../shared/values/period.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

/** Writes an invoice with its lines in the place of what was known of it. */
export function replaceInvoice(db: Db, invoice: Invoice, month: MonthKey): void {
  runQuery(db, 'invoice-upsert', {
    id: invoice.id,
    number: invoice.number,
    customerId: invoice.customerId,
    subscriptionId: invoice.subscriptionId,
    status: invoice.status,
    currency: invoice.currency,
    billingReason: invoice.billingReason,
    periodFrom: invoice.period.from,
    periodTo: invoice.period.to,
    created: invoice.created,
    finalizedAt: invoice.finalizedAt,
    subtotal: invoice.subtotalMinor,
    discount: invoice.discountMinor,
    credit: invoice.creditMinor,
    tax: invoice.taxMinor,
    total: invoice.totalMinor,
    startingBalance: invoice.startingBalanceMinor,
    endingBalance: invoice.endingBalanceMinor,
    due: invoice.amountDueMinor,
    isAutomaticTax: invoice.isAutomaticTax ? 1 : 0,
  });
  runQuery(db, 'invoice-month-insert', [invoice.id, month]);
  runQuery(db, 'invoice-line-clear', [invoice.id]);
  for (const [position, line] of invoice.lines.entries()) insertLine(db, invoice.id, line, position);
}

function insertLine(db: Db, invoiceId: string, line: InvoiceLine, position: number): void {
  runQuery(db, 'invoice-line-insert', {
    id: line.id,
    invoiceId,
    position,
    amount: line.amountMinor,
    currency: line.currency,
    description: line.description,
    quantity: line.quantity,
    unitAmount: line.unitAmount,
    priceId: line.priceId,
    subscriptionId: line.subscriptionId,
    subscriptionItemId: line.subscriptionItemId,
    serviceFrom: line.servicePeriod.from,
    serviceTo: line.servicePeriod.to,
    isProration: line.isProration ? 1 : 0,
    origin: line.origin,
    discount: line.discountMinor,
    discounts: detailsOf(line.discounts),
    credit: line.creditMinor,
    taxes: detailsOf(line.taxes),
  });
}

/** Amounts as text: JSON has no integers beyond 2^53. */
const detailsOf = (rows: readonly object[]): string | null =>
  rows.length === 0
    ? null
    : JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

const INVOICES_PER_CHUNK = 500;

/**
 * Invoices with all their lines in the order of their ids, some hundred at a time: all of them, or those of one
 * customer, with a line whose service period touches a month or period (drafts and void ones too).
 */
export function* readInvoices(
  db: Db,
  filter: { readonly month?: MonthKey; readonly touching?: Period; readonly customerId?: string } = {},
): Generator<readonly Invoice[]> {
  const { month, customerId } = filter;
  const period = filter.touching ?? (month === undefined ? null : monthPeriod(month));
  const query = customerId === undefined ? 'invoice-chunk' : 'invoice-chunk-of-customer';
  const fixed = {
    from: period?.from ?? null,
    to: period?.to ?? null,
    limit: INVOICES_PER_CHUNK,
    ...(customerId === undefined ? {} : { customerId }),
  };
  let after = '';
  for (;;) {
    const rows = allRows<InvoiceRow>(db, query, { ...fixed, after }, 'exact');
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => invoiceOf(row, allRows<LineRow>(db, 'invoice-lines', [row.id], 'exact').map(lineOf)));
    if (rows.length < INVOICES_PER_CHUNK) return;
    after = last.id;
  }
}

/** Invoices of a list of ids, in the order of the ids, some hundred at a time. */
export function* readInvoicesById(db: Db, ids: readonly string[]): Generator<readonly Invoice[]> {
  for (let start = 0; start < ids.length; start += INVOICES_PER_CHUNK) {
    const chunk = JSON.stringify(ids.slice(start, start + INVOICES_PER_CHUNK));
    const lines = linesByInvoice(db, chunk);
    yield allRows<InvoiceRow>(db, 'invoices-by-id', { ids: chunk }, 'exact').map((row) =>
      invoiceOf(row, lines.get(row.id) ?? []),
    );
  }
}

function linesByInvoice(db: Db, ids: string): ReadonlyMap<string, readonly InvoiceLine[]> {
  const lines = new Map<string, InvoiceLine[]>();
  for (const row of allRows<LineRow>(db, 'invoice-lines-of', [ids], 'exact')) {
    const known = lines.get(row.invoice_id);
    if (known === undefined) lines.set(row.invoice_id, [lineOf(row)]);
    else known.push(lineOf(row));
  }
  return lines;
}

/**
 * As `readInvoices`, of some hundred customers at once, by customer: two statements instead of two a customer.
 * @param touching invoices with a line whose service period touches it
 */
export function readInvoicesOf(
  db: Db,
  customerIds: readonly string[],
  touching: Period,
): ReadonlyMap<string, readonly Invoice[]> {
  const at = { customerIds: JSON.stringify(customerIds), from: touching.from, to: touching.to };
  const rows = allRows<InvoiceRow>(db, 'invoices-of-customers', at, 'exact');
  const lines = linesByInvoice(db, JSON.stringify(rows.map(({ id }) => id)));
  const found = new Map<string, Invoice[]>();
  for (const row of rows) {
    const invoice = invoiceOf(row, lines.get(row.id) ?? []);
    const known = found.get(row.customer_id);
    if (known === undefined) found.set(row.customer_id, [invoice]);
    else known.push(invoice);
  }
  return found;
}

/** What an invoice is called and where it stands; null where it is not in the cache. */
export const readInvoiceHead = (
  db: Db,
  id: string,
): { readonly number: string | null; readonly status: InvoiceStatus } | null =>
  firstRow<{ number: string | null; status: InvoiceStatus }>(db, 'invoice-head', [id]) ?? null;

/** A line of an invoice whose price counts on a meter. */
export type MeterLine = InvoiceLine & {
  readonly customerKey: number;
  readonly status: InvoiceStatus;
  readonly invoiceNumber: string | null;
  readonly meterId: string;
};

type MeterLineRow = LineRow & {
  readonly customer_key: bigint;
  readonly status: InvoiceStatus;
  readonly number: string | null;
  readonly meter_id: string;
};

/** Lines of one customer on a meter whose service period touches `period`, drafts and void ones too. */
export const readMeterLines = (
  db: Db,
  of: { readonly period: Period; readonly meterId: string; readonly customerKey: number },
): readonly MeterLine[] =>
  allRows<MeterLineRow>(
    db,
    'meter-lines',
    { meterId: of.meterId, customerKey: of.customerKey, from: of.period.from, to: of.period.to },
    'exact',
  ).map((row) => ({
    customerKey: Number(row.customer_key),
    status: row.status,
    invoiceNumber: row.number,
    meterId: row.meter_id,
    ...lineOf(row),
  }));

type InvoiceRow = {
  readonly id: string;
  readonly number: string | null;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  readonly status: InvoiceStatus;
  readonly currency: string;
  readonly billing_reason: string | null;
  readonly period_from: bigint;
  readonly period_to: bigint;
  readonly created: bigint;
  readonly finalized_at: bigint | null;
  readonly subtotal_minor: bigint;
  readonly discount_minor: bigint;
  readonly credit_minor: bigint;
  readonly tax_minor: bigint;
  readonly total_minor: bigint;
  readonly starting_balance_minor: bigint;
  readonly ending_balance_minor: bigint | null;
  readonly due_minor: bigint;
  readonly is_automatic_tax: bigint;
};

const invoiceOf = (row: InvoiceRow, lines: readonly InvoiceLine[]): Invoice => ({
  id: row.id,
  number: row.number,
  customerId: row.customer_id,
  subscriptionId: row.subscription_id,
  status: row.status,
  currency: row.currency,
  billingReason: row.billing_reason,
  period: { from: at(row.period_from), to: at(row.period_to) },
  created: at(row.created),
  finalizedAt: row.finalized_at === null ? null : at(row.finalized_at),
  subtotalMinor: row.subtotal_minor,
  discountMinor: row.discount_minor,
  creditMinor: row.credit_minor,
  taxMinor: row.tax_minor,
  totalMinor: row.total_minor,
  startingBalanceMinor: row.starting_balance_minor,
  endingBalanceMinor: row.ending_balance_minor,
  amountDueMinor: row.due_minor,
  isAutomaticTax: row.is_automatic_tax === 1n,
  lines,
});

type LineRow = {
  readonly id: string;
  readonly invoice_id: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly description: string | null;
  readonly quantity: string | null;
  readonly unit_amount: string | null;
  readonly price_id: string | null;
  readonly subscription_id: string | null;
  readonly subscription_item_id: string | null;
  readonly service_from: bigint;
  readonly service_to: bigint;
  readonly is_proration: bigint;
  readonly origin: InvoiceLine['origin'];
  readonly discount_minor: bigint;
  readonly discounts: string | null;
  readonly credit_minor: bigint;
  readonly taxes: string | null;
};

const lineOf = (row: LineRow): InvoiceLine => ({
  id: row.id,
  invoiceId: row.invoice_id,
  amountMinor: row.amount_minor,
  currency: row.currency,
  description: row.description,
  quantity: row.quantity,
  unitAmount: row.unit_amount,
  priceId: row.price_id,
  subscriptionId: row.subscription_id,
  subscriptionItemId: row.subscription_item_id,
  servicePeriod: { from: at(row.service_from), to: at(row.service_to) },
  isProration: row.is_proration === 1n,
  origin: row.origin,
  discountMinor: row.discount_minor,
  discounts: discountsOf(row),
  creditMinor: row.credit_minor,
  taxes: row.taxes === null ? [] : taxesOf(row.taxes),
});

/** A line written before the details were kept has their sum alone. */
function discountsOf({ discounts, discount_minor }: LineRow): readonly LineDiscount[] {
  if (discounts === null) return discount_minor === 0n ? [] : [{ discountId: null, amountMinor: discount_minor }];
  const rows: readonly Texts<LineDiscount>[] = JSON.parse(discounts);
  return rows.map((row) => ({ ...row, amountMinor: BigInt(row.amountMinor) }));
}

function taxesOf(text: string): readonly LineTax[] {
  const rows: readonly Texts<LineTax>[] = JSON.parse(text);
  return rows.map((row) => ({
    ...row,
    amountMinor: BigInt(row.amountMinor),
    taxableMinor: row.taxableMinor === null ? null : BigInt(row.taxableMinor),
  }));
}

/** As `detailsOf` writes it. */
type Texts<T> = { readonly [K in keyof T]: Exclude<T[K], bigint> | (bigint extends T[K] ? string : never) };

const at = (epochMs: bigint): Instant => instant(Number(epochMs));
