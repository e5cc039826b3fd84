import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellsOf, contractOf, expectedDocument } from './expected.ts';
import { CALLS_TABLE, CALLS_YAML, customer, inserts, meter, price, product, pushes, subscription } from './objects.ts';
import type { MeterEvent, RawObject } from './stripe-double.ts';
import { type Document, type Engine, makeWorld, startEngine, tieOut, type World, type WorldPlan } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const AFTER = '2026-06-05T00:00:00Z';
const AT = '2026-05-02T00:00:00Z';
const calls = meter('mtr_calls', 'calls');
const flat = price('price_flat', 'mtr_calls', '2');

const used = (rows: Record<string, string>): string =>
  inserts(
    'calls',
    Object.entries(rows).map(([id, quantity]) => [id, AT, quantity] as const),
  );
const held = (rows: Record<string, string>): MeterEvent[] =>
  pushes(
    'mtr_calls',
    Object.entries(rows).map(([id, quantity]) => [id, AT, quantity] as const),
  );

const matchedBy = (rule: string): string => CALLS_YAML.replace('{ match: metadata.workspace_id }', rule);

const plan = (more: Partial<WorldPlan> & Pick<WorldPlan, 'stripe'>, usage: Record<string, string>): WorldPlan => ({
  sql: [CALLS_TABLE, used(usage)],
  yaml: CALLS_YAML,
  ...more,
});

async function tiedOut(given: WorldPlan, before?: (world: World) => void) {
  const world = await makeWorld(engine, given);
  before?.(world);
  const ran = await tieOut(world, '2026-05', { now: AFTER });
  await world.end();
  return ran;
}

test('several usage ids of one customer are added up; one that fits two customers is ambiguous', async () => {
  const { reconcile } = await tiedOut(
    {
      ...plan(
        {
          stripe: {
            meters: [calls],
            customers: [
              customer('cus_two', null),
              customer('cus_a', null),
              customer('cus_b', null),
              customer('cus_plain', null, { name: 'Plain' }),
            ],
            events: held({ cus_two: '30', cus_a: '5', cus_plain: '3' }),
          },
          yaml: matchedBy('{ file: customers.csv }'),
        },
        { 'Ws-z': '10', 'ws-a': '19.5', 'ws-ä': '0.5', shared: '5', plain: '3', nobody: '1' },
      ),
    },
    (world) =>
      writeFileSync(
        path.join(world.folder, 'customers.csv'),
        'usage_id,stripe_customer\r\nws-ä,cus_two\r\nws-a,cus_two\r\nWs-z,cus_two\r\nshared,cus_b\r\nshared,cus_a\r\nplain,cus_plain\r\n',
      ),
  );
  expect(reconcile.exit).toBe(1);
  expect(contractOf(reconcile.json)).toEqual(
    expectedDocument({
      month: '2026-05',
      period: ['2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z'],
      asOf: [AFTER, AFTER],
      rows: [
        {
          customer: 'cus_a',
          measured: null,
          metered: '5',
          drift: ['-5', '-1'],
          verdict: 'missing_usage',
          structural: true,
          cause: 'unmapped',
        },
        {
          customer: 'cus_plain',
          usageIds: ['plain'],
          name: 'Plain',
          measured: '3',
          metered: '3',
          drift: ['0', '0'],
          verdict: 'agree',
          structural: false,
          cause: null,
        },
        // byte order: W (0x57) before w (0x77); a (0x61) before ä (0xc3 0xa4)
        {
          customer: 'cus_two',
          usageIds: ['Ws-z', 'ws-a', 'ws-ä'],
          measured: '30',
          metered: '30',
          drift: ['0', '0'],
          verdict: 'agree',
          structural: false,
          cause: null,
        },
        {
          customer: null,
          usageIds: ['nobody'],
          measured: '1',
          metered: null,
          drift: ['1', '1'],
          verdict: 'unmapped',
          structural: true,
          cause: 'unmapped',
        },
        {
          customer: null,
          usageIds: ['shared'],
          measured: '5',
          metered: null,
          drift: ['5', '1'],
          verdict: 'unmapped',
          structural: true,
          cause: 'ambiguous_mapping',
        },
      ],
      exit: 1,
    }),
  );
  const rows = reconcile.json.rows as Document[];
  expect(rows.find((row) => row.usageId === 'shared')).toMatchObject({
    cause: { evidence: 'ambiguous: cus_a, cus_b' },
  });
});

test.each([
  ['{ match: id }', customer('cus_1', null), 'cus_1'],
  ['{ match: email }', customer('cus_1', null, { email: 'a@example.com' }), 'a@example.com'],
  ['{ match: metadata.workspace_id }', customer('cus_1', 'ws_1'), 'ws_1'],
  ['{ match: metadata.the key }', customer('cus_1', null, { metadata: { 'the key': 'k 1' } }), 'k 1'],
])('customers found by %s', async (rule, found, usageId) => {
  const { reconcile } = await tiedOut(
    plan(
      { stripe: { meters: [calls], customers: [found], events: held({ cus_1: '4' }) }, yaml: matchedBy(rule) },
      { [usageId]: '4' },
    ),
  );
  expect(cellsOf(reconcile.json)).toEqual([['cus_1', usageId, 'calls', '4', '4', 'agree']]);
  expect(reconcile.exit).toBe(0);
});

const clocked = (id: string, workspace: string): RawObject => customer(id, workspace, { test_clock: 'clock_1' });
const clockedWorld = {
  meters: [calls],
  products: [product],
  prices: [flat],
  testClocks: [{ id: 'clock_1', object: 'test_helpers.test_clock', frozen_time: 1_780_000_000, status: 'ready' }],
  customers: [customer('cus_real', 'ws_real'), clocked('cus_clocked', 'ws_clocked')],
  subscriptions: [
    subscription('sub_real', 'cus_real', [flat]),
    subscription('sub_clocked', 'cus_clocked', [flat], { test_clock: 'clock_1' }),
  ],
  events: held({ cus_real: '4', cus_clocked: '6' }),
};

test('customers on a test clock take part only where asked', async () => {
  const without = await tiedOut(plan({ stripe: clockedWorld }, { ws_real: '4', ws_clocked: '6' }));
  expect(cellsOf(without.reconcile.json)).toEqual([
    ['cus_real', 'ws_real', 'calls', '4', '4', 'agree'],
    [null, 'ws_clocked', 'calls', '6', null, 'unmapped'],
  ]);
  const { reconcile } = await tiedOut(
    plan({ stripe: clockedWorld, stripeYaml: 'testClocks: true' }, { ws_real: '4', ws_clocked: '6' }),
  );
  expect(cellsOf(reconcile.json)).toEqual([
    ['cus_clocked', 'ws_clocked', 'calls', '6', '6', 'agree'],
    ['cus_real', 'ws_real', 'calls', '4', '4', 'agree'],
  ]);
  expect((reconcile.json.totals as Document).money).toEqual([
    { currency: 'usd', measured: '0.20', metered: '0.20', billed: null, difference: '0.00' },
  ]);
});

test('a customer that a base lists with its clock is left out all the same', async () => {
  const listed = {
    ...clockedWorld,
    customers: [
      customer('cus_real', 'ws_real'),
      { ...clocked('cus_clocked', 'ws_clocked'), test_clock: { id: 'clock_1' } },
    ],
  };
  const { reconcile } = await tiedOut(plan({ stripe: listed }, { ws_real: '4', ws_clocked: '6' }));
  expect(cellsOf(reconcile.json)).toEqual([['cus_real', 'ws_real', 'calls', '4', '4', 'agree']]);
});

test('a deleted customer keeps its cells', async () => {
  const world = await makeWorld(
    engine,
    plan(
      {
        stripe: {
          meters: [calls],
          products: [product],
          prices: [flat],
          customers: [customer('cus_1', 'ws_1', { name: 'Globex' }), customer('cus_2', 'ws_2')],
          subscriptions: [subscription('sub_1', 'cus_1', [flat])],
          events: held({ cus_1: '4', cus_2: '5' }),
        },
      },
      { ws_1: '4', ws_2: '5' },
    ),
  );
  const before = await tieOut(world, '2026-05', { now: AFTER });
  const expected = [
    ['cus_1', 'ws_1', 'calls', '4', '4', 'agree'],
    ['cus_2', 'ws_2', 'calls', '5', '5', 'agree'],
  ];
  expect(cellsOf(before.reconcile.json)).toEqual(expected);
  // Deleted: lists hide it, it is retrieved as a stub, its subscription is canceled, its events are still there.
  world.stripe.data = {
    ...world.stripe.data,
    customers: [{ id: 'cus_1', object: 'customer', deleted: true }, customer('cus_2', 'ws_2')],
  };
  const after = await tieOut(world, '2026-05', { now: '2026-06-05T02:00:00Z' });
  expect(after.pull.exit).toBe(0);
  expect(cellsOf(after.reconcile.json)).toEqual(expected);
  expect((after.reconcile.json.rows as Document[])[0]?.name).toBe('Globex');
  // Forgotten altogether: 404 for the customer and its summaries.
  world.stripe.data = { ...world.stripe.data, customers: [customer('cus_2', 'ws_2')], subscriptions: [] };
  const forgotten = await tieOut(world, '2026-05', { now: '2026-06-05T04:00:00Z' });
  expect(forgotten.pull.exit).toBe(0);
  expect(cellsOf(forgotten.reconcile.json)).toEqual(expected);
  await world.end();
});

test('a customer deleted before the first pull is known from its subscription', async () => {
  const ended = 1_779_235_200;
  const { pull, reconcile } = await tiedOut(
    plan(
      {
        stripe: {
          meters: [calls],
          products: [product],
          prices: [flat],
          customers: [{ id: 'cus_1', object: 'customer', deleted: true }],
          subscriptions: [
            subscription('sub_1', 'cus_1', [flat], { status: 'canceled', ended_at: ended, canceled_at: ended }),
          ],
          events: held({ cus_1: '4' }),
        },
      },
      { ws_x: '1' },
    ),
  );
  expect(pull.exit).toBe(0);
  expect(cellsOf(reconcile.json)).toEqual([
    ['cus_1', null, 'calls', null, '4', 'missing_usage'],
    [null, 'ws_x', 'calls', '1', null, 'unmapped'],
  ]);
});

test('meters that Stripe lacks, has inactive, or has alone', async () => {
  const yaml = `${CALLS_YAML}
  - key: ghost
    stripe: { eventName: ghost }
    unit: ghosts
    usage: { template: events, table: calls, columns: { customer: tenant, at: at } , aggregate: count }
  - key: byid
    stripe: { id: mtr_byid }
    usage: { template: events, table: calls, columns: { customer: tenant, at: at, value: qty }, scale: "1/4" }`;
  const { pull, reconcile } = await tiedOut(
    plan(
      {
        stripe: {
          meters: [
            meter('mtr_calls', 'calls', 'sum', {
              status: 'inactive',
              status_transitions: { deactivated_at: 1_777_000_000 },
            }),
            meter('mtr_byid', 'anything'),
            meter('mtr_gpu', 'gpu_seconds'),
            meter('mtr_empty', 'never_used'),
          ],
          customers: [customer('cus_1', 'ws_1')],
          events: [
            ...held({ cus_1: '4' }),
            ...pushes('mtr_byid', [['cus_1', AT, '1']]),
            ...pushes('mtr_gpu', [
              ['cus_1', AT, '11.5'],
              ['cus_1', '2026-05-03T00:00:00Z', '0.5'],
              ['cus_1', '2026-06-01T00:00:00Z', '100'],
            ]),
          ],
        },
        yaml,
      },
      { ws_1: '4' },
    ),
  );
  expect(pull.json.warnings).toContainEqual(expect.objectContaining({ code: 'stripe.meter_inactive' }));
  expect(contractOf(reconcile.json)).toEqual(
    expectedDocument({
      month: '2026-05',
      period: ['2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z'],
      asOf: [AFTER, AFTER],
      rows: [
        {
          customer: 'cus_1',
          usageIds: ['ws_1'],
          meter: 'byid',
          unit: 'units',
          measured: '1',
          metered: '1',
          drift: ['0', '0'],
          verdict: 'agree',
          structural: false,
          cause: null,
        },
        {
          customer: 'cus_1',
          usageIds: ['ws_1'],
          measured: '4',
          metered: '4',
          drift: ['0', '0'],
          verdict: 'agree',
          structural: false,
          cause: null,
        },
        {
          customer: 'cus_1',
          usageIds: ['ws_1'],
          meter: 'ghost',
          unit: 'ghosts',
          measured: '1',
          metered: null,
          drift: ['1', '1'],
          verdict: 'no_meter',
          structural: true,
          cause: 'meter_missing',
        },
      ],
      unconfiguredMeters: [['gpu_seconds', '12']],
      exit: 1,
    }),
  );
});
