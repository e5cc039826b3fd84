import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CellRow } from '../../shared/contract/schemas.ts';
import { queryClient, trpc } from './client.ts';

const FOUND_AT_ONCE = 8;

/** Customers of every pulled month whose name or id fits; an empty text only makes the search ready. */
export const useFoundCustomers = (text: string) =>
  useQuery({
    ...trpc.search.customers.queryOptions({ text, limit: FOUND_AT_ONCE }),
    placeholderData: keepPreviousData,
  });

/** The cell of a customer that needs somebody most, in a month; null where there is none. */
export async function firstCellOf(month: string, id: string): Promise<CellRow | null> {
  const { rows } = await queryClient.fetchQuery(
    trpc.months.cells.queryOptions({
      month,
      filter: { search: id },
      sort: { by: 'concern', direction: 'ascending' },
      offset: 0,
      limit: 50,
    }),
  );
  return rows.find(({ customer, usageIds }) => customer === id || usageIds.includes(id)) ?? rows[0] ?? null;
}
