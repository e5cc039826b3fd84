import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { CALLS_TABLE, CALLS_YAML, customer, inserts, meter, price, product, pushes, subscription } from './objects.ts';
import type { Trouble } from './stripe-double.ts';
import {
  type Document,
  type Engine,
  makeWorld,
  type Ran,
  STRIPE_KEY,
  startEngine,
  tieOut,
  type World,
} from './world.ts';

let engine: Engine;
vi.setConfig({ testTimeout: 300_000 });
beforeAll(async () => {
  engine = await startEngine({ users: [{ name: 'reader', password: 'readersecret', readonly: 1 }] });
});
afterAll(() => engine?.stop());

const AFTER = '2026-06-05T00:00:00Z';
const LATER = '2026-06-05T06:00:00Z';
const AT = '2026-05-02T00:00:00Z';
const flat = price('price_flat', 'mtr_calls', '2');

const plainWorld = (): Promise<World> =>
  makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ['ws_1', AT, '10'],
        ['ws_2', AT, '20'],
      ]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      products: [product],
      prices: [flat],
      customers: [customer('cus_1', 'ws_1'), customer('cus_2', 'ws_2')],
      subscriptions: [subscription('sub_1', 'cus_1', [flat])],
      events: pushes('mtr_calls', [
        ['cus_1', AT, '10'],
        ['cus_2', AT, '19'],
      ]),
    },
    yaml: CALLS_YAML,
  });

const SECRETS = (world: World): readonly string[] => [
  STRIPE_KEY,
  engine.handle.password,
  ...Object.values(world.env).filter((value) => value.includes('secret')),
];

function expectNoSecret(world: World, ran: Ran): void {
  for (const secret of SECRETS(world)) {
    expect(ran.stdout).not.toContain(secret);
    expect(ran.stderr).not.toContain(secret);
  }
}

const reconcile = (world: World): Promise<Ran> =>
  world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--now', LATER);
const pull = (world: World, ...more: readonly string[]): Promise<Ran> =>
  world.tieout('pull', 'DIR', '--month', '2026-05', '--json', '--now', LATER, ...more);

/** Pulls once, lets the world change and something fail: the error is said, and the document is the one from before. */
async function failing(world: World, trouble: (world: World) => void | Promise<void>): Promise<Document> {
  const { reconcile: before } = await tieOut(world, '2026-05', { now: AFTER });
  expect(before.exit).toBe(1);
  const { data } = world.stripe;
  world.stripe.data = {
    ...data,
    events: pushes('mtr_calls', [
      ['cus_1', AT, '77'],
      ['cus_2', AT, '20'],
    ]),
    customers: [customer('cus_1', 'ws_2'), customer('cus_2', 'ws_1')],
  };
  await engine.run(inserts('calls', [['ws_1', AT, '1000']]).replace(' @', ` ${world.database}.`));
  await trouble(world);
  const failed = await pull(world);
  expect(failed.exit).toBe(2);
  expect(failed.json).toMatchObject({ tieout: 1, kind: 'error' });
  const error = failed.json.error as Document;
  expect(Object.keys(error)).toEqual(expect.arrayContaining(['code', 'message', 'path', 'remedy']));
  expectNoSecret(world, failed);
  const after = await reconcile(world);
  expect(after.json).toEqual(before.json);
  return error;
}

const stripeTrouble = (trouble: Trouble | ((path: string, count: number) => Trouble | null)) => (world: World) => {
  let count = 0;
  world.stripe.trouble = (path) => {
    count += 1;
    return typeof trouble === 'function' ? trouble(path, count) : trouble;
  };
};

/** Waits between repeats are drawn between nothing and a bound: here every draw is low. */
const impatient = (trouble: (world: World) => void) => (world: World) => {
  world.env.NODE_OPTIONS = '--import=data:text/javascript,Math.random=()=>0.01';
  trouble(world);
};

const onlySummaries = (trouble: Trouble) =>
  stripeTrouble((path) => (path.includes('event_summaries') ? trouble : null));
const error = (status: number, more: Record<string, unknown>, headers: Record<string, string> = {}): Trouble => ({
  status,
  body: { error: { type: 'invalid_request_error', ...more } },
  headers,
});

/** The code that each trouble ends in, every one in a world of its own. */
const codesAfter = (
  cases: readonly (readonly [string, (world: World) => void | Promise<void>])[],
): Promise<unknown[]> =>
  Promise.all(
    cases.map(async ([, trouble]) => {
      const world = await plainWorld();
      const { code } = await failing(world, trouble);
      await world.end();
      return code;
    }),
  );

test('Stripe refuses, and the cache is as before', async () => {
  const cases: [string, (world: World) => void | Promise<void>][] = [
    ['stripe.unauthorized', stripeTrouble(error(401, { message: `Invalid API Key provided: ${STRIPE_KEY}` }))],
    [
      'stripe.not_permitted',
      stripeTrouble((path) =>
        path === '/v1/customers'
          ? error(403, {
              message:
                'The provided key does not have the required permissions for this endpoint. Having the rak_customer_read permission would allow this request to continue.',
            })
          : null,
      ),
    ],
    ['stripe.unreachable', (world) => world.stripe.stop()],
    [
      'stripe.rate_limited',
      onlySummaries(
        error(
          429,
          { type: 'rate_limit_error', code: 'rate_limit', message: 'Too many requests' },
          { 'retry-after': '3600' },
        ),
      ),
    ],
    [
      'stripe.bad_answer',
      stripeTrouble((path) =>
        path === '/v1/prices'
          ? { status: 200, body: { object: 'list', data: [{ object: 'price' }], has_more: false } }
          : null,
      ),
    ],
  ];
  expect(await codesAfter(cases)).toEqual(cases.map(([code]) => code));
});

test('Stripe fails for good, after being asked again', async () => {
  const apiError = { status: 500, body: { error: { type: 'api_error', message: 'An unknown error occurred' } } };
  const cases: [string, (world: World) => void | Promise<void>][] = [
    ['stripe.failed', impatient(onlySummaries(apiError))],
    ['stripe.broken_off', impatient(onlySummaries('truncate'))],
  ];
  expect(await codesAfter(cases)).toEqual(cases.map(([code]) => code));
});

test('Stripe fails for a moment, which is borne', async () => {
  const world = await plainWorld();
  const moments: Trouble[] = [
    { status: 500, body: { error: { type: 'api_error', message: 'x' } } },
    'reset',
    'truncate',
    error(429, { code: 'rate_limit', message: 'Too many requests' }, { 'retry-after': '0' }),
    { status: 503, body: 'upstream' },
    { delayMs: 100 },
  ];
  stripeTrouble((_path, count) => (count % 3 === 0 ? (moments[count / 3 - 1] ?? null) : null))(world);
  const ran = await tieOut(world, '2026-05', { now: AFTER });
  expect(ran.pull).toMatchObject({ exit: 0, json: { complete: true } });
  expect((((ran.pull.json.sources as Document).stripe as Document).retries as number) >= 4).toBe(true);
  expect(ran.reconcile.exit).toBe(1);
  await world.end();
});

const replaceInYaml = (from: string | RegExp, to: string) => (world: World) => {
  const file = path.join(world.folder, 'tieout.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
};

test('ClickHouse refuses or breaks off, and the cache is as before', async () => {
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve));
  const { port } = dead.address() as AddressInfo;
  await new Promise((resolve) => dead.close(resolve));
  const cases: [string, (world: World) => void | Promise<void>][] = [
    ['clickhouse.unreachable', replaceInYaml(engine.handle.url, `http://127.0.0.1:${port}`)],
    ['clickhouse.unauthorized', (world) => void Object.assign(world.env, { CH_PASSWORD: 'wrongsecret' })],
    ['clickhouse.broken_off', () => engine.handle.setFault({ kind: 'break', afterBytes: 40, match: 'calls' })],
    [
      'clickhouse.broken_off',
      () =>
        engine.handle.setFault({
          kind: 'error',
          afterBytes: 40,
          message: 'Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)',
          match: 'calls',
        }),
    ],
    [
      'clickhouse.query_failed',
      (world) => engine.run(`RENAME TABLE ${world.database}.calls TO ${world.database}.moved`),
    ],
  ];
  for (const [code, trouble] of cases) {
    const world = await plainWorld();
    expect((await failing(world, trouble)).code).toBe(code);
    await engine.handle.setFault(null);
    await world.end();
  }
}, 120_000);

afterEach(() => engine.handle.setFault(null));

test('a second writer is refused with the first one named; readers go on', async () => {
  const world = await plainWorld();
  await tieOut(world, '2026-05', { now: AFTER });
  world.stripe.trouble = () => ({ delayMs: 1500 });
  const before = world.stripe.requests.length;
  const first = world.start('pull', 'DIR', '--month', '2026-05', '--json', '--now', LATER);
  while (world.stripe.requests.length === before) await new Promise((resolve) => setTimeout(resolve, 20));
  const [second, reader] = await Promise.all([pull(world), reconcile(world)]);
  expect(second).toMatchObject({ exit: 2, json: { kind: 'error', error: { code: 'workspace.busy' } } });
  const { message } = second.json.error as Document;
  expect(message).toContain(String(first.pid));
  expect(message).toContain(LATER);
  expect(reader).toMatchObject({ exit: 1, json: { kind: 'reconciliation' } });
  // Ctrl-C: what was there is there, and the next pull goes through.
  first.kill('SIGINT');
  const cancelled = await first.done;
  expect(cancelled).toMatchObject({ exit: 2, json: { kind: 'error', error: { code: 'pull.cancelled' } } });
  world.stripe.trouble = () => null;
  expect((await reconcile(world)).json).toEqual(reader.json);
  expect(await pull(world)).toMatchObject({ exit: 0 });
  await world.end();
});

const check = (world: World): Promise<Ran> => world.tieout('check', 'DIR', '--json', '--now', AFTER);
const problemsOf = (ran: Ran): Document[] =>
  (ran.json.problems ?? (ran.json.error as Document)?.problems ?? []) as Document[];
const codesOf = (ran: Ran): unknown[] => problemsOf(ran).map((problem) => problem.code);

test('check says all that is wrong at once, and nothing secret', async () => {
  const world = await plainWorld();
  const fine = await check(world);
  expect(fine).toMatchObject({
    exit: 0,
    json: {
      tieout: 1,
      kind: 'check',
      ok: true,
      problems: [],
      meters: [{ key: 'calls', fixtures: { passed: 0, failed: 0 } }],
    },
  });
  expect((fine.json.meters as Document[])[0]?.dryRun).toMatchObject({
    rows: expect.any(Number),
    seconds: expect.any(Number),
  });
  replaceInYaml('value: qty', 'value: quantity')(world);
  replaceInYaml('metadata.workspace_id', 'metadata.account')(world);
  const { data } = world.stripe;
  world.stripe.data = {
    ...data,
    meters: [
      ...(data.meters ?? []),
      meter('mtr_gpu', 'gpu_seconds'),
      meter('mtr_old', 'old', 'sum', { status: 'inactive' }),
    ],
  };
  const several = await check(world);
  expect(several).toMatchObject({ exit: 2, json: { ok: false } });
  expect(codesOf(several)).toEqual(expect.arrayContaining(['mapping.no_match', 'stripe.meter_unconfigured']));
  expect(problemsOf(several).some(({ code }) => String(code).startsWith('clickhouse.'))).toBe(true);
  expect(JSON.stringify(several.json)).toContain('gpu_seconds');
  for (const problem of problemsOf(several)) expect(problem.remedy).toEqual(expect.any(String));
  world.env.CH_PASSWORD = 'wrongsecret';
  stripeTrouble(error(401, { message: `Invalid API Key provided: ${STRIPE_KEY}` }))(world);
  const both = await check(world);
  expect(codesOf(both)).toEqual(expect.arrayContaining(['clickhouse.unauthorized', 'stripe.unauthorized']));
  expectNoSecret(world, both);
  delete world.env.STRIPE_KEY;
  delete world.env.CH_PASSWORD;
  const unset = await check(world);
  expect(codesOf(unset).filter((code) => code === 'config.env_not_set')).toHaveLength(2);
  expect(await pull(world)).toMatchObject({ exit: 2, json: { kind: 'error', error: { code: 'config.env_not_set' } } });
  await world.end();
});

test('a reader without settings is told what it needs', async () => {
  const world = await plainWorld();
  replaceInYaml(/username: \w+, password: "\$\{CH_PASSWORD\}"/, `username: reader, password: "\${READER}"`)(world);
  world.env.READER = 'readersecret';
  const ran = await check(world);
  expect(ran).toMatchObject({ exit: 2, json: { ok: false } });
  expect(codesOf(ran)).toContain('clickhouse.readonly');
  expect(JSON.stringify(ran.json)).toContain('readonly = 2');
  expectNoSecret(world, ran);
  await world.end();
});

test('everything that is wrong in tieout.yaml, with its place', async () => {
  const world = await plainWorld();
  world.yaml(`version: 1
name: Odd
clickhouse: { url: ftp://example.com, database: d, passwd: x }
stripe: { apiKey: "\${STRIPE_KEY}", requestsPerSecond: fast }
customers: { match: name }
tolerance: { relative: abc, staleness: 2 fortnights }
meters:
  - key: a b
    stripe: { eventName: x }
    usage:
      template: counter_checkpoints
      table: t
      columns: { customer: c, series: [s], at: t }
      scale: "1/0"
  - key: second
    stripe: { id: mtr_1, eventName: x }
    usage: { template: guess, table: t }
extra: true
`);
  for (const command of [['reconcile', '--month', '2026-05'], ['check']]) {
    const [name = '', ...more] = command;
    const ran = await world.tieout(name, 'DIR', ...more, '--json', '--now', AFTER);
    expect(ran.exit).toBe(2);
    const places = problemsOf(ran).map((problem) => `${problem.path} ${problem.code}`);
    expect(places).toEqual(
      expect.arrayContaining([
        'tieout.yaml:3:20 clickhouse.url config.invalid_value',
        'tieout.yaml:3:52 clickhouse.passwd config.unknown_key',
        'tieout.yaml:4:55 stripe.requestsPerSecond config.invalid_value',
        'tieout.yaml:5:21 customers.match config.invalid_value',
        'tieout.yaml:8:10 meters[0].key config.invalid_value',
        'tieout.yaml:14:14 meters[0].usage.scale config.invalid_value',
        'tieout.yaml:17:24 meters[1].usage.template config.invalid_value',
        'tieout.yaml:18:1 extra config.unknown_key',
      ]),
    );
    expect(
      places.some((place) => place.includes('meters[0].usage.columns') && place.endsWith('config.missing_key')),
    ).toBe(true);
    expect(places.some((place) => place.includes('tolerance.relative'))).toBe(true);
    expect(places.some((place) => place.includes('tolerance.staleness'))).toBe(true);
    expect(places.some((place) => place.includes('meters[1].stripe'))).toBe(true);
  }
  await world.end();
});

test('no folder, no file, no month: said in the shape that was asked for', async () => {
  const world = await plainWorld();
  const none = await world.tieout('reconcile', path.join(world.folder, 'nowhere'), '--month', '2026-05', '--json');
  expect(none).toMatchObject({ exit: 2, json: { tieout: 1, kind: 'error', error: { code: 'workspace.not_found' } } });
  const people = await world.tieout('reconcile', path.join(world.folder, 'nowhere'), '--month', '2026-05');
  expect(people).toMatchObject({ exit: 2, stdout: '' });
  expect(people.stderr).toContain('nowhere');
  expect(await world.tieout('no-such-command', '--json')).toMatchObject({
    exit: 2,
    json: { kind: 'error', error: { code: 'cli.usage' } },
  });
  writeFileSync(path.join(world.folder, 'tieout.db'), 'this is no database, but it is somebody’s file');
  const corrupt = await reconcile(world);
  expect(corrupt).toMatchObject({ exit: 2, json: { kind: 'error', error: { code: 'cache.corrupt' } } });
  expect(await pull(world)).toMatchObject({ exit: 2, json: { error: { code: 'cache.corrupt' } } });
  expect(readFileSync(path.join(world.folder, 'tieout.db'), 'utf8')).toContain('somebody');
  await world.end();
});

test('a first pull that fails at the summaries leaves cells that cannot be compared', async () => {
  const world = await plainWorld();
  // ClickHouse has answered by then.
  const refused = { status: 403, body: { error: { type: 'invalid_request_error', message: 'no' } }, afterMs: 3000 };
  onlySummaries(refused)(world);
  expect(await pull(world)).toMatchObject({ exit: 2, json: { error: { code: 'stripe.not_permitted' } } });
  const ran = await reconcile(world);
  expect(ran).toMatchObject({
    exit: 3,
    json: { asOf: { stripe: null }, totals: { structural: 0, byVerdict: { incomplete: 2 } } },
  });
  const rows = ran.json.rows as Document[];
  expect(rows.map(({ customer, measured, metered, drift }) => [customer, measured, metered, drift])).toEqual([
    ['cus_1', '10', null, null],
    ['cus_2', '20', null, null],
  ]);
  stripeTrouble(() => null)(world);
  expect(await pull(world)).toMatchObject({ exit: 0 });
  expect((await reconcile(world)).exit).toBe(1);
  await world.end();
});
