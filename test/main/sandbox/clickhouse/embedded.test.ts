import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../../../main/sandbox/clickhouse/embedded.ts';

let server: EmbeddedClickHouse;
let client: ClickHouseClient;

beforeAll(async () => {
  server = await startEmbeddedClickHouse({ dataFolder: null });
  client = createClient({ url: server.url, username: server.username, password: server.password });
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
