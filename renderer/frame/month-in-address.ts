import { useRouterState } from '@tanstack/react-router';

/** The month in the address, on every page that belongs to one. */
export function useMonthInAddress(): string | null {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return /^\/months\/(\d{4}-\d{2})/.exec(path)?.[1] ?? null;
}
