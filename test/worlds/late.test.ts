import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { type Document, type Engine, makeWorld, type Ran, startEngine, type World } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const MAY = { start: unix('2026-05-01T00:00:00Z'), end: unix('2026-06-01T00:00:00Z') };

/** 10.00 and one cent a call, half a cent beyond 60. */
const tiers = tieredPrice('price_tiers', 'mtr_calls', 'graduated', [
  [60, '1', 1000],
  [null, '0.5', null],
]);
const flat = price('price_flat', 'mtr_calls', '0.5');

type Row = readonly [of: RawObject, amount: number, quantity: string, unit: string | null];

const invoice = (id: string, owner: string, status: string, rows: readonly Row[]): RawObject => {
  const data = rows.map(([of, amount, quantity, unit], index) => ({
    id: `il_${id}_${index + 1}`,
    object: 'line_item',
    amount,
    currency: 'usd',
    description: null,
    discount_amounts: [],
    period: MAY,
    pricing: {
      type: 'price_details',
      price_details: { price: of.id, product: 'prod_1' },
      unit_amount_decimal: unit,
    },
    parent: {
      type: 'subscription_item_details',
      subscription_item_details: {
        subscription: `sub_${owner}`,
        subscription_item: `si_sub_${owner}_0`,
        proration: false,
      },
      invoice_item_details: null,
    },
    quantity: Math.trunc(Number(quantity)),
    quantity_decimal: quantity,
  }));
  return {
    id: `in_${id}`,
    object: 'invoice',
    amount_due: 0,
    billing_reason: 'subscription_cycle',
    created: unix('2026-06-01T00:00:10Z'),
    currency: 'usd',
    customer: `cus_${owner}`,
    number: `N-${id}`,
    parent: {
      type: 'subscription_details',
      subscription_details: { subscription: `sub_${owner}`, metadata: {} },
      quote_details: null,
    },
    period_start: MAY.start,
    period_end: MAY.end,
    status,
    status_transitions: { finalized_at: status === 'draft' ? null : unix('2026-06-01T01:00:00Z') },
    subtotal: 0,
    total: 0,
    lines: { object: 'list', has_more: false, total_count: data.length, url: '', data },
  };
};

const FIFTY: readonly Row[] = [
  [tiers, 50, '50', '1'],
  [tiers, 1000, '0', null],
];
const HUNDRED: readonly Row[] = [[flat, 50, '100', '0.5']];

const worldOf = (): Promise<World> =>
  makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ['ws_1', '2026-05-02T10:00:00Z', '50'],
        ['ws_2', '2026-05-02T10:00:00Z', '100'],
      ]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      products: [product],
      prices: [tiers, flat],
      customers: [customer('cus_1', 'ws_1', { name: '=Globex' }), customer('cus_2', 'ws_2')],
      subscriptions: [subscription('sub_1', 'cus_1', [tiers]), subscription('sub_2', 'cus_2', [flat])],
      invoices: [invoice('1', '1', 'draft', FIFTY), invoice('2', '2', 'draft', HUNDRED)],
      events: pushes('mtr_calls', [
        ['cus_1', '2026-05-02T10:00:00Z', '50'],
        ['cus_2', '2026-05-02T10:00:00Z', '100'],
      ]),
    },
    yaml: CALLS_YAML,
  });

const arrive = (world: World, at: string, calls: string): Promise<void> =>
  engine.run(inserts('calls', [['ws_1', at, calls]]).replaceAll('@', `${world.database}.`));

/** Pulls May as of an instant, and asks for what came late. */
async function lateAt(world: World, now: string, ...more: readonly string[]): Promise<Ran> {
  const pulled = await world.tieout('pull', 'DIR', '--month', '2026-05', '--now', now);
  expect(pulled.exit).toBe(0);
  return world.tieout('late', 'DIR', '--month', '2026-05', '--json', '--now', now, ...more);
}

const entries = ({ json }: Ran): readonly Document[] => json.customers as unknown as Document[];

test('a month from its drafts to corrections: late usage, decisions, a voided invoice', async () => {
  const world = await worldOf();
  try {
    const drafts = await lateAt(world, '2026-06-01T01:30:00Z');
    expect(drafts).toMatchObject({
      exit: 0,
      json: { kind: 'late', month: '2026-05', customers: [], billed: { runs: 0 } },
    });

    world.stripe.data = {
      ...world.stripe.data,
      invoices: [invoice('1', '1', 'open', FIFTY), invoice('2', '2', 'paid', HUNDRED)],
    };
    const billed = await lateAt(world, '2026-06-02T00:00:00Z');
    expect(billed).toMatchObject({ exit: 0, json: { customers: [], billed: { runs: 2 } } });

    await arrive(world, '2026-05-20T10:00:00Z', '30');
    const late = await lateAt(world, '2026-06-10T00:00:00Z', '--engine', 'period_preserving');
    expect(late.exit).toBe(1);
    expect(entries(late)).toMatchObject([
      {
        customer: 'cus_1',
        meter: 'calls',
        name: '=Globex',
        currency: 'usd',
        late: { quantity: '30', driftAtBilling: '0' },
        lines: [
          {
            component: 'graduated.1.unit',
            quantity: '10',
            unitAmount: '0.01',
            totals: { total: '0.1' },
            correctsRun: '1',
          },
          {
            component: 'graduated.2.unit',
            quantity: '20',
            unitAmount: '0.005',
            totals: { total: '0.1' },
            correctsRun: '1',
          },
        ],
        totals: { total: '0.2' },
        runs: [{ run: 1, kind: 'billed', invoice: 'in_1', quantity: '50', measured: '50', total: '10.50' }],
        state: 'undecided',
        decision: null,
      },
    ]);
    expect(late.json.totals).toMatchObject([{ currency: 'usd', total: '0.20', undecided: '0.20' }]);

    const decide = (...options: readonly string[]) =>
      world.tieout('late', 'DIR', '--month', '2026-05', '--json', '--now', '2026-06-10T01:00:00Z', ...options);
    expect(await decide('--waive', 'cus_1:calls', '--author', 'Ada')).toMatchObject({
      exit: 2,
      json: { kind: 'error', error: { code: 'late.note_missing' } },
    });
    expect(await decide('--carry-forward', 'ws_1:calls')).toMatchObject({
      exit: 2,
      json: { kind: 'error', error: { code: 'late.author_missing' } },
    });
    for (const senseless of [
      ['--author', 'Ada', '--note', 'x', '--waive', 'ws_1:calls', '--invoiced', 'ws_1:calls'],
      ['--note', 'x'],
    ]) {
      expect(await decide(...senseless)).toMatchObject({ exit: 2, json: { error: { code: 'cli.usage' } } });
    }
    expect(await decide('--limit', 'abc')).toMatchObject({ exit: 2, json: { error: { code: 'cli.usage' } } });
    const waived = await decide('--waive', 'ws_1:calls', '--author', 'Ada', '--note', 'goodwill');
    expect(waived.exit).toBe(0);
    expect(entries(waived)).toMatchObject([{ state: 'waived', decision: { author: 'Ada', note: 'goodwill' } }]);

    await arrive(world, '2026-05-21T10:00:00Z', '10');
    const more = await lateAt(world, '2026-06-12T00:00:00Z');
    expect(more.exit).toBe(1);
    expect(entries(more)).toMatchObject([{ state: 'undecided', totals: { total: '0.25' } }]);

    const csv = path.join(world.folder, 'late.csv');
    const table = await world.tieout(
      'late',
      'DIR',
      '--month',
      '2026-05',
      '--csv',
      csv,
      '--now',
      '2026-06-12T00:00:00Z',
    );
    expect(table.stdout).toContain(
      '2026-05: usage of 1 customer changed after it was billed (2 invoiced items recorded).',
    );
    expect(table.stdout).toContain('Corrections come to 0.25 USD by either engine, 0.25 USD of it undecided.');
    expect(readFileSync(csv, 'utf8').split('\r\n')).toEqual([
      'month,customer,name,meter,unit,engine,corrects_run,service_from,service_to,component,late_quantity,currency,amount,state,note',
      "2026-05,cus_1,'=Globex,calls,calls,delta,,2026-06-01T00:00:00Z,2026-07-01T00:00:00Z,graduated.1.unit,40,usd,0.10,undecided,",
      "2026-05,cus_1,'=Globex,calls,calls,delta,,2026-06-01T00:00:00Z,2026-07-01T00:00:00Z,graduated.2.unit,40,usd,0.15,undecided,",
      '',
    ]);

    const invoiced = await decide('--invoiced', 'cus_1:calls', '--author', 'Ada', '--note', 'in_77');
    expect(invoiced.exit).toBe(0);
    expect(entries(invoiced)).toMatchObject([
      {
        state: 'invoiced',
        lines: [],
        totals: { total: '0' },
        invoiced: '0.25',
        runs: [{ run: 1 }, { kind: 'correction' }],
      },
    ]);
    expect(await lateAt(world, '2026-06-13T00:00:00Z')).toMatchObject({ exit: 0 });

    // The invoice is made anew with all 90 calls: what was charged beside it is to be given back.
    world.stripe.data = {
      ...world.stripe.data,
      invoices: [
        invoice('1', '1', 'void', FIFTY),
        invoice('2', '2', 'paid', HUNDRED),
        invoice('3', '1', 'open', [
          [tiers, 60, '60', '1'],
          [tiers, 1000, '0', null],
          [tiers, 15, '30', '0.5'],
        ]),
      ],
    };
    const anew = await lateAt(world, '2026-06-14T00:00:00Z');
    expect(anew.exit).toBe(1);
    expect(entries(anew)).toMatchObject([
      {
        totals: { total: '-0.25' },
        late: { quantity: '0' },
        runs: [{ invoice: 'in_3', total: '10.75' }, { total: '0.25' }],
      },
    ]);
  } finally {
    await world.end();
  }
});

test('a workspace of which nothing was pulled, and a month in the future', async () => {
  const world = await worldOf();
  try {
    const nothing = await world.tieout('late', 'DIR', '--month', '2026-05', '--now', '2026-06-02T00:00:00Z');
    expect(nothing.exit).toBe(3);
    expect(nothing.stdout).toContain('No usage of 2026-05 was pulled yet');
    const future = await world.tieout('late', 'DIR', '--month', '2026-07', '--json', '--now', '2026-06-02T00:00:00Z');
    expect(future).toMatchObject({ exit: 2, json: { error: { code: 'period.in_future' } } });
  } finally {
    await world.end();
  }
});
