import type {
  SimulatedExpectation,
  SimulatedInvoiceRow,
  SimulatedInvoiceView,
  SimulatedMeterRow,
  SimulationState,
} from '../../../../shared/contract/simulate-schemas.ts';
import { TieoutError } from '../../../../shared/errors.ts';
import type { InvoiceCatalog } from '../../../../shared/rating/invoice/input.ts';
import type { DriftDocument, MeterDocument, SimulationInvoice } from '../../../../shared/simulation/answer.ts';
import type { ExpectationAnswer } from '../../../../shared/simulation/expectations.ts';
import type { Scenario } from '../../../../shared/simulation/scenario.ts';
import { formatDecimal, normalize, parseDecimal, subtract } from '../../../../shared/values/decimal.ts';
import { printExactJson } from '../../../../shared/values/exact-json.ts';
import { formatMinorAsMajor } from '../../../../shared/values/money.ts';
import { builtInvoiceSheet } from '../../invoices/detail.ts';
import type { HeldHead, HeldScenario } from './held-scenarios.ts';

/** More than anybody reads of one moment; the counts are of all. */
const MOST_ROWS = 300;

/** How things stand where the clock stands. */
export function stateOf({ scenario }: HeldScenario, { run, answer }: HeldHead): SimulationState {
  const { invoices, meters, expectations } = answer;
  const nameOf = namesOf(scenario);
  const reports = new Map(
    answer.drift.flatMap(({ periods, ...drift }) =>
      periods.map(({ period, ...figures }) => [keyOf({ ...drift, period }), figures] as const),
    ),
  );
  const counted = (held: boolean | null): number => expectations.filter((one) => one.held === held).length;
  return {
    at: answer.at,
    isOver: run.now >= (scenario.advanceTo.at(-1) ?? scenario.start),
    invoices: invoices
      .toReversed()
      .slice(0, MOST_ROWS)
      .map((invoice) => invoiceRow(invoice, nameOf)),
    invoiceCount: invoices.length,
    meters: meters.slice(0, MOST_ROWS).map((meter) => meterRow(meter, reports.get(keyOf(meter)), nameOf)),
    meterCount: meters.length,
    drift: {
      epsilon: answer.epsilon,
      cells: answer.drift.length,
      failing: answer.drift.filter(({ pass }) => !pass).length,
    },
    expectations: expectations
      .toSorted((a, b) => rankOf(a.held) - rankOf(b.held))
      .slice(0, MOST_ROWS)
      .map(expectationRow),
    expectationCounts: { held: counted(true), failed: counted(false), undecided: counted(null) },
    exit: answer.exit,
  };
}

type NameOf = (customer: string) => { id: string; name: string | null };

function namesOf({ customers }: Scenario): NameOf {
  const names = new Map(customers.map(({ id, name }) => [id, name]));
  return (id) => ({ id, name: names.get(id) ?? null });
}

const keyOf = ({ customer, meter, period }: Pick<MeterDocument, 'customer' | 'meter' | 'period'>): string =>
  [customer, meter, period.from, period.to].join(' ');

const rankOf = (held: boolean | null): number => (held === false ? 0 : held === null ? 1 : 2);

function expectationRow({ path, held, expected, found }: ExpectationAnswer): SimulatedExpectation {
  if (path !== 'expect.drift') return { path, held, expected: plain(expected), found: plain(found) };
  const { epsilon } = { epsilon: '', ...(expected as object) };
  const drift = { customer: '', meter: '', drift_pct: '', ...(found as object | null) };
  return {
    path,
    held,
    expected: `at most ${epsilon}`,
    found: found === null ? '–' : `${drift.drift_pct} on ${drift.meter} of ${drift.customer}`,
  };
}

/** A value as people write it: text without quotation marks, an object by its fields. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return '–';
  if (typeof value !== 'object' || Array.isArray(value)) return printExactJson(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${plain(inner)}`)
    .join(', ');
}

function invoiceRow(invoice: SimulationInvoice, nameOf: NameOf): SimulatedInvoiceRow {
  const { currency } = invoice;
  return {
    id: invoice.id,
    customer: nameOf(invoice.customer),
    subscription: invoice.subscription ?? '',
    reason: invoice.reason,
    status: statusOf(invoice.status),
    period: invoice.period,
    created: invoice.created,
    finalizes: invoice.finalizes,
    currency,
    total: formatMinorAsMajor(invoice.total, currency),
    amountDue: formatMinorAsMajor(invoice.amountDue, currency),
    isComplete: invoice.complete !== false,
  };
}

const STATUSES = ['draft', 'open', 'paid', 'uncollectible', 'void'] as const;
const statusOf = (status: string): SimulatedInvoiceRow['status'] =>
  STATUSES.find((known) => known === status) ?? 'draft';

function meterRow(
  { customer, meter, event, period, measured, metered, billed }: MeterDocument,
  drift: Pick<DriftDocument, 'drift_pct' | 'pass'> | undefined,
  nameOf: NameOf,
): SimulatedMeterRow {
  const most = Math.max(...[measured, metered, billed ?? '0'].map((text) => Math.abs(Number(text))));
  const share = (text: string): number => (most === 0 ? 0 : Math.max(0, Number(text)) / most);
  return {
    customer: nameOf(customer),
    meter,
    event,
    period,
    measured,
    metered,
    billed,
    drift: billed === null ? null : formatDecimal(normalize(subtract(parseDecimal(measured), parseDecimal(billed)))),
    driftShare: drift?.drift_pct ?? null,
    passes: drift?.pass ?? null,
    shares: { measured: share(measured), metered: share(metered), billed: billed === null ? null : share(billed) },
  };
}

/** One invoice as it stands there. @throws TieoutError `invoice.not_found` */
export function invoiceAt({ scenario }: HeldScenario, { run, answer }: HeldHead, id: string): SimulatedInvoiceView {
  const document = answer.invoices.find((invoice) => invoice.id === id);
  const simulated = run.invoices.find((invoice) => invoice.id === id);
  if (document === undefined || simulated === undefined) {
    throw new TieoutError('invoice.not_found', {
      message: `There is no invoice ${id} at ${answer.at}.`,
      remedy: 'Move the clock on until it is made.',
    });
  }
  const { invoice } = simulated;
  const nameOf = namesOf(scenario);
  const customer = { ...nameOf(invoice.customerId), email: null };
  return {
    ...invoiceRow(document, nameOf),
    detail: {
      key: {
        month: document.period.from.slice(0, 7),
        customer: customer.id,
        subscription: invoice.subscriptionId,
        from: document.period.from,
      },
      seller: scenario.name,
      customer,
      period: document.period,
      currency: invoice.currency,
      state: invoice.isComplete ? 'no_invoice' : 'incomplete',
      asOf: { clickhouse: null, stripe: null },
      stripe: null,
      ...builtInvoiceSheet(invoice, catalogOf(scenario)),
      notes: [...invoice.notes],
      proof: null,
    },
  };
}

const catalogOf = ({ catalog }: Scenario): InvoiceCatalog => ({
  prices: new Map(catalog.prices.map((price) => [price.id, price])),
  products: new Map(catalog.products.map((product) => [product.id, product])),
  taxRates: new Map(catalog.taxRates.map((rate) => [rate.id, rate])),
});
