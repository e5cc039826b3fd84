import type { CreditGrant } from '../../shared/billing/credit-grant.ts';
import type { Customer } from '../../shared/billing/customer.ts';
import type { Price, Product } from '../../shared/billing/price.ts';
import { type Catalog, readHeldGrants, replaceCatalog } from '../cache/catalog-store.ts';
import { rememberCatalog } from '../cache/catalog-undo.ts';
import { findCustomer, readLiveCustomerIds } from '../cache/customer-store.ts';
import { mappingSteps } from '../cache/mapping-store.ts';
import type { Db } from '../cache/open.ts';
import { beginPull, completeCatalogPull } from '../cache/pull-store.ts';
import type { RequestCounts } from '../sources/billing-source.ts';
import { itemsUntilAborted, runSteps, runWide, untilAborted } from './abort.ts';
import type { PullWork } from './pull-work.ts';

/** Single retrievals in flight; the source keeps its own budget besides. */
const WIDTH = 16;

/**
 * Reads the catalog and puts it in the place of the old one, as a whole; then derives the mapping anew. Customers that
 * no list shows any more (deleted ones) are asked for one by one and keep what was known of them.
 */
export async function pullCatalog(work: PullWork): Promise<Catalog> {
  const before = work.request.billing.counts();
  const catalog = await readCatalog(work);
  await storeCatalog(work, catalog, before);
  return catalog;
}

async function readCatalog(work: PullWork): Promise<Catalog> {
  const { billing } = work.request;
  const { signal } = work;
  let done = 0;
  const collect = async <T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> => {
    const all: T[] = [];
    for await (const page of itemsUntilAborted(signal, pages)) {
      for (const item of page) all.push(item);
      done += page.length;
      work.progress.report({ step: 'catalog', done, total: null, unit: 'objects' });
    }
    return all;
  };
  const [meters, customers, products, prices, subscriptions, creditGrants, taxRates] = await Promise.all([
    collect(billing.meters(signal)),
    collect(billing.customers(signal)),
    collect(billing.products(signal)),
    collect(billing.prices(signal)),
    collect(billing.subscriptions(signal)),
    collect(billing.creditGrants(signal)),
    collect(billing.taxRates(signal)),
  ]);
  const invoices = await collect(billing.invoices(work.period, signal));
  const unlisted = await readUnlistedCustomers(
    work,
    customers,
    [...subscriptions, ...invoices].map((holder) => holder.customerId),
  );
  const inlinePrices = await readUnlistedPrices(work, prices, [
    ...subscriptions.flatMap((subscription) => subscription.items.map((item) => item.priceId)),
    ...invoices.flatMap((invoice) => invoice.lines.flatMap((line) => line.priceId ?? [])),
  ]);
  const unlistedProducts = await readUnlistedProducts(work, products, [...prices, ...inlinePrices]);
  const creditsLeft = await readCreditsLeft(work, creditGrants);
  work.progress.flush();
  return {
    meters,
    customers: [...customers, ...unlisted.found],
    vanishedCustomerIds: unlisted.vanished,
    products: [...products, ...unlistedProducts],
    prices: [...prices, ...inlinePrices],
    subscriptions,
    creditGrants,
    creditsLeft,
    taxRates,
    invoices,
  };
}

async function readUnlistedCustomers(
  work: PullWork,
  listed: readonly Customer[],
  referred: readonly string[],
): Promise<{ readonly found: readonly Customer[]; readonly vanished: readonly string[] }> {
  const { db, billing, testClocks } = work.request;
  const seen = new Set(listed.map((customer) => customer.id));
  const missing = new Set<string>();
  for (const { id, testClock } of readLiveCustomerIds(db)) {
    if (!seen.has(id) && (testClocks || testClock === null)) missing.add(id);
  }
  for (const id of referred) {
    if (!seen.has(id) && !missing.has(id) && findCustomer(db, id)?.isDeleted !== true) missing.add(id);
  }
  const found: Customer[] = [];
  const vanished: string[] = [];
  await runWide(missing, { width: WIDTH, signal: work.signal }, async (id) => {
    const customer = await untilAborted(work.signal, billing.customer(id, work.signal));
    if (customer === null) vanished.push(id);
    else found.push(customer);
  });
  return { found, vanished };
}

async function readUnlistedPrices(
  work: PullWork,
  listed: readonly Price[],
  referred: readonly string[],
): Promise<readonly Price[]> {
  const { billing } = work.request;
  const seen = new Set(listed.map((price) => price.id));
  const missing = new Set(referred.filter((id) => !seen.has(id)));
  const found: Price[] = [];
  await runWide(missing, { width: WIDTH, signal: work.signal }, async (id) => {
    const price = await untilAborted(work.signal, billing.price(id, work.signal));
    if (price !== null) found.push(price);
  });
  return found;
}

/** Products of prices that no list shows: deleted ones, whose prices can be billed no more. */
async function readUnlistedProducts(
  work: PullWork,
  listed: readonly Product[],
  prices: readonly Price[],
): Promise<readonly Product[]> {
  const { billing } = work.request;
  const seen = new Set(listed.map((product) => product.id));
  const missing = new Set(
    prices.flatMap(({ productId }) => (productId === null || seen.has(productId) ? [] : productId)),
  );
  const found: Product[] = [];
  await runWide(missing, { width: WIDTH, signal: work.signal }, async (id) => {
    const product = await untilAborted(work.signal, billing.product(id, work.signal));
    if (product !== null) found.push(product);
  });
  return found;
}

/**
 * What is left of each grant, one request a customer. Where all grants had expired or were voided before the month, what
 * an earlier pull read of them can change no more.
 */
async function readCreditsLeft(work: PullWork, grants: readonly CreditGrant[]): Promise<ReadonlyMap<string, bigint>> {
  const { db, billing } = work.request;
  const left = new Map<string, bigint>();
  const isOver = ({ voidedAt, expiresAt }: CreditGrant): boolean =>
    voidedAt !== null || (expiresAt !== null && expiresAt <= work.period.from);
  const byCustomer = Map.groupBy(grants, (grant) => grant.customerId);
  await runWide(byCustomer, { width: WIDTH, signal: work.signal }, async ([customerId, own]) => {
    const known = own.every(isOver) ? knownLeft(db, customerId) : new Map<string, bigint>();
    if (own.every(({ id }) => known.has(id))) {
      for (const [id, minor] of known) left.set(id, minor);
      return;
    }
    const applied = await untilAborted(work.signal, billing.creditsApplied(customerId, work.signal));
    if (applied === null) return;
    for (const { id, amount } of own) left.set(id, BigInt(amount) - (applied.get(id) ?? 0n));
  });
  return left;
}

const knownLeft = (db: Db, customerId: string): ReadonlyMap<string, bigint> =>
  new Map(
    readHeldGrants(db, customerId).flatMap(({ grant, leftMinor, isLeftKnown }) =>
      isLeftKnown ? [[grant.id, leftMinor]] : [],
    ),
  );

async function storeCatalog(work: PullWork, catalog: Catalog, before: RequestCounts): Promise<void> {
  const { db, month, customers, testClocks, toolVersion, billing, now } = work.request;
  db.exec('BEGIN IMMEDIATE');
  try {
    rememberCatalog(db);
    const pull = beginPull(db, {
      source: 'catalog',
      month,
      meterKey: null,
      startedAt: work.startedAt,
      toolVersion,
      fingerprint: '',
      mappingFingerprint: customers.fingerprint,
      selection: null,
      query: null,
      combine: null,
      exponent: 0,
      stripeMeterId: null,
    });
    await runSteps(work.signal, replaceCatalog(db, catalog, month));
    await runSteps(work.signal, mappingSteps(db, customers.match, customers.links, { testClocks }));
    const after = billing.counts();
    completeCatalogPull(db, pull, {
      finishedAt: now(),
      rows: catalog.customers.length + catalog.subscriptions.length + catalog.invoices.length,
      bytes: 0,
      requests: after.requests - before.requests,
      retries: after.retries - before.retries,
      skippedIdle: 0,
    });
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
