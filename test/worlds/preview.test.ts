import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
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
import { type Document, type Engine, type Json, makeWorld, type Ran, startEngine, type World } from './world.ts';

let engine: Engine;
let world: World;
vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

const NOW = '2026-06-20T00:00:00Z';
const AT = '2026-05-20T00:00:00Z';

const flat = price('price_flat', 'mtr_calls', '0.5');
const tiers = tieredPrice('price_tiers', 'mtr_calls', 'graduated', [
  [1000, '0', 1000],
  [null, '0.5', null],
]);
const yen = price('price_yen', 'mtr_calls', '1.5', { currency: 'jpy' });

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
    unit_amount_decimal: quantity === '0' ? null : '0.5',
  },
  parent: {
    type: 'subscription_item_details',
    subscription_item_details: {
      subscription: 'sub',
      subscription_item: `si_sub_${id.split('_')[0]}_0`,
      proration: false,
    },
    invoice_item_details: null,
  },
  quantity: Math.trunc(Number(quantity)),
  quantity_decimal: quantity,
  ...more,
});

const invoice = (
  name: string,
  status: string,
  lines: readonly RawObject[],
  total: number,
  more: Record<string, unknown> = {},
): RawObject => ({
  id: `in_${name}`,
  object: 'invoice',
  amount_due: total,
  billing_reason: 'subscription_cycle',
  created: unix('2026-06-01T00:00:10Z'),
  currency: 'usd',
  customer: `cus_${name}`,
  number: `N-${name}`,
  parent: {
    type: 'subscription_details',
    subscription_details: { subscription: `sub_${name}`, metadata: {} },
    quote_details: null,
  },
  period_start: unix('2026-05-01T00:00:00Z'),
  period_end: unix('2026-06-01T00:00:00Z'),
  starting_balance: 0,
  status,
  status_transitions: { finalized_at: status === 'draft' ? null : unix('2026-06-01T01:00:00Z') },
  subtotal: total,
  total,
  lines: { object: 'list', has_more: false, total_count: lines.length, url: '', data: lines },
  ...more,
});

const coupon = {
  id: 'co_1',
  object: 'coupon',
  percent_off: 12.5,
  amount_off: null,
  currency: null,
  duration: 'forever',
  name: 'Early bird',
};
const vat = {
  id: 'txr_1',
  object: 'tax_rate',
  active: true,
  display_name: 'VAT',
  inclusive: true,
  percentage: 19,
  created: 0,
};

const USED: Readonly<Record<string, readonly [used: string, held: string]>> = {
  tiers: ['1500', '1500'],
  short: ['1000', '900'],
  edited: ['100', '100'],
  yen: ['11', '11'],
  tax: ['2000', '2000'],
  off: ['2000', '2000'],
  void: ['10', '10'],
};

const plain = (name: string, priced: RawObject, more: Record<string, unknown> = {}): RawObject =>
  subscription(`sub_${name}`, `cus_${name}`, [priced], { currency: priced.currency, ...more });

/** Anchored on the 15th. */
function midMonth(name: string, priced: RawObject): RawObject {
  const start = unix('2026-01-15T00:00:00Z');
  const anchored = plain(name, priced, { billing_cycle_anchor: start, start_date: start, created: start });
  const items = anchored.items as { data: RawObject[] };
  const data = items.data.map((item) => ({
    ...item,
    created: start,
    current_period_start: unix('2026-06-15T00:00:00Z'),
    current_period_end: unix('2026-07-15T00:00:00Z'),
  }));
  return { ...anchored, items: { ...items, data } };
}

/** A meter that tieout.yaml does not mention. */
const gpu = price('price_gpu', 'mtr_gpu', '0.5');

beforeAll(async () => {
  engine = await startEngine();
  const names = [...Object.keys(USED), 'mid', 'gpu'];
  world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ...Object.entries(USED).map(([name, [used]]) => [`ws_${name}`, AT, used] as const),
        ['ws_mid', '2026-05-10T00:00:00Z', '7000'],
        ['ws_mid', AT, '30'],
        ['ws_mid', '2026-06-10T00:00:00Z', '5'],
      ]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls'), meter('mtr_gpu', 'gpu')],
      products: [product],
      prices: [flat, tiers, yen, gpu],
      customers: names.map((name) => customer(`cus_${name}`, `ws_${name}`, { name: `Customer ${name}` })),
      subscriptions: [
        plain('tiers', tiers),
        plain('short', flat),
        plain('edited', flat),
        plain('yen', yen),
        plain('tax', flat, { default_tax_rates: [vat] }),
        plain('off', flat, {
          discounts: [
            {
              id: 'di_1',
              object: 'discount',
              source: { type: 'coupon', coupon },
              coupon,
              start: unix('2026-01-01T00:00:00Z'),
              end: null,
            },
          ],
        }),
        plain('void', flat),
        midMonth('mid', flat),
        midMonth('gpu', gpu),
      ],
      taxRates: [vat],
      invoices: [
        invoice(
          'tiers',
          'paid',
          [
            line('tiers_1', tiers, 0, '1000', {
              pricing: {
                type: 'price_details',
                price_details: { price: 'price_tiers', product: 'prod_1' },
                unit_amount_decimal: '0',
              },
            }),
            line('tiers_2', tiers, 1000, '0'),
            line('tiers_3', tiers, 250, '500'),
          ],
          1250,
        ),
        invoice('short', 'paid', [line('short_1', flat, 450, '900')], 450),
        invoice('edited', 'open', [line('edited_1', flat, 40, '100')], 40),
        invoice('void', 'void', [line('void_1', flat, 5, '10')], 5),
        invoice(
          'off',
          'paid',
          [line('off_1', flat, 1000, '2000', { discount_amounts: [{ amount: 125, discount: 'di_1' }] })],
          875,
          { subtotal: 1000, total_discount_amounts: [{ amount: 125, discount: 'di_1' }] },
        ),
        invoice(
          'tax',
          'draft',
          [
            line('tax_1', flat, 1000, '2000', {
              taxes: [
                {
                  amount: 160,
                  tax_behavior: 'inclusive',
                  tax_rate_details: { tax_rate: 'txr_1' },
                  taxability_reason: 'standard_rated',
                  taxable_amount: 840,
                  type: 'tax_rate_details',
                },
              ],
            }),
          ],
          1000,
        ),
      ],
      events: [
        ...pushes('mtr_calls', [
          ...Object.entries(USED).map(([name, [, held]]) => [`cus_${name}`, AT, held] as const),
          ['cus_mid', '2026-05-10T00:00:00Z', '7000'],
          ['cus_mid', AT, '30'],
          ['cus_mid', '2026-06-10T00:00:00Z', '5'],
        ]),
        ...pushes('mtr_gpu', [
          ['cus_gpu', AT, '10'],
          ['cus_gpu', '2026-06-10T00:00:00Z', '20'],
        ]),
      ],
    },
    manners: { hidesTiers: true },
    yaml: CALLS_YAML,
  });
  const pulled = await world.tieout('pull', 'DIR', '--month', '2026-05', '--now', NOW, '--json');
  expect(pulled).toMatchObject({ exit: 0 });
});
afterAll(async () => {
  await world?.end();
  await engine?.stop();
});

const preview = (...args: readonly string[]): Promise<Ran> =>
  world.tieout('preview', 'DIR', '--month', '2026-05', '--now', NOW, ...args);

const list = (value: Json | undefined): Document[] => (value ?? []) as Document[];
const invoicesOf = (ran: Ran): Document[] => list(ran.json.invoices);
const summary = (one: Document) => [one.customer, one.state, one.total, (one.stripe as Document | null)?.total ?? null];

test('every invoice of the month beside Stripe’s, as one document', async () => {
  const ran = await preview('--json');
  expect(ran.json).toMatchObject({
    tieout: 1,
    kind: 'preview',
    workspace: 'World',
    month: '2026-05',
    quantities: 'metered',
    exit: 1,
  });
  expect(ran.exit).toBe(1);
  // tiers: 1,000 free with 10.00 flat, 500 × 0.5; short: 900 × 0.5; edited: 100 × 0.5 against 40; yen: 11 × 1.5 = 16.5;
  // off: 1,000 less 12.5 %; tax: 1,000 with 19 % inside; void: 10 × 0.5
  expect(invoicesOf(ran).map(summary)).toEqual([
    ['cus_edited', 'differs', 50, 40],
    ['cus_gpu', 'incomplete', 0, null],
    ['cus_mid', 'incomplete', 0, null],
    ['cus_off', 'matches', 875, 875],
    ['cus_short', 'matches', 450, 450],
    ['cus_tax', 'matches', 1000, 1000],
    ['cus_tiers', 'matches', 1250, 1250],
    ['cus_void', 'no_invoice', 5, 5],
    ['cus_yen', 'no_invoice', 17, null],
  ]);
  const [edited] = invoicesOf(ran);
  const key = list(edited?.lines)[0]?.id;
  expect(edited?.differences).toEqual([
    { line: key, field: 'amount', ours: 50, stripe: 40 },
    { line: null, field: 'subtotal', ours: 50, stripe: 40 },
    { line: null, field: 'total', ours: 50, stripe: 40 },
    { line: null, field: 'amountDue', ours: 50, stripe: 40 },
  ]);
  // Four metered lines are final besides the edited one: three tiers count as such, the void one not at all.
  expect(ran.json.proof).toMatchObject({ lines: 6, exact: 5 });
});

test('one invoice has lines, steps and totals in the published shape, Stripe’s too', async () => {
  const ran = await preview('--json', '--customer', 'cus_tiers');
  expect(ran.exit).toBe(0);
  const [only] = invoicesOf(ran);
  expect(only).toMatchObject({
    customer: 'cus_tiers',
    subscription: 'sub_tiers',
    period: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
    status: 'draft',
    currency: 'usd',
    subtotal: 1250,
    discount: 0,
    credits: 0,
    tax: 0,
    total: 1250,
    amountDue: 1250,
    startingBalance: 0,
    differences: [],
    notes: [],
  });
  const shape = ({ type, tier, quantity, unitAmount, amount }: Document) => [type, tier, quantity, unitAmount, amount];
  expect(list(only?.lines).map(shape)).toEqual([
    ['usage', 1, '1000', '0', 0],
    ['flat', 1, '1', '1000', 1000],
    ['usage', 2, '500', '0.5', 250],
  ]);
  expect(list(((only?.stripe ?? {}) as Document).lines).map(shape)).toEqual([
    ['usage', 1, '1000', '0', 0],
    ['flat', 1, '0', null, 1000],
    ['usage', 2, '500', '0.5', 250],
  ]);
});

test('measured quantities show what Stripe was short of', async () => {
  const ran = await preview('--json', '--customer', 'ws_short', '--quantities', 'measured');
  expect(ran.exit).toBe(1);
  // 1,000 × 0.5 = 500 against the 900 that were billed
  expect(invoicesOf(ran).map(summary)).toEqual([['cus_short', 'differs', 500, 450]]);
  expect(list(invoicesOf(ran)[0]?.differences)[0]).toMatchObject({
    field: 'quantity',
    ours: '1000',
    stripe: '900',
  });
});

test('a period across months is incomplete until the hours of both are there', async () => {
  const before = await preview('--json', '--customer', 'cus_mid');
  expect(before.exit).toBe(3);
  expect(invoicesOf(before)[0]).toMatchObject({ state: 'incomplete', complete: false, differences: [] });
  const [note] = list(invoicesOf(before)[0]?.notes);
  expect(note).toMatchObject({
    code: 'invoice.incomplete',
    remedy: expect.stringContaining('--month 2026-05 --hourly all'),
  });
  for (const month of ['2026-05', '2026-06']) {
    await world.tieout('pull', 'DIR', '--month', month, '--hourly', 'all', '--now', NOW);
  }
  const after = await preview('--json', '--customer', 'cus_mid');
  expect(after.exit).toBe(0);
  // 30 in May from the 15th, 5 in June before the 15th: 35 × 0.5 = 17.5
  expect(invoicesOf(after)[0]).toMatchObject({
    state: 'no_invoice',
    total: 18,
    period: { from: '2026-05-15T00:00:00Z', to: '2026-06-15T00:00:00Z' },
  });
  // 10 in May, 20 in June, of a meter that only Stripe has
  expect(invoicesOf(await preview('--json', '--customer', 'cus_gpu')).map(summary)).toEqual([
    ['cus_gpu', 'no_invoice', 15, null],
  ]);
});

test('on the terminal: the sum, what differs first, and what the engine proved', async () => {
  const ran = await preview('--limit', '1');
  expect(ran.exit).toBe(1);
  const [head, , title] = ran.stdout.split('\n');
  expect(head).toMatch(
    /^2026-05 as metered: 9 invoices, JPY 17, USD .* in all: 1 differs from Stripe, .*4 match Stripe\.$/,
  );
  expect(title).toContain(
    '✗ Customer edited (cus_edited) · sub_edited · 2026-05-01 – 2026-06-01 · USD · differs from Stripe, open N-edited',
  );
  expect(ran.stdout).toMatch(/TOTAL +0\.50 +0\.40 +✗/);
  expect(ran.stdout).toContain('and 8 more; --limit or --json gives all');
  expect(ran.stdout).toContain('Rated by the engine that re-rated 5 of 6 finalised lines exactly.');
});

test('a scenario made of the cache closes the month with the invoices of the preview', async () => {
  // Those that are complete: of the others the cache does not know all usage.
  const names = ['edited', 'off', 'short', 'tax', 'tiers', 'void', 'yen'];
  const customers = ['--customer', ...names.map((name) => `cus_${name}`)];
  const from = ['simulate', '--from', 'DIR', ...customers, '--month', '2026-05', '--now', NOW];
  const simulated = await world.tieout(...from, '--json');
  expect([simulated.json.kind, simulated.json.at, simulated.exit]).toEqual(['simulation', '2026-06-01T02:00:00Z', 1]);
  const amounts = ({ customer, lines, subtotal, discount, tax, total, amountDue }: Document) => ({
    customer,
    lines: list(lines).map(({ id, amount }) => [id, amount]),
    totals: [subtotal, discount, tax, total, amountDue],
  });
  const previewed = invoicesOf(await preview('--json', ...customers));
  expect(previewed).toHaveLength(names.length);
  expect(invoicesOf(simulated).map(amounts)).toEqual(expect.arrayContaining(previewed.map(amounts)));
  // Only the edited invoice is not what its usage comes to: 40 in place of 50.
  const failed = list(simulated.json.expectations).filter(({ held }) => held === false);
  expect(failed.map(({ expected, found }) => [expected, found])).toEqual(Array(3).fill([40, 50]));
  const late = await world.tieout(...from, '--late', '2026-05-20T00:00Z/1h', '--json');
  expect(invoicesOf(late).map(({ status, total }) => [status, total])).toContainEqual(['paid', 0]);
});

test('a customer that is not there is answered with one that is', async () => {
  const ran = await preview('--json', '--customer', 'cus_tier');
  expect(ran.exit).toBe(2);
  expect(ran.json).toMatchObject({
    kind: 'error',
    error: { code: 'invoice.customer_not_found', remedy: expect.stringContaining('cus_tiers') },
  });
  expect(await world.tieout('preview', 'DIR', '--month', '2026-07', '--now', NOW, '--json')).toMatchObject({
    exit: 2,
    json: { error: { code: 'period.in_future' } },
  });
});

test('a month under another price: of the catalog, from a file, and what cannot be', async () => {
  const whatIf = (...args: readonly string[]): Promise<Ran> =>
    world.tieout('rate', '--month', '2026-05', '--now', NOW, '--json', ...args, 'DIR');
  const catalog = await whatIf('--price', 'price_tiers', '--quantities', 'metered');
  expect(catalog).toMatchObject({
    exit: 0,
    json: { tieout: 1, kind: 'what_if', month: '2026-05', meter: 'calls', quantities: 'metered' },
  });
  // flat: 0.5 each; instead 1,000 free with 1,000 flat, then 0.5. mid holds 7,030: 3,515 → 1,000 + 3,015.
  const rows = (catalog.json.rows as Document[]).map((row) => [
    row.customer,
    row.quantity,
    row.now,
    row.instead,
    row.change,
  ]);
  expect(rows).toEqual([
    ['cus_void', '10', 5, 1000, 995],
    ['cus_edited', '100', 50, 1000, 950],
    ['cus_short', '900', 450, 1000, 550],
    ['cus_mid', '7030', 3515, 4015, 500],
    ['cus_off', '2000', 1000, 1500, 500],
    ['cus_tax', '2000', 1000, 1500, 500],
    ['cus_tiers', '1500', 1250, 1250, 0],
  ]);
  expect(catalog.json.totals).toEqual([
    {
      currency: 'usd',
      customers: 7,
      now: 7270,
      instead: 11265,
      change: 3995,
      relative: '0.549518569464',
      more: 6,
      less: 0,
      same: 1,
    },
  ]);
  expect(catalog.json.leftOut).toEqual([
    { customer: 'cus_yen', name: 'Customer yen', currency: 'jpy', reason: 'other_currency' },
  ]);
  const file = path.join(world.folder, 'price.json');
  writeFileSync(file, '{"currency":"jpy","unit_amount":2}');
  const pasted = await whatIf('--price', file);
  expect(pasted.json.rows).toEqual([
    expect.objectContaining({ customer: 'cus_yen', quantity: '11', now: 17, instead: 22, change: 5 }),
  ]);
  writeFileSync(file, '{"currency":"chf","unit_amount":2}');
  expect(await whatIf('--price', file)).toMatchObject({ exit: 2, json: { error: { code: 'currency-mismatch' } } });
  writeFileSync(
    file,
    '{"currency":"usd","billing_scheme":"tiered","tiers_mode":"volume","tiers":[{"up_to":-1,"unit_amount":2},{"up_to":5,"unit_amount":1}]}',
  );
  const wrong = await whatIf('--price', file);
  expect(wrong).toMatchObject({ exit: 2, json: { error: { code: 'tier-bound-negative' } } });
  expect(await whatIf('--price', 'price_tier')).toMatchObject({
    exit: 2,
    json: { error: { code: 'price.not_found' } },
  });
  expect(await whatIf()).toMatchObject({ exit: 2, json: { error: { code: 'cli.usage' } } });
  const unpulled = await world.tieout(
    'rate',
    '--month',
    '2026-04',
    '--price',
    'price_flat',
    '--now',
    NOW,
    '--json',
    'DIR',
  );
  expect(unpulled.exit).toBe(3);
  expect(new Set((unpulled.json.leftOut as Document[]).map(({ reason }) => reason))).toEqual(
    new Set(['not_pulled', 'other_currency']),
  );
});
