import type { Invoice } from '../../../shared/billing/invoice.ts';
import { DAY_MS, toUnixSeconds } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import { embeddedRows, idOf } from './fields.ts';
import { readOrLeaveOut } from './leave-out.ts';
import { FALLBACK_CURRENCY } from './list-prices.ts';
import { type InvoiceHead, readInvoice, readInvoiceHead } from './read-invoice.ts';
import { RESOURCES } from './resources.ts';
import type { StripeClient } from './stripe-client.ts';
import type { ClockedCustomers } from './test-clocks.ts';

/** Allows for invoices made by hand some weeks after the period that they bill. */
const LATE_INVOICE_MS = 31 * DAY_MS;

/**
 * Invoices whose own period touches `period`, or a line's service period does, with all their lines.
 *
 * A metered line is on the invoice that Stripe creates when its billing period ends, so no invoice created before
 * `period.from` can carry one that touches the period. A billing period that touches it ends at most one interval
 * after `period.to`; the longest interval of a metered price bounds the search, since an open end would read every
 * later invoice of the account. Lines billed in advance (licensed) of a longer interval than the period may lie before.
 * An invoice that cannot be read is left out, aloud.
 */
export async function* listInvoices(
  client: StripeClient,
  options: {
    readonly period: Period;
    readonly longestMeteredMs: number;
    readonly clocked: ClockedCustomers;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<readonly Invoice[]> {
  const { period, clocked, signal } = options;
  const created = {
    gte: toUnixSeconds(period.from),
    lt: Math.ceil((period.to + options.longestMeteredMs + LATE_INVOICE_MS) / 1000),
  };
  const seen = new Set<string>();

  const readPage = async (rows: readonly unknown[]): Promise<readonly Invoice[]> => {
    const heads = rows.flatMap((row) => {
      const head = readOrLeaveOut(client.warnings, row, readInvoiceHead, leftOut(idOf(row)));
      if (head === null || seen.has(head.id)) return [];
      seen.add(head.id);
      return clocked.admit(head.customerId, head.testClock) ? [head] : [];
    });
    const invoices = await Promise.all(
      heads.map(async (head) => {
        const lines = await allLines(client, head, signal);
        const read = (): Invoice => readInvoice(head, lines, FALLBACK_CURRENCY);
        return readOrLeaveOut(client.warnings, head.raw, read, leftOut(head.id));
      }),
    );
    return invoices.flatMap((invoice) => (invoice !== null && bills(invoice, period) ? [invoice] : []));
  };

  const pages = client.list(RESOURCES.invoices, (sdk, cursor) => sdk.invoices.list({ ...cursor, created }), signal);
  for await (const rows of pages) {
    const page = await readPage(rows);
    if (page.length > 0) yield page;
  }
  for (const customer of await clocked.customerIds(signal)) {
    const own = client.list(
      RESOURCES.invoices,
      (sdk, cursor) => sdk.invoices.list({ ...cursor, created, customer }),
      signal,
    );
    for await (const rows of own) {
      const page = await readPage(rows);
      if (page.length > 0) yield page;
    }
  }
}

const leftOut = (id: string | null): string =>
  `Invoice ${id ?? '(unnamed)'} is left out: what it bills counts as not billed.`;

/** An invoice for the period without a line that touches it tells that one is missing. */
const bills = (invoice: Invoice, period: Period): boolean =>
  touches(invoice.period, period) || invoice.lines.some((line) => touches(line.servicePeriod, period));

/** A moment (a line for something done at once) touches the period that holds it. */
const touches = (line: Period, period: Period): boolean =>
  line.from < period.to && (line.to > period.from || line.from >= period.from);

/** The lines that came with an invoice, or all of them where there are more. */
export async function allLines(
  client: StripeClient,
  { raw, id }: InvoiceHead,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const embedded = embeddedRows(raw.lines);
  return embedded !== null && !embedded.hasMore ? embedded.rows : await lineRows(client, id, signal);
}

async function lineRows(client: StripeClient, invoiceId: string, signal: AbortSignal): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  const pages = client.list(
    RESOURCES.invoiceLines,
    (sdk, cursor) => sdk.invoices.listLineItems(invoiceId, cursor),
    signal,
  );
  for await (const page of pages) rows.push(...page);
  return rows;
}
