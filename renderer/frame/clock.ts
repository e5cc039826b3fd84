import { useSyncExternalStore } from 'react';
import { useWorkspace } from '../data/workspace.ts';

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

/** The present as the workspace sees it: the sample's clock stands still, every other one is the wall's. */
export function usePresent(): number {
  const wall = useNow();
  const workspace = useWorkspace().data;
  return workspace?.isSample === true ? Date.parse(workspace.now) : wall;
}
