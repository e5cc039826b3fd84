import type { RequestCounts } from '../billing-source.ts';

/** Time as the budget needs it: a clock that never runs backwards, and a wait that an abort ends at once. */
export type BudgetClock = {
  readonly nowMs: () => number;
  /** @throws the signal's reason as soon as it aborts */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** What a failed attempt says about the next one. */
export type RetryAdvice =
  | { readonly retry: false }
  | {
      readonly retry: true;
      /** The server's own wish (`Retry-After`); it holds for every request, since the limit is the account's. */
      readonly afterMs: number | null;
      /** The rate itself was refused: the account allows less than was configured. */
      readonly slowDown: boolean;
    };

export type AttemptHistory = {
  /** Whether any request of this budget has been answered well. */
  readonly hasSucceeded: boolean;
  /** Repeats of this request so far. */
  readonly repeats: number;
};

export type BudgetSettings = {
  readonly requestsPerSecond: number;
  /** Attempts in flight at once. */
  readonly concurrency: number;
  /** Repeats of one request after its first attempt. */
  readonly maxRetries: number;
  /** Longest wait before a repeat grows to this; doubled from `baseDelayMs` with every repeat. */
  readonly maxDelayMs: number;
  readonly baseDelayMs: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly clock: BudgetClock;
  readonly advise: (error: unknown, past: AttemptHistory) => RetryAdvice;
};

export type RequestBudget = {
  /**
   * Runs `attempt` when its turn comes, and again while the advice is to retry.
   * @throws what the last attempt threw, or the signal's reason promptly after an abort
   */
  run<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T>;
  counts(): RequestCounts;
};

/** A start may come this much ahead of the even rhythm, so that a timer's coarseness costs no throughput. */
const BURST_SECONDS = 0.1;

/**
 * Keeps requests below a rate and a number in flight, and repeats failed ones with exponential backoff and full jitter
 * (each wait is uniform between nothing and the current bound, so that many clients do not return together).
 * A slot is held through the waits of its request: an outage slows everything down instead of queueing more work.
 */
export function createRequestBudget(settings: BudgetSettings): RequestBudget {
  const { clock, maxRetries } = settings;
  const slots = createSlots(settings.concurrency);
  const pace = createPace(settings.requestsPerSecond, clock);
  let requests = 0;
  let retries = 0;
  let hasSucceeded = false;

  const attemptOnce = async <T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    await pace.turn(signal);
    requests += 1;
    const answer = await abortable(attempt(), signal);
    hasSucceeded = true;
    pace.speedUp();
    return answer;
  };

  const repeatUntilDone = async <T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    for (let repeat = 0; ; repeat += 1) {
      try {
        return await attemptOnce(attempt, signal);
      } catch (error) {
        signal.throwIfAborted();
        const advice = settings.advise(error, { hasSucceeded, repeats: repeat });
        if (!advice.retry || repeat >= maxRetries) throw error;
        if (advice.slowDown) pace.slowDown();
        if (advice.afterMs !== null) pace.pause(advice.afterMs);
        const bound = Math.min(settings.maxDelayMs, settings.baseDelayMs * 2 ** repeat);
        await clock.sleep(settings.random() * bound, signal);
        retries += 1;
      }
    }
  };

  return {
    run: async (attempt, signal) => {
      const release = await slots.acquire(signal);
      try {
        return await repeatUntilDone(attempt, signal);
      } finally {
        release();
      }
    },
    counts: () => ({ requests, retries }),
  };
}

/** Requests that were sent together are refused together: their refusals count once. */
const SLOW_DOWN_PAUSE_MS = 1000;
const SLOW_DOWN_FACTOR = 1.5;
const SLOWEST_INTERVAL_MS = 1000;
/** At 25 requests a second the rate grows by a fortieth each second. */
const SPEED_UP_FACTOR = 0.999;

/**
 * A token bucket kept as one number, the time at which it would be empty again (generic cell rate algorithm).
 * The rate yields to refusals and creeps back: a test-mode account allows less than the default.
 */
function createPace(requestsPerSecond: number, clock: BudgetClock) {
  const shortestMs = 1000 / requestsPerSecond;
  const burstMs = Math.max(0, Math.floor(requestsPerSecond * BURST_SECONDS) - 1) * shortestMs;
  let intervalMs = shortestMs;
  let slowedAtMs = Number.NEGATIVE_INFINITY;
  let nextMs = Number.NEGATIVE_INFINITY;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let pauses = 0;

  return {
    turn: async (signal: AbortSignal): Promise<void> => {
      signal.throwIfAborted();
      for (;;) {
        const reservedAt = pauses;
        const now = clock.nowMs();
        const due = Math.max(nextMs, now);
        nextMs = due + intervalMs;
        if (due - burstMs > now) await clock.sleep(due - burstMs - now, signal);
        if (reservedAt === pauses) return;
      }
    },
    slowDown: (): void => {
      const now = clock.nowMs();
      if (now - slowedAtMs < SLOW_DOWN_PAUSE_MS) return;
      slowedAtMs = now;
      intervalMs = Math.max(shortestMs, Math.min(SLOWEST_INTERVAL_MS, intervalMs * SLOW_DOWN_FACTOR));
    },
    speedUp: (): void => {
      intervalMs = Math.max(shortestMs, intervalMs * SPEED_UP_FACTOR);
    },
    /** Those who wait already queue again after the pause, or they would all start at its end together. */
    pause: (ms: number): void => {
      pauses += 1;
      pausedUntilMs = Math.max(pausedUntilMs, clock.nowMs() + ms);
      nextMs = pausedUntilMs + burstMs;
    },
  };
}

/** First come, first served; an aborted waiter leaves the queue. */
function createSlots(count: number) {
  let free = count;
  const waiting = new Set<() => void>();

  const release = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  };

  const acquire = (signal: AbortSignal): Promise<() => void> => {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return Promise.resolve(release);
    }
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(release);
      };
      const leave = (): void => {
        waiting.delete(start);
        reject(signal.reason);
      };
      waiting.add(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  };

  return { acquire };
}

/** Settles with the promise, or rejects with the signal's reason as soon as it aborts. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
