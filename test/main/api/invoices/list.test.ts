import { expect, test } from 'vitest';
import { invoiceDetail } from '../../../../main/api/invoices/detail.ts';
import { type InvoicesContext, InvoiceTables, invoicesWindow } from '../../../../main/api/invoices/list.ts';
import { MinorColumn } from '../../../../main/api/invoices/minor-column.ts';
import * as contract from '../../../../shared/contract/invoice-schemas.ts';
import {
  at,
  type BillingWorld,
  billingWorld,
  callsPrice,
  discount,
  grant,
  invoice,
  item,
  line,
  NOW,
  seatsPrice,
  subscription,
} from './world.ts';

function contextOf(world: BillingWorld): InvoicesContext {
  const { db, request } = billingWorld(world);
  return {
    db,
    settings: request.settings,
    toolVersion: 'test',
    now: () => NOW,
    distinctMeters: new Set(),
    tables: new InvoiceTables(),
    proof: () => ({ lines: 10, exact: 9, licensed: { lines: 2, exact: 2 } }),
  };
}

const sub = (name: string, more: Parameters<typeof subscription>[0] = {}) =>
  subscription({
    id: `sub_${name}`,
    customerId: `cus_${name}`,
    items: [
      item(`si_${name}`, more.currency === 'eur' ? 'price_eur' : 'price_calls', { subscriptionId: `sub_${name}` }),
    ],
    ...more,
  });

const bill = (name: string, amount: bigint, quantity: string, more: Parameters<typeof invoice>[1] = {}) =>
  invoice(
    [
      line(`il_${name}`, amount, {
        quantity,
        unitAmount: '0.5',
        subscriptionId: `sub_${name}`,
        subscriptionItemId: `si_${name}`,
        ...(more.currency === 'eur' ? { priceId: 'price_eur', currency: 'eur' } : {}),
      }),
    ],
    { id: `in_${name}`, number: `N-${name}`, customerId: `cus_${name}`, subscriptionId: `sub_${name}`, ...more },
  );

/** a matches, b and c differ (by −25 and +100 cents), d has no invoice, e (euros) matches, f is incomplete. */
const WORLD: BillingWorld = {
  customers: [
    { id: 'cus_a', name: 'Zenith' },
    { id: 'cus_b', name: 'acme' },
    { id: 'cus_c' },
    { id: 'cus_d' },
    { id: 'cus_e' },
    { id: 'cus_f' },
  ],
  prices: [callsPrice(), callsPrice({ id: 'price_eur', currency: 'eur' })],
  subscriptions: ['a', 'b', 'c', 'd', 'f'].map((name) => sub(name)).concat(sub('e', { currency: 'eur' })),
  metered: { '2026-05': { cus_a: '200', cus_b: '150', cus_c: '400', cus_d: '40', cus_e: '60' } },
  invoices: [
    bill('a', 100n, '200'),
    bill('b', 100n, '200', { status: 'open' }),
    bill('c', 100n, '200', { status: 'draft' }),
    bill('e', 30n, '60', { currency: 'eur' }),
    bill('f', 5n, '10'),
  ],
};

const REQUEST = {
  month: '2026-05',
  filter: {},
  sort: { by: 'default', direction: 'ascending' },
  offset: 0,
  limit: 50,
} as const;

const ids = (context: InvoicesContext, more: Partial<contract.InvoicesRequest>) =>
  invoicesWindow(context, { ...REQUEST, ...more })
    .rows.map(({ customer }) => customer.slice(-1))
    .join('');

test('a month as the contract says: what differs first, states, sums per currency', () => {
  const window = contract.invoicesWindow.parse(invoicesWindow(contextOf(WORLD), REQUEST));
  expect(
    window.rows.map(({ customer, state, total, difference, stripe }) => [
      customer,
      state,
      total,
      difference,
      stripe?.status ?? null,
    ]),
  ).toEqual([
    ['cus_c', 'differs', '2.00', '1.00', 'draft'],
    ['cus_b', 'differs', '0.75', '-0.25', 'open'],
    ['cus_f', 'incomplete', '0.00', null, 'paid'],
    ['cus_d', 'no_invoice', '0.20', null, null],
    ['cus_a', 'matches', '1.00', '0.00', 'paid'],
    ['cus_e', 'matches', '0.30', '0.00', 'paid'],
  ]);
  expect(window).toMatchObject({
    total: 6,
    all: 6,
    isOpen: false,
    byState: { matches: 2, differs: 2, no_invoice: 1, incomplete: 1 },
    currencies: ['usd', 'eur'],
    totals: [
      { currency: 'eur', invoices: 1, total: '0.30', stripe: '0.30', difference: '0.00' },
      { currency: 'usd', invoices: 5, total: '3.95', stripe: '3.00', difference: '0.75' },
    ],
  });
});

test.each([
  [{ filter: { states: ['matches', 'no_invoice'] as const } }, 'dae'],
  [{ filter: { currency: 'eur' } }, 'e'],
  [{ filter: { minDifference: '0.26' } }, 'c'],
  [{ filter: { minDifference: '0.25' } }, 'cb'],
  [{ filter: { search: 'ACM' } }, 'b'],
  [{ filter: { search: 'n-e' } }, 'e'],
  [{ filter: { search: 'sub_d' } }, 'd'],
  [{ sort: { by: 'customer', direction: 'ascending' } as const }, 'bcdefa'],
  [{ sort: { by: 'customer', direction: 'descending' } as const }, 'afedcb'],
  [{ sort: { by: 'total', direction: 'descending' } as const }, 'cabedf'],
  [{ sort: { by: 'stripe', direction: 'ascending' } as const }, 'feabcd'],
  [{ sort: { by: 'difference', direction: 'ascending' } as const }, 'baecdf'],
  [{ sort: { by: 'state', direction: 'ascending' } as const }, 'bcfdae'],
  [{ offset: 2, limit: 2 }, 'fd'],
])('%o gives %s', (request, expected) => {
  expect(ids(contextOf(WORLD), request as Partial<contract.InvoicesRequest>)).toBe(expected);
});

test('the table is made once for the pulls in force, and anew after another', () => {
  const context = contextOf(WORLD);
  const first = context.tables.open(context, '2026-05');
  expect(context.tables.open(context, '2026-05')).toBe(first);
  context.db.exec(`UPDATE summary_month SET whole = 200 WHERE whole = 150`);
  context.db.exec(`UPDATE pull_run SET content_hash = 'other' WHERE source = 'stripe'`);
  context.db.exec(
    `INSERT INTO pull_run SELECT pull + 100, source, month, meter_key, state, started_at, finished_at, tool_version, fingerprint, mapping_fingerprint, selection, query, query_hash, combine, exponent, stripe_meter_id, rows, bytes, requests, retries, skipped_idle, content_hash, failure, is_swept FROM pull_run WHERE source = 'stripe'`,
  );
  context.db.exec(`UPDATE pull_in_force SET pull = pull + 100`);
  context.db.exec(`UPDATE summary_month SET pull = pull + 100`);
  expect(invoicesWindow(context, REQUEST).byState).toMatchObject({ matches: 3, differs: 1 });
});

test('one invoice in full: lines beside Stripe’s, every step, totals', () => {
  const taxRates = [{ id: 'txr_1', displayName: 'VAT', percentage: '10', isInclusive: false, isActive: true }];
  const context = contextOf({
    customers: [{ id: 'cus_a', name: 'Globex', email: 'pay@globex.example', balanceMinor: -50n }],
    prices: [
      callsPrice({
        nickname: 'API calls',
        billingScheme: 'tiered',
        tiersMode: 'graduated',
        unitAmount: null,
        tiers: [
          { upTo: '1000', unitAmount: '0', flatAmount: '500' },
          { upTo: null, unitAmount: '0.5', flatAmount: null },
        ],
      }),
      seatsPrice(),
    ],
    subscriptions: [
      subscription({
        items: [item('si_calls', 'price_calls'), item('si_seats', 'price_seats', { quantity: '2' })],
        discounts: [discount({ percentOff: '10', name: 'Ten' })],
        defaultTaxRateIds: ['txr_1'],
      }),
    ],
    taxRates,
    grants: [grant({ amount: '300', name: 'Welcome' })],
    creditsLeft: { credgr_a: 300n },
    metered: { '2026-05': { cus_a: '3000' } },
    invoices: [
      invoice(
        [
          line('il_1', 0n, { quantity: '1000', unitAmount: '0' }),
          line('il_2', 500n, {
            quantity: '0',
            discountMinor: 50n,
            discounts: [{ discountId: 'di_a', amountMinor: 50n }],
          }),
          line('il_3', 900n, { quantity: '1800', unitAmount: '0.5' }),
        ],
        { status: 'draft' },
      ),
    ],
  });
  const key = { month: '2026-05', customer: 'cus_a', subscription: 'sub_a', from: '2026-05-01T00:00:00Z' };
  const detail = contract.invoiceDetail.parse(invoiceDetail(context, key));
  // calls: 0 + 500 flat + 2,000 × 0.5 = 1,000; seats 2 × 1,000: 3,500. 10 % off each line: 50 + 100 + 200 = 350.
  // The grant pays 300 of the metered 1,350; tax 10 % of 450, 600 (lines after credit) and 1,800: see the sum below.
  expect(detail).toMatchObject({
    seller: 'Acme Cloud',
    customer: { name: 'Globex', email: 'pay@globex.example' },
    state: 'differs',
    stripe: { id: 'in_a', status: 'draft', finalizedAt: null },
    proof: { lines: 10, exact: 9 },
  });
  const [calls, seats] = detail.groups;
  expect(calls).toMatchObject({
    product: { name: 'Calls' },
    amount: '15.00',
    stripeAmount: '14.00',
    difference: '1.00',
  });
  expect(seats).toMatchObject({
    product: { name: 'Seats' },
    amount: '20.00',
    stripeAmount: '0.00',
    difference: '20.00',
  });
  expect(calls?.items[0]).toMatchObject({
    kind: 'metered',
    meter: 'calls',
    unit: 'calls',
    description: 'API calls',
    quantity: '3000',
    amount: '15.00',
  });
  expect(
    calls?.items[0]?.lines.map(({ type, tier, upTo, ours, stripe, difference }) => [
      type,
      tier,
      upTo,
      ours?.amount,
      stripe?.id,
      difference,
    ]),
  ).toEqual([
    ['usage', 1, '1000', '0.00', 'il_1', '0.00'],
    ['flat', 1, '1000', '5.00', 'il_2', '0.00'],
    ['usage', 2, null, '10.00', 'il_3', '1.00'],
  ]);
  expect(calls?.items[0]?.lines[2]?.differences).toEqual([
    { field: 'quantity', ours: '2000', stripe: '1800' },
    { field: 'amount', ours: '10.00', stripe: '9.00' },
    { field: 'discount', ours: '1.00', stripe: '0.00' },
  ]);
  expect(
    detail.steps.map(({ type, label, amount, running, stripeAmount }) => [type, label, amount, running, stripeAmount]),
  ).toEqual([
    ['lines', 'Subtotal', '35.00', '35.00', '14.00'],
    ['discount', 'Ten', '-3.50', '31.50', '-0.50'],
    ['credit', 'Welcome', '-3.00', '28.50', null],
    ['tax', 'VAT (10 %)', '2.85', '31.35', '0.00'],
    ['balance', 'Customer balance', '-0.50', '30.85', '0.00'],
  ]);
  expect(detail.steps[2]?.grant).toEqual({ amount: '3.00', applied: '3.00', left: '0.00' });
  expect(detail.steps[3]?.tax).toEqual({ percentage: '10', isInclusive: false, taxable: '28.50' });
  // Credits, the balance and what comes after them are not compared with a draft.
  expect(detail.totals.map(({ field, ours, stripe, difference }) => [field, ours, stripe, difference])).toEqual([
    ['subtotal', '35.00', '14.00', '21.00'],
    ['discount', '3.50', '0.50', '3.00'],
    ['credits', '3.00', '0.00', null],
    ['tax', '2.85', '0.00', null],
    ['total', '31.35', '13.50', null],
    ['startingBalance', '-0.50', '0.00', null],
    ['amountDue', '30.85', '13.50', null],
  ]);
});

test('lines that only Stripe has stand with their item, else under Other', () => {
  const context = contextOf({
    subscriptions: [subscription()],
    metered: { '2026-05': { cus_a: '10' } },
    invoices: [
      invoice([
        line('il_1', 5n, { quantity: '10', unitAmount: '0.5' }),
        line('il_2', 5n, { quantity: '10', unitAmount: '0.5' }),
        line('il_3', 99n, { priceId: null, subscriptionItemId: null, origin: 'invoice_item', description: 'Set-up' }),
      ]),
    ],
  });
  const { groups } = invoiceDetail(context, {
    month: '2026-05',
    customer: 'cus_a',
    subscription: 'sub_a',
    from: '2026-05-01T00:00:00Z',
  });
  expect(
    groups.map(({ product, items }) => [
      product.name,
      items.map(({ kind, lines }) => [kind, lines.map(({ stripe }) => stripe?.id)]),
    ]),
  ).toEqual([
    ['Calls', [['metered', ['il_1', 'il_2']]]],
    ['Other', [['other', ['il_3']]]],
  ]);
  expect(groups[0]?.items[0]?.lines[1]?.differences).toEqual([{ field: 'line', ours: null, stripe: '0.05' }]);
});

test('the invoice at creation is told from the first one by its end', () => {
  const created = { startedAt: at('2026-05-10'), created: at('2026-05-10'), billingCycleAnchor: at('2026-05-10') };
  const items = [item('si_seats', 'price_seats', { quantity: '2', created: at('2026-05-10') })];
  const context = contextOf({ subscriptions: [subscription({ ...created, items })] });
  const key = { month: '2026-05', customer: 'cus_a', subscription: 'sub_a', from: '2026-05-10T00:00:00Z' };
  expect(invoiceDetail(context, key).period.to).toBe('2026-06-10T00:00:00Z');
  expect(invoiceDetail(context, { ...key, to: key.from }).period.to).toBe(key.from);
  expect(() => invoiceDetail(context, { ...key, subscription: 'sub_x' })).toThrow(
    expect.objectContaining({ code: 'invoice.not_found' }),
  );
});

test('amounts beyond 2^53 keep their digits in a column', () => {
  const column = new MinorColumn();
  const values = Array.from({ length: 600 }, (_, index) => 9_007_199_254_740_990n + BigInt(index) * 3n);
  for (const value of values) column.push(value);
  expect(values.map((_, index) => column.at(index))).toEqual(values);
});
