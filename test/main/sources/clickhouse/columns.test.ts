import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpoints, events, meter, period, readAll, startEngine, type TestEngine, table } from './engine.ts';

const MAY = period('2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z');

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine({ timezone: 'America/New_York' });
});
afterAll(() => engine.stop());

describe('instants on a server whose zone is New York', () => {
  const AT = [
    '2026-04-30 23:59:59.999',
    '2026-05-01 00:00:00.000',
    '2026-05-31 23:59:59.999',
    '2026-06-01 00:00:00.000',
  ];
  test.each([
    ['DateTime64(3)', "toDateTime64(x, 3, 'UTC')"],
    ["DateTime64(3, 'Asia/Kolkata')", "toDateTime64(x, 3, 'UTC')"],
    ['DateTime64(6)', "toDateTime64(concat(x, '999'), 6, 'UTC')"],
    ["DateTime64(9, 'Asia/Kolkata')", "toDateTime64(concat(x, '999999'), 9, 'UTC')"],
    ['Int64', "toUnixTimestamp64Milli(toDateTime64(x, 3, 'UTC'))"],
    ['UInt64', "toUnixTimestamp64Milli(toDateTime64(x, 3, 'UTC'))"],
    ['Nullable(DateTime64(3))', "toDateTime64(x, 3, 'UTC')"],
  ])('%s: the month is cut to the millisecond', async (type, expression) => {
    const name = `at_${type.replace(/\W+/g, '_')}`;
    await engine.run(
      `CREATE TABLE ${name} (customer String, at ${type}, value UInt32) ENGINE = MergeTree ORDER BY customer`,
    );
    await engine.run(
      `INSERT INTO ${name} SELECT 'a', ${expression}, n FROM (SELECT arrayJoin(arrayEnumerate(${list(AT)})) AS n, ${list(AT)}[n] AS x)`,
    );
    const cells = await readAll(engine.source, [meter('m', events({}, { table: name }))], { period: MAY });
    expect(table(cells)).toEqual({ a: { 0: '2', 743: '3' } });
  });

  test.each(['DateTime', "DateTime('Asia/Kolkata')"])('%s: whole seconds', async (type) => {
    const name = `at_${type.replace(/\W+/g, '_')}`;
    await engine.run(`CREATE TABLE ${name} (customer String, at ${type}, value UInt32) ENGINE = MergeTree ORDER BY at`);
    await engine.run(
      `INSERT INTO ${name} SELECT 'a', toDateTime(toDateTime('2026-04-30 23:59:59', 'UTC') + number), 1 FROM numbers(2)`,
    );
    await engine.run(
      `INSERT INTO ${name} SELECT 'a', toDateTime(toDateTime('2026-05-01 05:29:59', 'UTC') + number), 10 FROM numbers(2)`,
    );
    await engine.run(
      `INSERT INTO ${name} SELECT 'a', toDateTime(toDateTime('2026-05-31 23:59:59', 'UTC') + number), 100 FROM numbers(2)`,
    );
    const usage = [meter('m', events({}, { table: name }))];
    expect(table(await readAll(engine.source, usage, { period: MAY }))).toEqual({ a: { 0: '1', 5: '20', 743: '100' } });
    const odd = period('2026-04-30T23:59:59.001Z', '2026-05-01T05:30:00.001Z');
    expect(table(await readAll(engine.source, usage, { period: odd }))).toEqual({ a: { 1: '1', 6: '20' } });
  });

  test('a leap February has 696 hours', async () => {
    await engine.run(
      `CREATE TABLE leap (customer String, at DateTime64(3, 'UTC'), value UInt8) ENGINE = MergeTree ORDER BY at`,
    );
    await engine.run(
      `INSERT INTO leap VALUES ('a', '2028-02-29 23:59:59.999', 1), ('a', '2028-03-01 00:00:00.000', 2)`,
    );
    const february = period('2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z');
    expect(
      table(await readAll(engine.source, [meter('m', events({}, { table: 'leap' }))], { period: february })),
    ).toEqual({ a: { 695: '1' } });
  });

  test('text is no instant: said with the place in the settings', async () => {
    await engine.run(`CREATE TABLE textual (customer String, at String, value String) ENGINE = MergeTree ORDER BY at`);
    const usage = [meter('m', events({}, { table: 'textual' }))];
    await expect(readAll(engine.source, usage, { period: MAY })).rejects.toMatchObject({
      code: 'clickhouse.query_failed',
      path: 'meters[0].usage.columns.at',
    });
  });
});

describe('numbers', () => {
  const CASES: readonly (readonly [type: string, values: readonly string[], sum: string])[] = [
    ['UInt64', ['18446744073709551615'], '!18446744073709551615'],
    ['UInt64', ['9007199254740991', '1'], '9007199254740992'],
    ['Int64', ['9223372036854775806', '1'], '9223372036854775807'],
    ['Int64', ['-5', '3'], '-2'],
    ['Int256', ['123456789012345678'], '123456789012345678'],
    ['Bool', ['true', 'true'], '2'],
    ['Decimal(30, 12)', ["'123456789012345678.123456789012'"], '123456789012345678.123456789012'],
    ['Decimal(30, 12)', ["'123456789012345678.123456789012'", "'-0.000000000001'"], '123456789012345678.123456789011'],
    ['Decimal(18, 3)', ["'-0.001'"], '-0.001'],
    ['Decimal(9, 2)', ["'9999999.99'", "'9999999.99'"], '19999999.98'],
    ['Decimal(38, 18)', ["'0.000000000000000001'"], '!0.000000000000000001'],
    ['Decimal(38, 18)', ["'0.000000000000500000'", "'0.000000000000500000'"], '0.000000000001'],
    ['Decimal(76, 0)', [`'${'9'.repeat(30)}'`], `!${'9'.repeat(30)}`],
    ['Float64', ['0.1', '0.2'], '0.3'],
    ['Float64', ['1e-7'], '0.0000001'],
    ['Float64', ['1.5e17'], '150000000000000000'],
    ['Float64', ['0.3333333333333333'], '0.333333333333'],
    ['Float64', ['-0.6666666666666666'], '-0.666666666667'],
    ['Float32', ['0.1', '0.2'], '0.3'],
    ['Float64', ['nan', '1'], '!nan'],
    ['Float64', ['inf'], '!inf'],
    ['Float64', ['-inf', '2'], '!-inf'],
    ['Float64', ['1e300'], '!1e300'],
    ['Nullable(Float64)', ['NULL', '2.5'], '2.5'],
    ['Nullable(Int32)', ['NULL', '7'], '7'],
    ['Nullable(Decimal(18, 6))', ['NULL', "'1.25'"], '1.25'],
    ['LowCardinality(Nullable(String))', ['NULL', "'-3'"], '-3'],
    ['String', ["'123456789012345678.123456789012'", "'1e3'", "' 2 '"], '123456789012346680.123456789012'],
    ['String', ["'twelve'", "'1'"], '!twelve'],
    ['LowCardinality(String)', ["'0.25'", "'0.25'"], '0.5'],
  ];

  test.each(CASES.map((one, index) => [...one, index] as const))('%s: %j is %s', async (type, values, sum, index) => {
    const name = `number_${index}`;
    await engine.run(
      `CREATE TABLE ${name} (customer String, at DateTime64(3, 'UTC'), value ${type}) ENGINE = MergeTree ORDER BY customer`,
    );
    const rows = values.map((value) => `('a', '2026-05-01 00:10:00.000', ${value})`).join(', ');
    await engine.run(`INSERT INTO ${name} VALUES ${rows}`);
    const cells = await readAll(engine.source, [meter('m', events({}, { table: name }))], { period: MAY });
    expect(table(cells)).toEqual({ a: { 0: sum } });
    if (values.includes('NULL')) expect(cells[0]?.evidence).toEqual({ null_values: '1' });
  });

  test('whole parts beyond 2^53 arrive as bigint, others as number', async () => {
    await engine.run(
      `CREATE TABLE wide (customer String, at DateTime64(3, 'UTC'), value Int64) ENGINE = MergeTree ORDER BY customer`,
    );
    await engine.run(
      `INSERT INTO wide VALUES ('a', '2026-05-01 00:00:00', 9007199254740992), ('a', '2026-05-01 01:00:00', 9007199254740991), ('a', '2026-05-01 02:00:00', -9007199254740993)`,
    );
    const [cell] = await readAll(engine.source, [meter('m', events({}, { table: 'wide' }))], { period: MAY });
    expect(cell?.hours.map(({ whole }) => whole)).toEqual([9007199254740992n, 9007199254740991, -9007199254740993n]);
  });

  test('a date is no number', async () => {
    await engine.run(
      `CREATE TABLE dated (customer String, at DateTime64(3, 'UTC'), value Date) ENGINE = MergeTree ORDER BY customer`,
    );
    await expect(
      readAll(engine.source, [meter('m', events({}, { table: 'dated' }))], { period: MAY }),
    ).rejects.toMatchObject({
      code: 'clickhouse.query_failed',
      path: 'meters[0].usage.columns.value',
    });
  });

  test('counters and gauges of every type', async () => {
    await engine.run(
      `CREATE TABLE typed (customer String, series UInt32, at DateTime64(3, 'UTC'), u UInt64, d Decimal(20, 6), f Float64, n Nullable(Int64), s String, trusted Nullable(UInt8)) ENGINE = MergeTree ORDER BY customer`,
    );
    await engine.run(`INSERT INTO typed VALUES
      ('a', 1, '2026-05-01 00:00:00.000', 18446744073709551000, '0.000001', 0.1, 5, '1.5', 1),
      ('a', 1, '2026-05-01 00:01:00.000', 18446744073709551615, '1.000002', 0.3, NULL, '2.75', NULL),
      ('a', 1, '2026-05-01 00:02:00.000', 18446744073709551610, '0.5', 'nan', 9, 'x', 1)`);
    const of = (value: string, rest = {}) => checkpoints({ value }, { table: 'typed', ...rest });
    const meters = [
      meter('u', of('u')),
      meter('u_gauge', of('u', { isGauge: true })),
      meter('d', of('d')),
      meter('d_gauge', of('d', { isGauge: true })),
      meter('f', of('f')),
      meter('n', of('n')),
      meter('s', of('s')),
      meter('trusted', checkpoints({ value: 'u', trusted: 'trusted' }, { table: 'typed' })),
    ];
    expect(engine.source.plan(meters)).toHaveLength(1);
    const cells = await readAll(engine.source, meters, { period: MAY });
    expect(cells.map((cell) => [cell.meter, table([cell], cell.meter).a?.[0], cell.evidence])).toEqual([
      [
        0,
        '615',
        {
          same_instant: '0',
          dropped_pairs: '0',
          dropped_ms: '0',
          dropped_value: '0',
          regressions: '1',
          null_pairs: '0',
        },
      ],
      [1, '2213609288845146156.6', null],
      [
        2,
        '1.000001',
        {
          same_instant: '0',
          dropped_pairs: '0',
          dropped_ms: '0',
          dropped_value: '0',
          regressions: '1',
          null_pairs: '0',
        },
      ],
      [3, '0.03000006', null],
      [4, '!nan', null],
      [
        5,
        '0',
        {
          same_instant: '0',
          dropped_pairs: '0',
          dropped_ms: '0',
          dropped_value: '0',
          regressions: '0',
          null_pairs: '2',
        },
      ],
      [6, '!x', null],
      [
        7,
        '0',
        {
          same_instant: '0',
          dropped_pairs: '0',
          dropped_ms: '0',
          dropped_value: '0',
          regressions: '1',
          untrusted_pairs: '2',
          null_pairs: '0',
        },
      ],
    ]);
  });
});

describe('customers', () => {
  const NASTY = [
    '',
    "'; DROP TABLE nasty; --",
    '"quoted"',
    'back\\slash',
    'tab\there',
    'new\nline',
    'שלום',
    '顧客',
    '🦊',
    'a,b',
    '[x]',
    '{y:String}',
    ' spaces ',
  ];

  test('come back letter for letter, in byte order, and can be asked for one by one', async () => {
    await engine.run(
      `CREATE TABLE nasty (customer String, at DateTime64(3, 'UTC'), value UInt8) ENGINE = MergeTree ORDER BY customer`,
    );
    await engine.insert(
      'nasty',
      NASTY.map((customer, value) => ({ customer, at: '2026-05-02 00:00:00', value })),
    );
    const usage = [meter('m', events({}, { table: 'nasty' }))];
    const cells = await readAll(engine.source, usage, { period: MAY });
    const inByteOrder = NASTY.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(cells.map((cell) => cell.customer)).toEqual(inByteOrder);
    for (const [value, customer] of NASTY.entries()) {
      const one = await readAll(engine.source, usage, { period: MAY, customers: [customer] });
      expect(table(one)).toEqual({ [customer]: { 24: String(value) } });
    }
    expect(await readAll(engine.source, usage, { period: MAY, customers: NASTY })).toHaveLength(NASTY.length);
    expect(await readAll(engine.source, usage, { period: MAY, customers: [] })).toEqual([]);
  });

  test('a list longer than an address may be', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `customer-with-a-long-name-${i}`);
    const cells = await readAll(engine.source, [meter('m', events({}, { table: 'nasty' }))], {
      period: MAY,
      customers: [...many, '顧客'],
    });
    expect(cells.map((cell) => cell.customer)).toEqual(['顧客']);
  });

  test('numbers and missing ones are text', async () => {
    await engine.run(
      `CREATE TABLE numbered (customer Nullable(UInt64), at DateTime64(3, 'UTC'), value UInt8) ENGINE = MergeTree ORDER BY at`,
    );
    await engine.run(`INSERT INTO numbered VALUES (42, '2026-05-01 00:00:00', 1), (NULL, '2026-05-01 00:00:00', 2)`);
    const usage = [meter('m', events({}, { table: 'numbered' }))];
    expect(table(await readAll(engine.source, usage, { period: MAY }))).toEqual({ '': { 0: '2' }, 42: { 0: '1' } });
    expect(table(await readAll(engine.source, usage, { period: MAY, customers: ['42'] }))).toEqual({ 42: { 0: '1' } });
  });
});

const list = (texts: readonly string[]): string => `[${texts.map((text) => `'${text}'`).join(', ')}]`;
