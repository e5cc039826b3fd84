import { useRouterState } from '@tanstack/react-router';

/** The month in the address, on every page that belongs to one. */
export function useMonthInAddress(): string | null {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return /^\/(?:months|invoices|late)\/(\d{4}-\d{2})/.exec(path)?.[1] ?? null;
}

/** Whether the page belongs to the invoices. */
export const useIsAmongInvoices = (): boolean =>
  useRouterState({ select: (state) => /^\/(?:invoices|proof)(?:\/|$)/.test(state.location.pathname) });

/** Whether the page is that of a meter. */
export const useIsMeter = (): boolean =>
  useRouterState({ select: (state) => /^\/meter(?:\/|$)/.test(state.location.pathname) });

/** Whether the page belongs to late usage. */
export const useIsLate = (): boolean =>
  useRouterState({ select: (state) => /^\/late(?:\/|$)/.test(state.location.pathname) });
