import { keepPreviousData, type QueryKey, type UseQueryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { queryClient } from './client.ts';
import { loadedRows, PAGE_ROWS, pagesOf } from './paging.ts';

type Answer<Row> = { readonly total: number; readonly all: number; readonly rows: readonly Row[] };
type Range = { readonly offset: number; readonly limit: number };

/** Rows of one answer, at the most (the contract's limit). */
const MOST_ROWS = 500;

/** A long list of which the pages around the viewport are here. */
export type ListWindow<Head extends Answer<unknown>> = {
  /** Rows that pass the filter; null until the first window arrived. */
  readonly total: number | null;
  readonly all: number | null;
  /** The first window, which also carries the sums of all rows. */
  readonly head: Head | undefined;
  /** The row at an index of the filtered and sorted list; undefined while its page is on the way. */
  readonly rowAt: (index: number) => Head['rows'][number] | undefined;
  /** The rows in order, as many as there are or as are asked for. */
  readonly allRows: (most: number) => Promise<readonly Head['rows'][number][]>;
  readonly isFetching: boolean;
  readonly error: unknown;
};

/**
 * The pages of a list around the viewport, each fetched once.
 * @param ask the query of one range
 * @param visible first and last index on screen, inclusive
 */
export function useListWindow<Head extends Answer<unknown>, Failure, Key extends QueryKey>(
  ask: (range: Range) => UseQueryOptions<Head, Failure, Head, Key>,
  visible: { readonly first: number; readonly last: number },
): ListWindow<Head> {
  const head = useQuery({ ...ask({ offset: 0, limit: PAGE_ROWS }), placeholderData: keepPreviousData });
  const total = head.data?.total ?? null;
  const pages = pagesOf(visible, total);
  const windows = useQueries({ queries: pages.map((page) => ask({ offset: page * PAGE_ROWS, limit: PAGE_ROWS })) });
  const failed = windows.find((window) => window.isError);
  return {
    total,
    all: head.data?.all ?? null,
    head: head.data,
    rowAt: loadedRows<Head['rows'][number]>(
      head.data?.rows,
      pages,
      windows.map(({ data }) => data?.rows),
    ),
    allRows: async (most) => {
      const rows: Head['rows'][number][] = [];
      for (;;) {
        const limit = Math.min(MOST_ROWS, most - rows.length);
        const next = await queryClient.fetchQuery(ask({ offset: rows.length, limit }));
        rows.push(...next.rows);
        if (next.rows.length === 0 || rows.length >= Math.min(most, next.total)) return rows;
      }
    },
    isFetching: head.isFetching || windows.some((window) => window.isFetching),
    error: head.error ?? failed?.error ?? null,
  };
}
