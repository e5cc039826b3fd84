import { expect, test } from 'vitest';
import {
  type Catalog,
  readHeldGrants,
  readPrices,
  readProducts,
  readTaxRates,
  replaceCatalog,
} from '../../../main/cache/catalog-store.ts';
import { runThrough } from '../../../main/cache/content-hash.ts';
import { findCustomer, readCustomerNames } from '../../../main/cache/customer-store.ts';
import { findUsageKey } from '../../../main/cache/identity-store.ts';
import { readMeterLines } from '../../../main/cache/invoice-store.ts';
import { readAliveCustomers, readAliveItems } from '../../../main/cache/item-store.ts';
import {
  customersOfUsage,
  readMapping,
  rebuildMapping,
  usageIdsOfCustomer,
} from '../../../main/cache/mapping-store.ts';
import type { Db } from '../../../main/cache/open.ts';
import { listSubscriptions, readSubscriptions } from '../../../main/cache/subscription-store.ts';
import type { CreditGrant } from '../../../shared/billing/credit-grant.ts';
import type { Customer } from '../../../shared/billing/customer.ts';
import type { Discount } from '../../../shared/billing/discount.ts';
import type { Invoice } from '../../../shared/billing/invoice.ts';
import type { Price } from '../../../shared/billing/price.ts';
import type { Subscription } from '../../../shared/billing/subscription.ts';
import { type Instant, parseInstant } from '../../../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../../../shared/values/period.ts';
import { scratchCache } from './scratch.ts';

const MAY = parseMonth('2026-05');
const JUNE = parseMonth('2026-06');
const at = (text: string): Instant => parseInstant(text);
const JANUARY = at('2026-01-01T00:00:00Z');

const empty: Catalog = {
  meters: [],
  customers: [],
  vanishedCustomerIds: [],
  products: [],
  prices: [],
  subscriptions: [],
  creditGrants: [],
  creditsLeft: new Map(),
  taxRates: [],
  invoices: [],
};

const replace = (db: Db, catalog: Partial<Catalog>, month = MAY): void => {
  db.transaction(() => runThrough(replaceCatalog(db, { ...empty, ...catalog }, month)))();
};

const customer = (id: string, rest: Partial<Customer> = {}): Customer => ({
  id,
  name: id.toUpperCase(),
  email: `${id}@example.com`,
  metadata: { ws: `ws_${id}` },
  currency: 'usd',
  balanceMinor: -(2n ** 60n),
  discount: null,
  taxExempt: 'none',
  isDeleted: false,
  testClock: null,
  created: JANUARY,
  ...rest,
});

const price = (id: string, meterId: string | null): Price => ({
  id,
  productId: 'prod_1',
  nickname: null,
  isActive: true,
  currency: 'usd',
  unitAmount: '0.000000000001',
  tiers: [{ upTo: null, unitAmount: '1.5', flatAmount: null }],
  billingScheme: 'tiered',
  tiersMode: 'volume',
  transformQuantity: null,
  usageType: 'metered',
  meterId,
  interval: { unit: 'month', count: 1 },
  currencyOptions: [],
  taxBehavior: 'unspecified',
  created: JANUARY,
});

const subscription = (id: string, customerId: string, rest: Partial<Subscription> = {}): Subscription => ({
  id,
  customerId,
  status: 'active',
  currency: 'usd',
  billingCycleAnchor: JANUARY,
  startedAt: JANUARY,
  endedAt: null,
  canceledAt: null,
  cancelAt: null,
  trial: { from: null, to: null },
  items: [
    {
      id: `si_${id}`,
      subscriptionId: id,
      priceId: 'price_1',
      quantity: null,
      currentPeriod: null,
      discounts: [],
      taxRateIds: [],
      created: JANUARY,
    },
  ],
  discounts: [],
  defaultTaxRateIds: [],
  isAutomaticTax: false,
  pausedCollection: null,
  created: JANUARY,
  ...rest,
});

const creditGrant = (id: string): CreditGrant => ({
  id,
  customerId: 'a',
  name: null,
  category: 'promotional',
  currency: 'usd',
  amount: '9007199254740993',
  priority: 50,
  effectiveAt: JANUARY,
  expiresAt: null,
  voidedAt: null,
  priceIds: ['price_1'],
  created: JANUARY,
});

const invoice = (id: string, amountMinor: bigint, rest: Partial<Invoice> = {}): Invoice => ({
  id,
  number: id,
  customerId: 'a',
  subscriptionId: null,
  status: 'paid',
  currency: 'usd',
  billingReason: 'subscription_cycle',
  period: monthPeriod(MAY),
  created: JANUARY,
  finalizedAt: null,
  subtotalMinor: amountMinor,
  totalMinor: amountMinor,
  discountMinor: 0n,
  creditMinor: 0n,
  taxMinor: 0n,
  startingBalanceMinor: 0n,
  endingBalanceMinor: null,
  amountDueMinor: amountMinor,
  isAutomaticTax: false,
  lines: [
    {
      id: `il_${id}`,
      invoiceId: id,
      amountMinor,
      currency: 'usd',
      description: null,
      quantity: '12.345',
      unitAmount: '1',
      priceId: 'price_1',
      subscriptionId: null,
      subscriptionItemId: null,
      servicePeriod: monthPeriod(MAY),
      isProration: false,
      origin: 'subscription_item',
      discountMinor: 0n,
      discounts: [],
      creditMinor: 0n,
      taxes: [],
    },
  ],
  ...rest,
});

test('customers keep their keys; a deleted or vanished one keeps what was known of it', () => {
  const db = scratchCache();
  replace(db, { customers: [customer('b'), customer('a')] });
  const before = findCustomer(db, 'a');
  expect(before).toEqual({ ...customer('a'), key: 1 });
  replace(db, {
    customers: [customer('c'), customer('b', { isDeleted: true, name: null, metadata: {} })],
    vanishedCustomerIds: ['a'],
  });
  expect(findCustomer(db, 'a')).toEqual({ ...customer('a'), key: 1, isDeleted: true });
  expect(findCustomer(db, 'b')).toMatchObject({ key: 2, isDeleted: true, name: 'B', metadata: { ws: 'ws_b' } });
  expect(readCustomerNames(db).ids).toEqual([undefined, 'a', 'b', 'c']);
});

test('the mapping follows the rule; an id that fits two customers keeps both', () => {
  const db = scratchCache();
  replace(db, {
    customers: [
      customer('a'),
      customer('b', { metadata: { ws: 'ws_a' }, email: null }),
      customer('c', { metadata: { ws: '' }, testClock: 'clock_1' }),
    ],
  });
  rebuildMapping(db, { by: 'metadata', key: 'ws' }, null, { testClocks: true });
  const shared = findUsageKey(db, 'ws_a') ?? 0;
  expect(customersOfUsage(db, shared).map(({ id }) => id)).toEqual(['a', 'b']);
  const mapping = readMapping(db);
  expect([...mapping.usageKeys]).toEqual([shared, shared]);
  expect([...mapping.customerKeys]).toEqual([1, 2]);
  rebuildMapping(db, { by: 'email' }, null, { testClocks: false });
  expect(usageIdsOfCustomer(db, 1).map(({ id }) => id)).toEqual(['a@example.com']);
  // The one on a test clock takes no part; its usage is known to be its own all the same.
  expect(readMapping(db).usageKeys.length).toBe(2);
  rebuildMapping(db, { by: 'id' }, null, { testClocks: true });
  expect(usageIdsOfCustomer(db, 3).map(({ id }) => id)).toEqual(['c']);
  const links = [
    { usageId: 'z', customerId: 'a' },
    { usageId: 'y', customerId: 'a' },
    { usageId: 'x', customerId: 'nobody' },
  ];
  rebuildMapping(db, { by: 'file' }, links, { testClocks: false });
  expect(usageIdsOfCustomer(db, 1).map(({ id }) => id)).toEqual(['y', 'z']);
  expect(findUsageKey(db, 'ws_a')).toBe(shared);
});

test('prices and subscriptions come back as they went in', () => {
  const db = scratchCache();
  const sub = subscription('sub_1', 'a', {
    discounts: [{ id: 'di_1', coupon: null, start: JANUARY, end: null }],
    trial: { from: JANUARY, to: at('2026-02-01T00:00:00Z') },
  });
  replace(db, { customers: [customer('a')], prices: [price('price_1', 'mtr_1')], subscriptions: [sub] });
  expect(readPrices(db).get('price_1')).toEqual(price('price_1', 'mtr_1'));
  expect(readSubscriptions(db, 'a')).toEqual([sub]);
  const products = [
    { id: 'prod_1', name: 'Calls', isActive: false, isDeleted: false },
    { id: 'prod_2', name: 'prod_2', isActive: false, isDeleted: true },
  ];
  const taxRates = [{ id: 'txr_1', displayName: 'VAT', percentage: '19.25', isInclusive: true, isActive: true }];
  const creditGrants = [
    creditGrant('credgr_1'),
    creditGrant('credgr_2'),
    { ...creditGrant('credgr_3'), customerId: 'b' },
  ];
  const creditsLeft = new Map([['credgr_1', 2n ** 60n]]);
  replace(db, { products, taxRates, creditGrants, creditsLeft });
  expect(readProducts(db)).toEqual(products);
  expect(readTaxRates(db)).toEqual(taxRates);
  expect(readHeldGrants(db, 'a')).toEqual([
    { grant: creditGrants[0], leftMinor: 2n ** 60n, isLeftKnown: true },
    { grant: creditGrants[1], leftMinor: 9007199254740993n, isLeftKnown: false },
  ]);
  replace(db, {});
  expect(readPrices(db).size).toBe(0);
  expect(readSubscriptions(db, 'a')).toEqual([]);
});

test('what hangs on customers and items comes back too, and all subscriptions customer by customer', () => {
  const db = scratchCache();
  const discount: Discount = {
    id: 'di_1',
    coupon: {
      id: 'ten',
      name: null,
      percentOff: '12.5',
      amountOff: null,
      currency: null,
      duration: 'repeating',
      durationInMonths: 3,
      productIds: ['prod_1'],
    },
    start: JANUARY,
    end: null,
  };
  const terms: Partial<Subscription> = {
    discounts: [discount],
    defaultTaxRateIds: ['txr_1'],
    isAutomaticTax: true,
    pausedCollection: { behavior: 'void', resumesAt: JANUARY },
  };
  const ids = Array.from({ length: 1_200 }, (_, index) => `cus_${String(index).padStart(5, '0')}`);
  const subscriptions = ids.flatMap((id) => [
    subscription(`sub_b_${id}`, id, terms),
    subscription(`sub_a_${id}`, id, { created: at('2026-02-01T00:00:00Z') }),
  ]);
  const taxed = customer('cus_00000', { discount, taxExempt: 'reverse' });
  replace(db, { customers: [taxed, ...ids.slice(1).map((id) => customer(id))], subscriptions });
  expect(findCustomer(db, 'cus_00000')).toEqual({ key: expect.any(Number), ...taxed });
  expect(findCustomer(db, 'cus_00001')).toMatchObject({ discount: null, taxExempt: 'none' });
  const chunks = [...listSubscriptions(db)];
  expect(chunks.map((chunk) => chunk.length)).toEqual([1000, 1000, 400]);
  expect(chunks.flat()).toEqual(subscriptions);
});

test('items alive in the month: by the life of the subscription, and a later item from its own day', () => {
  const db = scratchCache();
  const late = at('2026-06-03T00:00:00Z');
  const items = (id: string, created: Instant) => [
    {
      id: `si_${id}`,
      subscriptionId: id,
      priceId: 'price_1',
      quantity: null,
      currentPeriod: null,
      discounts: [],
      taxRateIds: [],
      created,
    },
  ];
  replace(db, {
    customers: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => customer(id)),
    prices: [price('price_1', 'mtr_1')],
    subscriptions: [
      subscription('sub_a', 'a'),
      subscription('sub_b', 'b', { status: 'canceled', endedAt: at('2026-05-01T00:00:00Z') }),
      subscription('sub_c', 'c', { status: 'canceled', endedAt: at('2026-05-01T00:00:01Z') }),
      subscription('sub_d', 'd', { startedAt: at('2026-06-01T00:00:00Z') }),
      subscription('sub_e', 'e', { created: late, startedAt: JANUARY, items: items('sub_e', late) }),
      subscription('sub_f', 'f', { items: items('sub_f', late) }),
    ],
  });
  const alive = readAliveItems(db, monthPeriod(MAY), 'mtr_1');
  expect(alive.map(({ subscriptionId }) => subscriptionId)).toEqual(['sub_a', 'sub_c', 'sub_e']);
  expect(alive[0]).toMatchObject({ currency: 'usd', billingCycleAnchor: JANUARY, endedAt: null });
  expect([...readAliveCustomers(db, monthPeriod(MAY), 'mtr_1')].sort()).toEqual([1, 3, 5]);
  expect(readAliveItems(db, monthPeriod(MAY), 'mtr_2')).toEqual([]);
});

test('a catalog of one month replaces the invoices of that month and leaves the others', () => {
  const db = scratchCache();
  const base = { customers: [customer('a')], prices: [price('price_1', 'mtr_1')] };
  replace(db, { ...base, invoices: [invoice('in_1', 100n), invoice('in_draft', 1n, { status: 'draft' })] });
  replace(db, { ...base, invoices: [invoice('in_june', 7n), invoice('in_1', 100n)] }, JUNE);
  replace(db, { ...base, invoices: [invoice('in_1', 2n ** 60n)] });
  const lines = readMeterLines(db, { period: monthPeriod(MAY), meterId: 'mtr_1', customerKey: 1 });
  expect(lines.map(({ invoiceId, amountMinor }) => [invoiceId, amountMinor])).toEqual([
    ['in_1', 2n ** 60n],
    ['in_june', 7n],
  ]);
  expect(lines[0]).toMatchObject({
    customerKey: 1,
    status: 'paid',
    quantity: '12.345',
    servicePeriod: monthPeriod(MAY),
  });
  expect(readMeterLines(db, { period: monthPeriod(JUNE), meterId: 'mtr_1', customerKey: 1 })).toEqual([]);
});
