import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type {
  FluxFilter,
  FluxKey,
  FluxListRequest,
  FluxSort,
  FluxSummaryRequest,
} from '../../shared/contract/compare-schemas.ts';
import { queryClient, trpc } from './client.ts';
import { putJob } from './jobs.ts';
import { useListWindow } from './list-window.ts';

/** Two months side by side; other thresholds keep what is shown until the answer is here. */
export const useComparison = (request: FluxSummaryRequest) =>
  useQuery({
    ...trpc.compare.summary.queryOptions(request),
    placeholderData: (before, query) => (isSameMonths(query?.queryKey, request) ? keepPreviousData(before) : undefined),
  });

function isSameMonths(key: readonly unknown[] | undefined, { from, to, basis }: FluxSummaryRequest): boolean {
  const input = key?.at(1);
  if (typeof input !== 'object' || input === null || !('input' in input)) return false;
  const before = input.input as Partial<FluxSummaryRequest>;
  return before.from === from && before.to === to && before.basis === basis;
}

/** @param visible first and last index on screen, inclusive */
export function useFluxRows(
  query: Omit<FluxListRequest, 'offset' | 'limit' | 'filter' | 'sort'> & {
    readonly filter: FluxFilter;
    readonly sort: FluxSort;
  },
  visible: { readonly first: number; readonly last: number },
) {
  const list = useListWindow((range) => trpc.compare.list.queryOptions({ ...query, ...range }), visible);
  return {
    ...list,
    totals: list.head?.totals ?? [],
    retry: () => void queryClient.invalidateQueries(trpc.compare.list.queryFilter()),
  };
}

/** One customer and meter in both months. */
export const useFluxDetail = (key: FluxKey) => useQuery(trpc.compare.detail.queryOptions(key));

export const useExportComparison = () => useMutation(trpc.compare.exportCsv.mutationOptions({ onSuccess: putJob }));
