import type { Invoice } from '../../../shared/billing/invoice.ts';
import type { SimulatedUsage, SimulationRun } from '../../../shared/simulation/run.ts';
import type { Scenario } from '../../../shared/simulation/scenario.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { idOf, isRaw } from '../../sources/stripe/fields.ts';
import { allLines } from '../../sources/stripe/list-invoices.ts';
import { readInvoice, readInvoiceHead } from '../../sources/stripe/read-invoice.ts';
import { RESOURCES } from '../../sources/stripe/resources.ts';
import { readMonthSummary } from '../../sources/stripe/summaries.ts';
import type { Pauses } from './advance.ts';
import type { RecordedUsage } from './record.ts';
import type { MadeKind } from './run-state.ts';
import type { Writer } from './writer.ts';
import { WRITTEN } from './written.ts';

/** Marks what is due as the scenario has it paid; an invoice that nobody pays stays open. */
export async function settlePayments(writer: Writer, { customers }: Scenario): Promise<void> {
  for (const customer of customers) {
    const { payment } = customer;
    if (payment !== 'succeeds' && payment !== 'uncollectible') continue;
    for await (const rows of invoicePages(writer, customer.id)) {
      for (const row of rows) {
        const id = idOf(row);
        if (id === null || !isRaw(row) || row.status !== 'open') continue;
        await writer.write(WRITTEN.invoices, `${payment}/${id}`, (sdk, options) =>
          payment === 'succeeds'
            ? sdk.invoices.pay(id, { paid_out_of_band: true }, options)
            : sdk.invoices.markUncollectible(id, {}, options),
        );
      }
    }
  }
}

const invoicePages = (writer: Writer, customerId: string): AsyncGenerator<readonly unknown[]> => {
  const customer = writer.idOf('customer', customerId);
  return writer.client.list(
    RESOURCES.invoices,
    (sdk, cursor) => sdk.invoices.list({ ...cursor, customer }),
    writer.signal,
  );
};

/** Every invoice of the scenario's customers, in its own ids; oldest first. */
export async function readInvoices(writer: Writer, { customers }: Scenario): Promise<readonly Invoice[]> {
  const names = namesOf(writer);
  const invoices: Invoice[] = [];
  for (const { id } of customers) {
    const own: Invoice[] = [];
    for await (const rows of invoicePages(writer, id)) {
      for (const row of rows) {
        const head = readInvoiceHead(row);
        own.push(named(readInvoice(head, await allLines(writer.client, head, writer.signal), ''), names));
      }
    }
    invoices.push(...own.reverse());
  }
  return invoices.sort((a, b) => a.created - b.created);
}

type Names = (kind: MadeKind | 'discount', stripeId: string | null) => string | null;

/** Stripe's ids back to those of the scenario; one that the run did not make stays. */
function namesOf({ state }: Writer): Names {
  const names = new Map<string, string>();
  for (const [path, { kind, id }] of Object.entries(state.made)) {
    if (id !== null) names.set(`${kind}/${id}`, path.slice(kind.length + 1));
  }
  for (const each of Object.values(state.discounts).flat()) names.set(`discount/${each.discountId}`, each.couponId);
  return (kind, stripeId) => (stripeId === null ? null : (names.get(`${kind}/${stripeId}`) ?? stripeId));
}

const named = (invoice: Invoice, names: Names): Invoice => ({
  ...invoice,
  customerId: names('customer', invoice.customerId) ?? invoice.customerId,
  subscriptionId: names('subscription', invoice.subscriptionId),
  lines: invoice.lines.map((line) => ({
    ...line,
    priceId: names('price', line.priceId),
    subscriptionId: names('subscription', line.subscriptionId),
    subscriptionItemId: names('item', line.subscriptionItemId),
    discounts: line.discounts.map((each) => ({ ...each, discountId: names('discount', each.discountId) })),
    taxes: line.taxes.map((tax) => ({ ...tax, taxRateId: names('taxRate', tax.taxRateId) })),
  })),
});

const MINUTE_MS = 60_000;
const ATTEMPTS = 5;

/** Whether Stripe can be asked for the usage of a period: summaries begin and end on whole minutes. */
export const isSummable = ({ period: { from, to } }: Pick<SimulatedUsage, 'period'>): boolean =>
  from % MINUTE_MS === 0 && to % MINUTE_MS === 0 && from < to;

/** What the meters hold. They lag: one that does not hold what it should is asked again for a while. */
export async function readUsage(writer: Writer, run: SimulationRun, pauses: Pauses): Promise<readonly RecordedUsage[]> {
  const found: RecordedUsage[] = [];
  for (const usage of run.usage.filter(isSummable)) {
    const { customerId, meterId, period, metered } = usage;
    const expected = formatDecimal(metered);
    let value = '0';
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const summary = await readMonthSummary(writer.client, {
        meterId: writer.idOf('meter', meterId),
        customerId: writer.idOf('customer', customerId),
        period,
        signal: writer.signal,
      });
      value = summary?.value ?? '0';
      if (value === expected || pauses.settleMs === 0) break;
      await pauses.sleep(Math.ceil(pauses.settleMs / ATTEMPTS), writer.signal);
    }
    found.push({ customerId, meterId, period, value });
  }
  return found;
}
