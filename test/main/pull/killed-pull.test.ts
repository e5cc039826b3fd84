import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hashSummaryContent, hashUsageContent, runThrough } from '../../../main/cache/content-hash.ts';
import { type Db, openCache } from '../../../main/cache/open.ts';
import { readPullsInForce } from '../../../main/cache/pull-store.ts';
import { acquireWriter } from '../../../main/cache/writer-lock.ts';
import { instant } from '../../../shared/values/instant.ts';
import { runs } from '../../oracles/runs.ts';
import { NOW, scratchFolder } from '../cache/scratch.ts';
import { MONTH } from './fake-sources.ts';

const CHILD = fileURLToPath(new URL('./killed-child.ts', import.meta.url));
const KILLS = runs(12, 60);
const SEED = 20_260_521;
const MINUTE = 60_000;

type Outcome = { readonly isDone: boolean; readonly ms: number; readonly errors: string };

/** Runs the child; kills it so many milliseconds after it began to pull, if it has not ended by then. */
async function runChild(
  path: string,
  run: { version: number; now: number; killAfterMs: number | null },
): Promise<Outcome> {
  const child = spawn(process.execPath, [CHILD, path, String(run.version), String(run.now)], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'tieout-killed-child') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  let beganAt = 0;
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (beganAt > 0) return;
    beganAt = performance.now();
    if (run.killAfterMs !== null) timer = setTimeout(() => child.kill('SIGKILL'), run.killAfterMs);
  });
  await once(child, 'exit');
  clearTimeout(timer);
  return { isDone: output.includes('done'), ms: performance.now() - beganAt, errors };
}

/** What is in force, each checked against its own rows; the database itself is whole. */
function contentOf(path: string): Record<string, string> {
  const db = openCache(path, { now: NOW });
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.pragma('foreign_key_check')).toEqual([]);
    const content: Record<string, string> = {};
    for (const { meter, source, pull, contentHash } of readPullsInForce(db, MONTH)) {
      const hash = source === 'clickhouse' ? hashUsageContent : hashSummaryContent;
      expect(runThrough(hash(db, pull)).digest).toBe(contentHash);
      content[`${meter} ${source}`] = contentHash ?? '';
    }
    return content;
  } finally {
    db.close();
  }
}

const strayRows = (db: Db): unknown =>
  db
    .prepare(
      `SELECT (SELECT count(*) FROM usage_month WHERE pull NOT IN (SELECT pull FROM pull_in_force))
            + (SELECT count(*) FROM summary_month WHERE pull NOT IN (SELECT pull FROM pull_in_force))`,
    )
    .pluck()
    .get();

test(`killed ${KILLS} times at random points, a pull leaves a consistent cache and the next one finishes`, async () => {
  const reference: Record<string, string>[] = [];
  let fullMs = 0;
  for (const version of [0, 1]) {
    const path = join(scratchFolder(), 'tieout.db');
    const outcome = await runChild(path, { version, now: NOW, killAfterMs: null });
    expect(outcome, outcome.errors).toMatchObject({ isDone: true });
    fullMs = Math.max(fullMs, outcome.ms);
    reference.push(contentOf(path));
  }
  expect(Object.keys(reference[0] ?? {}).length).toBe(6);
  expect(reference[0]).not.toEqual(reference[1]);

  const path = join(scratchFolder(), 'tieout.db');
  const random = generator(SEED);
  let now = NOW as number;
  let killed = 0;
  for (let run = 0; killed < KILLS; run += 1) {
    // Two runs for each version: the second goes on where the first was killed, the next version begins anew.
    const version = Math.floor(run / 2) % 2;
    now += run % 2 === 0 ? 120 * MINUTE : MINUTE;
    const outcome = await runChild(path, { version, now, killAfterMs: random() * fullMs });
    expect(outcome.errors).toBe('');
    if (!outcome.isDone) killed += 1;
    for (const [pull, content] of Object.entries(contentOf(path))) {
      expect([reference[0]?.[pull], reference[1]?.[pull]], `${pull} after run ${run}, seed ${SEED}`).toContain(content);
    }
  }
  acquireWriter({ databaseFile: path }, { pid: process.pid, startedAt: instant(now), command: 'test' }).release();
  for (const version of [1, 0]) {
    now += 120 * MINUTE;
    const outcome = await runChild(path, { version, now, killAfterMs: null });
    expect(outcome, outcome.errors).toMatchObject({ isDone: true });
    expect(contentOf(path)).toEqual(reference[version]);
  }
  const db = openCache(path, { now: NOW });
  expect(strayRows(db)).toBe(0);
  db.close();
}, 600_000);

/** A small linear congruential generator: the same kills on every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
