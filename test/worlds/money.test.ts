import { afterAll, beforeAll, expect, test } from 'vitest';
import { moneyOf } from './expected.ts';
import {
  CALLS_TABLE,
  CALLS_YAML,
  customer,
  inserts,
  meter,
  price,
  product,
  pushes,
  subscription,
  tieredPrice,
  unix,
} from './objects.ts';
import type { RawObject } from './stripe-double.ts';
import { type Document, type Engine, makeWorld, startEngine, tieOut } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const AFTER = '2026-06-05T00:00:00Z';

/** One customer a case: a used quantity, a metered one, and the subscriptions that price them. */
type Case = {
  readonly name: string;
  readonly used: string | null;
  readonly held: string | null;
  readonly subscriptions: readonly RawObject[];
  readonly prices: readonly RawObject[];
  readonly invoices?: readonly RawObject[];
};

async function ratedAs(cases: readonly Case[]): Promise<Document> {
  const at = '2026-05-02T00:00:00Z';
  const prices = new Map(cases.flatMap((one) => one.prices).map((one) => [one.id, one]));
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts(
        'calls',
        cases.flatMap(({ name, used }) => (used === null ? [] : [[`ws_${name}`, at, used] as const])),
      ),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      products: [product],
      prices: [...prices.values()],
      customers: cases.map(({ name }) => customer(`cus_${name}`, `ws_${name}`)),
      subscriptions: cases.flatMap((one) => one.subscriptions),
      invoices: cases.flatMap((one) => one.invoices ?? []),
      events: pushes(
        'mtr_calls',
        cases.flatMap(({ name, held }) => (held === null ? [] : [[`cus_${name}`, at, held] as const])),
      ),
    },
    manners: { hidesTiers: true },
    yaml: CALLS_YAML,
  });
  const { pull, reconcile } = await tieOut(world, '2026-05', { now: AFTER });
  expect(pull).toMatchObject({ exit: 0 });
  await world.end();
  return reconcile.json;
}

const one = (
  name: string,
  used: string | null,
  held: string | null,
  priced: RawObject,
  more: Record<string, unknown> = {},
): Case => ({
  name,
  used,
  held,
  prices: [priced],
  subscriptions: [subscription(`sub_${name}`, `cus_${name}`, [priced], { currency: priced.currency, ...more })],
});

const flat = price('price_flat', 'mtr_calls', '0.5');
const graduated = tieredPrice('price_graduated', 'mtr_calls', 'graduated', [
  [1000, '0', 1000],
  [null, '0.5', null],
]);
const documented = [
  [5, '700', null],
  [10, '650', null],
  [null, '600', null],
] as const;
const docGraduated = tieredPrice('price_doc_graduated', 'mtr_calls', 'graduated', documented);
const docVolume = tieredPrice('price_doc_volume', 'mtr_calls', 'volume', documented);
const packages = price('price_packages', 'mtr_calls', '300', { transform_quantity: { divide_by: 100, round: 'up' } });
const packagesDown = price('price_packages_down', 'mtr_calls', '300', {
  transform_quantity: { divide_by: 100, round: 'down' },
});
const tiny = price('price_tiny', 'mtr_calls', '0.000001234567');
const yen = price('price_yen', 'mtr_calls', '1.5', { currency: 'jpy' });
const dinar = price('price_dinar', 'mtr_calls', '7', { currency: 'kwd' });
const euro = price('price_euro', 'mtr_calls', '2', {
  currency: 'usd',
  currency_options: {
    usd: { unit_amount: 2, unit_amount_decimal: '2' },
    eur: { unit_amount: 3, unit_amount_decimal: '3' },
  },
});

test('quantities go through every shape of price, by currency', async () => {
  const document = await ratedAs([
    // 333 × 0.5 = 166.5 → 167 cents, 331 × 0.5 = 165.5 → 166: halves go away from zero
    one('half', '333', '331', flat),
    // graduated: 1500 → 10.00 + 500 × 0.5 = 12.50; absent is rated at 0, where the first tier's flat fee is due
    one('graduated', '1500', null, graduated),
    // Stripe's documented examples: 20 → 127.50 graduated, 6 → 41.50; volume: 20 → 120, 6 → 39
    one('docgraduated', '20', '6', docGraduated),
    one('docvolume', '20', '6', docVolume),
    one('docvolume5', '5', '25', docVolume),
    // packages of 100 at 3.00: 101 → 2, 100 → 1; rounded down: 199 → 1, 99 → 0
    one('packages', '101', '100', packages),
    one('packagesdown', '199', '99', packagesDown),
    // 1234567890 × 0.000001234567 = 1524.155776…7 cents
    one('tiny', '1234567890', '0', tiny),
    one('yen', '333', '331', yen),
    one('dinar', '333', '331', dinar),
    one('euro', '10', '9', euro, { currency: 'eur' }),
    { name: 'none', used: '10', held: '9', prices: [], subscriptions: [] },
  ]);
  expect(moneyOf(document)).toEqual([
    ['cus_euro', 'eur', '0.30', '0.27', null, '0.03'],
    ['cus_yen', 'jpy', '500', '497', null, '3'],
    ['cus_dinar', 'kwd', '2.331', '2.317', null, '0.014'],
    ['cus_docvolume5', 'usd', '35.00', '150.00', null, '-115.00'],
    ['cus_docgraduated', 'usd', '127.50', '41.50', null, '86.00'],
    ['cus_docvolume', 'usd', '120.00', '39.00', null, '81.00'],
    ['cus_tiny', 'usd', '15.24', '0.00', null, '15.24'],
    ['cus_packages', 'usd', '6.00', '3.00', null, '3.00'],
    ['cus_packagesdown', 'usd', '3.00', '0.00', null, '3.00'],
    ['cus_graduated', 'usd', '12.50', '10.00', null, '2.50'],
    ['cus_half', 'usd', '1.67', '1.66', null, '0.01'],
    ['cus_none', null],
  ]);
  expect((document.totals as Document).money).toEqual([
    { currency: 'eur', measured: '0.30', metered: '0.27', billed: null, difference: '0.03' },
    { currency: 'jpy', measured: '500', metered: '497', billed: null, difference: '3' },
    { currency: 'kwd', measured: '2.331', metered: '2.317', billed: null, difference: '0.014' },
    // measured 35+127.5+120+15.24+6+3+12.5+1.67 = 320.91; metered 150+41.5+39+0+3+0+10+1.66 = 245.16
    { currency: 'usd', measured: '320.91', metered: '245.16', billed: null, difference: '75.75' },
  ]);
});

const APRIL_TO_JUNE = {
  current_period_start: unix('2026-04-15T00:00:00Z'),
  current_period_end: unix('2026-05-15T00:00:00Z'),
};

test('what was alive in the month is charged, whatever its state now', async () => {
  const second = price('price_second', 'mtr_calls', '10');
  const midMonth = subscription('sub_mid', 'cus_mid', [flat], { billing_cycle_anchor: unix('2026-01-15T00:00:00Z') });
  const items = midMonth.items as { data: RawObject[] };
  const document = await ratedAs([
    // two items on one meter, in one subscription: 100 × 0.5 + 100 × 10
    {
      name: 'two',
      used: '100',
      held: '100',
      prices: [flat, second],
      subscriptions: [subscription('sub_two', 'cus_two', [flat, second])],
    },
    // and in two subscriptions
    {
      name: 'subs',
      used: '100',
      held: '90',
      prices: [flat, second],
      subscriptions: [subscription('sub_subs1', 'cus_subs', [flat]), subscription('sub_subs2', 'cus_subs', [second])],
    },
    one('canceled', '100', '100', flat, {
      status: 'canceled',
      canceled_at: unix('2026-05-20T00:00:00Z'),
      ended_at: unix('2026-05-20T00:00:00Z'),
    }),
    one('endedbefore', '100', '100', flat, {
      status: 'canceled',
      canceled_at: unix('2026-04-20T00:00:00Z'),
      ended_at: unix('2026-04-20T00:00:00Z'),
    }),
    one('endsatstart', '100', '100', flat, {
      status: 'canceled',
      canceled_at: unix('2026-04-20T00:00:00Z'),
      ended_at: unix('2026-05-01T00:00:00Z'),
    }),
    one('startsafter', '100', '100', flat, {
      start_date: unix('2026-06-01T00:00:00Z'),
      created: unix('2026-06-01T00:00:00Z'),
    }),
    {
      name: 'mid',
      used: '100',
      held: '100',
      prices: [flat],
      subscriptions: [
        { ...midMonth, items: { ...items, data: items.data.map((item) => ({ ...item, ...APRIL_TO_JUNE })) } },
      ],
    },
    // only an item, nothing else: a cell of nothing
    one('idle', null, null, flat),
  ]);
  expect(moneyOf(document)).toEqual([
    // 90 × .5 = 45, 90 × 10 = 900
    ['cus_subs', 'usd', '10.50', '9.45', null, '1.05'],
    ['cus_canceled', 'usd', '0.50', '0.50', null, '0.00'],
    ['cus_idle', 'usd', '0.00', '0.00', null, '0.00'],
    ['cus_mid', 'usd', '0.50', '0.50', null, '0.00', 'calendar_month'],
    ['cus_two', 'usd', '10.50', '10.50', null, '0.00'],
    ['cus_endedbefore', null],
    ['cus_endsatstart', null],
    ['cus_startsafter', null],
  ]);
});

const invoice = (
  name: string,
  status: string,
  lines: readonly RawObject[],
  more: Record<string, unknown> = {},
): RawObject => ({
  id: `in_${name}_${status}`,
  object: 'invoice',
  amount_due: 0,
  billing_reason: 'subscription_cycle',
  created: unix('2026-06-01T00:00:10Z'),
  currency: 'usd',
  customer: `cus_${name}`,
  number: null,
  parent: {
    type: 'subscription_details',
    subscription_details: { subscription: `sub_${name}`, metadata: {} },
    quote_details: null,
  },
  period_start: unix('2026-05-01T00:00:00Z'),
  period_end: unix('2026-06-01T00:00:00Z'),
  status,
  status_transitions: { finalized_at: status === 'draft' ? null : unix('2026-06-01T01:00:00Z') },
  subtotal: 0,
  total: 0,
  lines: { object: 'list', has_more: false, total_count: lines.length, url: '', data: lines },
  ...more,
});

const line = (
  id: string,
  priced: RawObject,
  amount: number,
  quantity: string,
  more: Record<string, unknown> = {},
): RawObject => ({
  id: `il_${id}`,
  object: 'line_item',
  amount,
  currency: 'usd',
  description: null,
  discount_amounts: [],
  period: { start: unix('2026-05-01T00:00:00Z'), end: unix('2026-06-01T00:00:00Z') },
  pricing: {
    type: 'price_details',
    price_details: { price: priced.id, product: 'prod_1' },
    unit_amount_decimal: '0.5',
  },
  parent: {
    type: 'subscription_item_details',
    subscription_item_details: { subscription: 'sub', subscription_item: 'si', proration: false },
    invoice_item_details: null,
  },
  quantity: Math.trunc(Number(quantity)),
  quantity_decimal: quantity,
  ...more,
});

test('billed is what finalised invoices say of the meter and month, as they say it', async () => {
  const licensed = price('price_seat', 'mtr_calls', '500', {
    recurring: { interval: 'month', interval_count: 1, meter: null, usage_type: 'licensed', trial_period_days: null },
  });
  const next = { start: unix('2026-06-01T00:00:00Z'), end: unix('2026-07-01T00:00:00Z') };
  const cases: Case[] = [
    {
      ...one('paid', '100.5', '100.5', flat),
      invoices: [
        invoice('paid', 'paid', [line('paid', flat, 50, '100.5'), line('seat', licensed, 500, '1', { period: next })]),
      ],
    },
    {
      ...one('open', '100', '100', flat),
      invoices: [invoice('open', 'open', [line('open1', flat, 30, '60'), line('open2', flat, 21, '40')])],
    },
    {
      ...one('uncollectible', '100', '100', flat),
      invoices: [invoice('uncollectible', 'uncollectible', [line('uncollectible', flat, 50, '100')])],
    },
    { ...one('draft', '100', '100', flat), invoices: [invoice('draft', 'draft', [line('draft', flat, 50, '100')])] },
    {
      ...one('void', '100', '100', flat),
      invoices: [
        invoice('void', 'void', [line('void', flat, 50, '100')]),
        invoice('void', 'paid', [line('void2', flat, 49, '98')]),
      ],
    },
    {
      ...one('other', '100', '100', flat),
      invoices: [
        invoice('other', 'paid', [line('other', flat, 50, '100', { period: next })], {
          created: unix('2026-06-04T00:00:00Z'),
        }),
      ],
    },
    // an older shape of a line: the price itself, a bare quantity
    {
      ...one('older', '100', '100', flat),
      invoices: [
        invoice('older', 'paid', [
          line('older', flat, 50, '100', {
            pricing: undefined,
            parent: undefined,
            quantity_decimal: undefined,
            price: flat,
          }),
        ]),
      ],
    },
  ];
  const document = await ratedAs(cases.map((given) => ({ ...given, prices: [...given.prices, licensed] })));
  const rows = document.rows as Document[];
  expect(rows.map((row) => [row.customer, row.billed, (row.money as Document).billed])).toEqual([
    ['cus_draft', null, null],
    ['cus_older', '100', '0.50'],
    ['cus_open', '100', '0.51'],
    ['cus_other', null, null],
    ['cus_paid', '100.5', '0.50'],
    ['cus_uncollectible', '100', '0.50'],
    ['cus_void', '98', '0.49'],
  ]);
  // A total is null where a row's is.
  expect((document.totals as Document).money).toEqual([
    { currency: 'usd', measured: '3.50', metered: '3.50', billed: null, difference: '0.00' },
  ]);
});
