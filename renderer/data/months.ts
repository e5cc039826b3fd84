import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type { CellsFilter, CellsSort } from '../../shared/contract/schemas.ts';
import { queryClient, trpc } from './client.ts';
import { putJob } from './jobs.ts';
import { useListWindow } from './list-window.ts';

export const useMonthsMatrix = (isEnabled = true) =>
  useQuery({ ...trpc.months.matrix.queryOptions(), enabled: isEnabled });

export const useMonthSummary = (month: string) => useQuery(trpc.months.summary.queryOptions({ month }));

/** @param visible first and last index on screen, inclusive */
export function useCells(
  { month, filter, sort }: { readonly month: string; readonly filter: CellsFilter; readonly sort: CellsSort },
  visible: { readonly first: number; readonly last: number },
) {
  const list = useListWindow((range) => trpc.months.cells.queryOptions({ month, filter, sort, ...range }), visible);
  return {
    ...list,
    money: list.head?.money ?? [],
    retry: () => queryClient.invalidateQueries(trpc.months.cells.queryFilter()),
  };
}

/** Customers of one month whose name or id matches. */
export const useCustomerSearch = (month: string | null, search: string) =>
  useQuery({
    ...trpc.months.cells.queryOptions({
      month: month ?? '2000-01',
      filter: { search },
      sort: { by: 'default', direction: 'ascending' },
      offset: 0,
      limit: 8,
    }),
    enabled: month !== null && search.length >= 2,
    placeholderData: keepPreviousData,
  });

export const useExportMonth = () => useMutation(trpc.months.export.mutationOptions({ onSuccess: putJob }));
