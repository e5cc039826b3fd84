import { afterEach, expect, test } from 'vitest';
import { isFinal, type JobTask } from '../../../main/jobs/job.ts';
import { createJobRunner, type JobRunner } from '../../../main/jobs/runner.ts';
import type { Job } from '../../../shared/contract/schemas.ts';

const workerUrl = new URL('./scripted-worker.ts', import.meta.url);
let runner: JobRunner;

const start = (): JobRunner => {
  runner = createJobRunner({ workerUrl, now: () => Date.now() });
  return runner;
};

const task = (month: string): JobTask => ({ kind: 'reconcile', folder: 'nowhere', month, now: null });

/** Follows one job until it ends. */
async function follow(jobs: JobRunner, id: string): Promise<readonly Job[]> {
  const seen: Job[] = [];
  for await (const job of jobs.watch()) {
    if (job.id !== id) continue;
    seen.push(job);
    if (isFinal(job)) return seen;
  }
  return seen;
}

afterEach(async () => {
  await runner.stop();
});

test('a job runs, tells its progress and ends with its summary', async () => {
  const jobs = start();
  const { id } = jobs.start(task('2026-01'), 'Count');
  const seen = await follow(jobs, id);
  expect(seen.at(-1)).toMatchObject({ state: 'done', summary: 'counted to ten', done: 10, total: 10 });
});

test('a failure keeps its code and remedy', async () => {
  const jobs = start();
  const { id } = jobs.start(task('2026-02'), 'Fail');
  const last = (await follow(jobs, id)).at(-1);
  expect(last).toMatchObject({ state: 'failed', error: { code: 'stripe.unreachable', remedy: 'Wait.' } });
});

test('a worker that breaks fails its job and the next one still runs', async () => {
  const jobs = start();
  const broken = jobs.start(task('2026-12'), 'Break');
  const next = jobs.start(task('2026-01'), 'Count');
  const [first, second] = await Promise.all([follow(jobs, broken.id), follow(jobs, next.id)]);
  expect(first.at(-1)).toMatchObject({ state: 'failed', error: { message: 'broken' } });
  expect(second.at(-1)).toMatchObject({ state: 'done' });
});

test.each([
  ['that listens', '2026-03'],
  ['that is deaf, as a native call is', '2026-04'],
])('a cancel shows within 200 ms of a worker %s', async (_name, month) => {
  const jobs = start();
  const { id } = jobs.start(task(month), 'Long');
  for await (const job of jobs.watch()) if (job.done > 0 || job.step === 'counting') break;
  const asked = performance.now();
  jobs.cancel(id);
  const last = (await follow(jobs, id)).at(-1) ?? jobs.list()[0];
  expect(last?.state).toBe('cancelled');
  // Twice the promise, for a machine that is busy with other tests.
  expect(performance.now() - asked).toBeLessThan(400);
});

test('one job runs at a time; a queued one can be cancelled before it starts', async () => {
  const jobs = start();
  const first = jobs.start(task('2026-03'), 'Long');
  const second = jobs.start(task('2026-01'), 'Waits');
  expect(jobs.list().map((job) => job.state)).toEqual(['queued', 'running']);
  expect(jobs.cancel(second.id).state).toBe('cancelled');
  jobs.cancel(first.id);
  await follow(jobs, first.id).catch(() => []);
});

test('what a job changed is in place before the job is seen to have ended', async () => {
  const order: string[] = [];
  runner = createJobRunner({
    workerUrl,
    now: () => Date.now(),
    beforeEnd: async (ended, isDone) => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${'month' in ended ? ended.month : ''} ${isDone}`);
    },
  });
  for (const month of ['2026-01', '2026-02']) {
    const { id } = runner.start(task(month), 'Job');
    order.push((await follow(runner, id)).at(-1)?.state ?? '');
  }
  expect(order).toEqual(['2026-01 true', 'done', '2026-02 false', 'failed']);
});

test('what must follow a job and fails, fails the job', async () => {
  runner = createJobRunner({
    workerUrl,
    now: () => Date.now(),
    beforeEnd: () => Promise.reject(new Error('the folder is gone')),
  });
  const { id } = runner.start(task('2026-01'), 'Count');
  const last = (await follow(runner, id)).at(-1);
  expect(last).toMatchObject({ state: 'failed', error: { message: 'the folder is gone' } });
});

test('stopping ends a deaf worker too, and starts nothing that waited', async () => {
  const jobs = start();
  jobs.start(task('2026-04'), 'Long');
  const waiting = jobs.start(task('2026-01'), 'Waits');
  for await (const job of jobs.watch()) if (job.step === 'counting') break;
  await jobs.stop();
  expect(jobs.list().find((job) => job.id === waiting.id)?.state).toBe('queued');
});

test('an ended job is done once more, as a job of its own', async () => {
  const jobs = start();
  const first = jobs.start(task('2026-02'), 'Fail');
  expect(jobs.retry(first.id).id).toBe(first.id);
  await follow(jobs, first.id);
  const second = jobs.retry(first.id);
  expect(second).toMatchObject({ title: 'Fail', kind: 'reconcile' });
  expect(second.id).not.toBe(first.id);
  expect((await follow(jobs, second.id)).at(-1)?.state).toBe('failed');
});

test('an unknown job is said so', () => {
  expect(() => start().cancel('job-99')).toThrowError(/no job job-99/);
});
