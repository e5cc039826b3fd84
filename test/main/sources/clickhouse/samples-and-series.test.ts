import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UsageDefinition } from '../../../../main/sources/usage-source.ts';
import { meter, period, readAll, startEngine, type TestEngine, table } from './engine.ts';

const MAY = period('2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z');
const ONE = { numerator: 1n, denominator: 1n };

type Samples = Extract<UsageDefinition, { template: 'interval_samples' }>;
type Series = Extract<UsageDefinition, { template: 'active_series' }>;

const samples = (rest: Partial<Samples> = {}): Samples => ({
  template: 'interval_samples',
  table: 'samples',
  columns: { customer: 'org', at: 'ts', value: 'memory_mb', interval: 'interval_s', id: 'id', tier: null },
  bucketMs: 3_600_000,
  graceMs: 600_000,
  filter: null,
  scale: ONE,
  combine: 'sum',
  ...rest,
});

const series = (columns: Partial<Series['columns']>, rest: Partial<Series> = {}): Series => ({
  template: 'active_series',
  table: 'reports',
  columns: { customer: 'org', key: ['testbed', 'benchmark'], at: 'at', lastSeen: null, ...columns },
  end: 'exclusive',
  filter: null,
  scale: ONE,
  combine: 'sum',
  ...rest,
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const read = (usage: UsageDefinition) => readAll(engine.source, [meter('m', usage)], { period: MAY });

describe('interval samples', () => {
  beforeAll(async () => {
    await engine.run(
      `CREATE TABLE samples (id String, org LowCardinality(String), memory_mb UInt32, interval_s UInt16, ts DateTime64(3, 'UTC'), tier String) ENGINE = MergeTree ORDER BY (org, ts)`,
    );
    await engine.run(`INSERT INTO samples VALUES
      ('s0', 'a', 512, 20, '2026-04-30 23:59:59.999', 'x'),
      ('s1', 'a', 1024, 20, '2026-05-01 00:00:00.000', 'x'),
      ('s2', 'a', 1024, 20, '2026-05-01 00:59:50.000', 'x'),
      ('s2', 'a', 1024, 20, '2026-05-01 00:59:50.000', 'x'),
      ('s3', 'a', 2048, 15, '2026-05-01 01:00:00.000', 'y'),
      ('s4', 'b', 4096, 20, '2026-05-31 23:59:59.999', 'x'),
      ('s5', 'b', 4096, 20, '2026-06-01 00:00:00.000', 'x')`);
  });

  test('a sample is its level times its interval, once per id, in the hour of its instant', async () => {
    const cells = await read(samples());
    // a, hour 0: 2 × 1024 × 20 = 40,960; hour 1: 2048 × 15 = 30,720. b, last hour: 4096 × 20 = 81,920.
    expect(table(cells)).toEqual({ a: { 0: '40960', 1: '30720' }, b: { 743: '81920' } });
    expect(cells.map((cell) => cell.evidence)).toEqual([
      { samples: '3', duplicates: '1', null_values: '0', negative_values: '0' },
      { samples: '1', duplicates: '0', null_values: '0', negative_values: '0' },
    ]);
  });

  test('samples that name what they are of: its lives, and its second ticks at one instant', async () => {
    await engine.run(
      `CREATE TABLE ticks (id String, org String, machine LowCardinality(Nullable(String)), run UInt8, gb Decimal(9, 3), s UInt16, ts DateTime('UTC')) ENGINE = MergeTree ORDER BY ts`,
    );
    await engine.run(`INSERT INTO ticks VALUES
      ('1', 'a', 'm', 1, 1.5, 20, '2026-05-01 00:00:00'),
      ('1', 'a', 'm', 1, 1.5, 20, '2026-05-01 00:00:00'),
      ('2', 'a', 'm', 1, 1.5, 20, '2026-05-01 00:00:00'),
      ('3', 'a', 'm', 2, 1.5, 20, '2026-05-01 00:00:00'),
      ('4', 'a', NULL, 1, 0.25, 10, '2026-05-01 00:00:20'),
      ('5', 'a', 'm', 1, 1.5, 20, '2026-05-01 01:00:00')`);
    const columns = { customer: 'org', at: 'ts', value: 'gb', interval: 's', id: 'id', tier: null };
    const cells = await read(samples({ table: 'ticks', columns: { ...columns, series: ['machine', 'run'] } }));
    expect(table(cells)).toEqual({ a: { 0: '92.5', 1: '30' } });
    expect(cells[0]?.evidenceHours?.map(({ hour, figures }) => [hour, figures])).toEqual([
      [
        0,
        {
          samples: '4',
          duplicates: '1',
          null_values: '0',
          negative_values: '0',
          lives: '3',
          double_ticks: '1',
          double_native: '30',
        },
      ],
      [
        1,
        {
          samples: '1',
          duplicates: '0',
          null_values: '0',
          negative_values: '0',
          lives: '1',
          double_ticks: '0',
          double_native: '0',
        },
      ],
    ]);
  });

  test('a filter takes one tier', async () => {
    expect(table(await read(samples({ filter: { column: 'tier', values: ['y'] } })))).toEqual({ a: { 1: '30720' } });
  });

  test('decimal levels and intervals are multiplied exactly; a missing one is said, not counted', async () => {
    await engine.run(
      `CREATE TABLE fine_samples (id Nullable(String), org String, memory_mb Decimal(18, 6), interval_s Nullable(Decimal(9, 3)), ts Int64) ENGINE = MergeTree ORDER BY ts`,
    );
    await engine.run(
      `INSERT INTO fine_samples VALUES (NULL, 'a', 0.000001, 0.001, ${MAY.from}), (NULL, 'a', -2.5, 2.5, ${MAY.from}), ('x', 'a', 3, NULL, ${MAY.from})`,
    );
    const cells = await read(samples({ table: 'fine_samples' }));
    // 0.000001 × 0.001 − 2.5 × 2.5 = −6.249999999
    expect(table(cells)).toEqual({ a: { 0: '-6.249999999' } });
    expect(cells[0]?.evidence).toEqual({ samples: '3', duplicates: '0', null_values: '1', negative_values: '1' });
  });

  test('a float level is read as its shortest text; not a number stays text', async () => {
    await engine.run(
      `CREATE TABLE float_samples (id UInt64, org String, memory_mb Float64, interval_s UInt8, ts DateTime('UTC')) ENGINE = MergeTree ORDER BY ts`,
    );
    await engine.run(
      `INSERT INTO float_samples VALUES (1, 'a', 0.1, 3, '2026-05-02 00:00:00'), (2, 'b', nan, 3, '2026-05-02 00:00:00')`,
    );
    expect(table(await read(samples({ table: 'float_samples' })))).toEqual({ a: { 24: '0.3' }, b: { 24: '!nan' } });
  });

  test('factors with more places than a product can hold are refused before anything is read', async () => {
    await engine.run(
      `CREATE TABLE text_samples (id UInt64, org String, memory_mb String, interval_s Float64, ts DateTime('UTC')) ENGINE = MergeTree ORDER BY ts`,
    );
    await expect(read(samples({ table: 'text_samples' }))).rejects.toMatchObject({
      code: 'clickhouse.query_failed',
      path: 'meters[0].usage.columns.interval',
    });
  });
});

describe('active series', () => {
  beforeAll(async () => {
    await engine.run(
      `CREATE TABLE reports (org String, testbed String, benchmark Nullable(String), at DateTime64(6, 'UTC'), visibility String) ENGINE = MergeTree ORDER BY (org, at)`,
    );
    await engine.run(`INSERT INTO reports VALUES
      ('a', 't1', 'b1', '2026-04-30 23:59:59.999999', 'public'),
      ('a', 't1', 'b1', '2026-05-01 05:00:00', 'public'),
      ('a', 't1', 'b1', '2026-05-03 05:00:00', 'public'),
      ('a', 't1', 'b2', '2026-05-01 05:30:00', 'private'),
      ('a', 't2', 'b1', '2026-05-31 23:59:59.999999', 'private'),
      ('a', 't2', NULL, '2026-05-10 00:00:00', 'private'),
      ('a', 't9', 'b9', '2026-06-01 00:00:00', 'public')`);
    await engine.run(
      `CREATE TABLE last_seen (org String, testbed String, benchmark String, seen Int64) ENGINE = ReplacingMergeTree ORDER BY (org, testbed, benchmark)`,
    );
    await engine.run(`INSERT INTO last_seen VALUES ('a', 't1', 'b1', ${MAY.from}), ('a', 't1', 'b2', ${MAY.to})`);
    await engine.run(`INSERT INTO last_seen VALUES ('a', 't1', 'b1', ${MAY.from + 7_200_000})`);
  });

  test('repeats do not count again; the hours add up to the distinct series of the month', async () => {
    const cells = await read(series({}));
    expect(table(cells)).toEqual({ a: { 5: '2', 743: '1' } });
    expect(cells[0]?.evidence).toEqual({ reports: '4', null_keys: '1' });
  });

  test('a report at the very end counts with an inclusive end, in the last hour', async () => {
    expect(table(await read(series({}, { end: 'inclusive' })))).toEqual({ a: { 5: '2', 743: '2' } });
  });

  test('a filter takes one visibility', async () => {
    expect(table(await read(series({}, { filter: { column: 'visibility', values: ['private'] } })))).toEqual({
      a: { 5: '1', 743: '1' },
    });
  });

  test('a cache of last activity counts a series in the hour of that activity', async () => {
    const cache = (end: Series['end']) => series({ at: null, lastSeen: 'seen' }, { table: 'last_seen', end });
    expect(table(await read(cache('exclusive')))).toEqual({ a: { 2: '1' } });
    expect(table(await read(cache('inclusive')))).toEqual({ a: { 2: '1', 743: '1' } });
  });

  test('a dry run counts the rows of the month', async () => {
    const meters = [meter('m', series({ at: null, lastSeen: 'seen' }, { table: 'last_seen' }))];
    const { problems, dryRuns } = await engine.source.check(meters, MAY.to);
    expect(problems).toEqual([]);
    expect(dryRuns.map(({ rows }) => rows)).toEqual([0]);
  });
});
