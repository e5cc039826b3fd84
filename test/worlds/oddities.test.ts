import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellsOf as cellsIn, moneyOf } from './expected.ts';
import { CALLS_TABLE, CALLS_YAML, customer, inserts, meter, price, product, pushes, subscription } from './objects.ts';
import type { RawObject, StripeData } from './stripe-double.ts';
import { type Document, type Engine, makeWorld, startEngine, tieOut } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const AFTER = '2026-06-05T00:00:00Z';
const AT = '2026-05-02T00:00:00Z';
const calls = meter('mtr_calls', 'calls');

/** `[customer, usage id, meter, measured, metered, verdict]` */
const cellsOf = (document: Document) => cellsIn(document) as (string | null)[][];

async function tiedOut(usage: readonly (readonly [string, string])[], stripe: StripeData) {
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts(
        'calls',
        usage.map(([id, quantity]) => [id, AT, quantity] as const),
      ),
    ],
    stripe,
    yaml: CALLS_YAML,
  });
  const ran = await tieOut(world, '2026-05', { now: AFTER });
  await world.end();
  return ran;
}

test('prices of odd shapes leave their own customers without amounts, and nobody else', async () => {
  const odd: readonly RawObject[] = [
    { billing_scheme: 'auction' },
    { billing_scheme: 'tiered', tiers: null },
    { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers: [] },
    { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers: [{ up_to: 10, unit_amount: 1 }] },
    { billing_scheme: 'tiered', tiers_mode: 'volume', tiers: [{ up_to: null, unit_amount: 1 }, { up_to: 5 }] },
    { transform_quantity: { divide_by: 0, round: 'up' } },
    { transform_quantity: { divide_by: 1.5, round: 'sideways' } },
    { unit_amount: null, unit_amount_decimal: null, custom_unit_amount: { minimum: 1 } },
    { recurring: { interval: 'fortnight', interval_count: 1, meter: 'mtr_calls', usage_type: 'metered' } },
  ].map((shape, index) => ({ ...price(`price_${index}`, 'mtr_calls', '5'), ...shape }));
  const fine = price('price_fine', 'mtr_calls', '5');
  const all = [...odd, fine];
  const { reconcile, pull } = await tiedOut(
    all.map((_, index) => [`ws_${index}`, '4'] as const),
    {
      meters: [calls],
      products: [product],
      prices: all,
      customers: all.map((_, index) => customer(`cus_${index}`, `ws_${index}`)),
      subscriptions: all.map((one, index) => subscription(`sub_${index}`, `cus_${index}`, [one])),
      events: pushes(
        'mtr_calls',
        all.map((_, index) => [`cus_${index}`, AT, '4'] as const),
      ),
    },
  );
  expect(pull.exit).toBe(0);
  expect(reconcile.exit).toBe(0);
  expect(cellsOf(reconcile.json).map((cell) => cell.at(-1))).toEqual(all.map(() => 'agree'));
  const amounts = moneyOf(reconcile.json);
  expect(JSON.stringify(amounts)).toContain('0.20');
  for (const { id } of odd) expect(`${reconcile.stderr}${JSON.stringify(pull.json.warnings)}`).toContain(String(id));
  expect(reconcile.stderr).not.toContain('price_fine');
});

test('ids in every script, with quotes, line ends and formulas; three thousand of them on one customer', async () => {
  const odd = [
    '=1+1',
    '@sum',
    "o'brien",
    '"quoted"',
    'a,b',
    'zwei\nZeilen',
    'tab\there',
    '工作区',
    '🧾',
    ' ',
    '\\',
    '%s{x}',
  ];
  const many = Array.from({ length: 3000 }, (_, index) => `ws_${index}`);
  const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const field = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ...odd.map((id) => [quoted(id), AT, '4'] as const),
        ...many.map((id) => [id, AT, '999999999999999.000000000001'] as const),
      ]),
    ],
    stripe: {
      meters: [calls, meter('mtr_double', 'calls', 'sum', { created: 1, status: 'inactive' })],
      products: [product],
      prices: [],
      subscriptions: [],
      customers: [...odd.map((id, index) => customer(`cus_${index}`, null, { name: id })), customer('cus_many', null)],
      events: pushes('mtr_calls', [
        ...odd.map((_, index) => [`cus_${index}`, AT, '4'] as const),
        ...[1, 2, 3].map(
          (day) => [`cus_many`, `2026-05-0${day}T00:00:00Z`, '999999999999999000.000000000001'] as const,
        ),
      ]),
    },
    yaml: CALLS_YAML.replace('{ match: metadata.workspace_id }', '{ file: customers.csv }').replace(
      'unit: calls',
      'unit: calls\n    tolerance: { relative: "0" }',
    ),
  });
  const links = [...odd.map((id, index) => [id, `cus_${index}`]), ...many.map((id) => [id, 'cus_many'])];
  writeFileSync(
    join(world.folder, 'customers.csv'),
    ['usage_id,stripe_customer', ...links.map(([id, of]) => `${field(id ?? '')},${of}`)].join('\r\n'),
  );
  const { pull, reconcile } = await tieOut(world, '2026-05', { now: AFTER });
  const exported = await world.tieout('export', 'DIR', '--month', '2026-05');
  const csv = readFileSync(join(world.folder, 'exports', '2026-05.csv'), 'utf8');
  await world.end();
  expect(pull.exit).toBe(0);
  const cells = cellsOf(reconcile.json);
  expect(
    cells
      .filter(([of]) => of !== 'cus_many')
      .map((cell) => [cell[1], cell.at(-1)])
      .sort(),
  ).toEqual(odd.map((id) => [id, 'agree']).sort());
  const [large] = cells.filter(([of]) => of === 'cus_many');
  expect(large?.slice(3)).toEqual([
    '2999999999999997000.000000003',
    '2999999999999997000.000000000003',
    // Nine places behind eighteen digits: within what Stripe's own sums may carry.
    'agree',
  ]);
  const rows = reconcile.json.rows as { customer: string; usageIds: string[] }[];
  expect(rows.find(({ customer: id }) => id === 'cus_many')?.usageIds).toHaveLength(3000);
  expect(exported.exit).toBe(0);
  expect(csv).toContain(",'=1+1,'=1+1,");
  expect(csv).toContain('"zwei\nZeilen"');
  expect(csv.startsWith('month,customer,')).toBe(true);
});

test('shadow of one meter ties out that meter alone', async () => {
  const world = await makeWorld(engine, {
    sql: [CALLS_TABLE, inserts('calls', [['ws_1', AT, '4']])],
    stripe: {
      meters: [calls, meter('mtr_rows', 'rows')],
      products: [product],
      prices: [],
      subscriptions: [],
      customers: [customer('cus_1', 'ws_1')],
      events: pushes('mtr_calls', [['cus_1', AT, '4']]),
    },
    yaml: `${CALLS_YAML}
  - key: rows
    stripe: { eventName: rows }
    usage: { template: events, table: calls, columns: { customer: tenant, at: at, value: qty } }`,
  });
  const common = ['--customer', 'ws_1', '--month', '2026-05', '--json', '--now', AFTER];
  const one = await world.tieout('shadow', 'DIR', ...common, '--meter', 'calls');
  const all = await world.tieout('shadow', 'DIR', ...common);
  await world.end();
  expect(cellsOf(one.json)).toEqual([['cus_1', 'ws_1', 'calls', '4', '4', 'agree']]);
  expect(one.exit).toBe(0);
  expect(cellsOf(all.json)).toHaveLength(2);
  expect(all.exit).toBe(1);
});

test('an account and a table without anybody', async () => {
  const { pull, reconcile } = await tiedOut([['ws_1', '0']], {
    meters: [],
    products: [],
    prices: [],
    subscriptions: [],
    customers: [],
    events: [],
  });
  expect(pull.exit).toBe(0);
  expect(cellsOf(reconcile.json)).toEqual([[null, 'ws_1', 'calls', '0', null, 'unmapped']]);
  expect(reconcile.exit).toBe(0);
});
