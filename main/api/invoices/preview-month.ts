import type { Customer } from '../../../shared/billing/customer.ts';
import type { Subscription } from '../../../shared/billing/subscription.ts';
import { TieoutError } from '../../../shared/errors.ts';
import type { BillingInterval } from '../../../shared/rating/invoice/billing-periods.ts';
import type { InvoiceCatalog } from '../../../shared/rating/invoice/input.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { nearestWord } from '../../../shared/values/nearest-word.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { type MonthKey, monthPeriod, type Period, requireBegun } from '../../../shared/values/period.ts';
import { readHeldGrants, readMeters, readPrices, readProducts, readTaxRates } from '../../cache/catalog-store.ts';
import { findCustomer } from '../../cache/customer-store.ts';
import { readInvoices, readInvoicesOf } from '../../cache/invoice-store.ts';
import type { Db } from '../../cache/open.ts';
import { listSubscriptions, readSubscriptions } from '../../cache/subscription-store.ts';
import { type Identity, readIdentity, usageKeysOf } from '../reconcile/identity.ts';
import type { ReconcileSettings } from '../reconcile/settings.ts';
import { intervalOf, type UsagePeriod, usagePeriods } from './periods.ts';
import { type Preview, previewInvoice } from './preview.ts';
import { periodsAsInvoiced } from './stripe-invoice.ts';
import { openUsageBook, type Quantities, type UsageBook } from './usage-book.ts';

export type PreviewRequest = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  readonly distinctMeters: ReadonlySet<string>;
  readonly month: MonthKey;
  readonly now: Instant;
  readonly quantities: Quantities;
  /** Stripe ids or usage ids; absent: everybody. */
  readonly customers?: readonly string[];
};

/**
 * Every invoice whose usage period begins in the month, in the order of customers, then subscriptions, then periods. One
 * customer at a time is read and built, so memory is that of the pulls' totals, whatever is made of the previews.
 * @throws TieoutError `period.in_future`; `invoice.customer_not_found` with the nearest id or name
 */
export function* previewMonth(request: PreviewRequest): Generator<Preview> {
  const { db, settings, month } = request;
  requireBegun(month, request.now);
  const identity = readIdentity(db, { testClocks: settings.testClocks });
  const selected = request.customers?.map((given) => findKey(identity, given)) ?? null;
  const reading = selected === null ? ('all' as const) : ('few' as const);
  const book = openUsageBook({ ...request, identity, stripeMeters: readMeters(db), reading });
  const catalog = catalogOf(db);
  const context: MonthContext = { request, catalog, book, within: monthPeriod(month) };
  if (selected !== null) {
    const ids = [...new Set(selected)].map((key) => identity.customerIds[key] ?? '').sort(compareBytes);
    for (const id of ids) yield* previewCustomers(context, readSubscriptions(db, id));
    return;
  }
  const keys = new Map(identity.customerIds.map((id, key) => [id, key]));
  const takesPart = (id: string): boolean => {
    const key = keys.get(id);
    return key !== undefined && identity.isLeftOut[key] === 0;
  };
  for (const chunk of listSubscriptions(db)) {
    yield* previewCustomers(
      context,
      chunk.filter(({ customerId }) => takesPart(customerId)),
    );
  }
}

/** Everything that invoices are rated by, by id. */
export const catalogOf = (db: Db): InvoiceCatalog => ({
  prices: readPrices(db),
  products: new Map(readProducts(db).map((product) => [product.id, product])),
  taxRates: new Map(readTaxRates(db).map((rate) => [rate.id, rate])),
});

type MonthContext = {
  readonly request: PreviewRequest;
  readonly catalog: InvoiceCatalog;
  readonly book: UsageBook;
  readonly within: Period;
};

/** The invoices of some customers, whose subscriptions stand together. */
function* previewCustomers(context: MonthContext, subscriptions: readonly Subscription[]): Generator<Preview> {
  const { request, catalog, book, within } = context;
  const { db, settings } = request;
  const due = subscriptions.flatMap((subscription) => dueOf(subscription, catalog, within));
  if (due.length === 0) return;
  const byCustomer = new Map<string, Due[]>();
  for (const one of due) {
    const { customerId } = one.subscription;
    const known = byCustomer.get(customerId);
    if (known === undefined) byCustomer.set(customerId, [one]);
    else known.push(one);
  }
  const held = readInvoicesOf(db, [...byCustomer.keys()], spanOf(due));
  for (const [customerId, theirs] of byCustomer) {
    const customer = findCustomer(db, customerId);
    if (customer === null) continue;
    const grants = readHeldGrants(db, customerId);
    const needsHistory = grants.length > 0 || hasOnce(customer, theirs);
    const invoices = needsHistory ? [...readInvoices(db, { customerId })].flat() : (held.get(customerId) ?? []);
    const { key: customerKey } = customer;
    const parts = { customer, customerKey, catalog, grants, invoices, book, options: settings.rating };
    for (const subscription of new Set(theirs.map((one) => one.subscription))) {
      const usages = theirs.filter((one) => one.subscription === subscription).map(({ usage }) => usage);
      for (const usage of periodsAsInvoiced(usages, invoices, { subscriptionId: subscription.id, within })) {
        const preview = previewInvoice(parts, subscription, usage);
        if (isShown(preview, usage)) yield preview;
      }
    }
  }
}

/** Whether a coupon that applies once is about: earlier invoices tell whether it did. */
function hasOnce(customer: Customer, due: readonly Due[]): boolean {
  const discounts = due.flatMap(({ subscription: { discounts, items } }) => [
    ...discounts,
    ...items.flatMap((item) => item.discounts),
  ]);
  return [customer.discount, ...discounts].some((discount) => discount?.coupon?.duration === 'once');
}

type Due = { readonly subscription: Subscription; readonly usage: UsagePeriod };

function dueOf(subscription: Subscription, catalog: InvoiceCatalog, within: Period): readonly Due[] {
  const interval = intervalOf(subscription, catalog.prices) ?? unknownInterval(subscription, catalog);
  if (interval === null) return [];
  return usagePeriods(subscription, interval, within).map((usage) => ({ subscription, usage }));
}

/** A price that was not pulled may bill monthly: its invoice is incomplete, and shown as such rather than not at all. */
const unknownInterval = ({ items }: Subscription, { prices }: InvoiceCatalog): BillingInterval | null =>
  items.some(({ priceId }) => !prices.has(priceId)) ? { unit: 'month', count: 1 } : null;

/** An invoice at creation, and one of a subscription that bills nothing, is one only where it has lines. */
function isShown({ invoice, stripe, notes }: Preview, { kind }: UsagePeriod): boolean {
  if (invoice.lines.length > 0 || stripe !== null) return true;
  return kind !== 'creation' && notes.some(({ code }) => code !== 'invoice.subscription_inactive');
}

/** From the first usage to the lines in advance that the last invoice has. */
function spanOf(due: readonly Due[]): Period {
  const from = due.map(({ usage }) => usage.period.from).reduce((a, b) => (a < b ? a : b));
  const to = due.map(({ usage }) => usage.period.to).reduce((a, b) => (a > b ? a : b));
  return { from, to: (to + 1) as Instant };
}

/** A customer by its id or one of its usage ids. */
function findKey(identity: Identity, given: string): number {
  const key = identity.customerIds.indexOf(given);
  if (key > 0) return key;
  const usageKey = identity.usageIds.indexOf(given);
  const owner = usageKey > 0 ? (identity.customerOf[usageKey] ?? 0) : 0;
  if (owner > 0 && usageKeysOf(identity, owner).includes(usageKey)) return owner;
  throw new TieoutError('invoice.customer_not_found', {
    message: `The cache has no customer ${given}.`,
    path: '--customer',
    remedy: nearCustomers(identity, given),
  });
}

const NAMED = 3;

function nearCustomers(identity: Identity, given: string): string {
  const text = given.toLowerCase();
  const byName = identity.customerIds.flatMap((id, key) => {
    const name = identity.names[key] ?? null;
    return id !== undefined && name?.toLowerCase().includes(text) === true ? [`${id} (${name})`] : [];
  });
  const ids = [...identity.customerIds, ...identity.usageIds].filter((id) => id !== undefined);
  const near = nearestWord(given, ids);
  const found = near === null ? byName : [near, ...byName];
  if (found.length === 0) return 'Give a Stripe id (cus_…) or a usage id of a customer that was pulled.';
  return `Did you mean ${found.slice(0, NAMED).join(' or ')}?`;
}
