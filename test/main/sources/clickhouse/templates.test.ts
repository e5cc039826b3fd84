import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpoints, events, meter, period, readAll, sql, startEngine, type TestEngine, table } from './engine.ts';

const MAY = period('2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z');

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.run(
    `CREATE TABLE events (customer String, at DateTime64(6, 'UTC'), value Decimal(18, 6), id Nullable(String), key Nullable(String), kind LowCardinality(String)) ENGINE = MergeTree ORDER BY (customer, at)`,
  );
  await engine.run(`INSERT INTO events VALUES
    ('a', '2026-05-01 00:00:00.000000', 1.5, 'e1', 'k1', 'x'),
    ('a', '2026-05-01 00:59:59.999999', 2, 'e2', 'k2', 'x'),
    ('a', '2026-05-01 01:00:00.000000', 2, 'e2', 'k1', 'y'),
    ('a', '2026-05-01 01:30:00.000000', 7, NULL, NULL, 'x'),
    ('a', '2026-05-01 01:30:00.000000', 9, NULL, 'k3', 'y'),
    ('b', '2026-05-31 23:59:59.999999', 4, 'e1', 'k1', 'x'),
    ('b', '2026-06-01 00:00:00.000000', 100, 'e9', 'k9', 'x')`);
});
afterAll(() => engine.stop());

const read = async (usage: ReturnType<typeof events>) => readAll(engine.source, [meter('m', usage)], { period: MAY });

describe('events', () => {
  test('sum, count, max, last', async () => {
    expect(table(await read(events({})))).toEqual({ a: { 0: '3.5', 1: '18' }, b: { 743: '4' } });
    expect(table(await read(events({ value: null }, { aggregate: 'count' })))).toEqual({
      a: { 0: '2', 1: '3' },
      b: { 743: '1' },
    });
    expect(table(await read(events({}, { aggregate: 'max' })))).toEqual({ a: { 0: '2', 1: '9' }, b: { 743: '4' } });
    expect(table(await read(events({}, { aggregate: 'last' })))).toEqual({ a: { 0: '2', 1: '9' }, b: { 743: '4' } });
  });

  test('an id counts once, at its earliest event; events without one stand alone', async () => {
    const cells = await read(events({ id: 'id' }));
    expect(table(cells)).toEqual({ a: { 0: '3.5', 1: '16' }, b: { 743: '4' } });
    expect(cells.map((cell) => cell.evidence)).toEqual([{ duplicates: '1', null_values: '0' }, null]);
    expect(table(await read(events({ value: null, id: 'id' }, { aggregate: 'count' })))).toEqual({
      a: { 0: '2', 1: '2' },
      b: { 743: '1' },
    });
  });

  test('a distinct key counts in the hour of its first event', async () => {
    const cells = await read(events({ value: null, key: 'key' }, { aggregate: 'distinct' }));
    expect(table(cells)).toEqual({ a: { 0: '2', 1: '1' }, b: { 743: '1' } });
    expect(cells[0]?.evidence).toEqual({ null_values: '1' });
  });

  test('a filter is a column and the values that count', async () => {
    expect(table(await read(events({}, { filter: { column: 'kind', values: ['y', "x' OR 1"] } })))).toEqual({
      a: { 1: '11' },
    });
  });

  test('a replacing table counts each row once, merged or not', async () => {
    await engine.run(
      `CREATE TABLE replaced (customer String, at DateTime64(3, 'UTC'), value Int64) ENGINE = ReplacingMergeTree ORDER BY (customer, at)`,
    );
    await engine.run(`INSERT INTO replaced VALUES ('a', '2026-05-01 00:00:00', 1)`);
    await engine.run(`INSERT INTO replaced VALUES ('a', '2026-05-01 00:00:00', 5)`);
    expect(table(await read(events({}, { table: 'default.replaced' })))).toEqual({ a: { 0: '5' } });
  });

  test('no data is no cell', async () => {
    const empty = period('2025-01-01T00:00:00Z', '2025-02-01T00:00:00Z');
    expect(await readAll(engine.source, [meter('m', events({}))], { period: empty })).toEqual([]);
  });
});

describe('checkpoints', () => {
  test('a table that nothing replaces is read without FINAL', async () => {
    await engine.run(
      `CREATE TABLE plain (customer String, series String, at Int64, value Int64) ENGINE = MergeTree ORDER BY at`,
    );
    await engine.run(`INSERT INTO plain VALUES ('a', 's', ${MAY.from}, 1), ('a', 's', ${MAY.from + 1000}, 4)`);
    const cells = await readAll(engine.source, [meter('m', checkpoints({}, { table: 'plain' }))], { period: MAY });
    expect(table(cells)).toEqual({ a: { 0: '3' } });
  });

  test('what was left out is given beside the number', async () => {
    await engine.run(
      `CREATE TABLE gaps (customer String, series String, at Int64, value Int64) ENGINE = MergeTree ORDER BY at`,
    );
    const at = (seconds: number): number => MAY.from + seconds * 1000;
    await engine.run(
      `INSERT INTO gaps VALUES ('a', 's', ${at(0)}, 1), ('a', 's', ${at(60)}, 4), ('a', 's', ${at(181)}, 9), ('a', 's', ${at(200)}, 2), ('dark', 's', ${at(0)}, 1), ('dark', 's', ${at(500)}, 8)`,
    );
    const usage = [
      meter('m', checkpoints({}, { table: 'gaps' })),
      meter('level', checkpoints({}, { table: 'gaps', isGauge: true })),
    ];
    const cells = await readAll(engine.source, usage, { period: MAY });
    expect(cells.map(({ customer, meter: index, evidence }) => [index, customer, evidence])).toEqual([
      [
        0,
        'a',
        {
          same_instant: '0',
          dropped_pairs: '1',
          dropped_ms: '121000',
          dropped_value: '5',
          regressions: '1',
          null_pairs: '0',
        },
      ],
      [
        1,
        'a',
        { same_instant: '0', dropped_pairs: '1', dropped_ms: '121000', dropped_value: '484000', null_pairs: '0' },
      ],
    ]);
    expect(table(cells, 0)).toEqual({ a: { 0: '3' } });
    expect(table(cells, 1)).toEqual({ a: { 0: '0.098' } });
    const withDark = await readAll(engine.source, usage, { period: MAY, withUnmeasured: true });
    expect(
      withDark.filter((cell) => cell.customer === 'dark').map((cell) => [cell.hours, cell.evidence?.dropped_value]),
    ).toEqual([
      [[], '7'],
      [[], '500000'],
    ]);
  });

  test('meters that read the same rows share one scan, in the order asked for', () => {
    const { source } = engine;
    const scans = source.plan([
      meter('one', checkpoints({ value: 'value' })),
      meter('two', checkpoints({ value: 'value' }, { maxGapMs: 1 })),
      meter('three', checkpoints({ value: 'other', trusted: 'mark' }, { isGauge: true })),
      meter('four', events({})),
    ]);
    expect(scans.map(({ meters, exponents }) => [meters, exponents])).toEqual([
      [
        [0, 2],
        [0, 6],
      ],
      [[1], [0]],
      [[3], [0]],
    ]);
    expect(scans[0]?.query).toContain('max_gap_ms');
    expect(source.plan([meter('one', checkpoints({}))])[0]?.query).toBe(
      source.plan([meter('one', checkpoints({}))])[0]?.query,
    );
  });

  test.each(['value; DROP TABLE x', 'a`b', 'a b', '', 'count()', 'a.b', '1st', 'naïve'])('%j is no column', (value) => {
    expect(() => engine.source.plan([meter('m', checkpoints({ value }))])).toThrowError(
      expect.objectContaining({ code: 'clickhouse.bad_identifier', path: 'meters[0].usage.columns.value' }),
    );
  });

  test.each(['a.b.c', 'x FINAL', '(SELECT 1)', 'a.', ''])('%j is no table', (name) => {
    expect(() => engine.source.plan([meter('m', checkpoints({}, { table: name }))])).toThrowError(
      expect.objectContaining({ code: 'clickhouse.bad_identifier', path: 'meters[0].usage.table' }),
    );
  });
});

describe('a query of the user', () => {
  const readSql = async (query: string, combine?: 'sum' | 'last' | 'max', customers: readonly string[] | null = null) =>
    readAll(engine.source, [meter('m', sql(query, combine))], { period: MAY, customers });
  const WHERE = 'WHERE at >= {from:DateTime} AND at < {to:DateTime}';

  test('buckets of an hour and finer ones, of any zone', async () => {
    const query = `SELECT customer, toStartOfInterval(toTimeZone(at, 'Asia/Kolkata'), INTERVAL 30 MINUTE) AS bucket, sum(value) AS quantity FROM events ${WHERE} GROUP BY customer, bucket`;
    expect(table(await readSql(query))).toEqual({ a: { 0: '3.5', 1: '18' }, b: { 743: '4' } });
    expect(table(await readSql(query, 'last'))).toEqual({ a: { 0: '2', 1: '16' }, b: { 743: '4' } });
    expect(table(await readSql(query, 'max'))).toEqual({ a: { 0: '2', 1: '16' }, b: { 743: '4' } });
    expect(table(await readSql(query, 'sum', ['b']))).toEqual({ b: { 743: '4' } });
  });

  test('without a bucket the whole period stands in hour 0, and says so', async () => {
    const cells = await readSql(
      `SELECT sum(value) AS quantity, customer FROM events ${WHERE} GROUP BY customer -- all of it;\n ; /* done; */ `,
    );
    expect(table(cells)).toEqual({ a: { 0: '21.5' }, b: { 0: '4' } });
    expect(cells.every((cell) => cell.isUnbucketed)).toBe(true);
  });

  test('customers are bound where the query uses them', async () => {
    const query = `SELECT customer, count() AS quantity FROM events WHERE customer IN {customers:Array(String)} AND at < {to:DateTime} GROUP BY customer`;
    expect(engine.source.plan([meter('m', sql(query))])[0]?.needsCustomers).toBe(true);
    expect(table(await readSql(query, 'sum', ['b', "x'"]))).toEqual({ b: { 0: '1' } });
    await expect(readSql(query)).rejects.toMatchObject({
      code: 'clickhouse.query_failed',
      path: 'meters[0].usage.query',
    });
  });

  test('quantities of any kind are exact', async () => {
    const one = (expression: string) => readSql(`SELECT 'a' AS customer, ${expression} AS quantity`);
    expect(table(await one("toDecimal128('123456789012345678.123456789012', 12)"))).toEqual({
      a: { 0: '123456789012345678.123456789012' },
    });
    expect(table(await one("'0.1'"))).toEqual({ a: { 0: '0.1' } });
    expect(table(await one('0.1 + 0.2'))).toEqual({ a: { 0: '0.3' } });
    expect(table(await one('toUInt64(9007199254740993)'))).toEqual({ a: { 0: '9007199254740993' } });
    expect(table(await one('-1'))).toEqual({ a: { 0: '-1' } });
    expect(table(await one('1 / 0'))).toEqual({ a: { 0: '!inf' } });
  });

  test('a bucket outside the period is named', async () => {
    await expect(
      readSql(
        `SELECT customer, toStartOfHour(at) AS bucket, sum(value) AS quantity FROM events GROUP BY customer, bucket`,
      ),
    ).rejects.toMatchObject({
      code: 'clickhouse.query_failed',
      message: expect.stringContaining('2026-06-01 00:00:00'),
    });
  });

  test('a missing column and a broken query are said with the meter', async () => {
    await expect(readSql('SELECT 1 AS quantity')).rejects.toMatchObject({
      code: 'clickhouse.query_failed',
      message: 'The query of meter m returns no column named customer.',
    });
    await expect(readSql('SELECT nothing FROM events')).rejects.toMatchObject({
      code: 'clickhouse.query_failed',
      message: expect.stringContaining('code 47'),
    });
    await expect(readSql('SELEC')).rejects.toMatchObject({
      code: 'clickhouse.query_failed',
      message: expect.stringContaining('code 62'),
    });
  });
});
