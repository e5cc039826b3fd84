import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { type Document, type Engine, type Json, makeWorld, startEngine, tieOut, type World } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const AFTER = '2026-06-05T00:00:00Z';
const MAY = { start: unix('2026-05-01T00:00:00Z'), end: unix('2026-06-01T00:00:00Z') };
const JUNE = { start: unix('2026-06-01T00:00:00Z'), end: unix('2026-07-01T00:00:00Z') };

/** Half a cent a call; 100 calls are 50 cents, 333 are 166.5. */
const flat = price('price_flat', 'mtr_calls', '0.5');
const dear = price('price_dear', 'mtr_calls', '2');
const tiers = tieredPrice('price_tiers', 'mtr_calls', 'graduated', [
  [60, '1', 1000],
  [null, '0.5', 0],
]);
const seat = price('price_seat', 'mtr_calls', '3100', {
  recurring: { interval: 'month', interval_count: 1, meter: null, usage_type: 'licensed', trial_period_days: null },
});

const line = (
  id: string,
  of: RawObject | null,
  amount: number,
  quantity: string,
  more: Record<string, unknown> = {},
): RawObject => ({
  id: `il_${id}`,
  object: 'line_item',
  amount,
  currency: 'usd',
  description: `Line ${id}`,
  discount_amounts: [],
  period: MAY,
  pricing:
    of === null
      ? null
      : {
          type: 'price_details',
          price_details: { price: of.id, product: 'prod_1' },
          unit_amount_decimal: (of.unit_amount_decimal as string | null) ?? null,
        },
  parent: {
    type: 'subscription_item_details',
    subscription_item_details: {
      subscription: `sub_${id.split('-')[0]}`,
      subscription_item: `si_sub_${id.split('-')[0]}_0`,
      proration: false,
    },
    invoice_item_details: null,
  },
  quantity: Math.trunc(Number(quantity)),
  quantity_decimal: quantity,
  ...more,
});

/** A line of a tier, or its flat fee: no quantity and no unit amount. */
const tierLine = (id: string, amount: number, quantity: string, unit: string | null): RawObject =>
  line(id, { ...tiers, unit_amount_decimal: unit }, amount, quantity);

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
  period_start: MAY.start,
  period_end: MAY.end,
  status,
  status_transitions: { finalized_at: status === 'draft' ? null : unix('2026-06-01T01:00:00Z') },
  subtotal: 0,
  total: 0,
  lines: { object: 'list', has_more: false, total_count: lines.length, url: '', data: lines },
  ...more,
});

type Case = {
  readonly name: string;
  readonly calls: string;
  readonly priced?: RawObject;
  readonly invoices: readonly RawObject[];
  readonly expected: readonly [string, string | null] | null;
};

const CASES: readonly Case[] = [
  {
    name: 'agree',
    calls: '100',
    invoices: [invoice('agree', 'paid', [line('agree', flat, 50, '100')])],
    expected: ['billed_agree', 'il_agree'],
  },
  {
    name: 'open',
    calls: '333',
    invoices: [invoice('open', 'open', [line('open', flat, 167, '333')])],
    expected: ['billed_agree', 'il_open'],
  },
  {
    name: 'tiers',
    calls: '100',
    priced: tiers,
    invoices: [
      invoice('tiers', 'paid', [
        tierLine('tiers-1', 60, '60', '1'),
        tierLine('tiers-2', 1000, '0', null),
        tierLine('tiers-3', 20, '40', '0.5'),
        tierLine('tiers-4', 0, '0', null),
      ]),
    ],
    expected: ['billed_agree', 'il_tiers-1'],
  },
  {
    name: 'quantity',
    calls: '100',
    invoices: [invoice('quantity', 'paid', [line('quantity', flat, 40, '80')])],
    expected: ['quantity_differs', 'il_quantity'],
  },
  {
    name: 'price',
    calls: '100',
    invoices: [invoice('price', 'paid', [line('price', dear, 200, '100')])],
    expected: ['price_differs', 'il_price'],
  },
  {
    name: 'amount',
    calls: '100',
    invoices: [invoice('amount', 'paid', [line('amount', flat, 55, '100')])],
    expected: ['amount_differs', 'il_amount'],
  },
  {
    name: 'missing',
    calls: '100',
    invoices: [invoice('missing', 'paid', [line('missing', seat, 3100, '1', { period: JUNE })])],
    expected: ['line_missing', null],
  },
  {
    name: 'twice',
    calls: '100',
    invoices: [
      invoice('twice', 'open', [line('twice-1', flat, 50, '100')]),
      invoice('twice', 'paid', [line('twice-2', flat, 50, '100')]),
    ],
    expected: ['line_twice', 'il_twice-2'],
  },
  {
    name: 'draft',
    calls: '100',
    invoices: [invoice('draft', 'draft', [line('draft', flat, 50, '100')])],
    expected: ['not_final', 'il_draft'],
  },
  {
    name: 'void',
    calls: '100',
    invoices: [invoice('void', 'void', [line('void', flat, 50, '100')])],
    expected: ['not_final', 'il_void'],
  },
  {
    name: 'shifted',
    calls: '100',
    invoices: [
      invoice('shifted', 'paid', [
        line('shifted', flat, 50, '100', {
          period: { start: unix('2026-05-15T00:00:00Z'), end: unix('2026-06-15T00:00:00Z') },
        }),
      ]),
    ],
    expected: ['misaligned', 'il_shifted'],
  },
  { name: 'nothing', calls: '100', invoices: [], expected: null },
];

/** One customer a case, each with a subscription; what is used is what is metered. */
async function worldOf(cases: readonly Case[], yaml = CALLS_YAML): Promise<World> {
  const at = '2026-05-02T00:00:00Z';
  return makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts(
        'calls',
        cases.map(({ name, calls }) => [`ws_${name}`, at, calls]),
      ),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      products: [product],
      prices: [flat, dear, tiers, seat],
      customers: cases.map(({ name }) => customer(`cus_${name}`, `ws_${name}`, { name: `Customer ${name}` })),
      subscriptions: cases.map(({ name, priced }) => subscription(`sub_${name}`, `cus_${name}`, [priced ?? flat])),
      invoices: cases.flatMap(({ invoices }) => invoices),
      events: pushes(
        'mtr_calls',
        cases.map(({ name, calls }) => [`cus_${name}`, at, calls]),
      ),
    },
    yaml,
  });
}

describe('billed against metered', () => {
  test('every verdict, from what Stripe says', async () => {
    const world = await worldOf(CASES);
    const { reconcile } = await tieOut(world, '2026-05', { now: AFTER });
    // What is billed wrongly is no drift between usage and Stripe.
    expect(reconcile.exit).toBe(0);
    const rows = (reconcile.json.rows ?? []) as Document[];
    const found = Object.fromEntries(rows.map(({ customer: id, billing }) => [id as string, billing as Json]));
    expect(found).toEqual(
      Object.fromEntries(
        CASES.map(({ name, expected }) => [
          `cus_${name}`,
          expected === null ? null : { verdict: expected[0], line: expected[1] },
        ]),
      ),
    );
    const table = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--now', AFTER);
    expect(table.stdout).toContain(
      'Invoices charge 3 of 11 cells as metered: 1 another quantity billed, 1 another price billed, 1 another amount billed, 1 missing on the invoice, 1 billed twice, 2 not final, 1 period not the month.',
    );
    expect(table.stdout).toMatch(/Customer quantity .* ✗ another quantity billed/);
    expect(table.stdout).not.toContain('Customer agree');
    await world.end();
  });
});

describe('tieout prove', () => {
  const prove = async (world: World, ...more: readonly string[]) =>
    world.tieout('prove', 'DIR', '--json', '--now', AFTER, ...more);
  const pulled = async (cases: readonly Case[], yaml = CALLS_YAML): Promise<World> => {
    const world = await worldOf(cases, yaml);
    expect(await world.tieout('pull', 'DIR', '--month', '2026-05', '--json', '--now', AFTER)).toMatchObject({
      exit: 0,
    });
    return world;
  };

  test('all lines exact', async () => {
    const named = new Set(['agree', 'open', 'tiers', 'missing', 'draft', 'void']);
    const world = await pulled(CASES.filter(({ name }) => named.has(name)));
    const { exit, json } = await prove(world);
    expect(exit).toBe(0);
    expect(json).toMatchObject({
      tieout: 1,
      kind: 'proof',
      workspace: 'World',
      month: null,
      lines: 6,
      exact: 6,
      licensed: { lines: 1, exact: 1 },
      differing: [],
      unratable: [],
      // 0.50, 1.67 and 10.80
      asMeasured: [{ currency: 'usd', lines: 6, billed: 1297, rated: 1297, difference: 0 }],
      suggestions: [],
      exit: 0,
    });
    const text = await world.tieout('prove', 'DIR', '--now', AFTER);
    expect(text.stdout.trimEnd().split('\n').at(-1)).toBe('6 of 6 lines exact; licensed: 1 of 1');
    // The seat's service period begins in June.
    expect((await prove(world, '--month', '2026-05')).json).toMatchObject({
      lines: 6,
      licensed: { lines: 0, exact: 0 },
    });
    expect((await prove(world, '--month', '2026-06')).json).toMatchObject({
      lines: 0,
      licensed: { lines: 1, exact: 1 },
    });
    await world.end();
  });

  test('lines that differ, each with its cause; what was measured beside', async () => {
    const named = new Set(['agree', 'quantity', 'amount', 'twice']);
    const changed: Case = {
      name: 'changed',
      calls: '100',
      invoices: [invoice('changed', 'paid', [line('changed', { ...flat, unit_amount_decimal: '0.75' }, 75, '100')])],
      expected: null,
    };
    const byHand: Case = {
      name: 'byhand',
      calls: '1',
      invoices: [
        invoice('byhand', 'paid', [
          line('byhand', null, 9999, '1', {
            parent: {
              type: 'invoice_item_details',
              invoice_item_details: { invoice_item: 'ii_1', proration: false, subscription: null },
              subscription_item_details: null,
            },
          }),
        ]),
      ],
      expected: null,
    };
    const gone: Case = {
      name: 'gone',
      calls: '1',
      invoices: [invoice('gone', 'paid', [line('gone', { ...flat, id: 'price_gone' }, 1, '1')])],
      expected: null,
    };
    const world = await pulled([...CASES.filter(({ name }) => named.has(name)), changed, byHand, gone]);
    const { exit, json } = await prove(world);
    expect(exit).toBe(1);
    expect(json).toMatchObject({ lines: 7, exact: 4, licensed: { lines: 0, exact: 0 } });
    expect(
      (json.differing as Document[]).map((row) => [
        row.invoice,
        row.line,
        row.name,
        row.currency,
        row.rated,
        row.billed,
        row.cause,
        row.option,
      ]),
    ).toEqual([
      ['in_changed_paid', 'il_changed', 'Customer changed', 'usd', 50, 75, 'price_changed', null],
      ['in_amount_paid', 'il_amount', 'Customer amount', 'usd', 50, 55, 'manual_edit', null],
    ]);
    expect(json.unratable).toMatchObject([{ invoice: 'in_gone_paid', line: 'il_gone', customer: 'cus_gone' }]);
    // Billed 50 + 40 + 55 + 50 + 50 + 75; the second invoice of one period is owed nothing.
    expect(json.asMeasured).toEqual([{ currency: 'usd', lines: 6, billed: 320, rated: 250, difference: -70 }]);
    await world.end();
  });

  test('history that rounds half to even names the setting, and is exact with it', async () => {
    // 333 × 0.5 = 166.5 → 166, 335 × 0.5 = 167.5 → 168, 337 × 0.5 = 168.5 → 168
    const cases = [
      ['even', '333', 166],
      ['odd', '335', 168],
      ['more', '337', 168],
    ].map(
      ([name, calls, amount]): Case => ({
        name: name as string,
        calls: calls as string,
        invoices: [invoice(name as string, 'paid', [line(name as string, flat, amount as number, calls as string)])],
        expected: null,
      }),
    );
    const world = await pulled(cases);
    const { exit, json, ...rest } = await prove(world);
    expect(exit, rest.stderr).toBe(1);
    expect((json.differing as Document[]).map(({ line: id, cause, option }) => [id, cause, option])).toEqual([
      ['il_even', 'rounding', 'rating.rounding: half_even'],
      ['il_more', 'rounding', 'rating.rounding: half_even'],
    ]);
    expect((json.suggestions as Document[])[0]).toEqual({ option: 'rating.rounding: half_even', gains: 2, losses: 0 });
    const text = await world.tieout('prove', 'DIR', '--now', AFTER);
    expect(text.stdout).toContain('→ rating.rounding: half_even makes 2 more lines exact and loses none\n');
    await world.end();
    const set = await pulled(cases, `rating: { rounding: half_even }${CALLS_YAML}`);
    expect(await prove(set)).toMatchObject({ exit: 0, json: { lines: 3, exact: 3 } });
    await set.end();
  });

  test('nothing to prove, no workspace, and a month that is none', async () => {
    const world = await worldOf([]);
    expect(await prove(world)).toMatchObject({ exit: 3, json: { kind: 'proof', lines: 0, exact: 0, exit: 3 } });
    expect(await prove(world, '--month', '2026-13')).toMatchObject({
      exit: 2,
      json: { error: { code: 'period.malformed' } },
    });
    expect(await prove(world, '--month', '2026-07')).toMatchObject({
      exit: 2,
      json: { error: { code: 'period.in_future' } },
    });
    expect(await world.tieout('prove', '/nowhere', '--json')).toMatchObject({ exit: 2, json: { kind: 'error' } });
    await world.end();
  });
});
