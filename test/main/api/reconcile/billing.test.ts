import { expect, test } from 'vitest';
import { columnsOf, frameCell } from '../../../../main/api/cells/frame.ts';
import { orderCells } from '../../../../main/api/cells/order.ts';
import type { MeterBlock } from '../../../../main/api/reconcile/block.ts';
import { reconcileMonth } from '../../../../main/api/reconcile/reconcile-month.ts';
import { type RatingOptions, STRIPE_RATING } from '../../../../shared/rating/options.ts';
import type { CellResult } from '../../../../shared/reconciliation/result.ts';
import { billingSentence } from '../../../../shared/reports/billing-sentences.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { build, type World } from './world.ts';

function reconcile(world: World, rating: Partial<RatingOptions> = {}) {
  const { db, settings } = build(world);
  const blocks: MeterBlock[] = [];
  const summary = reconcileMonth(
    {
      db,
      settings: { ...settings, rating: { ...STRIPE_RATING, ...rating } },
      month: parseMonth('2026-05'),
      now: parseInstant('2026-06-05T00:00:00Z'),
    },
    (block) => blocks.push(block),
  );
  const frame = columnsOf(blocks);
  const rows = [...orderCells(frame, {}, { by: 'default', direction: 'ascending' })].map((id) => frameCell(frame, id));
  return { summary, rows, frame };
}

/** 3240 units at a quarter of a cent: 8.10. */
const WORLD: World = {
  meters: [{ key: 'cpu' }],
  customers: [{ id: 'cus_1', usageIds: ['ws_1'] }],
  usage: { cpu: { ws_1: '3240' } },
  metered: { cpu: { cus_1: '3240' } },
  prices: [
    { id: 'price_1', meter: 'cpu', unitAmount: '0.25' },
    { id: 'price_other', meter: 'cpu', unitAmount: '0.5' },
    { id: 'price_packs', meter: 'cpu', unitAmount: '100', transformQuantity: { divideBy: '1000', round: 'up' } },
    {
      id: 'price_tiers',
      meter: 'cpu',
      billingScheme: 'tiered',
      tiersMode: 'graduated',
      tiers: [
        { upTo: '1000', unitAmount: '0', flatAmount: '500' },
        { upTo: null, unitAmount: '0.1', flatAmount: null },
      ],
    },
  ],
  items: [{ customer: 'cus_1', price: 'price_1' }],
};

const LINE = { customer: 'cus_1', price: 'price_1', item: 0, amount: 810, quantity: '3240' } as const;
const tiers = { ...LINE, price: 'price_tiers', invoice: 'in_t' };

type Case = readonly [name: string, more: Partial<World>, expected: readonly [string, string | null] | null];

test.each<Case>([
  ['nothing billed yet', {}, null],
  ['one line that agrees', { lines: [LINE] }, ['billed_agree', 'il_0']],
  [
    'a quantity with twelve decimals',
    { metered: { cpu: { cus_1: '3240.000000000001' } }, lines: [{ ...LINE, quantity: '3240.000000000001' }] },
    ['billed_agree', 'il_0'],
  ],
  [
    'a quantity beyond 2^53',
    {
      metered: { cpu: { cus_1: '90071992547409930' } },
      lines: [{ ...LINE, quantity: '90071992547409930', amount: 22517998136852482n }],
    },
    ['amount_differs', 'il_0'],
  ],
  [
    'and its amount',
    {
      metered: { cpu: { cus_1: '90071992547409928' } },
      lines: [{ ...LINE, quantity: '90071992547409928', amount: 22517998136852482n }],
    },
    ['billed_agree', 'il_0'],
  ],
  ['another quantity', { lines: [{ ...LINE, quantity: '3239' }] }, ['quantity_differs', 'il_0']],
  [
    'within tolerance of the usage, yet not of the bill',
    { metered: { cpu: { cus_1: '3239' } }, lines: [LINE] },
    ['quantity_differs', 'il_0'],
  ],
  ['another amount', { lines: [{ ...LINE, amount: 811 }] }, ['amount_differs', 'il_0']],
  ['another price', { lines: [{ ...LINE, price: 'price_other' }] }, ['price_differs', 'il_0']],
  [
    'a price of the meter, and no item at all',
    { items: [], lines: [{ ...LINE, item: undefined as never }] },
    ['price_differs', 'il_0'],
  ],
  [
    'a price that Stripe no longer gives',
    { lines: [{ ...LINE, price: 'price_gone' }], invoices: [{ item: 0 }] },
    ['price_differs', 'il_0'],
  ],
  [
    'a void line at such a price',
    { lines: [{ ...LINE, price: 'price_gone', status: 'void' }], invoices: [{ item: 0 }] },
    ['line_missing', null],
  ],
  ['two invoices', { lines: [LINE, LINE] }, ['line_twice', 'il_1']],
  [
    'two lines of one invoice',
    {
      lines: [
        { ...LINE, invoice: 'in_t' },
        { ...LINE, invoice: 'in_t' },
      ],
    },
    ['line_twice', 'il_1'],
  ],
  [
    'one of them made by hand',
    {
      lines: [
        { ...LINE, invoice: 'in_t' },
        { ...LINE, invoice: 'in_t', item: undefined as never },
      ],
    },
    ['line_twice', 'il_1'],
  ],
  [
    'one of two subscriptions has no line on its invoice',
    {
      items: [
        { customer: 'cus_1', price: 'price_1' },
        { customer: 'cus_1', price: 'price_1' },
      ],
      lines: [LINE],
      invoices: [{ item: 0 }, { item: 1 }],
    },
    ['line_missing', null],
  ],
  [
    'one of two subscriptions was not invoiced yet',
    {
      items: [
        { customer: 'cus_1', price: 'price_1' },
        { customer: 'cus_1', price: 'price_1' },
      ],
      lines: [LINE],
      invoices: [{ item: 0 }],
    },
    ['billed_agree', 'il_0'],
  ],
  [
    'one of two subscriptions ended within the month',
    {
      items: [
        { customer: 'cus_1', price: 'price_1' },
        { customer: 'cus_1', price: 'price_1', endedAt: '2026-05-20T00:00:00Z' },
      ],
      lines: [LINE],
      invoices: [{ item: 0 }, { item: 1 }],
    },
    ['billed_agree', 'il_0'],
  ],
  ['a draft', { lines: [{ ...LINE, status: 'draft' }] }, ['not_final', 'il_0']],
  ['a void one', { lines: [{ ...LINE, status: 'void' }] }, ['not_final', 'il_0']],
  ['a void one, made again', { lines: [{ ...LINE, status: 'void' }, LINE] }, ['billed_agree', 'il_1']],
  [
    'a period that reaches out',
    { lines: [{ ...LINE, from: '2026-04-15T00:00:00Z', to: '2026-05-15T00:00:00Z' }] },
    ['misaligned', 'il_0'],
  ],
  ['a finalised invoice without a line', { invoices: [{ item: 0 }] }, ['line_missing', null]],
  [
    'of a year that holds the month',
    { invoices: [{ item: 0, from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }] },
    ['line_missing', null],
  ],
  ['that ends before the month does', { invoices: [{ item: 0, to: '2026-05-20T00:00:00Z' }] }, null],
  [
    'a subscription that ended there',
    {
      items: [{ customer: 'cus_1', price: 'price_1', endedAt: '2026-05-20T00:00:00Z' }],
      invoices: [{ item: 0, to: '2026-05-20T00:00:00Z' }],
    },
    ['line_missing', null],
  ],
  ['a draft without a line', { invoices: [{ item: 0, status: 'draft' }] }, null],
  ['without a line, and nothing metered', { metered: { cpu: { cus_1: null } }, invoices: [{ item: 0 }] }, null],
  [
    'without a line, though a fee is due for nothing',
    {
      items: [{ customer: 'cus_1', price: 'price_tiers' }],
      metered: { cpu: { cus_1: null } },
      invoices: [{ item: 0 }],
    },
    ['line_missing', null],
  ],
  ['a trial without a line', { trials: [0], invoices: [{ item: 0 }] }, null],
  ['a trial that charges nothing', { trials: [0], lines: [{ ...LINE, amount: 0 }] }, ['billed_agree', 'il_0']],
  ['a trial that is charged', { trials: [0], lines: [LINE] }, ['billed_agree', 'il_0']],
  [
    'tiers as lines',
    {
      items: [{ customer: 'cus_1', price: 'price_tiers' }],
      lines: [
        { ...tiers, quantity: '1000', amount: 0 },
        { ...tiers, quantity: '0', amount: 500 },
        { ...tiers, quantity: '2240', amount: 224 },
      ],
    },
    ['billed_agree', 'il_0'],
  ],
  [
    'tiers in one line',
    { items: [{ customer: 'cus_1', price: 'price_tiers' }], lines: [{ ...tiers, amount: 724 }] },
    ['billed_agree', 'il_0'],
  ],
  [
    'tiers without the flat fee',
    { items: [{ customer: 'cus_1', price: 'price_tiers' }], lines: [{ ...tiers, amount: 224 }] },
    ['amount_differs', 'il_0'],
  ],
  [
    'packages show what was used',
    { items: [{ customer: 'cus_1', price: 'price_packs' }], lines: [{ ...LINE, price: 'price_packs', amount: 400 }] },
    ['billed_agree', 'il_0'],
  ],
  ['a line without a quantity', { lines: [{ ...LINE, quantity: null }] }, ['billed_agree', 'il_0']],
  [
    'two items, each charged',
    {
      items: [
        { customer: 'cus_1', price: 'price_1' },
        { customer: 'cus_1', price: 'price_other' },
      ],
      lines: [LINE, { ...LINE, price: 'price_other', item: 1, amount: 1620 }],
    },
    ['billed_agree', 'il_0'],
  ],
  [
    'Stripe not pulled: the amount alone',
    { meters: [{ key: 'cpu', notPulled: ['stripe'] }], lines: [{ ...LINE, quantity: '7', amount: 2 }] },
    ['billed_agree', 'il_0'],
  ],
  ['a metered value that is none', { metered: { cpu: { cus_1: 'much' } }, lines: [LINE] }, ['billed_agree', 'il_0']],
])('%s', (_, more, expected) => {
  const { rows, summary } = reconcile({ ...WORLD, ...more });
  const [row] = rows;
  expect(row?.billing === null || row?.billing === undefined ? null : [row.billing.verdict, row.billing.line]).toEqual(
    expected,
  );
  const counted = Object.entries(summary.byBilling).filter(([, count]) => count > 0);
  expect(counted).toEqual(expected === null ? [] : [[expected[0], 1]]);
});

test('a trial may be charged, where the settings say so', () => {
  const world = { ...WORLD, trials: [0], lines: [{ ...LINE, amount: 0 }] };
  expect(reconcile(world, { trialUsage: 'charged' }).rows[0]?.billing?.verdict).toBe('amount_differs');
});

test('packages may be what the line shows', () => {
  const world = {
    ...WORLD,
    items: [{ customer: 'cus_1', price: 'price_packs' }],
    lines: [{ ...LINE, price: 'price_packs', quantity: '4', amount: 400 }],
  };
  expect(reconcile(world, { packageLine: 'transformed' }).rows[0]?.billing?.verdict).toBe('billed_agree');
  expect(reconcile(world).rows[0]?.billing?.verdict).toBe('quantity_differs');
});

test('amounts may be those that can be paid: tens of fils', () => {
  const world: World = {
    ...WORLD,
    prices: [{ id: 'price_1', meter: 'cpu', unitAmount: '0.25', currency: 'kwd' }],
    items: [{ customer: 'cus_1', price: 'price_1', currency: 'kwd' }],
    metered: { cpu: { cus_1: '3220' } },
    lines: [{ ...LINE, quantity: '3220', amount: 810, currency: 'kwd' }],
  };
  // 3220 × 0.25 = 805 fils
  const [paid] = reconcile(world, { smallestAmount: 'currency' }).rows;
  expect(paid).toMatchObject({
    billing: { verdict: 'billed_agree' },
    money: { meteredMinor: 810n, measuredMinor: 810n },
  });
  expect(reconcile(world).rows[0]).toMatchObject({
    billing: { verdict: 'amount_differs' },
    money: { meteredMinor: 805n },
  });
});

test('a bill that is wrong does not change whether the month ties out', () => {
  const { summary } = reconcile({ ...WORLD, lines: [{ ...LINE, quantity: '1' }] });
  expect(summary.exit).toBe(0);
  expect(summary.structural).toBe(0);
});

test('cells are filtered by it, and money is summed beside', () => {
  const customers = ['a', 'b', 'c', 'd'].map((id) => ({ id: `cus_${id}`, usageIds: [`ws_${id}`] }));
  const each = <T>(value: T, prefix: string) =>
    Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [`${prefix}${id}`, value]));
  const { summary, frame } = reconcile({
    ...WORLD,
    customers,
    usage: { cpu: each('3240', 'ws_') },
    metered: { cpu: each('3240', 'cus_') },
    items: customers.map(({ id }) => ({ customer: id, price: 'price_1' })),
    lines: [
      { ...LINE, customer: 'cus_a' },
      { ...LINE, customer: 'cus_b', item: 1, quantity: '3000', amount: 750 },
      { ...LINE, customer: 'cus_c', item: 2, status: 'draft' },
    ],
    invoices: [{ item: 3 }],
  });
  const ids = orderCells(
    frame,
    { billing: ['quantity_differs', 'line_missing'] },
    { by: 'customer', direction: 'ascending' },
  );
  expect([...ids].map((id) => frameCell(frame, id).customer)).toEqual(['cus_b', 'cus_d']);
  // 8.10 and 8.10 and 8.10 metered against 8.10 and 7.50 and nothing; the draft may still become right.
  expect(summary.billedAgainstMetered).toEqual([
    { currency: 'usd', metered: '24.30', billed: '15.60', difference: '8.70', cells: 2 },
  ]);
});

test('a sentence for every verdict', () => {
  const sentence = (more: Partial<World>): string | null => {
    const [row] = reconcile({ ...WORLD, ...more }).rows;
    return billingSentence(row as CellResult);
  };
  expect(sentence({})).toBeNull();
  expect(sentence({ lines: [LINE] })).toBe('The invoice charges exactly what Stripe metered: 3240 units.');
  expect(sentence({ lines: [{ ...LINE, quantity: '3000' }] })).toBe(
    'The invoice charges 3000 units, 240 less than Stripe metered.',
  );
  expect(sentence({ lines: [{ ...LINE, quantity: '3241' }] })).toBe(
    'The invoice charges 3241 units, 1 more than Stripe metered.',
  );
  expect(sentence({ lines: [{ ...LINE, amount: 811 }] })).toBe(
    'The invoice charges 8.11 USD, which is not what its quantity costs under its price.',
  );
  const items = [0, 1].map(() => ({ customer: 'cus_1', price: 'price_1' }));
  const invoices = [{ item: 0 }, { item: 1 }];
  expect(sentence({ items, invoices, lines: [LINE] })).toBe(
    'One of the subscription items has no line, though its invoice is finalised.',
  );
  expect(sentence({ items, invoices, lines: [LINE, { ...LINE, item: 1, status: 'draft' }] })).toBe(
    'One of the subscription items is charged by a draft alone, so not everything is billed yet.',
  );
  expect(sentence({ items, lines: [0, 1].map((item) => ({ ...LINE, item, quantity: '1620' })) })).toBe(
    'The invoice charges another quantity than Stripe metered.',
  );
  expect(sentence({ lines: [LINE, LINE] })).toBe('Finalised invoices charge the same item for the same period twice.');
  expect(sentence({ invoices: [{ item: 0 }] })).toBe(
    'Stripe metered 3240 units, and the finalised invoice has no line for it.',
  );
});
