import { keepPreviousData, useMutation, useQueries, useQuery } from '@tanstack/react-query';
import type { LateFilter, LateKey, LateRow, LateSort, LateWindow } from '../../shared/contract/late-schemas.ts';
import { queryClient, trpc } from './client.ts';
import { putJob } from './jobs.ts';
import { loadedRows, PAGE_ROWS, pagesOf } from './paging.ts';

export const useLateSummary = (month: string) => useQuery(trpc.late.summary.queryOptions({ month }));

export type LateView = {
  /** Rows that pass the filter; null until the first window arrived. */
  readonly total: number | null;
  readonly all: number | null;
  readonly totals: LateWindow['totals'];
  /** The row at an index of the filtered and sorted list; undefined while its page is on the way. */
  readonly rowAt: (index: number) => LateRow | undefined;
  readonly isFetching: boolean;
  readonly error: unknown;
  readonly retry: () => void;
};

/**
 * The pages of rows around the viewport, each fetched once.
 * @param visible first and last index on screen, inclusive
 */
export function useLateRows(
  query: { readonly month: string; readonly filter: LateFilter; readonly sort: LateSort },
  visible: { readonly first: number; readonly last: number },
): LateView {
  const head = useQuery({
    ...trpc.late.list.queryOptions({ ...query, offset: 0, limit: PAGE_ROWS }),
    placeholderData: keepPreviousData,
  });
  const total = head.data?.total ?? null;
  const pages = pagesOf(visible, total);
  const windows = useQueries({
    queries: pages.map((page) => trpc.late.list.queryOptions({ ...query, offset: page * PAGE_ROWS, limit: PAGE_ROWS })),
  });
  const failed = windows.find((window) => window.isError);
  return {
    total,
    all: head.data?.all ?? null,
    totals: head.data?.totals ?? [],
    rowAt: loadedRows(
      head.data?.rows,
      pages,
      windows.map(({ data }) => data?.rows),
    ),
    isFetching: head.isFetching || windows.some((window) => window.isFetching),
    error: head.error ?? failed?.error ?? null,
    retry: () => void queryClient.invalidateQueries(trpc.late.list.queryFilter()),
  };
}

/** One correction, as both engines book it. */
export const useLateDetail = (key: LateKey) => useQuery(trpc.late.detail.queryOptions(key));

/** Whatever comes of a decision, everything shown of late usage is read again. */
export const useDecideLate = () =>
  useMutation(
    trpc.late.decide.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.late.pathFilter()),
    }),
  );

export const useExportLate = () => useMutation(trpc.late.exportCsv.mutationOptions({ onSuccess: putJob }));
