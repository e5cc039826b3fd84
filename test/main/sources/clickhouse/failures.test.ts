import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ClickHouseConfig, createClickHouseSource } from '../../../../main/sources/clickhouse/source.ts';
import type { UsageSource } from '../../../../main/sources/usage-source.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { checkpoints, events, meter, period, readAll, sql, startEngine, type TestEngine } from './engine.ts';

const MAY = period('2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z');
const NOW = parseInstant('2026-05-20T00:00:00Z');
const USAGE = [meter('m', events({}))];
const SECRET = 'a-very-secret-password';

let engine: TestEngine;
const opened: UsageSource[] = [];
const open = (change: Partial<ClickHouseConfig> = {}): UsageSource => {
  const { url, username, password } = engine.server;
  const source = createClickHouseSource({ url, username, password, database: 'default', ...change });
  opened.push(source);
  return source;
};

beforeAll(async () => {
  engine = await startEngine({
    users: [
      { name: 'reader', password: SECRET, readonly: 2 },
      { name: 'locked', password: SECRET, readonly: 1 },
    ],
  });
  await engine.run(
    `CREATE TABLE events (customer String, at DateTime64(3, 'UTC'), value Int64) ENGINE = MergeTree ORDER BY customer`,
  );
  await engine.run(`INSERT INTO events SELECT toString(number), '2026-05-19 23:30:00', number FROM numbers(20000)`);
});
afterEach(async () => {
  await engine.server.setFault(null);
  await Promise.all(opened.splice(0).map((source) => source.close()));
});
afterAll(() => engine.stop());

const failure = async (
  source: UsageSource,
  usage = USAGE,
): Promise<{ code: string; message: string; remedy: string }> => {
  try {
    await readAll(source, usage, { period: MAY });
  } catch (error) {
    const { code, message, remedy } = error as { code: string; message: string; remedy: string };
    expect(`${message} ${remedy}`).not.toContain(SECRET);
    expect(`${message} ${remedy}`).not.toContain(engine.server.password);
    return { code, message, remedy };
  }
  throw new Error('nothing failed');
};

describe('a server that cannot be used', () => {
  test('nobody listens', async () => {
    const listener = createServer();
    const port = await new Promise<number>((resolve) => {
      listener.listen(0, '127.0.0.1', () => resolve((listener.address() as { port: number }).port));
    });
    await new Promise((resolve) => listener.close(resolve));
    const { code, message } = await failure(open({ url: `http://127.0.0.1:${port}` }));
    expect(code).toBe('clickhouse.unreachable');
    expect(message).toBe(`ClickHouse at http://127.0.0.1:${port} refused the connection (ECONNREFUSED).`);
  });

  test('a host name without an address', async () => {
    expect(await failure(open({ url: 'http://clickhouse.invalid:8123' }))).toMatchObject({
      code: 'clickhouse.unreachable',
    });
  });

  test('TLS asked of a plain port', async () => {
    expect(await failure(open({ url: engine.server.url.replace('http:', 'https:') }))).toMatchObject({
      code: 'clickhouse.unreachable',
    });
  });

  test('another program answers', async () => {
    await engine.server.setFault({ kind: 'unavailable' });
    expect((await failure(open())).code).toMatch(/^clickhouse\.(bad_answer|unreachable)$/);
  });

  test('wrong password', async () => {
    const { code, message } = await failure(open({ username: 'reader', password: `${SECRET}-not` }));
    expect(code).toBe('clickhouse.unauthorized');
    expect(message).toContain('user reader');
  });

  test('readonly = 1', async () => {
    const { code, remedy } = await failure(open({ username: 'locked', password: SECRET }));
    expect(code).toBe('clickhouse.readonly');
    expect(remedy).toContain('readonly = 2');
  });

  test('readonly = 2 is enough', async () => {
    expect(await readAll(open({ username: 'reader', password: SECRET }), USAGE, { period: MAY })).toHaveLength(20_000);
  });

  test('an address that is none', () => {
    expect(() => open({ url: 'clickhouse:9000' })).toThrowError(
      expect.objectContaining({ code: 'config.invalid_value', path: 'clickhouse.url' }),
    );
  });

  test('silence', async () => {
    await engine.server.setFault({ kind: 'slow', firstByteMs: 5_000, betweenChunksMs: 0 });
    const { code, message } = await failure(open({ requestTimeoutMs: 200 }));
    expect(code).toBe('clickhouse.timeout');
    expect(message).toContain('0.2 s');
  });
});

describe('an answer that breaks off', () => {
  test.each([
    ['plain', false],
    ['gzip', true],
  ])('the connection goes in the middle (%s)', async (_, compression) => {
    await engine.server.setFault({ kind: 'break', afterBytes: 20_000, match: 'cells' });
    expect(await failure(open({ compression }))).toMatchObject({ code: 'clickhouse.broken_off' });
  });

  test.each([
    ['plain', false],
    ['gzip', true],
  ])('the server fails in the middle (%s)', async (_, compression) => {
    await engine.server.setFault({
      kind: 'error',
      afterBytes: 20_000,
      match: 'cells',
      message: 'Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)',
    });
    expect(await failure(open({ compression }))).toMatchObject({ code: 'clickhouse.broken_off' });
  });

  test('gzip carries a whole answer', async () => {
    expect(await readAll(open({ compression: true }), USAGE, { period: MAY })).toHaveLength(20_000);
  });
});

describe('giving up', () => {
  test('an abort before and during the answer stops it with the reason given', async () => {
    const source = open();
    const [scan] = source.plan(USAGE);
    if (scan === undefined) throw new Error('no scan');
    const controller = new AbortController();
    const reason = new Error('the user cancelled');
    const reading = async (): Promise<number> => {
      let chunks = 0;
      for await (const _ of source.read({ scan, period: MAY, customers: null, signal: controller.signal })) {
        chunks += 1;
        controller.abort(reason);
      }
      return chunks;
    };
    await expect(reading()).rejects.toBe(reason);
    await expect(reading()).rejects.toBe(reason);
  });

  test('an abort while the server is silent does not wait for it', async () => {
    await engine.server.setFault({ kind: 'slow', firstByteMs: 4_000, betweenChunksMs: 0 });
    const source = open();
    const [scan] = source.plan(USAGE);
    if (scan === undefined) throw new Error('no scan');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const startedMs = performance.now();
    await expect(
      source.read({ scan, period: MAY, customers: null, signal: controller.signal })[Symbol.asyncIterator]().next(),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe('check', () => {
  test('a sound meter is run dry, with the rows of the month so far', async () => {
    const { problems, dryRuns } = await open().check(
      [...USAGE, meter('own', sql('SELECT customer, sum(value) AS quantity FROM events GROUP BY customer'))],
      NOW,
    );
    expect(problems).toEqual([]);
    expect(dryRuns.map(({ meter: key, rows }) => [key, rows])).toEqual([
      ['m', 20_000],
      ['own', 20_000],
    ]);
  });

  test('all problems at once, each with its meter and place', async () => {
    const { problems, dryRuns } = await open().check(
      [
        meter('gone', events({}, { table: 'missing' })),
        meter('sound', events({})),
        meter('column', events({ value: 'nope' })),
        meter('query', sql('SELECT 1 AS quantity')),
        meter('name', checkpoints({ at: 'a b' })),
        meter('text', events({ at: 'customer' })),
      ],
      NOW,
    );
    expect(dryRuns.map((run) => run.meter)).toEqual(['sound']);
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ['clickhouse.query_failed', 'meters[0].usage'],
      ['clickhouse.query_failed', 'meters[2].usage'],
      ['clickhouse.query_failed', 'meters[3].usage.query'],
      ['clickhouse.bad_identifier', 'meters[4].usage.columns.at'],
      ['clickhouse.query_failed', 'meters[5].usage.columns.at'],
    ]);
    for (const [index, key] of [
      [0, 'gone'],
      [1, 'column'],
      [2, 'query'],
      [3, 'name'],
      [4, 'text'],
    ] as const) {
      expect(problems[index]?.message).toContain(key);
    }
  });

  test('what stops everything is said once', async () => {
    const { problems } = await open({ username: 'locked', password: SECRET }).check([...USAGE, ...USAGE], NOW);
    expect(problems.map(({ code }) => code)).toEqual(['clickhouse.readonly']);
    const missing = await open({ database: 'nowhere' }).check([...USAGE, ...USAGE], NOW);
    expect(missing.problems[0]?.message).toContain('nowhere');
    expect(missing.problems).toHaveLength(1);
  });
});
