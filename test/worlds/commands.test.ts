import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pdfPages } from '../oracles/pdf-text.ts';
import { readWorkbook } from '../oracles/workbook-reader.ts';
import { cellsOf } from './expected.ts';
import { CALLS_TABLE, CALLS_YAML, customer, inserts, meter, price, product, pushes, subscription } from './objects.ts';
import { type Document, type Engine, makeWorld, startEngine, tieOut, type World } from './world.ts';

let engine: Engine;
vi.setConfig({ testTimeout: 300_000 });
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const AFTER = '2026-06-05T00:00:00Z';
const AT = '2026-05-02T00:00:00Z';
const flat = price('price_flat', 'mtr_calls', '2');

const TWO_METERS = `${CALLS_YAML}
  - key: rows
    stripe: { eventName: rows }
    unit: rows
    usage: { template: events, table: calls, columns: { customer: tenant, at: at }, aggregate: count }`;

/** Two customers with usage, one with an item alone, one with nothing. */
const smallWorld = (): Promise<World> =>
  makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ['ws_1', AT, '10'],
        ['ws_2', AT, '20'],
      ]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls'), meter('mtr_rows', 'rows'), meter('mtr_other', 'other')],
      products: [product],
      prices: [flat],
      customers: ['1', '2', '3', '4'].map((name) => customer(`cus_${name}`, `ws_${name}`)),
      subscriptions: [subscription('sub_3', 'cus_3', [flat])],
      events: [
        ...pushes('mtr_calls', [
          ['cus_1', AT, '10'],
          ['cus_2', AT, '20'],
        ]),
        ...pushes('mtr_rows', [
          ['cus_1', AT, '1'],
          ['cus_2', AT, '1'],
          ['cus_4', AT, '0'],
        ]),
        ...pushes('mtr_other', [['cus_4', AT, '2.5']]),
      ],
    },
    yaml: TWO_METERS,
  });

const summaryRequests = (world: World): number =>
  world.stripe.requests.filter((line) => line.includes('/event_summaries')).length;

test('idle cells are not asked for where that is wanted, and are counted', async () => {
  const world = await smallWorld();
  const all = await tieOut(world, '2026-05', { now: AFTER });
  expect(cellsOf(all.reconcile.json)).toEqual([
    ['cus_3', 'ws_3', 'calls', null, null, 'agree_zero'],
    ['cus_1', 'ws_1', 'calls', '10', '10', 'agree'],
    ['cus_1', 'ws_1', 'rows', '1', '1', 'agree'],
    ['cus_2', 'ws_2', 'calls', '20', '20', 'agree'],
    ['cus_2', 'ws_2', 'rows', '1', '1', 'agree'],
    ['cus_4', 'ws_4', 'rows', null, '0', 'agree_zero'],
  ]);
  // 4 customers × 3 meters of Stripe
  expect(summaryRequests(world)).toBe(12);
  expect(all.reconcile.json).toMatchObject({
    exit: 0,
    totals: { skippedIdle: 0, unconfiguredMeters: [{ eventName: 'other', metered: '2.5' }] },
  });
  expect(all.pull.json).toMatchObject({
    tieout: 1,
    kind: 'pull',
    month: '2026-05',
    complete: true,
    sources: { stripe: { retries: 0, cells: 8, hourlyCells: 0 } },
  });
  const idle = await tieOut(world, '2026-05', { now: '2026-06-05T02:00:00Z', pull: ['--skip-idle'] });
  // calls: cus_4 has neither; rows: cus_3 and cus_4
  expect(idle.reconcile.json).toMatchObject({ exit: 0, totals: { skippedIdle: 3, cells: 5 } });
  await world.end();
});

test('stale counts for the exit code only under --strict', async () => {
  const world = await makeWorld(engine, {
    sql: [CALLS_TABLE, inserts('calls', [['ws_1', '2026-05-15T11:20:00Z', '10']])],
    stripe: { meters: [meter('mtr_calls', 'calls')], customers: [customer('cus_1', 'ws_1')] },
    yaml: CALLS_YAML,
  });
  const now = '2026-05-15T12:00:00Z';
  const { reconcile } = await tieOut(world, '2026-05', { now });
  expect(cellsOf(reconcile.json)).toEqual([['cus_1', 'ws_1', 'calls', '10', null, 'stale']]);
  expect([reconcile.exit, reconcile.json.exit]).toEqual([0, 0]);
  // The age is that of the pull, not of the day on which it is looked at.
  const strict = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--strict', '--now', AFTER);
  expect([strict.exit, strict.json.exit]).toEqual([1, 1]);
  expect(strict.json).toMatchObject({ totals: { structural: 0, byVerdict: { stale: 1 } } });
  await world.end();
});

test('data quality counts for the exit code only where it is required', async () => {
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [
        ['ws_1', '2026-05-15T11:20:00Z', '10'],
        ['ws_1', '2026-05-15T11:21:00Z', '-1'],
      ]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      customers: [customer('cus_1', 'ws_1')],
      events: pushes('mtr_calls', [['cus_1', AT, '9']]),
    },
    yaml: CALLS_YAML,
  });
  const reconcile = (...options: string[]) =>
    world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--now', AFTER, ...options);
  expect((await reconcile('--require-quality')).json).toMatchObject({ exit: 3, quality: { decision: 'not_checked' } });
  const { pull, reconcile: plain } = await tieOut(world, '2026-05', { now: AFTER });
  const found = {
    check: 'negative',
    meter: 'calls',
    customer: 'ws_1',
    value: '0.5',
    threshold: '0.001',
    level: 'failed',
  };
  expect(pull).toMatchObject({
    exit: 0,
    json: {
      quality: { gate: 'data_quality', decision: 'blocked', unchecked: [], findings: [found, { check: 'expired' }] },
    },
  });
  expect(plain).toMatchObject({ exit: 0, json: { exit: 0, quality: { decision: 'blocked' } } });
  expect(await reconcile('--require-quality')).toMatchObject({ exit: 3, json: { exit: 3 } });
  const wrong = await world.tieout(
    'pull',
    'DIR',
    '--month',
    '2026-05',
    '--from',
    '2026-05-15T11:30Z',
    '--to',
    '2026-05-15T12:00Z',
    '--json',
    '--now',
    AFTER,
  );
  expect(wrong).toMatchObject({ exit: 2, json: { error: { code: 'pull.slice_invalid', path: '--from' } } });
  const hours = await world.tieout(
    'pull',
    'DIR',
    '--month',
    '2026-05',
    '--from',
    '2026-05-15T11:00Z',
    '--to',
    '2026-05-15T12:00Z',
    '--json',
    '--now',
    AFTER,
  );
  expect(hours).toMatchObject({ exit: 0, json: { complete: true, sources: { stripe: { requests: 0 } } } });
  await world.end();
});

test('a partial pull, and what it covers', async () => {
  const world = await smallWorld();
  const pull = await world.tieout('pull', 'DIR', '--month', '2026-05', '--customer', 'ws_1', '--json', '--now', AFTER);
  expect(pull).toMatchObject({ exit: 3, json: { complete: false } });
  const first = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--now', AFTER);
  const verdicts = (document: Document) =>
    cellsOf(document).map((cell) => [(cell as string[])[0], (cell as string[])[2], (cell as string[])[5]]);
  expect(verdicts(first.json)).toEqual([
    ['cus_3', 'calls', 'incomplete'],
    ['cus_1', 'calls', 'agree'],
    ['cus_1', 'rows', 'agree'],
  ]);
  expect(first.exit).toBe(3);
  const all = await tieOut(world, '2026-05', { now: AFTER });
  expect(all.reconcile.exit).toBe(0);
  // One customer is pulled anew on top of everybody; the rest stays as it was.
  const { data } = world.stripe;
  world.stripe.data = {
    ...data,
    events: [
      ...(data.events ?? []),
      ...pushes('mtr_calls', [
        ['cus_1', AT, '90'],
        ['cus_2', AT, '90'],
      ]),
    ],
  };
  const later = '2026-06-05T03:00:00Z';
  await world.tieout(
    'pull',
    'DIR',
    '--month',
    '2026-05',
    '--customer',
    'cus_1',
    '--meter',
    'calls',
    '--json',
    '--now',
    later,
  );
  const both = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--now', later);
  expect(cellsOf(both.json).filter((cell) => (cell as string[])[2] === 'calls')).toEqual([
    ['cus_3', 'ws_3', 'calls', null, null, 'agree_zero'],
    ['cus_1', 'ws_1', 'calls', '10', '100', 'over_reported'],
    ['cus_2', 'ws_2', 'calls', '20', '20', 'agree'],
  ]);
  const shadow = await world.tieout(
    'shadow',
    'DIR',
    '--customer',
    'cus_2',
    '--month',
    '2026-05',
    '--json',
    '--now',
    later,
  );
  expect(shadow.json).toMatchObject({ kind: 'reconciliation', exit: 1 });
  expect(cellsOf(shadow.json)).toEqual([
    ['cus_2', 'ws_2', 'calls', '20', '110', 'over_reported'],
    ['cus_2', 'ws_2', 'rows', '1', '1', 'agree'],
  ]);
  await world.end();
});

test('what was pulled under other settings is incomplete until it is pulled again', async () => {
  const world = await smallWorld();
  await tieOut(world, '2026-05', { now: AFTER });
  const file = path.join(world.folder, 'tieout.yaml');
  const yaml = readFileSync(file, 'utf8');
  const verdictsWith = async (text: string) => {
    writeFileSync(file, text);
    const ran = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--now', AFTER);
    const rows = ran.json.rows as Document[];
    return [
      ran.exit,
      ...new Set(
        rows
          .filter((row) => row.meter === 'calls')
          .map((row) => `${row.verdict} ${(row.cause as Document | null)?.code ?? ''}`.trim()),
      ),
    ];
  };
  expect(await verdictsWith(yaml)).toEqual([0, 'agree_zero', 'agree']);
  const changed = [3, 'incomplete settings_changed'];
  expect(await verdictsWith(yaml.replace('value: qty }', 'value: qty }, scale: "2"'))).toEqual(changed);
  expect(await verdictsWith(yaml.replace('value: qty }', 'value: qty }, filter: { tenant: [ws_1] }'))).toEqual(changed);
  expect(await verdictsWith(yaml.replace('match: metadata.workspace_id', 'match: email'))).toEqual(changed);
  expect(await verdictsWith(yaml.replace('eventName: calls', 'eventName: other'))).toEqual(changed);
  // A tolerance, a unit or a comment is no other query.
  expect(
    await verdictsWith(yaml.replace('unit: calls', 'unit: "calls"\n    tolerance: { relative: "0.5" } # wide')),
  ).toEqual([0, 'agree_zero', 'agree']);
  // A meter that is new in the file: nothing was pulled for it.
  expect(
    await verdictsWith(
      `${yaml.trimEnd()}\n  - { key: new, stripe: { eventName: new }, usage: { template: sql, query: "SELECT 1" } }\n`,
    ),
  ).toEqual([3, 'agree_zero', 'agree']);
  await world.end();
});

test('months that cannot be: in the future, misspelt, never pulled', async () => {
  const world = await smallWorld();
  const run = (command: string, month: string) =>
    world.tieout(command, 'DIR', '--month', month, '--json', '--now', '2026-05-31T23:59:59Z');
  for (const command of ['pull', 'reconcile', 'export']) {
    expect(await run(command, '2026-06')).toMatchObject({
      exit: 2,
      json: { tieout: 1, kind: 'error', error: { code: 'period.in_future' } },
    });
  }
  expect(await run('reconcile', '2026-13')).toMatchObject({
    exit: 2,
    json: { kind: 'error', error: { code: 'period.malformed' } },
  });
  expect(world.stripe.requests).toEqual([]);
  expect(await run('reconcile', '2026-04')).toMatchObject({
    exit: 3,
    json: { kind: 'reconciliation', month: '2026-04', asOf: { clickhouse: null, stripe: null }, rows: [], exit: 3 },
  });
  const noMonth = await world.tieout('reconcile', 'DIR', '--json');
  expect(noMonth).toMatchObject({ exit: 2, json: { kind: 'error', error: { code: 'cli.usage' } } });
  await world.end();
});

test('exports: the CSV byte for byte, the other formats as they are read back, filters and refusals', async () => {
  const odd = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', 'a,b', 'say "hi"', 'two\nlines', ' =1', 'Ünï 😀', "'quoted"];
  const id = (index: number): string => String(index).padStart(2, '0');
  const world = await makeWorld(engine, {
    sql: [
      CALLS_TABLE,
      inserts('calls', [...odd.map((_, index) => [`ws_${id(index)}`, AT, '1'] as const), ['=cmd()', AT, '0.5']]),
    ],
    stripe: {
      meters: [meter('mtr_calls', 'calls')],
      products: [product],
      prices: [flat],
      customers: [
        ...odd.map((name, index) => customer(`cus_${id(index)}`, `ws_${id(index)}`, { name })),
        customer('cus_99', 'ws_99'),
      ],
      subscriptions: [subscription('sub_99', 'cus_99', [flat])],
      events: pushes('mtr_calls', [
        ...odd.map((_, index) => [`cus_${id(index)}`, AT, '1'] as const),
        ['cus_99', AT, '4'],
      ]),
    },
    yaml: CALLS_YAML.replace('unit: calls', 'unit: "-calls"'),
  });
  await tieOut(world, '2026-05', { now: AFTER });
  const file = path.join(world.folder, 'out.csv');
  const ran = await world.tieout(
    'export',
    'DIR',
    '--month',
    '2026-05',
    '--format',
    'csv',
    '-o',
    file,
    '--json',
    '--now',
    AFTER,
  );
  expect(ran.exit).toBe(0);
  const agreeing = (index: number, name: string): string =>
    `2026-05,cus_${id(index)},ws_${id(index)},${name},calls,'-calls,1,1,,0,0,agree,,,,,,,`;
  const [first, ...rest] = readFileSync(file, 'utf8').split('\r\n');
  expect(first).toBe(
    'month,customer,usage_id,name,meter,unit,measured,metered,billed,drift_absolute,drift_relative,verdict,cause,currency,measured_amount,metered_amount,billed_amount,difference_amount,note',
  );
  const named = [
    "'=1+1",
    "'+1",
    "'-1",
    "'@x",
    "'\tx",
    '"\'\rx"',
    '"a,b"',
    '"say ""hi"""',
    '"two\nlines"',
    ' =1',
    'Ünï 😀',
    "'quoted",
  ];
  expect(rest.map((line) => line.replace(/,[^,]*$/, ','))).toEqual([
    "2026-05,cus_99,ws_99,,calls,'-calls,,4,,-4,-1,missing_usage,unexplained,usd,0.00,0.08,,-0.08,",
    ...named.map((name, index) => agreeing(index, name)),
    "2026-05,,'=cmd(),,calls,'-calls,0.5,,,0.5,1,unmapped,unmapped,,,,,,",
    '',
  ]);

  const folder = path.join(world.folder, 'reports');
  const exporting = (...flags: string[]) =>
    world.tieout('export', 'DIR', '--month', '2026-05', '-o', folder, '--json', '--now', AFTER, ...flags);
  const several = await exporting('--format', 'xlsx,json,pdf');
  const name = (file: string) => path.join(folder, file);
  expect(several).toMatchObject({
    exit: 0,
    json: {
      kind: 'export',
      files: ['2026-05.xlsx', '2026-05.json', '2026-05-close.pdf'].map((file) => ({ file: name(file), rows: 14 })),
    },
  });
  const cells = readWorkbook(readFileSync(name('2026-05.xlsx'))).get('Cells')?.cells;
  expect(odd.map((_, index) => cells?.get(`D${index + 3}`)?.value)).toEqual(odd);
  const asked = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--now', AFTER);
  expect(JSON.parse(readFileSync(name('2026-05.json'), 'utf8'))).toEqual(asked.json);
  expect(pdfPages(readFileSync(name('2026-05-close.pdf')))[0]).toContain(
    '2 of 14 cells (a customer and a meter) do not tie out.',
  );

  expect(await exporting('--verdict', 'unmapped', '--search', 'cmd')).toMatchObject({
    exit: 0,
    json: { file: name('2026-05-filtered.csv'), rows: 1 },
  });
  for (const [code, ...flags] of [
    ['cli.usage', '--format', 'pdf', '--structural'],
    ['cli.usage', '--format', 'csv,doc'],
    ['cli.usage', '--min-difference', 'much'],
    ['close.not_locked', '--format', 'package'],
  ] as const) {
    expect(await exporting(...flags)).toMatchObject({ exit: 2, json: { kind: 'error', error: { code } } });
  }
  expect(readdirSync(folder).sort()).toEqual(
    ['2026-05-close.pdf', '2026-05-filtered.csv', '2026-05.json', '2026-05.xlsx'].sort(),
  );
  await world.end();
});
