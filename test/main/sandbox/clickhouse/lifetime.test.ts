import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../../../main/sandbox/clickhouse/embedded.ts';
import { connect, isAlive, until } from './running.ts';

type Told = Pick<EmbeddedClickHouse, 'pid' | 'url' | 'username' | 'password'>;

const ends: (() => Promise<unknown> | undefined)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const folder = (): string => {
  const made = mkdtempSync(path.join(tmpdir(), 'tieout-lifetime-'));
  ends.push(async () => rmSync(made, { recursive: true, force: true }));
  return made;
};

const start = async (options: Parameters<typeof startEmbeddedClickHouse>[0]): Promise<EmbeddedClickHouse> => {
  const server = await startEmbeddedClickHouse(options);
  ends.push(() => server.stop());
  return server;
};

/** Starts an owner process; temporary data goes below `temp`, so that what stays behind can be seen. */
async function owner(mode: 'stay' | 'thread' | 'leave', temp: string): Promise<{ process: ChildProcess; told: Told }> {
  const script = fileURLToPath(new URL('./owner.ts', import.meta.url));
  const child = fork(script, [mode, ''], { env: { ...process.env, TMPDIR: temp }, execArgv: [], silent: true });
  ends.push(async () => child.kill('SIGKILL'));
  const told = await new Promise<Told>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Told));
    child.once('exit', (code) => reject(new Error(`The owner ended with ${code}`)));
  });
  return { process: child, told };
}

const answers = async (server: EmbeddedClickHouse, query: string): Promise<unknown> => {
  const client = connect(server);
  try {
    return await (await client.query({ query, format: 'JSONCompactEachRow' })).json();
  } finally {
    await client.close();
  }
};

const run = async (server: EmbeddedClickHouse, query: string): Promise<void> => {
  const client = connect(server);
  await client.command({ query });
  await client.close();
};

describe('with its owner', () => {
  test('stop ends the child and removes temporary data', async () => {
    const before = new Set(readdirSync(tmpdir()));
    const server = await start({ dataFolder: null });
    const made = readdirSync(tmpdir()).filter((name) => name.startsWith('tieout-clickhouse-') && !before.has(name));
    expect(made.length).toBeGreaterThan(0);
    await server.stop();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(server.failure).toBeNull();
    await expect(answers(server, 'SELECT 1')).rejects.toThrow();
  });

  test('stop does not wait for a query that is at work', async () => {
    const server = await start({ dataFolder: null });
    const endless = answers(server, 'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1');
    const outcome = endless.catch((error: Error) => error);
    await answers(server, 'SELECT sleep(0.1)');
    const begin = performance.now();
    await server.stop();
    expect(performance.now() - begin).toBeLessThan(2500);
    expect(await outcome).toBeInstanceOf(Error);
    expect(isAlive(server.pid)).toBe(false);
  });

  test('a signal stops it', async () => {
    const giveUp = new AbortController();
    const server = await start({ dataFolder: null, signal: giveUp.signal });
    giveUp.abort();
    await until('the child is gone', () => !isAlive(server.pid));
    await expect(startEmbeddedClickHouse({ dataFolder: null, signal: giveUp.signal })).rejects.toThrow(/abort/i);
  });

  test.each([
    ['killed', 'SIGKILL'],
    ['terminated', 'SIGTERM'],
  ] as const)('an owner that is %s takes child and temporary data along', async (_, signal) => {
    const temp = folder();
    const { process: parent, told } = await owner('stay', temp);
    expect(isAlive(told.pid)).toBe(true);
    expect(readdirSync(temp).length).toBe(1);
    parent.kill(signal);
    await until('the child is gone', () => !isAlive(told.pid));
    expect(readdirSync(temp)).toEqual([]);
  });

  test('even while the engine is planning a query and hears nothing', async () => {
    const temp = folder();
    const { process: parent, told } = await owner('stay', temp);
    const query = 'SELECT (SELECT count() FROM numbers(20000000000) WHERE sipHash64(number) = 1)';
    const answer = fetch(`${told.url}/?user=${told.username}&password=${told.password}`, {
      method: 'POST',
      body: query,
    });
    const outcome = answer.then(
      () => 'answered',
      () => 'cut off',
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    parent.kill('SIGKILL');
    await until('the child is gone', () => !isAlive(told.pid));
    expect(await outcome).toBe('cut off');
  });

  test('an owner that simply ends is not held up by the child', async () => {
    const temp = folder();
    const { process: parent, told } = await owner('leave', temp);
    if (parent.exitCode === null) await new Promise((resolve) => parent.once('exit', resolve));
    expect(parent.exitCode).toBe(0);
    await until('the child is gone', () => !isAlive(told.pid));
    expect(readdirSync(temp)).toEqual([]);
  });

  test('a worker thread owns one as well, and its end is the end of it', async () => {
    const temp = folder();
    const { process: parent, told } = await owner('thread', temp);
    expect(isAlive(told.pid)).toBe(true);
    parent.send('terminate');
    await until('the child is gone', () => !isAlive(told.pid));
    expect(readdirSync(temp)).toEqual([]);
  });

  test('a child that dies by itself is told by the handle', async () => {
    const server = await start({ dataFolder: null });
    expect(server.failure).toBeNull();
    process.kill(server.pid, 'SIGKILL');
    await until('the handle knows', () => server.failure !== null);
    expect(server.failure).toMatchObject({
      code: 'clickhouse.embedded_failed',
      message: expect.stringContaining('SIGKILL'),
    });
  });
});

describe('data', () => {
  test('stays in a data folder from one start to the next', async () => {
    const dataFolder = folder();
    const first = await start({ dataFolder });
    await run(first, 'CREATE TABLE kept (a UInt64) ENGINE = MergeTree ORDER BY a');
    await run(first, 'INSERT INTO kept SELECT number FROM numbers(10)');
    await first.stop();
    const second = await start({ dataFolder });
    expect(await answers(second, 'SELECT count() FROM kept')).toEqual([[10]]);
    await second.stop();
    expect(existsSync(path.join(dataFolder, 'store'))).toBe(true);
  });

  test('belongs to one process at a time', async () => {
    const dataFolder = folder();
    const server = await start({ dataFolder });
    const second = startEmbeddedClickHouse({ dataFolder });
    await expect(second).rejects.toMatchObject({
      code: 'clickhouse.embedded_failed',
      message: `Another process has the ClickHouse data folder ${dataFolder} open.`,
    });
    expect(await answers(server, 'SELECT 1')).toEqual([[1]]);
  });

  test('survives a restart, which ends an abandoned query and keeps address and password', async () => {
    for (const dataFolder of [null, folder()]) {
      const server = await start({ dataFolder });
      const { url, pid } = server;
      await run(server, 'CREATE TABLE kept (a UInt64) ENGINE = MergeTree ORDER BY a');
      await run(server, 'INSERT INTO kept SELECT number FROM numbers(10)');
      const endless = answers(server, 'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1');
      const outcome = endless.catch((error: Error) => error);
      await Promise.all([server.restart(), server.restart()]);
      expect(await outcome).toBeInstanceOf(Error);
      expect(server.url).toBe(url);
      expect(server.pid).not.toBe(pid);
      expect(isAlive(pid)).toBe(false);
      expect(server.failure).toBeNull();
      expect(await answers(server, 'SELECT count() FROM kept')).toEqual([[10]]);
      await server.stop();
      await expect(server.restart()).rejects.toMatchObject({ code: 'clickhouse.embedded_failed' });
    }
  });
});
