import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { customer, meter } from './objects.ts';
import { type Document, type Engine, makeWorld, type Ran, startEngine, type World } from './world.ts';

// Two measurements of one meter in GB-seconds: hours of what bills today, and samples of the pipeline, 20 s each.
// 15 May 2026 is the day that is due; every departure of it is planted, and nothing else may be told.

let engine: Engine;
let world: World;
const NOW = '2026-05-16T00:10:00Z';
const LATER = '2026-05-16T00:40:00Z';

/** GB-seconds of one hour of the day, as the reference has them. */
const hourly = (org: string, hour: number, value: string): string =>
  `('${org}', toDateTime('2026-05-15 ${String(hour).padStart(2, '0')}:00:00', 'UTC'), '${value}')`;

/** `count` ticks of one machine from the start of an hour on. */
const ticks = (of: {
  readonly org: string;
  readonly machine: string;
  readonly hour: number;
  readonly count: number;
  readonly gb: number;
  readonly id?: string;
}): string =>
  `SELECT '${of.org}', '${of.machine}', toDateTime('2026-05-15 00:00:00', 'UTC') + ${of.hour} * 3600 + number * 20, ${of.gb}, 20,
     concat('${of.org}:${of.machine}:', toString(${of.hour} * 180 + number), '${of.id ?? ''}') FROM numbers(${of.count})`;

/** One sample that stands for so many seconds of one GB. */
const lump = (org: string, hour: number, seconds: number): string =>
  `SELECT '${org}', 'lump', toDateTime('2026-05-15 00:00:00', 'UTC') + ${hour} * 3600, 1, ${seconds}, '${org}:${hour}'`;

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const CUT = ['20.9', '21.2', '22.75', '20.4', '23.6', '24.999'];
const cutAt = (hour: number): string => CUT[hour % CUT.length] ?? '';
const roundedAt = (hour: number): string => ['10.4', '10.6', '11.3', '12.5', '13.8', '14'][hour % 6] ?? '';

const reference = [
  ...HOURS.map((hour) => hourly('steady', hour, '7200')),
  ...HOURS.map((hour) => hourly('cut', hour, cutAt(hour))),
  ...HOURS.map((hour) => hourly('rounded', hour, roundedAt(hour))),
  ...HOURS.map((hour) => hourly('free', hour, '1000')),
  ...[3, 4].map((hour) => hourly('double', hour, '3600')),
  // Five lives of 30 s at 4 GB.
  ...[6, 9].map((hour) => hourly('short', hour, '600')),
  hourly('unclipped', 11, '3600'),
  hourly('unclipped', 12, '3600'),
  hourly('unclipped', 13, '1800'),
  hourly('broken', 17, 'n/a'),
  ...[18, 19].flatMap((hour) => ['x1', 'x2', 'x3'].map((org) => hourly(org, hour, '3600'))),
  ...[20, 21, 22, 23].map((hour) => hourly('late', hour, '3600')),
];

const samples = [
  ...HOURS.map((hour) => ticks({ org: 'steady', machine: 'a', hour, count: 180, gb: 2 })),
  ...HOURS.map((hour) => lump('cut', hour, Math.trunc(Number(cutAt(hour))))),
  ...HOURS.map((hour) => lump('rounded', hour, Math.round(Number(roundedAt(hour))))),
  ...HOURS.map((hour) => lump('free', hour, 10)),
  ...[3, 4].flatMap((hour) =>
    ['', '/again'].map((id) => ticks({ org: 'double', machine: 'a', hour, count: 180, gb: 1, id })),
  ),
  ...[6, 9].flatMap((hour) =>
    [1, 1, 2, 1, 1].map((count, life) => ticks({ org: 'short', machine: `life-${hour}-${life}`, hour, count, gb: 4 })),
  ),
  lump('unclipped', 11, 9000),
  ticks({ org: 'ghost', machine: 'a', hour: 15, count: 10, gb: 1 }),
  ...[18, 19].flatMap((hour) => ['x1', 'x2', 'x3'].map((org) => ticks({ org, machine: 'a', hour, count: 144, gb: 1 }))),
  ticks({ org: 'late', machine: 'a', hour: 20, count: 180, gb: 1 }),
  ...[21, 22, 23].map((hour) => ticks({ org: 'late', machine: 'a', hour, count: 90, gb: 1 })),
];

/** The other half of two hours, and a quarter of the third: as many again as the engine had, under the ids of the first. */
const lateSamples = [
  ...[21, 22].map((hour) => ticks({ org: 'late', machine: 'a', hour, count: 180, gb: 1 })),
  ticks({ org: 'late', machine: 'a', hour: 23, count: 135, gb: 1 }),
];

const YAML = `customers: { match: metadata.workspace_id }
parity: { only: { metadata: plan, values: [pro] } }
meters:
  - key: memory
    stripe: { eventName: memory }
    unit: GB-seconds
    usage: { template: events, table: cell, columns: { customer: org, at: at, value: gbs } }
pipelines:
  edge:
    meters:
      memory:
        template: interval_samples
        table: edge
        columns: { customer: org, at: at, value: gb, interval: seconds, id: id, series: machine }`;

const told = (ran: Ran): Document => ran.json;
const list = (document: Document, key: string): Document[] => document[key] as Document[];
const bucketAt = (document: Document, hour: number): Document =>
  list(document, 'buckets').find(({ start }) => start === `2026-05-15T${String(hour).padStart(2, '0')}:00:00Z`) ?? {};
const causesOf = (document: Document): Record<string, unknown> =>
  Object.fromEntries(
    list(document, 'customers').map(({ usageId, causes }) => [
      usageId,
      (causes as Document[]).map(({ code, confidence }) => `${code} ${confidence}`).join(', '),
    ]),
  );

beforeAll(async () => {
  engine = await startEngine();
  const org = (id: string) => ({
    ...customer(`cus_${id}`, id),
    metadata: { workspace_id: id, plan: id === 'free' ? 'free' : 'pro' },
  });
  world = await makeWorld(engine, {
    sql: [
      `CREATE TABLE @cell (org String, at DateTime('UTC'), gbs String) ENGINE = MergeTree ORDER BY (org, at)`,
      `INSERT INTO @cell VALUES ${reference.join(', ')}`,
      `CREATE TABLE @edge (org String, machine String, at DateTime('UTC'), gb UInt32, seconds UInt32, id String) ENGINE = MergeTree ORDER BY (org, at)`,
      `INSERT INTO @edge ${samples.join(' UNION ALL ')}`,
    ],
    stripe: {
      meters: [meter('mtr_memory', 'memory')],
      customers: ['steady', 'cut', 'rounded', 'free', 'double', 'short'].map(org),
    },
    yaml: YAML,
  });
});

afterAll(async () => {
  await world?.end();
  await engine?.stop();
});

test('every departure is found in its hour, with its cause, and nothing else', async () => {
  const pull = await world.tieout('pull', 'DIR', '--month', '2026-05', '--json', '--now', NOW);
  expect(pull.json).toMatchObject({ complete: true, pipelines: [{ pipeline: 'edge', complete: true }] });
  const ran = await world.tieout('parity', 'DIR', '--json', '--now', NOW);
  const found = told(ran);
  expect([ran.exit, found.kind, found.pipeline]).toEqual([1, 'parity', 'edge']);
  const dirty = list(found, 'buckets').filter(({ clean }) => clean === false);
  expect(dirty.map(({ start }) => Number(String(start).slice(11, 13)))).toEqual([
    3, 4, 6, 9, 11, 12, 13, 15, 17, 18, 19, 21, 22, 23,
  ]);
  expect(bucketAt(found, 0)).toMatchObject({
    checked: 3,
    skipped_not_pro: 1,
    unverified: [],
    drift_pct: { cut: '-0.043062200957', rounded: '-0.038461538462', steady: '0' },
    flagged: ['cut', 'rounded'],
    material: [],
    one_sided: [],
    total_cell: '7231.3',
    total_edge: '7230',
    systemic: false,
    clean: true,
  });
  expect(bucketAt(found, 12)).toMatchObject({ one_sided: ['unclipped'], material: ['unclipped'] });
  expect(bucketAt(found, 15)).toMatchObject({ one_sided: ['ghost'] });
  expect(bucketAt(found, 17)).toMatchObject({ unverified: ['broken'] });
  expect([bucketAt(found, 18), bucketAt(found, 19)]).toMatchObject([
    { systemic: true, streak: 1, alert: false },
    { systemic: true, streak: 2, alert: true },
  ]);
  expect(found.soak).toEqual({ ready: false, cleanHours: 0, blockedAt: '2026-05-15T23:00:00Z', reason: 'drift' });
  expect(found.alert).toEqual({ systemic: true, streak: 3, alert: true });
  expect(causesOf(found)).toEqual({
    broken: '',
    cut: 'truncation high',
    double: 'double_ticks high',
    ghost: '',
    late: '',
    rounded: 'rounding high',
    short: 'tick_drift high',
    unclipped: 'unclipped_intervals high',
    x1: '',
    x2: '',
    x3: '',
  });
});

test('samples that came late are told from what earlier checks found, and the clock goes on', async () => {
  await engine.run(`INSERT INTO ${world.database}.edge ${lateSamples.join(' UNION ALL ')}`);
  const ran = await world.tieout('parity', 'DIR', '--pull', '--json', '--now', LATER);
  const found = told(ran);
  expect(bucketAt(found, 22)).toMatchObject({ clean: true, before: { at: NOW, clean: false } });
  expect(causesOf(found)).toMatchObject({ late: 'late_samples high', x1: '' });
  expect(found.soak).toMatchObject({ cleanHours: 0, blockedAt: '2026-05-15T23:00:00Z' });
  const text = await world.tieout('parity', 'DIR', '--hours', '3', '--now', LATER);
  expect(text.exit).toBe(1);
  expect(text.stdout).toContain('edge: 0 of 24 hours are clean; 15 May 23:00 UTC is not.');
  expect(text.stdout).toContain(
    'late: late_samples — 4500 GB-seconds arrived after 3 hours had been checked; 2 hours agree since.',
  );
  const history = await world.tieout('parity', 'DIR', '--history', '--json', '--now', LATER);
  const kept = list(told(history), 'checks').filter(({ start }) => start === '2026-05-15T22:00:00Z');
  expect(kept).toMatchObject([
    { checkedAt: NOW, clean: false },
    { checkedAt: LATER, clean: true },
  ]);
});

test('hours that were not read since they were due are missing', async () => {
  const ran = await world.tieout('parity', 'DIR', '--hours', '2', '--json', '--now', '2026-05-16T02:15:00Z');
  expect([ran.exit, told(ran).soak]).toEqual([
    3,
    { ready: false, cleanHours: 0, blockedAt: '2026-05-16T01:00:00Z', reason: 'missing_bucket' },
  ]);
  expect(list(told(ran), 'meters')).toMatchObject([{ hours: { clean: 0, dirty: 0, missing: 2 } }]);
});

test('a pipeline that cannot be read holds nobody up, and what was pulled of it stays', async () => {
  const file = `${world.folder}/tieout.yaml`;
  const before = readFileSync(file, 'utf8');
  world.yaml(before.replace('table: edge\n', 'table: gone\n'));
  const pull = await world.tieout('pull', 'DIR', '--month', '2026-05', '--json', '--now', LATER);
  expect(pull).toMatchObject({
    exit: 3,
    json: { complete: false, pipelines: [{ pipeline: 'edge', complete: false }] },
  });
  expect(list(told(pull), 'warnings').map(({ code }) => code)).toContain('clickhouse.query_failed');
  const check = await world.tieout('check', 'DIR', '--json', '--now', LATER);
  expect(check.json).toMatchObject({ ok: false, pipelines: [{ pipeline: 'edge', meter: 'memory', dryRun: null }] });
  expect(list(told(check), 'problems').map(({ path }) => path)).toContainEqual(
    expect.stringContaining('pipelines.edge.meters.memory'),
  );
  const reconcile = await world.tieout('reconcile', 'DIR', '--month', '2026-05', '--json', '--now', LATER);
  expect(list(told(reconcile), 'rows').map(({ meter: key }) => key)).not.toContain('pipeline/edge/memory');
  world.yaml(before);
  const again = await world.tieout('parity', 'DIR', '--hours', '1', '--json', '--now', LATER);
  expect(list(told(again), 'meters')).toMatchObject([{ hours: { dirty: 1, missing: 0 } }]);
  const other = await world.tieout('parity', 'DIR', '--pipeline', 'cell', '--json');
  expect(other).toMatchObject({ exit: 2, json: { kind: 'error', error: { code: 'parity.not_found' } } });
});
