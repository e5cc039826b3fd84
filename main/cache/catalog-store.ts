import type { CreditGrant } from '../../shared/billing/credit-grant.ts';
import type { Customer } from '../../shared/billing/customer.ts';
import type { TaxRate } from '../../shared/billing/discount.ts';
import type { Invoice } from '../../shared/billing/invoice.ts';
import type { Meter, MeterFormula } from '../../shared/billing/meter.ts';
import type { Price, Product } from '../../shared/billing/price.ts';
import type { Subscription } from '../../shared/billing/subscription.ts';
import { instant } from '../../shared/values/instant.ts';
import { compareBytes } from '../../shared/values/order.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import { markVanished, upsertCustomer } from './customer-store.ts';
import { replaceInvoice } from './invoice-store.ts';
import type { Db } from './open.ts';
import { allRows, runQuery } from './query.ts';
import { insertSubscription } from './subscription-store.ts';

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
  /** Minor units, by grant id; absent where it could not be read. */
  readonly creditsLeft: ReadonlyMap<string, bigint>;
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
  yield* inSteps(catalog.products, ({ id, name, isActive, isDeleted }) =>
    runQuery(db, 'product-insert', [id, name, isActive ? 1 : 0, isDeleted ? 1 : 0]),
  );
  yield* inSteps(catalog.prices, (price) =>
    runQuery(db, 'price-insert', [price.id, price.meterId, JSON.stringify(price)]),
  );
  const meterOf = new Map(catalog.prices.map(({ id, meterId }) => [id, meterId]));
  yield* inSteps(catalog.subscriptions, (subscription) => insertSubscription(db, subscription, meterOf));
  yield* inSteps(catalog.creditGrants, (grant) =>
    runQuery(db, 'credit-grant-insert', [
      grant.id,
      grant.customerId,
      catalog.creditsLeft.get(grant.id) ?? null,
      JSON.stringify(grant),
    ]),
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
  allRows<{ id: string; name: string; is_active: number; is_deleted: number }>(db, 'product-all').map((row) => ({
    id: row.id,
    name: row.name,
    isActive: row.is_active === 1,
    isDeleted: row.is_deleted === 1,
  }));

/** Prices by id. */
export const readPrices = (db: Db): ReadonlyMap<string, Price> =>
  new Map(bodies<Price>(db, 'price-all').map((price) => [price.id, { ...OLDER_PRICE, ...price }]));

/** What a body of an older version lacks. */
const OLDER_PRICE: Pick<Price, 'taxBehavior'> = { taxBehavior: 'unspecified' };

export const readTaxRates = (db: Db): readonly TaxRate[] => bodies<TaxRate>(db, 'tax-rate-all');

/** A body is what `replaceCatalog` wrote from the same type, maybe at an older version. */
const bodies = <T>(db: Db, query: string): readonly T[] =>
  allRows<readonly [string]>(db, query, [], 'raw').map(([body]) => JSON.parse(body) as T);

/** A credit grant and what invoices left of it at the pull. */
export type HeldGrant = {
  readonly grant: CreditGrant;
  readonly leftMinor: bigint;
  /** False: what was used of it could not be read, and `leftMinor` is the full amount. */
  readonly isLeftKnown: boolean;
};

/** Expired and voided ones too: nothing is left out for its dates. */
export const readHeldGrants = (db: Db, customerId: string): readonly HeldGrant[] =>
  allRows<readonly [string, bigint | null]>(db, 'credit-grant-of-customer', [customerId], 'exact-raw').map(
    ([body, left]) => {
      const grant = JSON.parse(body) as CreditGrant;
      return { grant, leftMinor: left ?? BigInt(grant.amount), isLeftKnown: left !== null };
    },
  );
