import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  childrenOf,
  isAlive,
  type Running,
  type Scratch,
  sampleWorkspace,
  scratch,
  serve,
  start,
  tieout,
} from './running.ts';

// How the processes end when they are told to, and what they leave: nothing.

const onLinux = process.platform === 'linux';
let files: Scratch;
let folder: string;
let before: string;

beforeAll(async () => {
  files = scratch();
  folder = await sampleWorkspace(files.folder);
  before = await may();
});
afterAll(() => files.remove());

const may = async (): Promise<string> => (await tieout(['reconcile', folder, '--month', '2026-05', '--json'])).stdout;

/** Waits until the engine of a pull runs beside the process. @returns its process ids */
async function engineOf({ child }: Running): Promise<readonly number[]> {
  await expect.poll(() => childrenOf(child.pid ?? 0)?.length, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
  return childrenOf(child.pid ?? 0) ?? [];
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends tieout serve promptly', async (signal) => {
  const served = await serve(folder, { state: join(files.folder, 'state') });
  const asked = performance.now();
  served.child.kill(signal);
  expect(await served.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(3_000);
});

test.skipIf(!onLinux)('SIGTERM ends tieout serve during a pull, and its engine with it', async () => {
  const served = await serve(folder, { state: join(files.folder, 'state') });
  const first = await fetch(served.url, { redirect: 'manual' });
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
  const answer = await fetch(`${new URL(served.url).origin}/trpc/jobs.pull`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ month: '2026-05' }),
  });
  expect(answer.status).toBe(200);
  const engines = await engineOf(served);
  const watching = await fetch(`${new URL(served.url).origin}/trpc/jobs.watch`, { headers: { cookie } });
  expect(watching.status).toBe(200);
  served.child.kill('SIGTERM');
  const asked = performance.now();
  expect(await served.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(5_000);
  await expect.poll(() => engines.filter(isAlive)).toEqual([]);
  expect(await may()).toBe(before);
});

test.skipIf(!onLinux)(
  'Ctrl-C ends tieout pull with code 2 and its document, and leaves the cache as it was',
  async () => {
    const pull = start(['pull', folder, '--month', '2026-05', '--json']);
    const engines = await engineOf(pull);
    await expect.poll(pull.stderr, { timeout: 30_000, interval: 20 }).toContain('ClickHouse');
    // A terminal sends it to the whole group, and a parent sends it on: twice within a blink is once.
    pull.child.kill('SIGINT');
    pull.child.kill('SIGINT');
    expect(await pull.ended).toEqual({ code: 2, signal: null });
    expect(JSON.parse(pull.stdout())).toMatchObject({ tieout: 1, kind: 'error', error: { code: 'pull.cancelled' } });
    await expect.poll(() => engines.filter(isAlive)).toEqual([]);
    expect(await may()).toBe(before);
  },
);

test.skipIf(!onLinux)('Ctrl-C ends tieout demo with code 2, and no engine is left', async () => {
  const made = join(files.folder, 'demo');
  const demo = start(['demo', made, '--json']);
  const engines = await engineOf(demo);
  await expect.poll(demo.stderr, { timeout: 30_000, interval: 20 }).toContain('writing');
  demo.child.kill('SIGINT');
  const asked = performance.now();
  expect(await demo.ended).toEqual({ code: 2, signal: null });
  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(JSON.parse(demo.stdout())).toMatchObject({ kind: 'error', error: { code: 'pull.cancelled' } });
  await expect.poll(() => engines.filter(isAlive)).toEqual([]);
});

test.skipIf(!onLinux)('a killed tieout pull takes its engine along', async () => {
  const pull = start(['pull', folder, '--month', '2026-05']);
  const engines = await engineOf(pull);
  pull.child.kill('SIGKILL');
  await pull.ended;
  await expect.poll(() => engines.filter(isAlive)).toEqual([]);
  expect(existsSync(join(folder, 'tieout.db'))).toBe(true);
  expect(await may()).toBe(before);
});
