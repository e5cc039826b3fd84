import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BudgetSettings, createRequestBudget } from '../../../../main/sources/stripe/request-budget.ts';
import { createVirtualClock } from './virtual-clock.ts';

const never = new AbortController().signal;

const budgetWith = (settings: Partial<BudgetSettings>) => {
  const clock = createVirtualClock();
  const budget = createRequestBudget({
    requestsPerSecond: 1000,
    concurrency: 8,
    maxRetries: 3,
    baseDelayMs: 500,
    maxDelayMs: 2000,
    random: () => 0.5,
    clock,
    advise: () => ({ retry: true, afterMs: null, slowDown: false }),
    ...settings,
  });
  return { budget, clock };
};

describe('rate', () => {
  test('starts stay below the rate in every window of one second, but for the small burst', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 150 }), async (rate, count) => {
        const { budget, clock } = budgetWith({ requestsPerSecond: rate, concurrency: 200 });
        const starts: number[] = [];
        await Promise.all(
          Array.from({ length: count }, () =>
            budget.run(async () => {
              starts.push(clock.nowMs());
            }, never),
          ),
        );
        expect(starts).toHaveLength(count);
        for (const start of starts) {
          const inWindow = starts.filter((other) => other >= start && other < start + 999).length;
          expect(inWindow).toBeLessThanOrEqual(rate + Math.ceil(rate / 10) + 1);
        }
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  test('no more than the given number is in flight', async () => {
    const { budget, clock } = budgetWith({ concurrency: 3 });
    let inFlight = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, () =>
        budget.run(async () => {
          inFlight += 1;
          most = Math.max(most, inFlight);
          await clock.sleep(50, never);
          inFlight -= 1;
        }, never),
      ),
    );
    expect(most).toBe(3);
  });
});

test('a server that allows less than was configured is met after a few refusals', async () => {
  const { budget, clock } = budgetWith({
    requestsPerSecond: 80,
    concurrency: 27,
    maxRetries: 6,
    maxDelayMs: 8000,
    advise: () => ({ retry: true, afterMs: null, slowDown: true }),
  });
  const allowed = 25;
  const answered: number[] = [];
  let refused = 0;
  await Promise.all(
    Array.from({ length: 1000 }, () =>
      budget.run(async () => {
        const now = clock.nowMs();
        if (answered.filter((at) => at > now - 1000).length >= allowed) {
          refused += 1;
          throw new Error('429');
        }
        answered.push(now);
      }, never),
    ),
  );
  expect(answered).toHaveLength(1000);
  expect(refused).toBeLessThan(200);
});

describe('repeats', () => {
  test('double their bound up to the longest, with full jitter, and count', async () => {
    const { budget, clock } = budgetWith({ maxRetries: 4 });
    await expect(budget.run(() => Promise.reject(new Error('down')), never)).rejects.toThrow('down');
    expect(clock.sleeps.filter((ms) => ms >= 250)).toEqual([250, 500, 1000, 1000]);
    expect(budget.counts()).toEqual({ requests: 5, retries: 4 });
  });

  test('end at the first advice not to', async () => {
    const { budget } = budgetWith({ advise: () => ({ retry: false }) });
    await expect(budget.run(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    expect(budget.counts()).toEqual({ requests: 1, retries: 0 });
  });

  test('Retry-After holds every request back, not only the one that was told', async () => {
    let told = false;
    const { budget, clock } = budgetWith({ advise: () => ({ retry: true, afterMs: 30_000, slowDown: true }) });
    const startedMs = clock.nowMs();
    const starts: number[] = [];
    const first = budget.run(async () => {
      if (told) return starts.push(clock.nowMs() - startedMs);
      told = true;
      throw new Error('429');
    }, never);
    await new Promise((resolve) => setImmediate(resolve));
    const second = budget.run(async () => starts.push(clock.nowMs() - startedMs), never);
    await Promise.all([first, second]);
    expect(starts).toHaveLength(2);
    for (const start of starts) expect(start).toBeGreaterThanOrEqual(30_000);
  });

  test('after a pause those who waited start in rhythm, not together', async () => {
    let told = false;
    const { budget, clock } = budgetWith({
      requestsPerSecond: 10,
      concurrency: 30,
      advise: () => ({ retry: true, afterMs: 30_000, slowDown: true }),
    });
    const startedMs = clock.nowMs();
    const starts: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, () =>
        budget.run(async () => {
          if (!told) {
            told = true;
            throw new Error('429');
          }
          starts.push(clock.nowMs() - startedMs);
        }, never),
      ),
    );
    const afterwards = starts.filter((ms) => ms >= 30_000);
    expect(afterwards.length).toBeGreaterThanOrEqual(18);
    expect(afterwards.filter((ms) => ms < 31_000).length).toBeLessThanOrEqual(11);
  });

  test('know whether anything has succeeded before', async () => {
    const seen: boolean[] = [];
    const { budget } = budgetWith({
      maxRetries: 0,
      advise: (_error, { hasSucceeded }) => {
        seen.push(hasSucceeded);
        return { retry: false };
      },
    });
    await budget.run(() => Promise.reject(new Error('a')), never).catch(() => undefined);
    await budget.run(async () => 1, never);
    await budget.run(() => Promise.reject(new Error('b')), never).catch(() => undefined);
    expect(seen).toEqual([false, true]);
  });
});

describe('abort', () => {
  test('ends a request in flight, one that backs off and one that waits for a slot, with the reason', async () => {
    const { budget } = budgetWith({ concurrency: 2, clock: { nowMs: () => 0, sleep: untilAborted } });
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const hanging = budget.run(() => new Promise<never>(() => undefined), controller.signal);
    const failing = budget.run(() => Promise.reject(new Error('500')), controller.signal);
    const queued = budget.run(async () => 1, controller.signal);
    setImmediate(() => controller.abort(reason));
    for (const run of [hanging, failing, queued]) await expect(run).rejects.toBe(reason);
  });

  test('frees the slot', async () => {
    const { budget } = budgetWith({ concurrency: 1 });
    const controller = new AbortController();
    const hanging = budget.run(() => new Promise<never>(() => undefined), controller.signal);
    controller.abort(new Error('cancelled'));
    await expect(hanging).rejects.toThrow('cancelled');
    await expect(budget.run(async () => 42, never)).resolves.toBe(42);
  });
});

const untilAborted = (_ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
