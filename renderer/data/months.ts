import { keepPreviousData, useMutation, useQueries, useQuery } from '@tanstack/react-query';
import type { CellRow, CellsFilter, CellsSort, CellsWindow } from '../../shared/contract/schemas.ts';
import { queryClient, trpc } from './client.ts';
import { putJob } from './jobs.ts';
import { loadedRows, PAGE_ROWS, pagesOf } from './paging.ts';

export const useMonthsMatrix = (isEnabled = true) =>
  useQuery({ ...trpc.months.matrix.queryOptions(), enabled: isEnabled });

export const useMonthSummary = (month: string) => useQuery(trpc.months.summary.queryOptions({ month }));

export type CellsView = {
  /** Rows that pass the filter; null until the first window arrived. */
  readonly total: number | null;
  readonly all: number | null;
  readonly money: CellsWindow['money'];
  /** The row at an index of the filtered and sorted list; undefined while its page is on the way. */
  readonly rowAt: (index: number) => CellRow | undefined;
  readonly isFetching: boolean;
  readonly error: unknown;
  readonly retry: () => void;
};

/**
 * The pages of rows around the viewport, each fetched once.
 * @param visible first and last index on screen, inclusive
 */
export function useCells(
  query: { readonly month: string; readonly filter: CellsFilter; readonly sort: CellsSort },
  visible: { readonly first: number; readonly last: number },
): CellsView {
  const { month, filter, sort } = query;
  const head = useQuery({
    ...trpc.months.cells.queryOptions({ month, filter, sort, offset: 0, limit: PAGE_ROWS }),
    placeholderData: keepPreviousData,
  });
  const total = head.data?.total ?? null;
  const pages = pagesOf(visible, total);
  const windows = useQueries({
    queries: pages.map((page) =>
      trpc.months.cells.queryOptions({ month, filter, sort, offset: page * PAGE_ROWS, limit: PAGE_ROWS }),
    ),
  });
  const failed = windows.find((window) => window.isError);
  return {
    total,
    all: head.data?.all ?? null,
    money: head.data?.money ?? [],
    rowAt: loadedRows(
      head.data?.rows,
      pages,
      windows.map(({ data }) => data?.rows),
    ),
    isFetching: head.isFetching || windows.some((window) => window.isFetching),
    error: head.error ?? failed?.error ?? null,
    retry: () => queryClient.invalidateQueries(trpc.months.cells.queryFilter()),
  };
}

/** Customers whose name or id matches, for the palette. */
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

export const useExportCsv = () => useMutation(trpc.months.exportCsv.mutationOptions({ onSuccess: putJob }));
