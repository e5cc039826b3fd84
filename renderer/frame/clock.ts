import { useSyncExternalStore } from 'react';

const TICK_MS = 30_000;
let now = Date.now();

const subscribe = (listener: () => void): (() => void) => {
  now = Date.now();
  const timer = setInterval(() => {
    now = Date.now();
    listener();
  }, TICK_MS);
  return () => clearInterval(timer);
};

/** The wall clock, for ages such as `3 h ago`; it steps every half minute. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
