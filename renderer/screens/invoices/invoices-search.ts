import type { InvoiceState, InvoicesFilter, InvoicesSort } from '../../../shared/contract/invoice-schemas.ts';
import { INVOICE_STATE_WORDS } from '../../format/billing-words.ts';
import { isAmount, texts } from '../../table/filter-values.ts';

/** What the address of a month's invoices holds beside the month: filter and order. */
export type InvoicesSearch = {
  states?: readonly InvoiceState[];
  currency?: string;
  min?: string;
  q?: string;
  /** Without it, what differs stands first. */
  sort?: InvoiceSortId;
  dir?: InvoicesSort['direction'];
};

export type InvoiceSortId = Exclude<InvoicesSort['by'], 'default'>;

const SORTS: readonly InvoiceSortId[] = ['customer', 'period', 'total', 'stripe', 'difference', 'state'];
const WORDS: readonly string[] = ['customer', 'period', 'state'];

/** Reads the search part of an address; whatever does not fit is left out. */
export function invoicesSearchOf(raw: Record<string, unknown>): InvoicesSearch {
  const states = texts(raw.states).filter((text): text is InvoiceState => text in INVOICE_STATE_WORDS);
  const sort = SORTS.find((candidate) => candidate === raw.sort);
  return {
    ...(states.length > 0 ? { states } : {}),
    ...(typeof raw.currency === 'string' && /^[a-z]{3}$/.test(raw.currency) ? { currency: raw.currency } : {}),
    ...(typeof raw.min === 'string' && isAmount(raw.min) ? { min: raw.min } : {}),
    ...(typeof raw.q === 'string' && raw.q !== '' ? { q: raw.q } : {}),
    ...(sort === undefined
      ? {}
      : { sort, dir: raw.dir === 'ascending' ? ('ascending' as const) : ('descending' as const) }),
  };
}

export const filterOf = (search: InvoicesSearch): InvoicesFilter => ({
  ...(search.states === undefined ? {} : { states: [...search.states] }),
  ...(search.currency === undefined ? {} : { currency: search.currency }),
  ...(search.min === undefined ? {} : { minDifference: search.min }),
  ...(search.q === undefined ? {} : { search: search.q }),
});

export const sortOf = ({ sort, dir }: InvoicesSearch): InvoicesSort => ({
  by: sort ?? 'default',
  direction: sort === undefined ? 'ascending' : (dir ?? 'descending'),
});

export const isFiltered = (search: InvoicesSearch): boolean => Object.keys(filterOf(search)).length > 0;
export const isSortable = (id: string): id is InvoiceSortId => SORTS.some((sort) => sort === id);

/** The search without its filters; the order stays. */
export const withoutFilters = ({ sort, dir }: InvoicesSearch): InvoicesSearch => ({
  ...(sort === undefined ? {} : { sort }),
  ...(dir === undefined ? {} : { dir }),
});

/** `search` with one part replaced; undefined takes it out. */
export function withPart<K extends keyof InvoicesSearch>(
  search: InvoicesSearch,
  part: K,
  value: InvoicesSearch[K] | undefined,
): InvoicesSearch {
  const { [part]: _, ...rest } = search;
  return value === undefined ? rest : { ...rest, [part]: value };
}

/** Clicking a header: descending first for numbers, ascending for words, then the other way, then none. */
export function sortedBy(search: InvoicesSearch, by: InvoiceSortId): InvoicesSearch {
  const { sort, dir, ...rest } = search;
  const first = WORDS.includes(by) ? 'ascending' : 'descending';
  if (sort !== by) return { ...rest, sort: by, dir: first };
  if (dir === first) return { ...rest, sort: by, dir: first === 'ascending' ? 'descending' : 'ascending' };
  return rest;
}
