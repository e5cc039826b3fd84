import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type { InvoiceKey, InvoicesFilter, InvoicesSort } from '../../shared/contract/invoice-schemas.ts';
import { queryClient, trpc } from './client.ts';
import { putJob } from './jobs.ts';
import { useListWindow } from './list-window.ts';

const EVERYTHING = { filter: {}, sort: { by: 'default', direction: 'ascending' }, offset: 0, limit: 1 } as const;

/** What all invoices of a month come to, whatever the filter of the table. */
export const useInvoicesOverview = (month: string) =>
  useQuery(trpc.invoices.list.queryOptions({ month, ...EVERYTHING }));

/** @param visible first and last index on screen, inclusive */
export function useInvoices(
  query: { readonly month: string; readonly filter: InvoicesFilter; readonly sort: InvoicesSort },
  visible: { readonly first: number; readonly last: number },
) {
  const list = useListWindow((range) => trpc.invoices.list.queryOptions({ ...query, ...range }), visible);
  return {
    ...list,
    totals: list.head?.totals ?? [],
    retry: () => void queryClient.invalidateQueries(trpc.invoices.list.queryFilter()),
  };
}

export const useExportInvoices = () => useMutation(trpc.invoices.export.mutationOptions({ onSuccess: putJob }));

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
