import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../../../main/sandbox/clickhouse/embedded.ts';
import { connect, credentials, drain } from './running.ts';

let server: EmbeddedClickHouse;
let client: ClickHouseClient;

beforeAll(async () => {
  server = await startEmbeddedClickHouse({ dataFolder: null });
  client = connect(server);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

const rows = async (query: string, query_params: Record<string, unknown> = {}): Promise<unknown[]> =>
  (await client.query({ query, query_params, format: 'JSONCompactEachRow' })).json();

describe('queries', () => {
  test('ping, by handle and by select', async () => {
    expect(await client.ping()).toEqual({ success: true });
    expect(await client.ping({ select: true })).toEqual({ success: true });
  });

  test('a select in each kind of format', async () => {
    const query = 'SELECT number AS n, toString(number) AS s FROM numbers(3)';
    const expected = [
      { n: '0', s: '0' },
      { n: '1', s: '1' },
      { n: '2', s: '2' },
    ];
    const settings = { output_format_json_quote_64bit_integers: 1 } as const;
    const each = await client.query({ query, format: 'JSONEachRow', clickhouse_settings: settings });
    expect(await each.json()).toEqual(expected);
    const whole = await client.query({ query, format: 'JSON', clickhouse_settings: settings });
    expect((await whole.json()).data).toEqual(expected);
    expect(await (await client.query({ query, format: 'CSVWithNames' })).text()).toBe('"n","s"\n0,"0"\n1,"1"\n2,"2"\n');
  });

  test('the header of a format stands once, however many blocks the answer has', async () => {
    const answer = await client.query({
      query: 'SELECT number AS n FROM numbers(300000)',
      format: 'TabSeparatedWithNamesAndTypes',
    });
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(lines.length).toBe(300_002);
    expect(lines.slice(0, 3)).toEqual(['n', 'UInt64', '0']);
    expect(new Set(lines).size).toBe(300_002);
  });

  test('SHOW, DESCRIBE, EXISTS and commands', async () => {
    await client.command({ query: 'CREATE TABLE told (a UInt64, b String) ENGINE = MergeTree ORDER BY a' });
    expect(await rows('EXISTS TABLE told')).toEqual([[1]]);
    expect((await rows('DESCRIBE TABLE told')).length).toBe(2);
    expect(await rows('SHOW TABLES')).toContainEqual(['told']);
    await client.command({ query: 'DROP TABLE told' });
    expect(await rows('EXISTS TABLE told')).toEqual([[0]]);
  });
});

describe('the engine', () => {
  test('has the habits of a server, and each query only the settings that it brings', async () => {
    const query = "SELECT getSetting('max_threads'), getSetting('implicit_select')";
    const asked = await client.query({ query, format: 'JSONCompactEachRow', clickhouse_settings: { max_threads: 1 } });
    expect(await asked.json()).toEqual([[1, false]]);
    expect(await rows("SELECT getSetting('session_timezone')")).toEqual([['']]);
    await expect(rows('1 + 1')).rejects.toMatchObject({ code: '62' });
  });

  test('FORMAT Null answers nothing; a WITH before INSERT works', async () => {
    expect(await (await client.exec({ query: 'SELECT 1 FORMAT Null' })).stream.toArray()).toEqual([]);
    await client.command({ query: 'CREATE TABLE named (a UInt64) ENGINE = MergeTree ORDER BY a' });
    await client.command({ query: 'WITH 5 AS five INSERT INTO named SELECT five' });
    expect(await rows('SELECT a FROM named')).toEqual([[5]]);
  });

  test('refuses what would take more memory than it may have, and goes on', async () => {
    const small = await startEmbeddedClickHouse({ dataFolder: null, memoryLimitBytes: 900 * 1024 * 1024 });
    const own = connect(small);
    const greedy = own.query({ query: 'SELECT length(groupArray(number)) FROM numbers(1000000000)', format: 'JSON' });
    await expect(greedy).rejects.toMatchObject({ code: '241', type: 'MEMORY_LIMIT_EXCEEDED' });
    expect(await (await own.query({ query: 'SELECT 1', format: 'JSONCompactEachRow' })).json()).toEqual([[1]]);
    await own.close();
    await small.stop();
  });
});

describe('bound parameters', () => {
  const nasty = [
    "it's",
    'back\\slash',
    'tab\tnewline\nreturn\r',
    'quote " and ` and {x:String}',
    "'); DROP TABLE t; --",
    '%27 + & = ?',
    'ünï çödé 日本語 😀',
    '\\N',
    '\\t',
    '',
    ' leading and trailing ',
    'nul\0 bell\u0007',
  ];

  test.each(nasty.map((text) => [JSON.stringify(text), text]))('String %s', async (_, text) => {
    expect(await rows('SELECT {x:String}, length({x:String})', { x: text })).toEqual([[text, Buffer.byteLength(text)]]);
  });

  test('Array(String) of all of them, in URL and in a multipart body', async () => {
    const list = nasty.map((text) => text.replace('\0', ''));
    expect(await rows('SELECT {x:Array(String)}', { x: list })).toEqual([[list]]);
    const long = Array.from({ length: 2000 }, (_, i) => `it's customer ${i}\t\\`);
    const answer = await client.query({
      query: 'SELECT {x:Array(String)}, {y:String}',
      query_params: { x: long, y: "it's" },
      format: 'JSONCompactEachRow',
      use_multipart_params: true,
    });
    expect(await answer.json()).toEqual([[long, "it's"]]);
  });

  test('numbers, instants, null and identifiers', async () => {
    const at = new Date('2024-02-29T23:59:59.999Z');
    expect(
      await rows(
        `SELECT toString({i:Int64}), toString({u:UInt64}), toString({d:Decimal(38, 12)}), toString({t:DateTime64(3)}),
           toString({s:DateTime}), {n:Nullable(String)}`,
        {
          i: '-9223372036854775808',
          u: 18446744073709551615n,
          d: '123456789012345678.000000000001',
          t: at,
          s: '2024-03-01 00:00:00',
          n: null,
        },
      ),
    ).toEqual([
      [
        '-9223372036854775808',
        '18446744073709551615',
        '123456789012345678.000000000001',
        '2024-02-29 23:59:59.999',
        '2024-03-01 00:00:00',
        null,
      ],
    ]);
    expect(
      await rows('SELECT {c:Identifier} FROM system.{t:Identifier} LIMIT 1', { c: 'number', t: 'numbers' }),
    ).toEqual([[0]]);
  });

  test('parameters of one query are unknown to the next', async () => {
    await rows('SELECT {x:String}', { x: 'seen' });
    await expect(rows('SELECT {x:String}')).rejects.toMatchObject({ code: '456' });
  });

  test('many at once never see each other', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        client
          .query({
            query: 'SELECT {x:String}, timezone()',
            query_params: { x: `q${i}` },
            format: 'JSONCompactEachRow',
            clickhouse_settings: { session_timezone: i % 2 === 0 ? 'UTC' : 'Asia/Kolkata' },
          })
          .then((answer) => answer.json()),
      ),
    );
    expect(answers).toEqual(answers.map((_, i) => [[`q${i}`, i % 2 === 0 ? 'UTC' : 'Asia/Kolkata']]));
  });
});

describe('errors', () => {
  test.each([
    ['SELECT * FROM nowhere', 404, '60', 'UNKNOWN_TABLE'],
    ['SELECT * FROM nodb.t', 404, '81', 'UNKNOWN_DATABASE'],
    ['SELECT nothing', 404, '47', 'UNKNOWN_IDENTIFIER'],
    ['SELECT FROM WHERE', 400, '62', 'SYNTAX_ERROR'],
    ['SELECT 1; SELECT 2', 400, '62', 'SYNTAX_ERROR'],
    ['', 400, '62', 'SYNTAX_ERROR'],
    ["SELECT 1 INTO OUTFILE 'x'", 500, '358', 'INTO_OUTFILE_NOT_ALLOWED'],
    ["SELECT throwIf(1, 'on purpose')", 500, '395', 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO'],
    ['SELECT 1 SETTINGS no_such_setting = 1', 404, '115', 'UNKNOWN_SETTING'],
  ])('%s', async (query, status, code, type) => {
    const answer = await fetch(server.url, { method: 'POST', body: query, headers: credentials(server) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe(code);
    expect(await answer.text()).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: [\\s\\S]*\\(${type}\\)`));
    if (query !== '') await expect(rows(query)).rejects.toMatchObject({ code, type });
  });

  test('a database or setting in the URL that does not exist', async () => {
    for (const [search, code] of [
      ['database=nodb', '81'],
      ['no_such_setting=1', '115'],
    ]) {
      const answer = await fetch(`${server.url}/?${search}`, {
        method: 'POST',
        body: 'SELECT 1',
        headers: credentials(server),
      });
      expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([404, code]);
      await answer.text();
    }
  });

  test('an error in the middle of a started answer reaches the client', async () => {
    const broken = 'SELECT number, throwIf(number = 900000) FROM numbers(1000000)';
    for (const response of [false, true]) {
      const own = connect(server, { compression: { response } });
      const answer = await own.query({ query: broken, format: 'JSONCompactEachRow' });
      await expect(drain(answer.stream())).rejects.toMatchObject({ code: '395' });
      const text = own.query({ query: broken, format: 'TabSeparated' }).then((result) => result.text());
      await expect(text).rejects.toThrow();
      await own.close();
    }
  });
});

describe('credentials', () => {
  test.each([
    ['a wrong password', { 'X-ClickHouse-User': 'tieout', 'X-ClickHouse-Key': 'wrong' }, 403],
    ['an unknown user', { 'X-ClickHouse-User': 'nobody', 'X-ClickHouse-Key': '' }, 403],
    ['a wrong Basic', { Authorization: `Basic ${Buffer.from('tieout:wrong').toString('base64')}` }, 403],
    ['none', {}, 401],
  ])('%s is refused', async (_, headers, status) => {
    const answer = await fetch(server.url, { method: 'POST', body: 'SELECT 1', headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('516');
    expect(await answer.text()).toMatch(/^Code: 516\. DB::Exception: .*\(AUTHENTICATION_FAILED\)/);
  });

  test('Basic, headers and URL are accepted', async () => {
    const basic = Buffer.from(`${server.username}:${server.password}`).toString('base64');
    const url = new URL(server.url);
    url.searchParams.set('user', server.username);
    url.searchParams.set('password', server.password);
    url.searchParams.set('query', 'SELECT 1');
    expect(await (await fetch(url)).text()).toBe('1\n');
    const answer = await fetch(server.url, {
      method: 'POST',
      body: 'SELECT 1',
      headers: { Authorization: `Basic ${basic}` },
    });
    expect(await answer.text()).toBe('1\n');
  });

  test('the client says that the credentials were refused', async () => {
    const stranger = connect(server, { password: 'wrong' });
    await expect(stranger.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' });
    await stranger.close();
  });

  test('a GET cannot write', async () => {
    const url = `${server.url}/?query=${encodeURIComponent('CREATE TABLE sneaky (a UInt8) ENGINE = Memory')}`;
    const answer = await fetch(url, { headers: credentials(server) });
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('164');
    await answer.text();
  });
});
