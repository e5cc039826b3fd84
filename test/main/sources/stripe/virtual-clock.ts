import type { BudgetClock } from '../../../../main/sources/stripe/request-budget.ts';

export type VirtualClock = BudgetClock & {
  /** Every wait asked for, in order. */
  readonly sleeps: number[];
};

/** Time that passes only by sleeping, and then at once: sleepers wake in the order of their times. */
export function createVirtualClock(): VirtualClock {
  let now = 1_000;
  let isRunning = false;
  const sleeps: number[] = [];
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  const wakeNext = async (): Promise<void> => {
    isRunning = true;
    while (sleepers.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      sleepers.sort((a, b) => a.at - b.at);
      const next = sleepers.shift();
      if (next === undefined) break;
      now = Math.max(now, next.at);
      next.wake();
    }
    isRunning = false;
  };

  return {
    sleeps,
    nowMs: () => now,
    sleep: (ms, signal) => {
      sleeps.push(ms);
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        sleepers.push({ at: now + ms, wake: resolve });
        if (!isRunning) void wakeNext();
      });
    },
  };
}
