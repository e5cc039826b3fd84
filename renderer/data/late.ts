import { useMutation, useQuery } from '@tanstack/react-query';
import type { LateFilter, LateKey, LateSort } from '../../shared/contract/late-schemas.ts';
import { queryClient, trpc } from './client.ts';
import { putJob } from './jobs.ts';
import { useListWindow } from './list-window.ts';

export const useLateSummary = (month: string) => useQuery(trpc.late.summary.queryOptions({ month }));

/** @param visible first and last index on screen, inclusive */
export function useLateRows(
  query: { readonly month: string; readonly filter: LateFilter; readonly sort: LateSort },
  visible: { readonly first: number; readonly last: number },
) {
  const list = useListWindow((range) => trpc.late.list.queryOptions({ ...query, ...range }), visible);
  return {
    ...list,
    totals: list.head?.totals ?? [],
    retry: () => void queryClient.invalidateQueries(trpc.late.list.queryFilter()),
  };
}

/** One correction, as both engines book it. */
export const useLateDetail = (key: LateKey) => useQuery(trpc.late.detail.queryOptions(key));

/** Whatever comes of a decision, everything shown of late usage is read again. */
export const useDecideLate = () =>
  useMutation(
    trpc.late.decide.mutationOptions({
      onSettled: () =>
        Promise.all([
          queryClient.invalidateQueries(trpc.late.pathFilter()),
          queryClient.invalidateQueries(trpc.close.pathFilter()),
        ]),
    }),
  );

export const useExportLate = () => useMutation(trpc.late.exportCsv.mutationOptions({ onSuccess: putJob }));
