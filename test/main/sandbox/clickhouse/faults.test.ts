import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../../../main/sandbox/clickhouse/embedded.ts';
import { connect, drain } from './running.ts';

let server: EmbeddedClickHouse;
let client: ClickHouseClient;

beforeAll(async () => {
  server = await startEmbeddedClickHouse({ dataFolder: null, fault: { kind: 'unavailable', times: 1 } });
  client = connect(server, { request_timeout: 5000, keep_alive: { enabled: false } });
});

afterEach(() => server.setFault(null));

afterAll(async () => {
  await client.close();
  await server.stop();
});

const read = async (query = 'SELECT number FROM numbers(300000)'): Promise<number> =>
  drain((await client.query({ query, format: 'JSONCompactEachRow' })).stream());

test('a fault may be in force from the start, for so many requests', async () => {
  await expect(read()).rejects.toThrow('Service Unavailable');
  expect(await read()).toBe(300_000);
});

test('refuse: nobody listens, until it is ended', async () => {
  await server.setFault({ kind: 'refuse' });
  await expect(read()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect((await client.ping()).success).toBe(false);
  await server.setFault(null);
  expect(await read()).toBe(300_000);
});

test('unavailable: 503 for the queries that match, and for no others', async () => {
  await server.setFault({ kind: 'unavailable', match: 'numbers(300000)' });
  await expect(read()).rejects.toThrow('Service Unavailable');
  expect(await read('SELECT 1')).toBe(1);
});

test('slow: waits before the first byte and between chunks', async () => {
  await server.setFault({ kind: 'slow', firstByteMs: 200, betweenChunksMs: 50 });
  const begin = performance.now();
  expect(await read()).toBe(300_000);
  expect(performance.now() - begin).toBeGreaterThan(350);
});

test('slow beyond the patience of a client', async () => {
  await server.setFault({ kind: 'slow', firstByteMs: 60_000, betweenChunksMs: 0 });
  const hasty = connect(server, { request_timeout: 300 });
  await expect(hasty.query({ query: 'SELECT 1' })).rejects.toThrow('Timeout');
  await hasty.close();
  await server.setFault(null);
  expect(await read('SELECT 1')).toBe(1);
});

test.each([0, 1, 1_000_000])('break: the connection ends after %i bytes of the body', async (afterBytes) => {
  await server.setFault({ kind: 'break', afterBytes });
  await expect(read()).rejects.toThrow();
  await server.setFault(null);
  expect(await read()).toBe(300_000);
});

test.each([0, 1_000_000])('error: the exception stands in the body after %i bytes', async (afterBytes) => {
  const message = 'Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)';
  await server.setFault({ kind: 'error', afterBytes, message });
  await expect(read()).rejects.toMatchObject({ code: '241', type: 'MEMORY_LIMIT_EXCEEDED' });
});

test('a fault meets a short answer too', async () => {
  await server.setFault({ kind: 'break', afterBytes: 1_000_000 });
  await expect(read('SELECT 1')).rejects.toThrow();
});
