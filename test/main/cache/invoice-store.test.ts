import { expect, test } from 'vitest';
import { type Catalog, readPrices, replaceCatalog } from '../../../main/cache/catalog-store.ts';
import { runThrough } from '../../../main/cache/content-hash.ts';
import { readInvoices } from '../../../main/cache/invoice-store.ts';
import type { Db } from '../../../main/cache/open.ts';
import type { Invoice, InvoiceLine } from '../../../shared/billing/invoice.ts';
import type { Price } from '../../../shared/billing/price.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthPeriod, type Period, parseMonth } from '../../../shared/values/period.ts';
import { scratchCache } from './scratch.ts';

const APRIL = parseMonth('2026-04');
const MAY = parseMonth('2026-05');
const CREATED = parseInstant('2026-05-01T00:00:00Z');

const line = (id: string, servicePeriod: Period, rest: Partial<InvoiceLine> = {}): InvoiceLine => ({
  id,
  invoiceId: 'in_1',
  amountMinor: 5n,
  currency: 'usd',
  description: 'CPU',
  quantity: '1.5',
  unitAmount: '0.05',
  priceId: 'price_1',
  subscriptionId: 'sub_1',
  subscriptionItemId: 'si_1',
  servicePeriod,
  isProration: false,
  origin: 'subscription_item',
  discountMinor: 0n,
  discounts: [],
  creditMinor: 0n,
  taxes: [],
  ...rest,
});

const invoice = (id: string, lines: readonly InvoiceLine[], rest: Partial<Invoice> = {}): Invoice => ({
  id,
  number: null,
  customerId: 'cus_1',
  subscriptionId: 'sub_1',
  status: 'open',
  currency: 'usd',
  billingReason: 'subscription_cycle',
  period: monthPeriod(APRIL),
  created: CREATED,
  finalizedAt: null,
  subtotalMinor: 5n,
  discountMinor: 0n,
  creditMinor: 0n,
  taxMinor: 0n,
  totalMinor: 5n,
  startingBalanceMinor: 0n,
  endingBalanceMinor: null,
  amountDueMinor: 5n,
  isAutomaticTax: false,
  lines: lines.map((each) => ({ ...each, invoiceId: id })),
  ...rest,
});

const EMPTY: Catalog = {
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

const store = (db: Db, invoices: readonly Invoice[], month: MonthKey): void => {
  db.transaction(() => runThrough(replaceCatalog(db, { ...EMPTY, invoices }, month)))();
};

const price = (id: string, unitAmount: string): Price => ({
  id,
  productId: null,
  nickname: null,
  isActive: true,
  currency: 'usd',
  unitAmount,
  tiers: null,
  billingScheme: 'per_unit',
  tiersMode: null,
  transformQuantity: null,
  usageType: 'metered',
  meterId: 'mtr_1',
  interval: { unit: 'month', count: 1 },
  currencyOptions: [],
  taxBehavior: 'unspecified',
  created: CREATED,
});

test('a price that no list has any more stays as long as an invoice was billed at it', () => {
  const db = scratchCache();
  const pull = (month: MonthKey, catalog: Partial<Catalog>): void => {
    db.transaction(() => runThrough(replaceCatalog(db, { ...EMPTY, ...catalog }, month)))();
  };
  const known = () => [...readPrices(db).values()].map(({ id, unitAmount }) => [id, unitAmount]);
  const april = invoice('in_1', [line('il_1', monthPeriod(APRIL))]);
  pull(APRIL, { prices: [price('price_1', '1'), price('price_2', '2')], invoices: [april] });
  pull(MAY, { prices: [price('price_3', '3')] });
  expect(known()).toEqual([
    ['price_1', '1'],
    ['price_3', '3'],
  ]);
  pull(APRIL, { prices: [price('price_1', '1.5')], invoices: [april] });
  expect(known()).toEqual([['price_1', '1.5']]);
  pull(APRIL, {});
  pull(APRIL, {});
  expect(known()).toEqual([]);
});

const BIG = 2n ** 60n + 1n;

test('an invoice comes back as it went in, to the last digit', () => {
  const db = scratchCache();
  const whole = invoice(
    'in_1',
    [
      line('il_2', monthPeriod(APRIL), {
        amountMinor: BIG,
        isProration: true,
        origin: 'invoice_item',
        discountMinor: BIG + 1n,
        discounts: [
          { discountId: 'di_1', amountMinor: BIG },
          { discountId: null, amountMinor: 1n },
        ],
        creditMinor: 7n,
        taxes: [
          { taxRateId: 'txr_1', amountMinor: BIG, isInclusive: true, taxableMinor: -BIG },
          { taxRateId: null, amountMinor: 0n, isInclusive: false, taxableMinor: null },
        ],
      }),
      line('il_1', monthPeriod(MAY), { quantity: null, unitAmount: null, priceId: null, description: null }),
    ],
    {
      finalizedAt: CREATED,
      discountMinor: BIG + 1n,
      creditMinor: 7n,
      taxMinor: BIG,
      startingBalanceMinor: -BIG,
      endingBalanceMinor: 0n,
      isAutomaticTax: true,
    },
  );
  store(db, [whole], APRIL);
  expect([...readInvoices(db)]).toEqual([[whole]]);
});

test('by month, by any period and by customer, with every line of an invoice that has one there', () => {
  const db = scratchCache();
  const april = invoice('in_april', [line('il_1', monthPeriod(APRIL))]);
  const both = invoice('in_both', [line('il_1', monthPeriod(APRIL)), line('il_2', monthPeriod(MAY))]);
  const moment = { from: monthPeriod(MAY).from, to: monthPeriod(MAY).from };
  const once = invoice('in_once', [line('il_1', moment)], { customerId: 'cus_2' });
  store(db, [april, both], APRIL);
  store(db, [both, once], MAY);
  const idsOf = (filter: Parameters<typeof readInvoices>[1]): readonly string[] =>
    [...readInvoices(db, filter)].flat().map(({ id }) => id);
  expect(idsOf({})).toEqual(['in_april', 'in_both', 'in_once']);
  expect(idsOf({ month: APRIL })).toEqual(['in_april', 'in_both']);
  expect(idsOf({ month: MAY })).toEqual(['in_both', 'in_once']);
  expect(idsOf({ month: parseMonth('2026-06') })).toEqual([]);
  expect(idsOf({ customerId: 'cus_2' })).toEqual(['in_once']);
  expect(idsOf({ customerId: 'cus_1', touching: monthPeriod(MAY) })).toEqual(['in_both']);
  expect([...readInvoices(db, { month: MAY })].flat()[0]).toEqual(both);
});

test('more than one chunk: each invoice once', () => {
  const db = scratchCache();
  const ids = Array.from({ length: 1_001 }, (_, index) => `in_${String(index).padStart(5, '0')}`);
  store(
    db,
    ids.map((id) => invoice(id, [line(`il_${id}`, monthPeriod(APRIL))])),
    APRIL,
  );
  const chunks = [...readInvoices(db, { month: APRIL, customerId: 'cus_1' })];
  expect(chunks.length).toBeGreaterThan(1);
  expect(chunks.flat().map(({ id }) => id)).toEqual(ids);
});
