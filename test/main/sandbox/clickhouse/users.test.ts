import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../../../main/sandbox/clickhouse/embedded.ts';
import { connect } from './running.ts';

const users = [
  { name: 'strict', password: 'p1', readonly: 1 },
  { name: 'reader', password: 'p2', readonly: 2 },
  { name: 'writer', password: '', readonly: 0 },
] as const;

let server: EmbeddedClickHouse;

beforeAll(async () => {
  server = await startEmbeddedClickHouse({ dataFolder: null, users, timezone: 'Asia/Kolkata' });
  const client = connect(server);
  await client.command({ query: 'CREATE TABLE usage (at DateTime, n UInt8) ENGINE = MergeTree ORDER BY at' });
  await client.command({ query: "INSERT INTO usage VALUES ('2026-05-01 00:00:00', 1)" });
  await client.close();
});

afterAll(() => server.stop());

const as = async <T>(
  name: (typeof users)[number]['name'] | 'tieout',
  work: (client: ReturnType<typeof connect>) => Promise<T>,
): Promise<T> => {
  const user = users.find((one) => one.name === name);
  const client = connect(server, user === undefined ? {} : { username: user.name, password: user.password });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
};

const select =
  (query: string, settings: Record<string, string | number> = {}) =>
  (client: ReturnType<typeof connect>) =>
    client
      .query({ query, format: 'JSONCompactEachRow', clickhouse_settings: settings })
      .then((answer) => answer.json());

describe('readonly users', () => {
  test('readonly = 1 refuses every setting and every write, and reads', async () => {
    expect(await as('strict', select('SELECT n FROM usage'))).toEqual([[1]]);
    await expect(as('strict', select('SELECT 1', { session_timezone: 'UTC' }))).rejects.toMatchObject({
      code: '164',
      type: 'READONLY',
      message: expect.stringContaining("Cannot modify 'session_timezone' setting in readonly mode"),
    });
    for (const query of [
      "INSERT INTO usage VALUES ('2026-05-02 00:00:00', 2)",
      'DROP TABLE usage',
      'SELECT 1 SETTINGS max_threads = 1',
    ]) {
      await expect(as('strict', (client) => client.command({ query }))).rejects.toMatchObject({ code: '164' });
    }
    expect(await as('tieout', select('SELECT count() FROM usage'))).toEqual([[1]]);
  });

  test('readonly = 1 takes bound parameters, which are no settings', async () => {
    const answer = as('strict', (client) =>
      client
        .query({ query: 'SELECT {x:String}', query_params: { x: "it's" }, format: 'JSONCompactEachRow' })
        .then((result) => result.json()),
    );
    expect(await answer).toEqual([["it's"]]);
  });

  test('readonly = 2 takes settings, refuses writes, and cannot free itself', async () => {
    expect(await as('reader', select('SELECT timezone()', { session_timezone: 'UTC' }))).toEqual([['UTC']]);
    for (const query of [
      "INSERT INTO usage VALUES ('2026-05-02 00:00:00', 2)",
      'DROP TABLE usage',
      'CREATE TABLE other (a UInt8) ENGINE = Memory',
    ]) {
      await expect(as('reader', (client) => client.command({ query }))).rejects.toMatchObject({ code: '164' });
    }
    await expect(as('reader', select('SELECT 1', { readonly: 0 }))).rejects.toMatchObject({ code: '164' });
    await expect(
      as('reader', (client) => client.insert({ table: 'usage', values: [{ n: 1 }], format: 'JSONEachRow' })),
    ).rejects.toMatchObject({ code: '164' });
    expect(await as('tieout', select('SELECT count() FROM usage'))).toEqual([[1]]);
  });

  test('another user with readonly = 0 and no password writes', async () => {
    await as('writer', (client) => client.command({ query: 'CREATE OR REPLACE TABLE own (a UInt8) ENGINE = Memory' }));
    expect(await as('writer', select('EXISTS TABLE own'))).toEqual([[1]]);
  });
});

describe('a server whose time zone is not UTC', () => {
  test('says so, and session_timezone wins', async () => {
    expect(server.timezone).toBe('Asia/Kolkata');
    const query =
      "SELECT toString(toDateTime(1777593600)), timezone(), toString(toStartOfHour(toTimeZone(at, 'UTC'))) FROM usage";
    expect(await as('tieout', select(query))).toEqual([['2026-05-01 05:30:00', 'Asia/Kolkata', '2026-04-30 18:00:00']]);
    expect(await as('tieout', select(query, { session_timezone: 'UTC' }))).toEqual([
      ['2026-05-01 00:00:00', 'UTC', '2026-04-30 18:00:00'],
    ]);
  });
});
