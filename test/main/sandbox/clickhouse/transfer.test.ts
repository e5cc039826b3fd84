import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../../../main/sandbox/clickhouse/embedded.ts';
import { connect, credentials, drain, residentBytes } from './running.ts';

const MIB = 1024 * 1024;

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

const fresh = async (table: string): Promise<void> => {
  await client.command({
    query: `CREATE OR REPLACE TABLE ${table} (a UInt64, s String) ENGINE = MergeTree ORDER BY a`,
  });
};

const totals = async (table: string): Promise<unknown> => {
  const query = `SELECT count(), toString(sum(a)), toString(sum(cityHash64(s))) FROM ${table}`;
  return (await (await client.query({ query, format: 'JSONCompactEachRow' })).json<unknown[]>())[0];
};

describe('answers', () => {
  test('two million rows stream, and neither side holds them', async () => {
    const query =
      "SELECT number, concat(repeat('customer ', 15), toString(number)), [number, number + 1] FROM numbers(2000000)";
    // the first run fills the buffers that both sides keep; a second one may add little to them
    await drain((await client.query({ query, format: 'JSONCompactEachRow' })).stream());
    const [ownBefore, childBefore] = [residentBytes(process.pid), residentBytes(server.pid)];
    let ownPeak = 0;
    let childPeak = 0;
    let bytes = 0;
    let count = 0;
    for await (const batch of (await client.query({ query, format: 'JSONCompactEachRow' })).stream()) {
      count += batch.length;
      for (const row of batch) bytes += row.text.length + 1;
      ownPeak = Math.max(ownPeak, residentBytes(process.pid) ?? 0);
      childPeak = Math.max(childPeak, residentBytes(server.pid) ?? 0);
    }
    expect(count).toBe(2_000_000);
    expect(bytes).toBeGreaterThan(300 * MIB);
    if (ownBefore === null || childBefore === null) return;
    expect(ownPeak - ownBefore).toBeLessThan(150 * MIB);
    expect(childPeak - childBefore).toBeLessThan(150 * MIB);
  });

  test('a reader that stands still holds the answer back', async () => {
    const query = "SELECT repeat('x', 1000) FROM numbers(2000000)";
    const before = residentBytes(server.pid);
    const answer = await client.query({ query, format: 'JSONCompactEachRow' });
    const stream = answer.stream();
    const first = await stream[Symbol.asyncIterator]().next();
    expect(first.done).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = residentBytes(server.pid);
    stream.destroy();
    if (before === null || after === null) return;
    expect(after - before).toBeLessThan(400 * MIB);
  });

  test('gzip when asked, and only then', async () => {
    const zipped = connect(server, { compression: { response: true } });
    const query = 'SELECT number FROM numbers(300000)';
    const answer = await zipped.query({ query, format: 'JSONCompactEachRow' });
    expect(answer.response_headers['content-encoding']).toBe('gzip');
    expect(await drain(answer.stream())).toBe(300_000);
    const plain = await client.query({ query, format: 'JSONCompactEachRow' });
    expect(plain.response_headers['content-encoding']).toBeUndefined();
    expect(await drain(plain.stream())).toBe(300_000);
    await zipped.close();
  });

  test('headers name the query, format and time zone', async () => {
    const answer = await client.query({
      query: 'SELECT 1',
      format: 'JSONEachRow',
      query_id: 'a-query',
      clickhouse_settings: { session_timezone: 'Asia/Kolkata', wait_end_of_query: 1, send_progress_in_http_headers: 1 },
    });
    expect(answer.response_headers).toMatchObject({
      'x-clickhouse-format': 'JSONEachRow',
      'x-clickhouse-query-id': 'a-query',
      'x-clickhouse-timezone': 'Asia/Kolkata',
      'content-type': 'application/x-ndjson; charset=UTF-8',
    });
    await answer.text();
  });

  test('clients that give up leave the queue as it was', async () => {
    const query = 'SELECT number FROM numbers(100000000)';
    for (let i = 0; i < 12; i += 1) {
      const answer = await client.query({ query, format: 'JSONCompactEachRow' });
      await answer.stream()[Symbol.asyncIterator]().next();
      answer.close();
    }
    const leaving = new AbortController();
    const waiting = Array.from({ length: 8 }, () =>
      client.query({ query: 'SELECT sleep(0.3)', abort_signal: leaving.signal }).catch((error: Error) => error),
    );
    leaving.abort();
    await Promise.all(waiting);
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, i) =>
        (await client.query({ query: `SELECT ${i}`, format: 'JSONCompactEachRow' })).json(),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 12 }, (_, i) => [[i]]));
  });
});

const ROWS = 100_000;

describe('inserts', () => {
  test('a hundred thousand rows as a stream, as objects and as gzipped text', async () => {
    const text = (i: number): string => `it's row ${i} "ü"`;
    const objects = function* () {
      for (let i = 0; i < ROWS; i += 1) yield { a: i, s: text(i) };
    };
    const lines = function* () {
      for (let i = 0; i < ROWS; i += 1000) {
        yield Array.from({ length: 1000 }, (_, k) => `${i + k}\t${text(i + k)}\n`).join('');
      }
    };
    const sums: unknown[] = [];
    for (const request of [false, true]) {
      await fresh('streamed');
      const own = connect(server, { compression: { request } });
      const before = residentBytes(server.pid);
      const receipt = request
        ? await own.insert({
            table: 'streamed',
            values: Readable.from(lines(), { objectMode: false }),
            format: 'TabSeparated',
          })
        : await own.insert({ table: 'streamed', values: Readable.from(objects()), format: 'JSONEachRow' });
      expect(receipt.summary?.written_rows).toBe(String(ROWS));
      sums.push(await totals('streamed'));
      await own.close();
      const after = residentBytes(server.pid);
      if (before !== null && after !== null) expect(after - before).toBeLessThan(400 * MIB);
    }
    expect(sums[0]).toEqual(sums[1]);
    expect(sums[0]).toEqual([ROWS, String((ROWS * (ROWS - 1)) / 2), expect.any(String)]);
  });

  test.each([
    'JSONEachRow',
    'JSONCompactEachRow',
    'TabSeparated',
    'CSV',
    'CSVWithNames',
    'Native',
    'RowBinary',
    'Parquet',
  ])('what was read in %s goes back in unchanged', async (format) => {
    await fresh('origin');
    await fresh('copy');
    await client.command({
      query:
        "INSERT INTO origin SELECT number, concat('a\\tb\\'\"\\\\', char(10), toString(number)) FROM numbers(1000)",
    });
    const read = await fetch(`${server.url}/?default_format=${format}`, {
      method: 'POST',
      body: 'SELECT * FROM origin',
      headers: credentials(server),
    });
    const body = Buffer.from(await read.arrayBuffer());
    const query = encodeURIComponent(`INSERT INTO \`copy\` (a, s) FORMAT ${format}`);
    const written = await fetch(`${server.url}/?query=${query}`, {
      method: 'POST',
      body: gzipSync(body),
      headers: { ...credentials(server), 'Content-Encoding': 'gzip' },
    });
    expect([written.status, await written.text()]).toEqual([200, '']);
    expect(await totals('copy')).toEqual(await totals('origin'));
  });

  test('statement and rows together in the body', async () => {
    await fresh('together');
    for (const body of [
      "INSERT INTO together VALUES (1, 'a;b'), (2, 'FORMAT')",
      'INSERT INTO together (s, a) FORMAT TabSeparated\nc\t3\nd\t4\n',
      '/* a note */ INSERT INTO together SETTINGS max_insert_threads = 1 FORMAT JSONEachRow {"a":5,"s":"e"}\n{"a":6,"s":"ü"}',
      "INSERT INTO together SELECT 7, 'g'",
    ]) {
      const answer = await fetch(server.url, { method: 'POST', body, headers: credentials(server) });
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    }
    const query = 'SELECT a, s FROM together ORDER BY a';
    expect(await (await client.query({ query, format: 'JSONCompactEachRow' })).json()).toEqual([
      [1, 'a;b'],
      [2, 'FORMAT'],
      [3, 'c'],
      [4, 'd'],
      [5, 'e'],
      [6, 'ü'],
      [7, 'g'],
    ]);
  });

  test('values of the client, and none', async () => {
    await fresh('listed');
    await client.insert({ table: 'listed', values: [{ a: 1, s: 'x' }], format: 'JSONEachRow', columns: ['a', 's'] });
    await client.insert({ table: 'listed', values: [], format: 'JSONEachRow' });
    await client.insert({ table: 'listed', values: Readable.from([]), format: 'JSONEachRow' });
    expect(await totals('listed')).toEqual([1, '1', expect.any(String)]);
  });

  test('a bad row, an unknown table and an unknown column are refused', async () => {
    await fresh('strict');
    const put = (table: string, values: readonly unknown[]) =>
      client.insert({
        table,
        values,
        format: 'JSONEachRow',
        clickhouse_settings: { input_format_skip_unknown_fields: 0 },
      });
    await expect(put('strict', [{ a: 'no number', s: '' }])).rejects.toMatchObject({ code: '27' });
    await expect(put('strict', [{ a: 1, nothing: 2 }])).rejects.toMatchObject({ code: '117' });
    await expect(put('nowhere', [{ a: 1 }])).rejects.toMatchObject({ code: '60' });
    expect(await totals('strict')).toEqual([0, '0', '0']);
  });

  test('a sender that breaks off writes nothing', async () => {
    await fresh('broken');
    const rows = Readable.from(
      (function* () {
        for (let i = 0; i < 50_000; i += 1) yield { a: i, s: 'x' };
        throw new Error('the source failed');
      })(),
    );
    await expect(client.insert({ table: 'broken', values: rows, format: 'JSONEachRow' })).rejects.toThrow();
    expect(await totals('broken')).toEqual([0, '0', '0']);
  });
});
