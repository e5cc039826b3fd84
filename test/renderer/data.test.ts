import { createTRPCClient, TRPCClientError } from '@trpc/client';
import { describe, expect, test, vi } from 'vitest';
import { bridgeLink } from '../../renderer/data/bridge-link.ts';
import { documentOf, documentText } from '../../renderer/data/errors.ts';
import { endsUnseen, mergeJob } from '../../renderer/data/job-list.ts';
import { endSentence, jobTitle, progressOf } from '../../renderer/format/job.ts';
import type { Bridge, BridgeEvent } from '../../shared/contract/bridge.ts';
import type { AppRouter } from '../../shared/contract/router.ts';
import type { Job } from '../../shared/contract/schemas.ts';

const job = (part: Partial<Job> = {}): Job => ({
  id: 'job_1',
  kind: 'pull',
  title: 'Pull',
  month: '2026-05',
  state: 'running',
  step: 'Asking Stripe',
  done: 12_480,
  total: 48_000,
  unit: 'requests',
  ratePerSecond: 812,
  secondsLeft: 44,
  startedAt: '2026-06-01T05:00:00Z',
  finishedAt: null,
  error: null,
  summary: null,
  output: null,
  ...part,
});

describe('jobs', () => {
  test('progress in words', () => {
    expect(progressOf(job())).toEqual({ share: 0.26, text: '12,480 of 48,000 requests · 812/s · 44 s left' });
    expect(progressOf(job({ total: null, secondsLeft: null, ratePerSecond: null }))).toEqual({
      share: null,
      text: '12,480 requests',
    });
  });
  test('before the first step is counted there is nothing to say', () => {
    expect(progressOf(job({ done: 0, total: null, unit: '' })).text).toBe('');
    expect(progressOf(job({ total: null, unit: '', secondsLeft: null, ratePerSecond: null })).text).toBe('12,480');
  });
  test('the month stands in the title once', () => {
    expect(jobTitle(job({ title: 'Pull 2026-05' }))).toBe('Pull May 2026');
    expect(jobTitle(job())).toBe('Pull May 2026');
    expect(jobTitle(job({ month: null, title: 'Make the sample' }))).toBe('Make the sample');
  });
  test('the end is told in a sentence', () => {
    expect(endSentence(job({ state: 'cancelled' }))).toBe(
      'Pull May 2026 was cancelled. Numbers that were not pulled completely are as they were before.',
    );
    expect(endSentence(job({ state: 'done', summary: '3 rows', output: 'exports/a.csv' }))).toBe(
      'Pull May 2026 is done: exports/a.csv (3 rows).',
    );
  });
  test('a changed job takes its own place, newest first', () => {
    const older = job({ id: 'job_0', startedAt: '2026-06-01T04:00:00Z' });
    expect(mergeJob([job(), older], job({ done: 13_000 })).map(({ id, done }) => [id, done])).toEqual([
      ['job_1', 13_000],
      ['job_0', 12_480],
    ]);
  });

  test('a job that is over stays over, whatever answer comes late', () => {
    const done = job({ state: 'done' });
    expect(mergeJob([done], job())).toEqual([done]);
  });

  test('an end that nobody told is found in the list', () => {
    expect(endsUnseen([job()], job({ state: 'done' }))).toBe(true);
    expect(endsUnseen([job()], job({ done: 13_000 }))).toBe(false);
    expect(endsUnseen([job({ state: 'done' })], job({ state: 'done' }))).toBe(false);
    expect(endsUnseen([], job({ state: 'done' }))).toBe(false);
  });
});

describe('the bridge', () => {
  const listeners: ((event: BridgeEvent) => void)[] = [];
  const stop = vi.fn();
  const bridge: Bridge = {
    call: async ({ path }) =>
      path === 'jobs.list'
        ? { ok: true, data: [job()] }
        : {
            ok: false,
            error: {
              code: 'stripe.unauthorized',
              message: 'Stripe refused the key.',
              path: 'sources.stripe.key',
              remedy: 'Give it the permission.',
            },
          },
    listen: (_request, onEvent) => {
      listeners.push(onEvent);
      return stop;
    },
  };
  const client = createTRPCClient<AppRouter>({ links: [bridgeLink(bridge)] });

  test('answers queries', async () => expect(await client.jobs.list.query()).toEqual([job()]));

  test('carries the error document', async () => {
    const error = await client.jobs.pulls.query().catch((caught: unknown) => caught);
    expect(documentOf(error)).toMatchObject({ code: 'stripe.unauthorized', remedy: 'Give it the permission.' });
    expect(documentText(documentOf(error))).toBe(
      'stripe.unauthorized: Stripe refused the key.\nat sources.stripe.key\nremedy: Give it the permission.',
    );
  });

  test('carries events until it is told to stop', () => {
    const seen: unknown[] = [];
    const subscription = client.jobs.watch.subscribe(undefined, { onData: (data) => seen.push(data) });
    listeners.at(-1)?.({ kind: 'data', data: job() });
    subscription.unsubscribe();
    expect(seen).toEqual([job()]);
    expect(stop).toHaveBeenCalledOnce();
  });
});

test('a host that does not answer has a document of its own', () => {
  expect(documentOf(new TRPCClientError('fetch failed'))).toMatchObject({
    code: 'host.not_found',
    message: 'Tieout does not answer.',
  });
});
