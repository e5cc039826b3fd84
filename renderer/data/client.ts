import { QueryClient } from '@tanstack/react-query';
import { createTRPCClient } from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from '../../shared/contract/router.ts';
import { links } from './transport.ts';

/**
 * Everything comes from the local cache and changes only when a job ends, which invalidates it (`useJobEvents`):
 * nothing is fetched again for the sake of time, and a failed call is shown at once instead of retried in silence.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 300_000,
      retry: false,
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

export const client = createTRPCClient<AppRouter>({ links: links() });

export const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient });
