import { keepPreviousData, useMutation, useQueries, useQuery } from '@tanstack/react-query';
import type { CellRow, CellsFilter, CellsSort, CellsWindow } from '../../shared/contract/schemas.ts';
import { queryClient, trpc } from './client.ts';

export const useMonthsMatrix = (isEnabled = true) =>
  useQuery({ ...trpc.months.matrix.queryOptions(), enabled: isEnabled });

export const useMonthSummary = (month: string) => useQuery(trpc.months.summary.queryOptions({ month }));

/** Rows fetched at a time; well below the contract's limit, and several screens tall. */
export const PAGE_ROWS = 200;

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
  const loaded = new Map<number, readonly CellRow[]>();
  if (head.data !== undefined) loaded.set(0, head.data.rows);
  pages.forEach((page, index) => {
    const rows = windows[index]?.data?.rows;
    if (rows !== undefined) loaded.set(page, rows);
  });
  return {
    total,
    all: head.data?.all ?? null,
    money: head.data?.money ?? [],
    rowAt: (index) => loaded.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS],
    isFetching: head.isFetching || windows.some((window) => window.isFetching),
    error: head.error ?? failed?.error ?? null,
    retry: () => queryClient.invalidateQueries(trpc.months.cells.queryFilter()),
  };
}

/** The pages under the viewport and the next one in either direction; page 0 is always at hand. */
export function pagesOf(visible: { readonly first: number; readonly last: number }, total: number | null): number[] {
  if (total === null || total === 0) return [];
  const lastPage = Math.floor((total - 1) / PAGE_ROWS);
  const from = Math.max(0, Math.floor((visible.first - PAGE_ROWS / 2) / PAGE_ROWS));
  const to = Math.min(lastPage, Math.floor((visible.last + PAGE_ROWS / 2) / PAGE_ROWS));
  const pages: number[] = [];
  for (let page = from; page <= to; page += 1) if (page !== 0) pages.push(page);
  return pages;
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

export const useExportCsv = () =>
  useMutation(
    trpc.months.exportCsv.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.jobs.list.queryFilter()),
    }),
  );
