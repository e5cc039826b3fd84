import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellsOf } from './expected.ts';
import { customer, meter, pushes } from './objects.ts';
import { type Document, type Engine, makeWorld, startEngine, tieOut } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const AFTER = '2026-06-05T00:00:00Z';

type Shape = {
  readonly sql: readonly string[];
  readonly meters: string;
  readonly names: readonly string[];
  readonly customers?: readonly string[];
  readonly month?: string;
  readonly now?: string;
};

/** What each customer and meter measured; Stripe holds nothing. */
async function measured({ sql, meters, names, customers = ['a', 'b'], month = '2026-05', now = AFTER }: Shape) {
  const world = await makeWorld(engine, {
    sql,
    stripe: {
      meters: names.map((name) => meter(`mtr_${name}`, name)),
      customers: customers.map((id) => customer(`cus_${id}`, id)),
    },
    yaml: `customers: { match: metadata.workspace_id }\nmeters:\n${meters}`,
  });
  const { pull, reconcile } = await tieOut(world, month, { now });
  await world.end();
  expect(pull.json).toMatchObject({ kind: 'pull', complete: true });
  return cellsOf(reconcile.json).map((cell) => {
    const [who, id, key, value, , verdict] = cell as string[];
    return [who === null ? id : who, key, value, ...(verdict === 'invalid' ? [verdict] : [])];
  });
}

const events = (key: string, table: string, columns: string, more = ''): string =>
  `  - { key: ${key}, stripe: { eventName: ${key} }, usage: { template: events, table: ${table}, columns: { ${columns} }${more} } }\n`;

test('events over columns of every usual type, at the bounds of the month', async () => {
  // 2026-05-01T00:00:00Z = 1777593600000 ms; 2026-06-01T00:00:00Z = 1780272000000 ms
  const sql = [
    `CREATE TABLE @nullable (who LowCardinality(Nullable(String)), t Nullable(DateTime64(6, 'America/New_York')), q Nullable(UInt64)) ENGINE = Memory`,
    `INSERT INTO @nullable SELECT 'a', toDateTime64('2026-05-01 00:00:00.000000', 6, 'UTC'), 18446744073709551615`,
    `INSERT INTO @nullable SELECT 'a', toDateTime64('2026-05-31 23:59:59.999999', 6, 'UTC'), 1`,
    `INSERT INTO @nullable SELECT 'a', toDateTime64('2026-06-01 00:00:00.000000', 6, 'UTC'), 1000`,
    `INSERT INTO @nullable SELECT 'a', toDateTime64('2026-04-30 23:59:59.999999', 6, 'UTC'), 1000`,
    `INSERT INTO @nullable VALUES ('a', NULL, 7), (NULL, '2026-05-10 00:00:00', 7), ('b', '2026-05-10 00:00:00', NULL)`,
    // a DateTime without a zone is in the server's, Asia/Kolkata: 05:30 ahead
    `CREATE TABLE @zoneless (who FixedString(1), t DateTime, q Decimal(38, 12)) ENGINE = MergeTree ORDER BY t`,
    `INSERT INTO @zoneless SELECT 'a', fromUnixTimestamp(1777593600), toDecimal128('123456789012345678.123456789012', 12)`,
    `INSERT INTO @zoneless SELECT 'a', fromUnixTimestamp(1780271999), toDecimal128('0.000000000001', 12)`,
    `INSERT INTO @zoneless SELECT 'a', fromUnixTimestamp(1780272000), 1000`,
    `INSERT INTO @zoneless SELECT 'a', fromUnixTimestamp(1777593599), 1000`,
    `CREATE TABLE @millis (who Enum8('a' = 1, 'b' = 2), t Int64, q Int128) ENGINE = MergeTree ORDER BY t`,
    `INSERT INTO @millis VALUES ('a', 1777593600000, 1), ('a', 1780271999999, 2), ('a', 1780272000000, 4), ('a', 1777593599999, 8), ('b', 1777593600001, 170141183460469231731687303715884105727)`,
    `CREATE TABLE @kolkata (who UInt32, t DateTime('Asia/Kolkata'), q Float64) ENGINE = MergeTree ORDER BY t`,
    `INSERT INTO @kolkata SELECT 12, fromUnixTimestamp(1777593600), 0.1`,
    `INSERT INTO @kolkata SELECT 12, fromUnixTimestamp(1777593600), 0.2`,
    `INSERT INTO @kolkata SELECT 12, fromUnixTimestamp(1780272000), 5`,
    `INSERT INTO @kolkata SELECT 13, fromUnixTimestamp(1777593600), nan`,
    `INSERT INTO @kolkata SELECT 14, fromUnixTimestamp(1777593600), inf`,
    `CREATE TABLE @uuids (who UUID, t DateTime64(9, 'UTC'), q Int8) ENGINE = MergeTree ORDER BY t`,
    `INSERT INTO @uuids VALUES ('00000000-0000-0000-0000-00000000000a', '2026-05-31 23:59:59.999999999', 3)`,
  ];
  const cells = await measured({
    sql,
    names: ['nullable', 'zoneless', 'millis', 'kolkata', 'uuids'],
    customers: ['a', 'b', '12'],
    meters: ['nullable', 'zoneless', 'millis', 'kolkata', 'uuids']
      .map((name) => events(name, name, 'customer: who, at: t, value: q'))
      .join(''),
  });
  expect(cells).toEqual([
    ['cus_12', 'kolkata', '0.3'],
    ['cus_a', 'millis', '3'],
    ['cus_a', 'nullable', '18446744073709551616'],
    ['cus_a', 'zoneless', '123456789012345678.123456789013'],
    ['cus_b', 'millis', '170141183460469231731687303715884105727'],
    // rows without a customer are nobody's, but they are there
    ['', 'nullable', '7'],
    ['00000000-0000-0000-0000-00000000000a', 'uuids', '3'],
    ['13', 'kolkata', null, 'invalid'],
    ['14', 'kolkata', null, 'invalid'],
  ]);
});

test('aggregates, filters, keys, ids, scales and combinations', async () => {
  const columns = 'customer: who, at: t, value: q';
  const cells = await measured({
    sql: [
      `CREATE TABLE @e (who String, t DateTime64(3, 'UTC'), q Decimal(18, 3), id String, key String, status LowCardinality(String), code UInt16) ENGINE = MergeTree ORDER BY t`,
      `INSERT INTO @e VALUES
        ('a', '2026-05-01 00:10:00', 5,   'i1', 'k1', 'done', 200),
        ('a', '2026-05-01 00:20:00', 9,   'i2', 'k2', 'done', 200),
        ('a', '2026-05-20 10:00:00', 7,   'i3', 'k1', 'failed', 500),
        ('a', '2026-05-20 10:00:01', 7,   'i3', 'k1', 'failed', 500),
        ('a', '2026-05-20 11:00:00', 2.5, 'i4', 'k3', 'done', 201)`,
    ],
    customers: ['a'],
    names: [
      'sum',
      'count',
      'max',
      'last',
      'distinct',
      'unique',
      'filtered',
      'short',
      'thirds',
      'gib',
      'hundred',
      'lastsum',
    ],
    meters: [
      events('sum', 'e', columns),
      events('count', 'e', 'customer: who, at: t', ', aggregate: count'),
      events('max', 'e', columns, ', aggregate: max'),
      events('last', 'e', columns, ', aggregate: last'),
      events('distinct', 'e', 'customer: who, at: t, key: key', ', aggregate: distinct'),
      events('unique', 'e', `${columns}, id: id`),
      events('filtered', 'e', columns, ', filter: { column: status, values: [done] }'),
      events('short', 'e', columns, ', filter: { code: [200, 201] }'),
      events('thirds', 'e', columns, ', scale: "1/3"'),
      events('gib', 'e', columns, ', scale: "1/1073741824"'),
      events('hundred', 'e', columns, ', scale: "100"'),
      // the maximum of every hour, added up: 9 + 7 + 2.5
      events('lastsum', 'e', columns, ', aggregate: max, combine: sum'),
    ].join(''),
  });
  expect(cells).toEqual([
    ['cus_a', 'count', '5'],
    ['cus_a', 'distinct', '3'],
    ['cus_a', 'filtered', '16.5'],
    // 30.5 ÷ 2³⁰ = 0.0000000284053385257720947265625
    ['cus_a', 'gib', '0.000000028405'],
    ['cus_a', 'hundred', '3050'],
    ['cus_a', 'last', '2.5'],
    ['cus_a', 'lastsum', '18.5'],
    ['cus_a', 'max', '9'],
    ['cus_a', 'short', '16.5'],
    ['cus_a', 'sum', '30.5'],
    // 30.5 ÷ 3 = 10.1666…
    ['cus_a', 'thirds', '10.166666666667'],
    ['cus_a', 'unique', '23.5'],
  ]);
});

const checkpoints = (key: string, value: string, more = ''): string =>
  `  - { key: ${key}, stripe: { eventName: ${key} }, usage: { template: counter_checkpoints, table: cp, columns: { customer: ws, series: [node, life], at: ts, value: ${value}${more.startsWith('+') ? `, ${more.slice(1).split('|')[0]}` : ''} }${more.startsWith('+') ? (more.split('|')[1] ?? '') : more} } }\n`;

test('checkpoints: gaps, resets, lives, ties, trust, gauges, replaced rows, month bounds', async () => {
  const t0 = 1777593600000; // 2026-05-01T00:00:00Z
  const t1 = 1780272000000; // 2026-06-01T00:00:00Z
  const row = (
    ws: string,
    node: string,
    life: number,
    ts: number,
    kind: string,
    cpu: number | string,
    mem: number,
    egress: number,
    on: boolean | null,
  ): string => `('${ws}','${node}',${life},${ts},'${kind}',${cpu},${mem},${egress},${on})`;
  const rows = [
    // before the month: no pair crosses the bound
    row('a', 'n', 1, t0 - 1, 'tick', 100, 10, 0, true),
    row('a', 'n', 1, t0, 'start', 1000, 10, 100, true),
    row('a', 'n', 1, t0 + 60_000, 'tick', 1500, 20, 150, true), // cpu 500, mem 10×60000, egress 50
    row('a', 'n', 1, t0 + 180_000, 'tick', 1600, 20, 170, false), // dt 120000 counts: cpu 100, mem 20×120000, egress no
    row('a', 'n', 1, t0 + 300_001, 'tick', 9999, 20, 999, true), // dt 120001: dropped
    row('a', 'n', 1, t0 + 300_001, 'a_first', 8888, 20, 999, true), // same ms, earlier in byte order
    row('a', 'n', 1, t0 + 310_001, 'tick', 9000, 5, 1500, true), // back from 9999: 0; egress 501; mem 5×10000
    row('a', 'n', 2, t0 + 320_001, 'start', 50, 5, 0, true), // another life
    row('a', 'n', 2, t0 + 330_001, 'tick', 70, 5, 10, null), // cpu 20; mark missing: egress no; mem 5×10000
    row('b', 'n', 1, t0 + 315_000, 'tick', 1, 1, 0, true), // same series id of another customer
    row('b', 'n', 1, t1 - 1, 'tick', 5, 1, 0, true), // far away: dropped
    row('b', 'n', 1, t1, 'tick', 77, 1, 0, true), // next month
    row('c', 'n', 1, t1 - 1000, 'tick', '9000000000000000000', 1, 0, true),
    row('c', 'n', 1, t1 - 1, 'stop', '9223372036854775807', 1, 0, true),
  ];
  const cells = await measured({
    sql: [
      `CREATE TABLE @cp (ws LowCardinality(String), node String, life UInt8, ts Int64, kind LowCardinality(String), cpu Int64, mem UInt64, egress Int64, attached Nullable(Bool)) ENGINE = ReplacingMergeTree ORDER BY (ws, node, life, ts, kind)`,
      'SYSTEM STOP MERGES @cp',
      `INSERT INTO @cp VALUES ${row('a', 'n', 1, t0 + 60_000, 'tick', 7, 7, 7, false)}`,
      `INSERT INTO @cp VALUES ${rows.join(',')}`,
    ],
    customers: ['a', 'b', 'c'],
    names: ['cpu', 'scaled', 'mem', 'egress', 'wide'],
    meters: [
      checkpoints('cpu', 'cpu', '+tiebreak: kind|'),
      checkpoints('scaled', 'cpu', '+tiebreak: kind|, scale: "0.000001"'),
      checkpoints('mem', 'mem', '+tiebreak: kind|, gauge: true, scale: "1/1000"'),
      checkpoints('egress', 'egress', '+tiebreak: kind, trusted: attached|'),
      checkpoints('wide', 'cpu', '+tiebreak: kind|, maxGap: 40m'),
    ].join(''),
  });
  expect(cells).toEqual([
    ['cus_a', 'cpu', '620'],
    // 50 + 501
    ['cus_a', 'egress', '551'],
    // (600000 + 2400000 + 50000 + 50000) ÷ 1000
    ['cus_a', 'mem', '3100'],
    ['cus_a', 'scaled', '0.00062'],
    // the long pair 1600 → 8888 counts too: 620 + 7288; 8888 → 9999 in one millisecond does not
    ['cus_a', 'wide', '7908'],
    ['cus_c', 'cpu', '223372036854775807'],
    ['cus_c', 'egress', '0'],
    ['cus_c', 'mem', '0.999'],
    ['cus_c', 'scaled', '223372036854.775807'],
    ['cus_c', 'wide', '223372036854775807'],
  ]);
});

test('a query of the user, with and without buckets, with the customers bound', async () => {
  const sqlMeter = (key: string, lines: readonly string[], more = ''): string =>
    `  - key: ${key}\n    stripe: { eventName: ${key} }\n    usage:\n      template: sql${more}\n      query: |\n${lines.map((line) => `        ${line}\n`).join('')}`;
  const cells = await measured({
    sql: [
      `CREATE TABLE @usage_events (tenant String, at DateTime, qty Decimal(20, 4)) ENGINE = MergeTree ORDER BY at`,
      `INSERT INTO @usage_events SELECT 'a', fromUnixTimestamp(1777593600), 1.5`,
      `INSERT INTO @usage_events SELECT 'a', fromUnixTimestamp(1780271999), 2`,
      `INSERT INTO @usage_events SELECT 'a', fromUnixTimestamp(1780272000), 100`,
      `INSERT INTO @usage_events SELECT 'b', fromUnixTimestamp(1777600000), 7`,
      `INSERT INTO @usage_events SELECT 'stranger', fromUnixTimestamp(1777600000), 9`,
    ],
    names: ['bucketed', 'total', 'bound', 'literal'],
    meters: [
      sqlMeter('bucketed', [
        "SELECT tenant AS customer, toStartOfHour(toTimeZone(at, 'UTC')) AS bucket, sum(qty) AS quantity",
        'FROM usage_events WHERE at >= {from:DateTime} AND at < {to:DateTime} GROUP BY customer, bucket -- the hours',
      ]),
      sqlMeter(
        'total',
        [
          'SELECT tenant AS customer, sum(qty) AS quantity FROM usage_events',
          'WHERE at >= {from:DateTime} AND at < {to:DateTime} GROUP BY customer;',
        ],
        '\n      scale: "2"',
      ),
      sqlMeter('bound', [
        'SELECT tenant AS customer, sum(qty) AS quantity, max(at) AS last_at FROM usage_events',
        'WHERE at >= {from:DateTime} AND at < {to:DateTime} AND tenant IN {customers:Array(String)} GROUP BY tenant',
      ]),
      sqlMeter('literal', ["SELECT 'a' AS customer, '12.25' AS quantity"]),
    ].join(''),
  });
  expect(cells).toEqual([
    ['cus_a', 'bound', '3.5'],
    ['cus_a', 'bucketed', '3.5'],
    ['cus_a', 'literal', '12.25'],
    ['cus_a', 'total', '7'],
    ['cus_b', 'bound', '7'],
    ['cus_b', 'bucketed', '7'],
    ['cus_b', 'total', '14'],
    ['stranger', 'bucketed', '9'],
    ['stranger', 'total', '18'],
  ]);
});

test('a leap February and an empty month', async () => {
  const shape = {
    sql: [
      `CREATE TABLE @e (who String, t DateTime64(3, 'UTC'), q Int32) ENGINE = MergeTree ORDER BY t`,
      `INSERT INTO @e VALUES ('a', '2028-02-01 00:00:00', 1), ('a', '2028-02-29 23:59:59.999', 2), ('a', '2028-03-01 00:00:00', 4)`,
    ],
    names: ['e'],
    customers: ['a'],
    meters: events('e', 'e', 'customer: who, at: t, value: q'),
    now: '2028-03-05T00:00:00Z',
  };
  expect(await measured({ ...shape, month: '2028-02' })).toEqual([['cus_a', 'e', '3']]);
  const world = await makeWorld(engine, {
    sql: shape.sql,
    stripe: {
      meters: [meter('mtr_e', 'e')],
      customers: [customer('cus_a', 'a')],
      events: pushes('mtr_e', [['cus_a', '2028-02-01T00:00:00Z', '3']]),
    },
    yaml: `customers: { match: metadata.workspace_id }\nmeters:\n${shape.meters}`,
  });
  const { pull, reconcile } = await tieOut(world, '2028-01', { now: shape.now });
  await world.end();
  expect([pull.exit, reconcile.exit]).toEqual([0, 0]);
  expect(reconcile.json).toMatchObject({
    period: { from: '2028-01-01T00:00:00Z', to: '2028-02-01T00:00:00Z' },
    rows: [],
    exit: 0,
  });
  expect((reconcile.json.totals as Document).cells).toBe(0);
});

test('an invalid usage id spoils the customer that has it, whichever comes first; places beyond the twelfth are rounded once', async () => {
  const world = await makeWorld(engine, {
    sql: [
      `CREATE TABLE @floats (who String, t DateTime64(3, 'UTC'), q Float64) ENGINE = Memory`,
      `INSERT INTO @floats VALUES ('u1', '2026-05-01 00:00:00', nan), ('u2', '2026-05-01 00:00:00', 5), ('u3', '2026-05-01 00:00:00', 5), ('u4', '2026-05-01 00:00:00', -inf)`,
      `CREATE TABLE @fine (who String, t DateTime64(3, 'UTC'), q Decimal(38, 18)) ENGINE = Memory`,
      // 3 × 0.0000000000004 = 0.0000000000012 → 0.000000000001; each alone would be 0
      `INSERT INTO @fine VALUES ('u1', '2026-05-01 00:00:00', 0.0000000000004), ('u1', '2026-05-02 00:00:00', 0.0000000000004), ('u2', '2026-05-03 00:00:00', 0.0000000000004)`,
      `INSERT INTO @fine VALUES ('u3', '2026-05-01 00:00:00', 1.5), ('u3', '2026-05-02 00:00:00', 0.0000000000005)`,
    ],
    stripe: {
      meters: [meter('mtr_floats', 'floats'), meter('mtr_fine', 'fine')],
      customers: [customer('cus_12', null), customer('cus_34', null)],
      events: pushes('mtr_fine', [['cus_34', '2026-05-03T00:00:00Z', '1.4']]),
    },
    yaml: `customers: { file: links.csv }\nmeters:\n${events('floats', 'floats', 'customer: who, at: t, value: q')}${events('fine', 'fine', 'customer: who, at: t, value: q')}`,
  });
  writeFileSync(
    path.join(world.folder, 'links.csv'),
    'usage_id,stripe_customer\nu1,cus_12\nu2,cus_12\nu3,cus_34\nu4,cus_34\n',
  );
  const { reconcile } = await tieOut(world, '2026-05', { now: AFTER });
  await world.end();
  expect(cellsOf(reconcile.json)).toEqual([
    ['cus_12', 'u1', 'fine', '0.000000000001', null, 'missing_stripe'],
    ['cus_12', 'u1', 'floats', null, null, 'invalid'],
    ['cus_34', 'u3', 'fine', '1.500000000001', '1.4', 'under_reported'],
    ['cus_34', 'u3', 'floats', null, null, 'invalid'],
  ]);
  expect(reconcile.exit).toBe(2);
});
