import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellsOf, moneyOf } from './expected.ts';
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
import type { Manners, RawObject, StripeData } from './stripe-double.ts';
import { type Document, type Engine, makeWorld, startEngine, tieOut, type World } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const AFTER = '2026-06-05T00:00:00Z';
const AT = '2026-05-02T00:00:00Z';

async function tiedOut(
  usage: Record<string, string>,
  stripe: StripeData,
  more: {
    manners?: Manners;
    yaml?: string;
    stripeYaml?: string;
    args?: readonly string[];
    before?: (world: World) => void;
  } = {},
) {
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts(
        'calls',
        Object.entries(usage).map(([id, quantity]) => [id, AT, quantity] as const),
      ),
    ],
    stripe,
    yaml: more.yaml ?? CALLS_YAML,
    ...(more.manners === undefined ? {} : { manners: more.manners }),
    ...(more.stripeYaml === undefined ? {} : { stripeYaml: more.stripeYaml }),
  });
  more.before?.(world);
  const ran = await tieOut(world, '2026-05', { now: AFTER, pull: more.args ?? [] });
  await world.end();
  return ran;
}

const strict = CALLS_YAML.replace('unit: calls', 'unit: calls\n    tolerance: { relative: "0" }');

test('totals are read digit by digit, however they are spelt', async () => {
  const spelt: Record<
    string,
    readonly [measured: string, exact: string, written: string, metered: string, verdict: string]
  > = {
    plain: ['25', '25', '25', '25', 'agree'],
    big: ['9007199254740993', '9007199254740993', '9007199254740993', '9007199254740993', 'agree'],
    bigoff: ['9007199254740993', '9007199254740992', '9007199254740992', '9007199254740992', 'agree'],
    huge: [
      '123456789012345678.123456789012',
      '1',
      '123456789012345678.123456789012',
      '123456789012345678.123456789012',
      'agree',
    ],
    exponent: ['1230', '1', '1.23e3', '1230', 'agree'],
    small: ['0.000000000001', '1', '1e-12', '0.000000000001', 'agree'],
    capital: ['150000000000000000000', '1', '1.5E+20', '150000000000000000000', 'agree'],
    trailing: ['7', '7', '7.000', '7', 'agree'],
    // the noise of a double: 4 × 10⁻¹⁷ is within 10⁻¹⁵ × 0.3
    noise: ['0.3', '1', '0.30000000000000004', '0.30000000000000004', 'agree'],
    // 10⁻¹⁵ × 2 exactly, then more
    edge: ['2', '1', '1.999999999999998', '1.999999999999998', 'agree'],
    beyond: ['2', '1', '1.9999999999999979', '1.9999999999999979', 'stale_overdue'],
    twelfth: ['5.000000000001', '1', '5.000000000002', '5.000000000002', 'over_reported'],
    zero: ['0', '0', '0.0', '0', 'agree_zero'],
    negative: ['1', '1', '-0.5', '-0.5', 'invalid'],
    text: ['3', '3', '"3"', '3', 'agree'],
    nothing: ['3', '3', 'null', null as unknown as string, 'invalid'],
  };
  const names = Object.keys(spelt);
  const marks = new Map(names.map((name, index) => [String(index + 1), name]));
  const { pull, reconcile } = await tiedOut(
    Object.fromEntries(names.map((name) => [`ws_${name}`, spelt[name]?.[0] ?? ''])),
    {
      meters: [meter('mtr_calls', 'calls')],
      customers: names.map((name) => customer(`cus_${name}`, `ws_${name}`)),
      events: pushes(
        'mtr_calls',
        names.map((name, index) => [`cus_${name}`, AT, String(index + 1)] as const),
      ),
    },
    { yaml: strict, manners: { spell: (exact) => spelt[marks.get(exact) ?? '']?.[2] ?? exact } },
  );
  expect(pull.exit).toBe(0);
  const byName = new Map(
    cellsOf(reconcile.json).map((cell) => [(cell as string[])[0], (cell as (string | null)[]).slice(3)]),
  );
  for (const name of names) {
    const [measured, , , metered, verdict] = spelt[name] ?? [];
    expect([name, ...(byName.get(`cus_${name}`) ?? [])]).toEqual([name, measured, metered, verdict]);
  }
  const rows = reconcile.json.rows as Document[];
  const rounded = rows.filter((row) => (row.cause as Document | null)?.code === 'rounding').map((row) => row.customer);
  // 9007199254740993 against …992 differs by 1 < 9.007…
  expect(rounded).toEqual(['cus_bigoff', 'cus_edge', 'cus_noise']);
});

const seat = price('price_seat', 'mtr_calls', '2');

test('an account in pages of two, under a path, with only what is needed served', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const { pull, reconcile } = await tiedOut(
    Object.fromEntries(names.map((name) => [`ws_${name}`, '10'])),
    {
      meters: [meter('mtr_x', 'x'), meter('mtr_y', 'y'), meter('mtr_calls', 'calls')],
      prices: [
        price('price_1', 'mtr_x', '1'),
        price('price_2', 'mtr_x', '1', { active: false }),
        { ...seat, active: false },
      ],
      customers: names.map((name) => customer(`cus_${name}`, `ws_${name}`)),
      subscriptions: names.map((name) => subscription(`sub_${name}`, `cus_${name}`, [seat])),
      events: pushes(
        'mtr_calls',
        names.flatMap((name) => [
          [`cus_${name}`, AT, '4'] as const,
          [`cus_${name}`, '2026-05-03T10:10:00Z', '3'] as const,
        ]),
      ),
    },
    {
      manners: {
        prefix: '/stripe/live',
        maxPage: 2,
        notServed: [
          '/v1/products',
          '/v1/invoices',
          '/v1/coupons',
          '/v1/billing/credit_grants',
          '/v1/tax_rates',
          '/v1/test_helpers',
        ],
      },
    },
  );
  expect(pull).toMatchObject({ exit: 0, json: { complete: true } });
  expect(cellsOf(reconcile.json)).toEqual(
    names.map((name) => [`cus_${name}`, `ws_${name}`, 'calls', '10', '7', 'under_reported']),
  );
  expect(moneyOf(reconcile.json)[0]).toEqual(['cus_a', 'usd', '0.20', '0.14', null, '0.06']);
});

test('objects of older versions, bare ones, and ones with fields that nobody knows', async () => {
  const bare = (object: RawObject, fields: readonly string[]): RawObject =>
    Object.fromEntries(Object.entries(object).filter(([name]) => name === 'id' || fields.includes(name))) as RawObject;
  const older = subscription('sub_older', 'cus_older', [seat], {
    current_period_start: unix('2026-04-10T00:00:00Z'),
    current_period_end: unix('2026-05-10T00:00:00Z'),
    discount: null,
    new_thing: { deep: [1, 2, { x: null }] },
  });
  const olderItems = (older.items as { data: RawObject[] }).data.map((item) => ({
    ...item,
    current_period_start: undefined,
    current_period_end: undefined,
    plan: { id: 'price_seat', object: 'plan' },
  }));
  const plain = subscription('sub_bare', 'cus_bare', [seat]);
  const ladder = tieredPrice('price_ladder', 'mtr_calls', 'graduated', [
    [10, '100', null],
    [null, '50', null],
  ]);
  const { pull, reconcile } = await tiedOut(
    { ws_older: '10', ws_bare: '10', ws_ladder: '12', ws_expanded: '10' },
    {
      meters: [bare({ ...meter('mtr_calls', 'calls') }, ['event_name', 'default_aggregation'])],
      products: [product],
      prices: [
        { ...seat, unit_amount_decimal: undefined, unknown_field: 1.5e300 },
        {
          ...ladder,
          tiers: (ladder.tiers as Record<string, unknown>[]).map((tier) => ({
            ...tier,
            unit_amount_decimal: undefined,
            flat_amount_decimal: undefined,
          })),
        },
      ],
      customers: [
        customer('cus_older', 'ws_older', { custom: { a: 1 } }),
        bare(customer('cus_bare', 'ws_bare'), ['metadata']),
        customer('cus_ladder', 'ws_ladder'),
        customer('cus_expanded', 'ws_expanded'),
      ],
      subscriptions: [
        { ...older, items: { object: 'list', data: olderItems } },
        { ...bare(plain, ['customer', 'status']), items: { data: [{ id: 'si_bare', price: 'price_seat' }] } },
        subscription('sub_ladder', 'cus_ladder', [{ ...ladder, tiers: undefined }]),
        { ...subscription('sub_expanded', 'cus_x', [seat]), customer: customer('cus_expanded', 'ws_expanded') },
      ],
      events: pushes(
        'mtr_calls',
        ['older', 'bare', 'ladder', 'expanded'].map((name) => [`cus_${name}`, AT, '10'] as const),
      ),
    },
    {
      manners: {
        hidesTiers: true,
        summary: ({ id: _id, object: _object, meter: _meter, livemode: _livemode, ...rest }) => rest,
      },
    },
  );
  expect(pull.exit).toBe(0);
  expect(moneyOf(reconcile.json)).toEqual([
    ['cus_ladder', 'usd', '11.00', '10.00', null, '1.00'],
    ['cus_bare', 'usd', '0.20', '0.20', null, '0.00'],
    ['cus_expanded', 'usd', '0.20', '0.20', null, '0.00'],
    ['cus_older', 'usd', '0.20', '0.20', null, '0.00', 'calendar_month'],
  ]);
});

test('count and last meters; a total pushed on the hour, month to date', async () => {
  const yaml = `
customers: { match: metadata.workspace_id }
meters:
  - { key: counted, stripe: { eventName: counted }, usage: { template: events, table: calls, columns: { customer: tenant, at: at }, aggregate: count } }
  - { key: level, stripe: { eventName: level }, usage: { template: events, table: calls, columns: { customer: tenant, at: at, value: qty }, aggregate: last } }
  - { key: todate, stripe: { eventName: todate }, usage: { template: events, table: calls, columns: { customer: tenant, at: at, value: qty } } }`;
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ['ws_1', '2026-05-01T00:30:00Z', '10'],
        ['ws_1', '2026-05-10T10:30:00Z', '20'],
        ['ws_1', '2026-05-15T10:30:00Z', '5'],
      ]),
    ],
    stripe: {
      meters: [
        meter('mtr_counted', 'counted', 'count'),
        meter('mtr_level', 'level', 'last'),
        meter('mtr_todate', 'todate', 'last'),
      ],
      customers: [customer('cus_1', 'ws_1')],
      events: [
        ...pushes('mtr_counted', [
          ['cus_1', '2026-05-01T00:30:00Z', '1'],
          ['cus_1', '2026-05-10T10:30:00Z', '1'],
        ]),
        ...pushes('mtr_level', [
          ['cus_1', '2026-05-01T01:00:00Z', '10'],
          ['cus_1', '2026-05-10T11:00:00Z', '20'],
        ]),
        ...pushes('mtr_todate', [
          ['cus_1', '2026-05-01T01:00:00Z', '10'],
          ['cus_1', '2026-05-10T11:00:00Z', '30'],
        ]),
      ],
    },
    yaml,
  });
  const verdicts = async (now: string) => {
    const { reconcile } = await tieOut(world, '2026-05', { now });
    return cellsOf(reconcile.json).map((cell) => (cell as string[]).slice(2));
  };
  // Evidence hour of todate: 10 May 11:00, measured 30 at its start and end: it fits, and is days old.
  expect(await verdicts('2026-05-15T12:00:00Z')).toEqual([
    ['counted', '3', '2', 'stale_overdue'],
    ['level', '5', '20', 'over_reported'],
    ['todate', '35', '30', 'stale_overdue'],
  ]);
  // A push at 10:05 of the hour in which usage grew to 35 still holds 30.
  const { data } = world.stripe;
  world.stripe.data = {
    ...data,
    events: [
      ...(data.events ?? []),
      ...pushes('mtr_todate', [['cus_1', '2026-05-15T10:05:00Z', '30']]),
      ...pushes('mtr_level', [['cus_1', '2026-05-15T10:45:00Z', '5']]),
    ],
  };
  expect(await verdicts('2026-05-15T12:00:00Z')).toEqual([
    ['counted', '3', '2', 'stale_overdue'],
    ['level', '5', '5', 'agree'],
    ['todate', '35', '30', 'stale'],
  ]);
  await world.end();
});

test('a base that knows no expansions gives what it has', async () => {
  const ladder = tieredPrice('price_ladder', 'mtr_calls', 'volume', [
    [10, '100', null],
    [null, '50', null],
  ]);
  const { pull, reconcile } = await tiedOut(
    { ws_1: '12' },
    {
      meters: [meter('mtr_calls', 'calls')],
      prices: [ladder],
      customers: [customer('cus_1', 'ws_1')],
      subscriptions: [subscription('sub_1', 'cus_1', [ladder])],
      events: pushes('mtr_calls', [['cus_1', AT, '10']]),
    },
    {
      before: (world) => {
        world.stripe.trouble = (_path, query) => {
          const refused = [...query].find(
            ([key, value]) => key.startsWith('expand') && !/^(data\.)?tiers$/.test(value),
          );
          if (refused === undefined) return null;
          const message = `This property cannot be expanded (${refused[1]}).`;
          return { status: 400, body: { error: { type: 'invalid_request_error', message } } };
        };
      },
    },
  );
  expect(pull.exit).toBe(0);
  expect(moneyOf(reconcile.json)).toEqual([['cus_1', 'usd', '6.00', '10.00', null, '-4.00']]);
});
