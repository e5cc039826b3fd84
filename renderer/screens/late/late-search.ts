import type { LateFilter, LateSort, LateState } from '../../../shared/contract/late-schemas.ts';
import { LATE_STATE_WORDS } from '../../format/late-words.ts';
import { isAmount, texts } from '../../table/filter-values.ts';

/** A correction within its month. */
export type LateAddress = { readonly customer: string; readonly meter: string };

/** What the address of a month's late usage holds beside the month: filter, order and the open correction. */
export type LateSearch = {
  states?: readonly LateState[];
  meters?: readonly string[];
  currency?: string;
  min?: string;
  q?: string;
  /** Without it, what is to be decided stands first. */
  sort?: LateSortId;
  dir?: LateSort['direction'];
  open?: LateAddress;
};

export type LateSortId = Exclude<LateSort['by'], 'default'>;

const SORTS: readonly LateSortId[] = ['customer', 'meter', 'booked', 'late', 'correction', 'state'];
const WORDS: readonly string[] = ['customer', 'meter', 'state'];

const addressIn = (raw: unknown): LateAddress | null =>
  typeof raw === 'object' &&
  raw !== null &&
  'customer' in raw &&
  'meter' in raw &&
  typeof raw.customer === 'string' &&
  typeof raw.meter === 'string'
    ? { customer: raw.customer, meter: raw.meter }
    : null;

/** Reads the search part of an address; whatever does not fit is left out. */
export function lateSearchOf(raw: Record<string, unknown>): LateSearch {
  const states = texts(raw.states).filter((text): text is LateState => Object.hasOwn(LATE_STATE_WORDS, text));
  const meters = texts(raw.meters);
  const sort = SORTS.find((candidate) => candidate === raw.sort);
  const open = addressIn(raw.open);
  return {
    ...(states.length > 0 ? { states } : {}),
    ...(meters.length > 0 ? { meters } : {}),
    ...(typeof raw.currency === 'string' && /^[a-z]{3}$/.test(raw.currency) ? { currency: raw.currency } : {}),
    ...(typeof raw.min === 'string' && isAmount(raw.min) ? { min: raw.min } : {}),
    ...(typeof raw.q === 'string' && raw.q !== '' ? { q: raw.q } : {}),
    ...(sort === undefined
      ? {}
      : { sort, dir: raw.dir === 'ascending' ? ('ascending' as const) : ('descending' as const) }),
    ...(open === null ? {} : { open }),
  };
}

export const filterOf = (search: LateSearch): LateFilter => ({
  ...(search.states === undefined ? {} : { states: [...search.states] }),
  ...(search.meters === undefined ? {} : { meters: [...search.meters] }),
  ...(search.currency === undefined ? {} : { currency: search.currency }),
  ...(search.min === undefined ? {} : { minAmount: search.min }),
  ...(search.q === undefined ? {} : { search: search.q }),
});

export const sortOf = ({ sort, dir }: LateSearch): LateSort => ({
  by: sort ?? 'default',
  direction: sort === undefined ? 'ascending' : (dir ?? 'descending'),
});

export const isFiltered = (search: LateSearch): boolean => Object.keys(filterOf(search)).length > 0;
export const isSortable = (id: string): id is LateSortId => SORTS.some((sort) => sort === id);

/** The search without its filters; order and drawer stay. */
export const withoutFilters = ({ sort, dir, open }: LateSearch): LateSearch => ({
  ...(sort === undefined ? {} : { sort }),
  ...(dir === undefined ? {} : { dir }),
  ...(open === undefined ? {} : { open }),
});

/** `search` with one part replaced; undefined takes it out. */
export function withPart<K extends keyof LateSearch>(
  search: LateSearch,
  part: K,
  value: LateSearch[K] | undefined,
): LateSearch {
  const { [part]: _, ...rest } = search;
  return value === undefined ? rest : { ...rest, [part]: value };
}

/** Clicking a header: descending first for numbers, ascending for words, then the other way, then none. */
export function sortedBy(search: LateSearch, by: LateSortId): LateSearch {
  const { sort, dir, ...rest } = search;
  const first = WORDS.includes(by) ? 'ascending' : 'descending';
  if (sort !== by) return { ...rest, sort: by, dir: first };
  if (dir === first) return { ...rest, sort: by, dir: first === 'ascending' ? 'descending' : 'ascending' };
  return rest;
}
