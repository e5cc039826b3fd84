import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import type {
  InvoiceKey,
  InvoiceRow,
  InvoicesFilter,
  InvoicesSort,
  InvoicesWindow,
} from '../../shared/contract/invoice-schemas.ts';
import { queryClient, trpc } from './client.ts';
import { loadedRows, PAGE_ROWS, pagesOf } from './paging.ts';

const EVERYTHING = { filter: {}, sort: { by: 'default', direction: 'ascending' }, offset: 0, limit: 1 } as const;

/** What all invoices of a month come to, whatever the filter of the table. */
export const useInvoicesOverview = (month: string) =>
  useQuery(trpc.invoices.list.queryOptions({ month, ...EVERYTHING }));

export type InvoicesView = {
  /** Invoices that pass the filter; null until the first window arrived. */
  readonly total: number | null;
  readonly all: number | null;
  readonly totals: InvoicesWindow['totals'];
  /** The invoice at an index of the filtered and sorted list; undefined while its page is on the way. */
  readonly rowAt: (index: number) => InvoiceRow | undefined;
  readonly isFetching: boolean;
  readonly error: unknown;
  readonly retry: () => void;
};

/**
 * The pages of invoices around the viewport, each fetched once.
 * @param visible first and last index on screen, inclusive
 */
export function useInvoices(
  query: { readonly month: string; readonly filter: InvoicesFilter; readonly sort: InvoicesSort },
  visible: { readonly first: number; readonly last: number },
): InvoicesView {
  const head = useQuery({
    ...trpc.invoices.list.queryOptions({ ...query, offset: 0, limit: PAGE_ROWS }),
    placeholderData: keepPreviousData,
  });
  const total = head.data?.total ?? null;
  const pages = pagesOf(visible, total);
  const windows = useQueries({
    queries: pages.map((page) =>
      trpc.invoices.list.queryOptions({ ...query, offset: page * PAGE_ROWS, limit: PAGE_ROWS }),
    ),
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
    retry: () => void queryClient.invalidateQueries(trpc.invoices.list.queryFilter()),
  };
}

/** One invoice beside Stripe's. */
export const useInvoice = (key: InvoiceKey) => useQuery(trpc.invoices.detail.queryOptions(key));

/** Invoices of a month by customer, subscription or Stripe's number, for the palette. */
export const useInvoiceSearch = (month: string | null, search: string) =>
  useQuery({
    ...trpc.invoices.list.queryOptions({
      month: month ?? '2000-01',
      filter: { search },
      sort: { by: 'default', direction: 'ascending' },
      offset: 0,
      limit: 5,
    }),
    enabled: month !== null && search.length >= 2,
    placeholderData: keepPreviousData,
  });
