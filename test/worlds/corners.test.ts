import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellsOf } from './expected.ts';
import { CALLS_TABLE, CALLS_YAML, customer, inserts, meter, price, product, pushes, subscription } from './objects.ts';
import { type Document, type Engine, makeWorld, STRIPE_KEY, startEngine, tieOut } from './world.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const AFTER = '2026-06-05T00:00:00Z';
const AT = '2026-05-02T00:00:00Z';

test('tolerances are inclusive, absolute or relative, and a side of zero has none', async () => {
  const yaml = `
customers: { match: metadata.workspace_id }
tolerance: { relative: "0", absolute: "5", staleness: 90s }
meters:
  - { key: inherits, stripe: { eventName: inherits }, usage: { template: events, table: calls, columns: { customer: tenant, at: at, value: qty } } }
  - { key: own, stripe: { eventName: own }, tolerance: { relative: "0.1" }, usage: { template: events, table: calls, columns: { customer: tenant, at: at, value: qty } } }`;
  const held: readonly (readonly [string, string, string])[] = [
    ['five', '100', '95'],
    ['more', '100', '105.000000000001'],
    ['tenth', '1000', '900'],
    ['under', '1000', '899.999999999999'],
    ['nothing', '3', '0'],
    ['alone', '0', '3'],
  ];
  const world = await makeWorld(engine, {
    // Usage lies after the last push, so that no evidence hour fits.
    sql: [
      CALLS_TABLE,
      inserts(
        'calls',
        held.map(([name, used]) => [`ws_${name}`, '2026-05-01T00:30:00Z', used] as const),
      ),
    ],
    stripe: {
      meters: [meter('mtr_inherits', 'inherits'), meter('mtr_own', 'own')],
      customers: held.map(([name]) => customer(`cus_${name}`, `ws_${name}`)),
      events: ['mtr_inherits', 'mtr_own'].flatMap((id) =>
        pushes(
          id,
          held.map(([name, , value]) => [`cus_${name}`, '2026-05-20T00:00:00Z', value] as const),
        ),
      ),
    },
    yaml,
  });
  const { reconcile } = await tieOut(world, '2026-05', { now: AFTER });
  await world.end();
  expect(
    cellsOf(reconcile.json).map((cell) => [(cell as string[])[0], (cell as string[])[2], (cell as string[])[5]]),
  ).toEqual([
    ['cus_alone', 'inherits', 'missing_usage'],
    ['cus_alone', 'own', 'missing_usage'],
    ['cus_five', 'inherits', 'agree'],
    ['cus_five', 'own', 'agree'],
    ['cus_more', 'inherits', 'over_reported'],
    ['cus_more', 'own', 'agree'],
    ['cus_nothing', 'inherits', 'missing_stripe'],
    ['cus_nothing', 'own', 'missing_stripe'],
    ['cus_tenth', 'inherits', 'under_reported'],
    ['cus_tenth', 'own', 'agree'],
    ['cus_under', 'inherits', 'under_reported'],
    ['cus_under', 'own', 'under_reported'],
  ]);
});

test('checkpoints in a plain table, in a view, without FINAL, and in files', async () => {
  const t0 = 1777593600000;
  const columns = 'ws String, node String, ts DateTime64(3), cpu UInt64';
  const rows = (offset: number): string =>
    [0, 30_000, 60_000]
      .map((ms, index) => `('a','n',fromUnixTimestamp64Milli(${t0 + ms}, 'UTC'),${offset + index * 10})`)
      .join(',');
  const checkpoints = (key: string, table: string, more = ''): string =>
    `  - { key: ${key}, stripe: { eventName: ${key} }, usage: { template: counter_checkpoints, table: ${table}, columns: { customer: ws, series: node, at: ts, value: cpu }${more} } }\n`;
  const world = await makeWorld(engine, {
    sql: [
      `CREATE TABLE @plain (${columns}) ENGINE = MergeTree ORDER BY (ws, node, ts)`,
      `CREATE TABLE @log (${columns}) ENGINE = Log`,
      `CREATE TABLE @replaced (${columns}) ENGINE = ReplacingMergeTree ORDER BY (ws, node, ts)`,
      'SYSTEM STOP MERGES @replaced',
      `INSERT INTO @plain VALUES ${rows(0)}`,
      `INSERT INTO @log VALUES ${rows(0)}`,
      `INSERT INTO @replaced VALUES ${rows(1000)}`,
      `INSERT INTO @replaced VALUES ${rows(5)}`,
      `CREATE VIEW @seen AS SELECT * FROM @replaced FINAL`,
    ],
    stripe: {
      meters: ['plain', 'log', 'replaced', 'seen'].map((name) => meter(`mtr_${name}`, name)),
      customers: [customer('cus_a', 'a')],
    },
    yaml: `customers: { match: metadata.workspace_id }\nmeters:\n${['plain', 'log', 'replaced', 'seen'].map((name) => checkpoints(name, name)).join('')}`,
  });
  const { pull, reconcile } = await tieOut(world, '2026-05', { now: AFTER });
  await world.end();
  expect(pull.json).toMatchObject({ kind: 'pull', complete: true });
  expect(cellsOf(reconcile.json).map((cell) => (cell as string[]).slice(2, 4))).toEqual([
    ['log', '20'],
    ['plain', '20'],
    ['replaced', '20'],
    ['seen', '20'],
  ]);
});

test('usage in files: Parquet-like folders need no server', async () => {
  const world = await makeWorld(engine, {
    sql: [],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      customers: [customer('cus_1', 'ws_1')],
      events: pushes('mtr_calls', [['cus_1', AT, '3.5']]),
    },
    yaml: CALLS_YAML,
  });
  const file = path.join(world.folder, 'tieout.yaml');
  writeFileSync(
    path.join(world.folder, 'calls.csv'),
    'tenant,at,qty\nws_1,2026-05-01 00:00:00,1.5\nws_1,2026-05-31 23:59:59,2\nws_1,2026-06-01 00:00:00,9\n',
  );
  writeFileSync(file, readFileSync(file, 'utf8').replace(/clickhouse: .*/, 'clickhouse: { embedded: . }'));
  const { pull, reconcile } = await tieOut(world, '2026-05', { now: AFTER });
  expect(pull.json).toMatchObject({ kind: 'pull', complete: true });
  expect(cellsOf(reconcile.json)).toEqual([['cus_1', 'ws_1', 'calls', '3.5', '3.5', 'agree']]);
  await world.end();
});

test('more customers than a page, more hours than a page, and nothing secret left behind', async () => {
  const names = Array.from({ length: 130 }, (_, index) => String(index).padStart(3, '0'));
  const flat = price('price_flat', 'mtr_calls', '2');
  const hours = Array.from({ length: 744 }, (_, hour) => new Date(Date.UTC(2026, 4, 1, hour, 30)).toISOString());
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts(
        'calls',
        names.map((name) => [`ws_${name}`, AT, '2'] as const),
      ),
      inserts(
        'calls',
        hours.map((at) => ['ws_busy', at, '1'] as const),
      ),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      products: [product],
      prices: [flat],
      customers: [...names, 'busy'].map((name) => customer(`cus_${name}`, `ws_${name}`)),
      subscriptions: [...names, 'busy'].map((name) => subscription(`sub_${name}`, `cus_${name}`, [flat])),
      events: pushes('mtr_calls', [
        ...names.map((name) => [`cus_${name}`, AT, '2'] as const),
        // four hours of the month are missing
        ...hours.filter((_, hour) => hour < 300 || hour >= 304).map((at) => ['cus_busy', at, '1'] as const),
      ]),
    },
    yaml: CALLS_YAML,
  });
  const { pull, reconcile } = await tieOut(world, '2026-05', { now: AFTER });
  expect(pull.json).toMatchObject({ complete: true, sources: { stripe: { cells: 131, hourlyCells: 1 } } });
  expect(reconcile.json).toMatchObject({
    exit: 1,
    totals: { cells: 131, structural: 1, byVerdict: { agree: 130, under_reported: 1 } },
  });
  const [first] = reconcile.json.rows as Document[];
  expect(first).toMatchObject({
    customer: 'cus_busy',
    measured: '744',
    metered: '740',
    drift: { absolute: '4', relative: '0.005376344086' },
    verdict: 'under_reported',
    cause: { code: 'missed_push', confidence: 'high' },
    money: { currency: 'usd', measured: '14.88', metered: '14.80', difference: '0.08' },
  });
  for (const name of readdirSync(world.folder)) {
    const bytes = readFileSync(path.join(world.folder, name)).toString('latin1');
    expect(bytes.includes(STRIPE_KEY) || bytes.includes(engine.handle.password)).toBe(false);
  }
  await world.end();
});

test('active series and samples of a level tie out like any other meter', async () => {
  const world = await makeWorld(engine, {
    sql: [
      "CREATE TABLE @reports (org String, testbed String, benchmark String, end_time DateTime('UTC')) ENGINE = MergeTree ORDER BY (org, end_time)",
      `INSERT INTO @reports VALUES ('ws_1', 't1', 'b1', '2026-05-02 00:00:00'), ('ws_1', 't1', 'b1', '2026-05-02 00:00:00'), ('ws_1', 't1', 'b2', '2026-05-02 00:00:00')`,
      "CREATE TABLE @samples (id String, org String, mb UInt32, s UInt16, ts DateTime('UTC')) ENGINE = MergeTree ORDER BY (org, ts)",
      `INSERT INTO @samples VALUES ('x1', 'ws_1', 1024, 20, '2026-05-02 00:00:00'), ('x1', 'ws_1', 1024, 20, '2026-05-02 00:00:00'), ('x2', 'ws_1', 512, 20, '2026-05-02 00:00:00')`,
    ],
    stripe: {
      meters: [meter('mtr_series', 'series', 'last'), meter('mtr_memory', 'memory')],
      customers: [customer('cus_1', 'ws_1')],
      events: [...pushes('mtr_series', [['cus_1', AT, '2']]), ...pushes('mtr_memory', [['cus_1', AT, '30']])],
    },
    yaml: `customers: { match: metadata.workspace_id }
meters:
  - key: series
    stripe: { eventName: series }
    usage: { template: active_series, table: reports, columns: { customer: org, key: [testbed, benchmark], at: end_time } }
  - key: memory
    stripe: { eventName: memory }
    unit: GB-seconds
    usage: { template: interval_samples, table: samples, columns: { customer: org, at: ts, value: mb, interval: s, id: id }, scale: 1/1024 }`,
  });
  await world.tieout('pull', 'DIR', '--month', '2026-05', '--json', '--now', AFTER);
  const { exit, json } = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--now', AFTER);
  // Two series, however often they report; (1024 + 512) MB × 20 s ÷ 1024 = 30 GB-seconds.
  expect([exit, cellsOf(json)]).toEqual([
    0,
    [
      ['cus_1', 'ws_1', 'memory', '30', '30', 'agree'],
      ['cus_1', 'ws_1', 'series', '2', '2', 'agree'],
    ],
  ]);
  await world.end();
});

test('a meter whose table is not there is in nobody’s way but its own', async () => {
  const world = await makeWorld(engine, {
    sql: [CALLS_TABLE, inserts('calls', [['ws_1', AT, '3']])],
    stripe: {
      meters: [meter('mtr_calls', 'calls'), meter('mtr_series', 'series', 'last')],
      customers: [customer('cus_1', 'ws_1')],
      events: pushes('mtr_calls', [['cus_1', AT, '3']]),
    },
    yaml: `${CALLS_YAML}
  - key: series
    stripe: { eventName: series }
    usage: { template: active_series, table: reports, columns: { customer: org, key: [testbed, benchmark], at: end_time } }`,
  });
  const [all, one] = [
    await world.tieout('pull', 'DIR', '--month', '2026-05', '--json', '--now', AFTER),
    await world.tieout('pull', 'DIR', '--month', '2026-05', '--meter', 'calls', '--json', '--now', AFTER),
  ];
  expect(all).toMatchObject({ exit: 2, json: { kind: 'error', error: { code: 'clickhouse.query_failed' } } });
  expect(one).toMatchObject({ json: { kind: 'pull', month: '2026-05' } });
  const { exit, json } = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--now', AFTER);
  expect([exit, cellsOf(json)]).toEqual([3, [['cus_1', 'ws_1', 'calls', '3', '3', 'agree']]]);
  await world.end();
});

test('shadow of somebody whom nobody knows, and of a usage id that only ClickHouse has', async () => {
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ['ws_1', AT, '3'],
        ['ws_stray', AT, '4'],
      ]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      customers: [customer('cus_1', 'ws_1')],
      events: pushes('mtr_calls', [['cus_1', AT, '3']]),
    },
    yaml: CALLS_YAML,
  });
  const shadow = (id: string) =>
    world.tieout('shadow', 'DIR', '--customer', id, '--month', '2026-05', '--json', '--now', AFTER);
  const stray = await shadow('ws_stray');
  expect([stray.exit, cellsOf(stray.json)]).toEqual([1, [[null, 'ws_stray', 'calls', '4', null, 'unmapped']]]);
  const known = await shadow('ws_1');
  expect([known.exit, cellsOf(known.json)]).toEqual([0, [['cus_1', 'ws_1', 'calls', '3', '3', 'agree']]]);
  const nobody = await shadow('cus_nobody');
  expect(cellsOf(nobody.json)).toEqual([]);
  await world.end();
});
