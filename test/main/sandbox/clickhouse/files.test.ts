import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
  startOnUsageFolder,
} from '../../../../main/sandbox/clickhouse/embedded.ts';
import { listUsageFiles, readUsageFolder } from '../../../../main/sandbox/clickhouse/files.ts';
import { connect, credentials } from './running.ts';

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function folder(files: Record<string, string> = {}): string {
  const made = mkdtempSync(path.join(tmpdir(), "tieout-usage's-"));
  ends.push(async () => rmSync(made, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(made, name), text);
  return made;
}

const start = async (filesFolder: string | null): Promise<EmbeddedClickHouse> => {
  const server = await startEmbeddedClickHouse({ dataFolder: null, filesFolder });
  ends.push(() => server.stop());
  return server;
};

const rows = async (server: EmbeddedClickHouse, query: string): Promise<unknown> => {
  const client = connect(server);
  const answer = await client.query({
    query,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1, output_format_json_quote_decimals: 1 },
  });
  const read = await answer.json();
  await client.close();
  return read;
};

const EVENTS = `workspace_id,account,at,qty,units,odd
ws_1,007,2026-05-01T00:00:00.250Z,0.123456789012,18446744073709551615,1.5
"a,""b""",12,2026-05-01 01:00:00,123456789012345678.000000000001,7,nan
,1,2026-05-31 23:59:59.999,,,2
`;

test('CSV files are tables whose numbers are exact and whose names stay names', async () => {
  const server = await start(folder({ 'events.csv': EVENTS, 'notes.txt': 'not usage' }));
  expect(await rows(server, 'SHOW TABLES')).toEqual([['events']]);
  expect(await rows(server, 'SELECT workspace_id, account, toString(at), toString(qty), units FROM events')).toEqual([
    ['ws_1', '007', '2026-05-01 00:00:00.250000000', '0.123456789012', '18446744073709551615'],
    ['a,"b"', '12', '2026-05-01 01:00:00.000000000', '123456789012345678.000000000001', '7'],
    [null, '1', '2026-05-31 23:59:59.999000000', null, null],
  ]);
  expect(await rows(server, 'SELECT toString(sum(qty)) FROM events')).toEqual([['123456789012345678.123456789013']]);
  expect(await rows(server, 'SELECT toString(odd) FROM events')).toEqual([['1.5'], ['nan'], ['2']]);
});

test('Parquet files are tables', async () => {
  const made = folder();
  const writer = await start(null);
  const answer = await fetch(`${writer.url}/?default_format=Parquet`, {
    method: 'POST',
    body: "SELECT 'ws_1' AS customer, toDecimal128('12.5', 12) AS qty, toDateTime64('2026-05-01 00:00:00.250', 3, 'UTC') AS at",
    headers: credentials(writer),
  });
  await writeFile(path.join(made, 'samples.parquet'), Buffer.from(await answer.arrayBuffer()));
  const server = await start(made);
  expect(await rows(server, 'SELECT customer, toString(qty), toString(at) FROM samples')).toEqual([
    ['ws_1', '12.5', '2026-05-01 00:00:00.250'],
  ]);
});

test('a name that is no plain identifier, or stands twice, is refused', async () => {
  for (const [files, message] of [
    [{ 'may-2026.csv': EVENTS }, 'may-2026.csv cannot become a table'],
    [{ "x'; DROP.csv": EVENTS }, 'cannot become a table'],
    [{ 'a.csv': EVENTS, 'a.parquet': '' }, 'a.csv and a.parquet would both be the table a'],
  ] as const) {
    const started = startEmbeddedClickHouse({ dataFolder: null, filesFolder: folder(files) });
    await expect(started).rejects.toMatchObject({
      code: 'clickhouse.embedded_failed',
      message: expect.stringContaining(message),
    });
  }
});

test('a file that is not what its name says is refused by name', async () => {
  const started = startEmbeddedClickHouse({ dataFolder: null, filesFolder: folder({ 'usage.parquet': 'no parquet' }) });
  await expect(started).rejects.toMatchObject({
    code: 'clickhouse.embedded_failed',
    message: expect.stringMatching(/The usage folder cannot be read\. usage\.parquet: /),
  });
});

test('a usage folder is opened as what it is', async () => {
  const server = await startOnUsageFolder(folder({ 'events.csv': EVENTS }));
  ends.push(() => server.stop());
  expect(await rows(server, 'SELECT count() FROM events')).toEqual([['3']]);
  await expect(startOnUsageFolder(path.join(folder(), 'nowhere'))).rejects.toMatchObject({
    code: 'clickhouse.embedded_failed',
    remedy: expect.stringContaining('clickhouse.embedded'),
  });
});

test('a usage folder is files, or ClickHouse data, never both', async () => {
  const files = folder({ 'events.csv': EVENTS });
  expect(await readUsageFolder(files)).toEqual({ dataFolder: null, filesFolder: files });
  expect((await listUsageFiles(files)).map(({ name, format }) => [name, format])).toEqual([['events', 'CSVWithNames']]);
  const data = folder();
  expect(await readUsageFolder(data)).toEqual({ dataFolder: data, filesFolder: null });
  const server = await startEmbeddedClickHouse({ dataFolder: data });
  const client = connect(server);
  await client.command({ query: 'CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a' });
  await client.close();
  await server.stop();
  expect(await readUsageFolder(data)).toEqual({ dataFolder: data, filesFolder: null });
  copyFileSync(path.join(files, 'events.csv'), path.join(data, 'events.csv'));
  await expect(readUsageFolder(data)).rejects.toThrow('one or the other');
  await expect(readUsageFolder(path.join(data, 'nowhere'))).rejects.toThrow();
});
