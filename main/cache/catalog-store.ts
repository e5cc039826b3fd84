import type { CreditGrant } from '../../shared/billing/credit-grant.ts';
import type { Customer } from '../../shared/billing/customer.ts';
import type { TaxRate } from '../../shared/billing/discount.ts';
import type { Invoice, InvoiceLine, InvoiceStatus } from '../../shared/billing/invoice.ts';
import type { Meter, MeterFormula } from '../../shared/billing/meter.ts';
import type { Price, Product } from '../../shared/billing/price.ts';
import type { Subscription } from '../../shared/billing/subscription.ts';
import { assert } from '../../shared/errors.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import { compareBytes } from '../../shared/values/order.ts';
import type { MonthKey, Period } from '../../shared/values/period.ts';
import { markVanished, upsertCustomer } from './customer-store.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

/** Everything but the numbers, as Stripe holds it at one pull. */
export type Catalog = {
  readonly meters: readonly Meter[];
  /** Deleted ones too, where they are known; those that are missing here stay in the cache as they are. */
  readonly customers: readonly Customer[];
  /** Ids that Stripe no longer knows at all. */
  readonly vanishedCustomerIds: readonly string[];
  readonly products: readonly Product[];
  readonly prices: readonly Price[];
  readonly subscriptions: readonly Subscription[];
  readonly creditGrants: readonly CreditGrant[];
  readonly taxRates: readonly TaxRate[];
  /** Of the month that is pulled; those of other months stay. */
  readonly invoices: readonly Invoice[];
};

const ROWS_PER_STEP = 1_000;

/**
 * Replaces the catalog step by step, so that a caller may breathe between steps. The caller holds the transaction: only
 * its commit makes the new catalog visible, as a whole.
 */
export function* replaceCatalog(db: Db, catalog: Catalog, month: MonthKey): Generator<void> {
  const customers = [...catalog.customers].sort((a, b) => compareBytes(a.id, b.id));
  yield* inSteps(customers, (customer) => upsertCustomer(db, customer));
  for (const id of catalog.vanishedCustomerIds) markVanished(db, id);
  for (const name of CLEARED) runQuery(db, name);
  yield;
  for (const meter of catalog.meters) insertMeter(db, meter);
  yield* inSteps(catalog.products, ({ id, name, isActive }) =>
    runQuery(db, 'product-insert', [id, name, isActive ? 1 : 0]),
  );
  yield* inSteps(catalog.prices, (price) =>
    runQuery(db, 'price-insert', [price.id, price.meterId, JSON.stringify(price)]),
  );
  const meterOf = new Map(catalog.prices.map(({ id, meterId }) => [id, meterId]));
  yield* inSteps(catalog.subscriptions, (subscription) => insertSubscription(db, subscription, meterOf));
  yield* inSteps(catalog.creditGrants, (grant) =>
    runQuery(db, 'credit-grant-insert', [grant.id, grant.customerId, JSON.stringify(grant)]),
  );
  yield* inSteps(catalog.taxRates, (rate) => runQuery(db, 'tax-rate-insert', [rate.id, JSON.stringify(rate)]));
  runQuery(db, 'invoice-month-clear', [month]);
  yield* inSteps(catalog.invoices, (invoice) => replaceInvoice(db, invoice, month));
  runQuery(db, 'invoice-forget');
}

const CLEARED = [
  'meter-clear',
  'product-clear',
  'price-clear',
  'metered-item-clear',
  'subscription-item-clear',
  'subscription-clear',
  'credit-grant-clear',
  'tax-rate-clear',
];

function* inSteps<T>(items: readonly T[], write: (item: T) => void): Generator<void> {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % ROWS_PER_STEP === 0) yield;
    write(item);
  }
  yield;
}

const insertMeter = (db: Db, meter: Meter): void => {
  runQuery(db, 'meter-insert', {
    id: meter.id,
    displayName: meter.displayName,
    eventName: meter.eventName,
    formula: meter.formula,
    status: meter.status,
    eventTimeWindow: meter.eventTimeWindow,
    customerPayloadKey: meter.customerPayloadKey,
    valuePayloadKey: meter.valuePayloadKey,
    created: meter.created,
  });
};

function insertSubscription(db: Db, subscription: Subscription, meterOf: ReadonlyMap<string, string | null>): void {
  const { id, customerId, status, startedAt, endedAt, created, items } = subscription;
  runQuery(db, 'subscription-insert', [
    id,
    customerId,
    status,
    startedAt,
    endedAt,
    created,
    JSON.stringify(subscription),
  ]);
  for (const item of items) {
    runQuery(db, 'subscription-item-insert', [
      item.id,
      id,
      item.priceId,
      item.quantity,
      item.currentPeriod?.from ?? null,
      item.currentPeriod?.to ?? null,
      item.created,
    ]);
    const meterId = meterOf.get(item.priceId) ?? null;
    if (meterId === null || status === 'incomplete_expired') continue;
    runQuery(db, 'metered-item-insert', {
      meterId,
      customerId,
      itemId: item.id,
      priceId: item.priceId,
      currency: subscription.currency,
      periodTo: item.currentPeriod?.to ?? null,
      aliveFrom: item.created <= created ? startedAt : Math.max(startedAt, item.created),
      aliveTo: endedAt,
    });
  }
}

function replaceInvoice(db: Db, invoice: Invoice, month: MonthKey): void {
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
    total: invoice.totalMinor,
    due: invoice.amountDueMinor,
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
    discount: line.discountMinor,
  });
}

type MeterRow = {
  readonly id: string;
  readonly display_name: string;
  readonly event_name: string;
  readonly formula: MeterFormula;
  readonly status: Meter['status'];
  readonly event_time_window: Meter['eventTimeWindow'];
  readonly customer_payload_key: string;
  readonly value_payload_key: string;
  readonly created: number;
};

/** Every meter that Stripe had at the last pull. */
export const readMeters = (db: Db): readonly Meter[] =>
  allRows<MeterRow>(db, 'meter-all').map((row) => ({
    id: row.id,
    displayName: row.display_name,
    eventName: row.event_name,
    formula: row.formula,
    status: row.status,
    eventTimeWindow: row.event_time_window,
    customerPayloadKey: row.customer_payload_key,
    valuePayloadKey: row.value_payload_key,
    created: instant(row.created),
  }));

export const readProducts = (db: Db): readonly Product[] =>
  allRows<{ id: string; name: string; is_active: number }>(db, 'product-all').map((row) => ({
    id: row.id,
    name: row.name,
    isActive: row.is_active === 1,
    isDeleted: false,
  }));

/** Prices by id. */
export const readPrices = (db: Db): ReadonlyMap<string, Price> =>
  new Map(bodies<Price>(db, 'price-all').map((price) => [price.id, price]));

export const readCreditGrants = (db: Db): readonly CreditGrant[] => bodies<CreditGrant>(db, 'credit-grant-all');
export const readTaxRates = (db: Db): readonly TaxRate[] => bodies<TaxRate>(db, 'tax-rate-all');
export const readSubscriptions = (db: Db, customerId: string): readonly Subscription[] =>
  bodies<Subscription>(db, 'subscription-of-customer', [customerId]);

/** A body is what `replaceCatalog` wrote from the same type. */
const bodies = <T>(db: Db, query: string, parameters: readonly string[] = []): readonly T[] =>
  allRows<readonly [string]>(db, query, parameters, 'raw').map(([body]) => JSON.parse(body) as T);

/** A subscription item on a meter whose subscription was alive in the period that was asked for. */
export type AliveItem = {
  readonly customerKey: number;
  readonly meterId: string;
  readonly priceId: string;
  readonly itemId: string;
  readonly subscriptionId: string;
  readonly currency: string;
  readonly currentPeriod: Period | null;
  readonly billingCycleAnchor: Instant;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly trial: { readonly from: Instant | null; readonly to: Instant | null };
};

type AliveRow = {
  readonly customer_key: number;
  readonly meter_id: string;
  readonly price_id: string;
  readonly item_id: string;
  readonly subscription_id: string;
  readonly period_from: number | null;
  readonly period_to: number | null;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly currency: string;
  readonly anchor: number;
  readonly trial_from: number | null;
  readonly trial_to: number | null;
};

/** Items alive in `period` with a price on the meter, ascending by customer key. */
export const readAliveItems = (db: Db, period: Period, meterId: string): readonly AliveItem[] =>
  allRows<AliveRow>(db, 'items-alive', { meterId, from: period.from, to: period.to }).map((row) => ({
    customerKey: row.customer_key,
    meterId: row.meter_id,
    priceId: row.price_id,
    itemId: row.item_id,
    subscriptionId: row.subscription_id,
    currency: row.currency,
    currentPeriod: periodOf(row.period_from, row.period_to),
    billingCycleAnchor: instant(row.anchor),
    startedAt: instant(row.started_at),
    endedAt: at(row.ended_at),
    trial: { from: at(row.trial_from), to: at(row.trial_to) },
  }));

/** What a tie-out needs of an item that was alive in a period; `periodTo` ends the current period, null where there is none. */
export type ItemTerms = { readonly priceId: string; readonly currency: string; readonly periodTo: number | null };

/** Items in the order of customers. Equal terms are mostly one object, so comparing by identity saves work. */
export type MeteredItems = { readonly customerKeys: Int32Array; readonly terms: readonly ItemTerms[] };

const CUSTOMERS_PER_CHUNK = 20_000;

/** The metered items of one meter, some thousand customers at a time; a customer's stay together. */
export function* readMeteredItems(db: Db, period: Period, meterId: string): Generator<MeteredItems> {
  const range = firstRow<readonly [number | null, number | null]>(db, 'metered-item-range', { meterId }, 'raw');
  const [lowest, highest] = range ?? [null, null];
  if (lowest === null || highest === null) return;
  const known = new Map<string, ItemTerms>();
  for (let after = lowest - 1; after < highest; after += CUSTOMERS_PER_CHUNK) {
    const bounds = [meterId, after, after + CUSTOMERS_PER_CHUNK, period.to, period.from];
    const columns = firstRow<readonly [string, string]>(db, 'metered-item-columns', bounds, 'raw');
    assert(columns !== undefined, 'an aggregate has a row');
    const customerKeys = new Int32Array(JSON.parse(columns[0]) as readonly number[]);
    const texts = JSON.parse(columns[1]) as readonly string[];
    yield { customerKeys, terms: texts.map((text) => termsOf(text, known)) };
  }
}

function termsOf(text: string, known: Map<string, ItemTerms>): ItemTerms {
  const found = known.get(text);
  if (found !== undefined) return found;
  const [priceId = '', currency = '', periodTo = ''] = text.split(' ');
  const terms = { priceId, currency, periodTo: periodTo === '' ? null : Number(periodTo) };
  if (known.size < MAX_KNOWN_TERMS) known.set(text, terms);
  return terms;
}

/** Anchors of their own for every subscription would otherwise be kept for all of them. */
const MAX_KNOWN_TERMS = 10_000;

/** Keys of the customers with such an item. */
export const readAliveCustomers = (db: Db, period: Period, meterId: string): readonly number[] =>
  allRows<readonly [number]>(db, 'items-alive-customers', { meterId, from: period.from, to: period.to }, 'raw').map(
    ([key]) => key,
  );

/** A line of an invoice whose price counts on a meter. */
export type MeterLine = InvoiceLine & {
  readonly customerKey: number;
  readonly status: InvoiceStatus;
  readonly invoiceNumber: string | null;
  readonly meterId: string;
};

type LineRow = {
  readonly customer_key: bigint;
  readonly status: InvoiceStatus;
  readonly number: string | null;
  readonly meter_id: string;
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
  readonly discount_minor: bigint;
};

/** Lines of the meter whose service period touches `period`, drafts and void ones too, ascending by customer key. */
export const readMeterLines = (db: Db, period: Period, meterId: string): readonly MeterLine[] =>
  allRows<LineRow>(db, 'meter-lines', { meterId, from: period.from, to: period.to }, 'exact').map((row) => ({
    customerKey: Number(row.customer_key),
    status: row.status,
    invoiceNumber: row.number,
    meterId: row.meter_id,
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
    servicePeriod: { from: instant(Number(row.service_from)), to: instant(Number(row.service_to)) },
    isProration: row.is_proration === 1n,
    origin: 'unknown',
    discountMinor: row.discount_minor,
    discounts: [],
    creditMinor: 0n,
    taxes: [],
  }));

const at = (epochMs: number | null): Instant | null => (epochMs === null ? null : instant(epochMs));

const periodOf = (from: number | null, to: number | null): Period | null =>
  from === null || to === null ? null : { from: instant(from), to: instant(to) };
