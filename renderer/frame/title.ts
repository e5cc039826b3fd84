import { useEffect, useSyncExternalStore } from 'react';

let shown = '';
const listeners = new Set<() => void>();

/**
 * Names the window after the page, for the task switcher and for screen readers, and the end of the way in the bar.
 * @param short as the bar calls it, where that is not the title
 */
export function useTitle(page: string, short = page): void {
  useEffect(() => {
    document.title = `${page} – Tieout`;
    shown = short;
    for (const listener of listeners) listener();
  }, [page, short]);
}

/** What the page on screen calls itself. */
export const useShownTitle = (): string =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
