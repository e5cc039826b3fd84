import { useEffect } from 'react';

/** Names the window after the page, for the task switcher and for screen readers. */
export function useTitle(page: string): void {
  useEffect(() => {
    document.title = `${page} – Tieout`;
  }, [page]);
}
