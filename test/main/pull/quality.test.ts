import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { monthQuality } from '../../../main/api/quality/month-quality.ts';
import type { Db } from '../../../main/cache/open.ts';
import { readPullsInForce } from '../../../main/cache/pull-store.ts';
import { pullMonth } from '../../../main/pull/pull-month.ts';
import type { PullMeter, PullMonthRequest } from '../../../main/pull/pull-request.ts';
import type { UsageDefinition } from '../../../main/sources/usage-source.ts';
import type { QualityFinding } from '../../../shared/reconciliation/quality/finding.ts';
import { DEFAULT_QUALITY } from '../../../shared/reconciliation/quality/settings.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { scratchCache } from '../cache/scratch.ts';
import { checkpoints, events, sql, startEngine, type TestEngine } from '../sources/clickhouse/engine.ts';
import { customer, fakeBillingSource, pullMeter, stripeMeter } from './fake-sources.ts';

const MAY = parseMonth('2026-05');

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine?.stop());

/** A pull at an instant of a workspace in which `ws_1` and `ws_2` have customers. */
async function pull(
  db: Db,
  at: string,
  usage: Readonly<Record<string, UsageDefinition>>,
  rest: Partial<PullMonthRequest> = {},
) {
  const meters: readonly PullMeter[] = Object.entries(usage).map(([key, definition]) =>
    pullMeter(key, {
      usage: definition,
      usageFingerprint: JSON.stringify(definition, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    }),
  );
  const result = await pullMonth({
    db,
    usage: engine.source,
    billing: fakeBillingSource({
      meters: meters.map(({ key }) => stripeMeter(`mtr_${key}`, key)),
      customers: [customer('cus_1', 'ws_1'), customer('cus_2', 'ws_2')],
      totals: {},
    }),
    meters,
    customers: { match: { by: 'metadata', key: 'workspace_id' }, links: null, fingerprint: 'by workspace_id' },
    testClocks: false,
    month: MAY,
    select: {},
    skipIdle: false,
    hourly: 'drifting',
    toolVersion: 'test',
    now: () => parseInstant(at),
    signal: new AbortController().signal,
    ...rest,
  });
  const named = meters.map(({ key, usage: { scale } }) => ({ key, unit: 'units', scale }));
  return { result, quality: monthQuality({ db, month: MAY, meters: named, settings: DEFAULT_QUALITY }) };
}

const said = (findings: readonly QualityFinding[]) =>
  findings
    .filter(({ level }) => level !== 'ok')
    .map(({ check, meter, customer: id, value, level }) => [check, meter, id, value, level]);

type Row = readonly [customer: string, series: string, at: string, value: number | null];

async function fill(table: string, rows: readonly Row[], end = ''): Promise<void> {
  await engine.run(
    `CREATE TABLE ${table} (customer String, series String, at DateTime64(3, 'UTC'), value Nullable(Int64))
     ENGINE = MergeTree ORDER BY (customer, series, at) ${end}`,
  );
  await add(table, rows);
}

const add = (table: string, rows: readonly Row[]): Promise<void> =>
  engine.insert(
    table,
    rows.map(([id, series, at, value]) => ({ customer: id, series, at: at.replace('T', ' '), value })),
  );

/** A row a minute from `at` on, the counter growing by 10. */
const minutes = (id: string, series: string, at: string, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => [
    id,
    series,
    new Date(parseInstant(`${at}Z`) + i * 60_000).toISOString().slice(0, 19),
    i * 10,
  ]);

const BEFORE: Row = ['ws_1', 'old', '2026-04-30T12:00:00', 1];

describe('planted faults', () => {
  test('a clean table passes every check', async () => {
    await fill('clean', [
      BEFORE,
      ...minutes('ws_1', 'a', '2026-05-01T00:00:00', 30),
      ...minutes('ws_2', 'b', '2026-05-02T00:00:00', 30),
    ]);
    const { quality } = await pull(scratchCache(), '2026-05-10T00:00:00Z', {
      cpu: checkpoints({}, { table: 'clean' }),
      calls: events({}, { table: 'clean' }),
      own: sql(
        `SELECT customer, toStartOfHour(at) AS bucket, sum(value) AS quantity FROM clean WHERE at >= {from:DateTime} AND at < {to:DateTime} GROUP BY ALL`,
      ),
    });
    expect(said(quality.findings)).toEqual([]);
    expect(quality.gate).toEqual({ gate: 'data_quality', decision: 'pass', detail: '14 checks passed.' });
  });

  test('checkpoints: each fault is found with its number, and nothing else', async () => {
    await fill('faulty', [
      BEFORE,
      ...minutes('ws_1', 'good', '2026-05-01T00:00:00', 41),
      // Steps back once.
      ['ws_1', 'back', '2026-05-01T00:00:00', 50],
      ['ws_1', 'back', '2026-05-01T00:01:00', 20],
      // Ten minutes without samples.
      ['ws_2', 'gap', '2026-05-01T00:00:00', 0],
      ['ws_2', 'gap', '2026-05-01T00:10:00', 100],
      // A value below 0, and one that is missing: it spoils two pairs.
      ['ws_2', 'below', '2026-05-01T00:00:00', -5],
      ['ws_2', 'below', '2026-05-01T00:01:00', 5],
      ['ws_2', 'hole', '2026-05-01T00:00:00', 1],
      ['ws_2', 'hole', '2026-05-01T00:01:00', null],
      ['ws_2', 'hole', '2026-05-01T00:02:00', 3],
      // The same row twice.
      ['ws_1', 'twice', '2026-05-01T00:00:00', 7],
      ['ws_1', 'twice', '2026-05-01T00:00:00', 7],
      // Ten days after the pull, and beyond the month.
      ['ws_1', 'ahead', '2026-05-20T00:00:00', 1],
      ['ws_1', 'ahead2', '2027-01-01T00:00:00', 1],
      // Nobody's: 100 of 510 units.
      ['ws_9', 'lost', '2026-05-01T00:00:00', 0],
      ['ws_9', 'lost', '2026-05-01T00:01:00', 100],
    ]);
    const { quality } = await pull(scratchCache(), '2026-05-10T00:00:00Z', {
      cpu: checkpoints({}, { table: 'faulty' }),
    });
    // 55 rows, 40 + 1 + 1 + 1 + 2 + 1 + 1 = 47 pairs over 40 + 1 + 10 + 1 + 2 + 0 + 1 = 55 minutes.
    expect(said(quality.findings)).toEqual([
      ['unmapped', 'cpu', 'ws_9', '0.196078431373', 'failed'],
      ['negative', 'cpu', 'ws_2', '0.018181818182', 'failed'],
      ['future', 'cpu', 'ws_1', '0.036363636364', 'failed'],
      ['regressions', 'cpu', 'ws_1', '0.021276595745', 'failed'],
      ['gaps', 'cpu', 'ws_2', '0.181818181818', 'failed'],
      ['valueless', 'cpu', 'ws_2', '0.042553191489', 'failed'],
      ['duplicates', 'cpu', 'ws_1', '0.021276595745', 'warning'],
    ]);
    expect(quality.gate.decision).toBe('blocked');
    expect(quality.findings.map(({ sentence }) => sentence)).toContain(
      '2 rows lie in the future of the pull, up to 2027-01-01T00:00:00Z, all of them of ws_1.',
    );
  });

  test('events: repeated ids, values below 0, rows without a value', async () => {
    await fill('calls', [
      BEFORE,
      ['ws_1', 'e1', '2026-05-01T00:00:00', 10],
      ['ws_1', 'e1', '2026-05-01T00:05:00', 10],
      ['ws_2', 'e2', '2026-05-01T00:00:00', -3],
      ['ws_2', 'e3', '2026-05-01T00:00:00', null],
    ]);
    const { quality } = await pull(scratchCache(), '2026-05-10T00:00:00Z', {
      calls: events({ id: 'series' }, { table: 'calls' }),
    });
    expect(said(quality.findings)).toEqual([
      ['negative', 'calls', 'ws_2', '0.25', 'failed'],
      ['duplicates', 'calls', 'ws_1', '0.25', 'failed'],
      ['valueless', 'calls', 'ws_2', '0.25', 'failed'],
    ]);
  });
});

const contents = (db: Db, meter = 'cpu') => {
  const pulled = readPullsInForce(db, MAY).find((one) => one.meter === meter && one.source === 'clickhouse');
  const rows = (table: string, columns: string) =>
    db
      .prepare(
        `SELECT usage_id, ${columns} FROM ${table} JOIN usage_identity USING (usage_key) WHERE pull = ? ORDER BY usage_id`,
      )
      .all(pulled?.pull ?? 0);
  return {
    hash: pulled?.contentHash,
    totals: rows('usage_month', 'whole, frac, invalid'),
    hours: rows('usage_hours', 'hours'),
    evidence: rows('usage_evidence', 'evidence, usage_evidence.hours'),
  };
};

describe('some hours alone', () => {
  const usage = {
    cpu: checkpoints({ trusted: 'trusted', tiebreak: 'kind' }, { table: 'sliced' }),
    level: checkpoints({ tiebreak: 'kind' }, { table: 'sliced', isGauge: true }),
  };

  test('are those of a whole pull, with late rows, gaps and resets at their edges', async () => {
    await engine.run(
      `CREATE TABLE sliced (customer String, series String, at DateTime64(3, 'UTC'), kind String, value Int64, trusted Bool)
       ENGINE = ReplacingMergeTree ORDER BY (customer, series, at, kind)`,
    );
    let state = 7;
    const random = (below: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    const rows = (seconds: readonly number[]) =>
      seconds.map((second) => ({
        customer: `ws_${1 + random(3)}`,
        series: `s${random(2)}`,
        at: new Date(parseInstant('2026-05-14T00:00:00Z') + second * 1000).toISOString().slice(0, 19).replace('T', ' '),
        kind: random(5) === 0 ? 'stop' : 'tick',
        value: random(1000),
        trusted: random(4) > 0,
      }));
    await engine.insert('sliced', rows(Array.from({ length: 1500 }, () => random(8 * 3600))));
    const db = scratchCache();
    await pull(db, '2026-06-01T02:00:00Z', usage);
    const before = contents(db);
    for (const [from, to] of [
      [3, 5],
      [0, 1],
      [5, 8],
    ] as const) {
      // Late rows of these hours, the seconds of their edges among them.
      const late = [
        from * 3600,
        to * 3600 - 1,
        ...Array.from({ length: 40 }, () => from * 3600 + random((to - from) * 3600)),
      ];
      await engine.insert('sliced', rows(late));
      // A late row of the last minutes changes the pair that leads into the hour after.
      const at = (hour: number) => parseInstant(`2026-05-14T0${hour}:00:00Z`);
      const slice = { from: at(from), to: at(Math.min(to + 1, 9)) };
      await pull(db, '2026-06-02T02:00:00Z', usage, { slice });
      const whole = scratchCache();
      await pull(whole, '2026-06-02T02:00:00Z', usage);
      expect(contents(db)).toEqual(contents(whole));
      expect(contents(db, 'level')).toEqual(contents(whole, 'level'));
    }
    expect(contents(db).hash).not.toBe(before.hash);
  });

  test('leave the others as they were, and ask Stripe for nothing', async () => {
    await fill('others', [
      ...minutes('ws_1', 'a', '2026-05-01T00:00:00', 120),
      ...minutes('ws_2', 'a', '2026-05-01T00:00:00', 30),
    ]);
    const cpu = checkpoints({}, { table: 'others' });
    const db = scratchCache();
    await pull(db, '2026-06-01T02:00:00Z', { cpu });
    await engine.run(`ALTER TABLE others DELETE WHERE customer = 'ws_2' SETTINGS mutations_sync = 1`);
    const slice = { from: parseInstant('2026-05-01T01:00:00Z'), to: parseInstant('2026-05-01T02:00:00Z') };
    const { result } = await pull(db, '2026-06-02T02:00:00Z', { cpu }, { slice });
    expect(result.sources.stripe.requests).toBe(0);
    expect(result.complete).toBe(true);
    expect(contents(db).totals).toMatchObject([
      { usage_id: 'ws_1', whole: 1190 },
      { usage_id: 'ws_2', whole: 290 },
    ]);
  });

  test('of a meter that was not pulled are refused; distinct things are counted whole', async () => {
    const slice = { from: parseInstant('2026-05-01T01:00:00Z'), to: parseInstant('2026-05-01T02:00:00Z') };
    const cpu = checkpoints({}, { table: 'others' });
    const db = scratchCache();
    await expect(pull(db, '2026-06-02T02:00:00Z', { cpu }, { slice })).rejects.toMatchObject({
      code: 'pull.slice_without_base',
    });
    const keys = events({ value: null, key: 'value' }, { table: 'others', aggregate: 'distinct' });
    const { result } = await pull(db, '2026-06-02T02:00:00Z', { keys }, { slice });
    expect(result.warnings.map(({ code }) => code)).toEqual(['pull.slice_widened']);
    expect(contents(db, 'keys').totals).toMatchObject([{ usage_id: 'ws_1', whole: 120 }]);
  });
});

describe('rows that are gone', () => {
  const month = [
    ...minutes('ws_1', 'a', '2026-05-01T00:00:00', 61),
    ...minutes('ws_1', 'b', '2026-05-20T00:00:00', 61),
    ...minutes('ws_2', 'c', '2026-05-01T00:00:00', 31),
  ];
  const total = [
    { usage_id: 'ws_1', whole: 1200 },
    { usage_id: 'ws_2', whole: 300 },
  ];

  test('by a rule of the table: kept hours stand, and a later pull says so', async () => {
    await fill('ruled', month, 'TTL toDateTime(at) + INTERVAL 95 DAY SETTINGS merge_with_ttl_timeout = 1000000');
    await engine.run('SYSTEM STOP TTL MERGES ruled');
    const cpu = checkpoints({}, { table: 'ruled' });
    const db = scratchCache();
    expect(said((await pull(db, '2026-06-01T02:00:00Z', { cpu })).quality.findings)).toEqual([]);
    const first = contents(db);
    await engine.run(`ALTER TABLE ruled DELETE WHERE at < '2026-05-05 00:00:00' SETTINGS mutations_sync = 1`);
    for (const at of ['2026-08-10T00:00:00Z', '2026-08-11T00:00:00Z']) {
      const { quality } = await pull(db, at, { cpu });
      expect(said(quality.findings)).toEqual([['expired', 'cpu', null, '0', 'warning']]);
      expect(quality.findings[0]?.sentence).toContain('are kept as they were pulled at 2026-06-01T02:00:00Z');
      expect(contents(db)).toEqual(first);
    }
    // Nobody kept them: 95 days before 10 August is 7 May, and six days are lost.
    const lost = await pull(scratchCache(), '2026-08-10T00:00:00Z', { cpu });
    expect(said(lost.quality.findings)).toEqual([['expired', 'cpu', null, '0.193548387097', 'failed']]);
  });

  test('of any table: what an earlier pull found first is not overwritten by nothing', async () => {
    await fill('shrunk', month);
    const cpu = checkpoints({}, { table: 'shrunk' });
    const days = events({ value: null, key: 'series' }, { table: 'shrunk', aggregate: 'distinct' });
    const db = scratchCache();
    await pull(db, '2026-06-01T02:00:00Z', { cpu, days });
    const first = contents(db);
    await engine.run(`ALTER TABLE shrunk DELETE WHERE at < '2026-05-05 00:00:00' SETTINGS mutations_sync = 1`);
    const { quality } = await pull(db, '2026-06-03T02:00:00Z', { cpu, days });
    expect(said(quality.findings)).toEqual([
      ['expired', 'cpu', null, '0', 'warning'],
      ['expired', 'days', null, '0', 'warning'],
    ]);
    expect(contents(db)).toEqual(first);
    expect(contents(db).totals).toMatchObject(total);
    expect(contents(db, 'days').totals).toMatchObject([{ whole: 2 }, { whole: 1 }]);
    // With other settings they cannot be measured again: what is in force stays, and the tie-out says why.
    const { result } = await pull(db, '2026-06-04T02:00:00Z', { cpu: { ...cpu, maxGapMs: 60_000 } });
    expect(result.warnings.map(({ code }) => code)).toEqual(['pull.rows_expired']);
    expect(contents(db)).toEqual(first);
    // Rows that were removed on purpose: the hours are asked for by name.
    const slice = { from: parseInstant('2026-05-01T00:00:00Z'), to: parseInstant('2026-05-20T00:00:00Z') };
    await pull(db, '2026-06-05T02:00:00Z', { cpu }, { slice });
    expect(contents(db).totals).toMatchObject([{ usage_id: 'ws_1', whole: 600 }]);
  });
});
