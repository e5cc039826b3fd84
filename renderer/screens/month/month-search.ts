import type { CellsFilter, CellsSort } from '../../../shared/contract/schemas.ts';
import { BILLING_WORDS, type BillingVerdict } from '../../format/billing-words.ts';
import { CAUSE_WORDS, type CauseCode, VERDICT_WORDS, type Verdict } from '../../format/words.ts';
import { isAmount, texts } from '../../table/filter-values.ts';
import { type CellAddress, cellKeyOf } from '../cell/cell-key.ts';

/** What the address of a month's page holds beside the month: filter, order, and the row in the drawer. */
export type MonthSearch = {
  verdicts?: readonly Verdict[];
  structural?: true;
  meters?: readonly string[];
  causes?: readonly CauseCode[];
  /** The id of an incident: its cells. */
  incident?: string;
  billing?: readonly BillingVerdict[];
  min?: string;
  q?: string;
  /** Without it, what does not tie out stands first; `default` is the order of the report. */
  sort?: Exclude<CellsSort['by'], 'concern'>;
  dir?: CellsSort['direction'];
  open?: CellAddress;
  /** The meter that the panel of other prices is about; without it the panel is closed. */
  whatIf?: string;
};

/** How a month is opened from elsewhere: where something does not tie out, that is what is shown first. */
export const openingSearch = (square: { readonly structural: number } | undefined): MonthSearch =>
  square !== undefined && square.structural > 0 ? { structural: true } : {};

const SORTS: readonly NonNullable<MonthSearch['sort']>[] = [
  'default',
  'customer',
  'meter',
  'measured',
  'metered',
  'drift',
  'relative',
  'verdict',
  'cause',
  'difference',
];

/** Reads the search part of an address; whatever does not fit is left out. */
export function monthSearchOf(raw: Record<string, unknown>): MonthSearch {
  const verdicts = texts(raw.verdicts).filter((text): text is Verdict => text in VERDICT_WORDS);
  const causes = texts(raw.causes).filter((text): text is CauseCode => text in CAUSE_WORDS);
  const billing = texts(raw.billing).filter((text): text is BillingVerdict => text in BILLING_WORDS);
  const meters = texts(raw.meters);
  const sort = SORTS.find((candidate) => candidate === raw.sort);
  const open = typeof raw.open === 'object' && raw.open !== null ? cellKeyOf({ ...raw.open }) : undefined;
  return {
    ...(verdicts.length > 0 ? { verdicts } : {}),
    ...(raw.structural === true ? { structural: true as const } : {}),
    ...(meters.length > 0 ? { meters } : {}),
    ...(causes.length > 0 ? { causes } : {}),
    ...(typeof raw.incident === 'string' && raw.incident !== '' ? { incident: raw.incident } : {}),
    ...(billing.length > 0 ? { billing } : {}),
    ...(typeof raw.min === 'string' && isAmount(raw.min) ? { min: raw.min } : {}),
    ...(typeof raw.q === 'string' && raw.q !== '' ? { q: raw.q } : {}),
    ...(sort === undefined ? {} : { sort }),
    ...(sort === undefined || sort === 'default'
      ? {}
      : { dir: raw.dir === 'ascending' ? ('ascending' as const) : ('descending' as const) }),
    ...(open === undefined || open.meter === '' ? {} : { open }),
    ...(typeof raw.whatIf === 'string' && raw.whatIf !== '' ? { whatIf: raw.whatIf } : {}),
  };
}

/** Whether a column's header orders the cells. */
export const isSortable = (id: string): id is Exclude<CellsSort['by'], 'default' | 'concern'> =>
  id !== 'default' && SORTS.some((sort) => sort === id);

export const filterOf = (search: MonthSearch): CellsFilter => ({
  ...(search.verdicts === undefined ? {} : { verdicts: [...search.verdicts] }),
  ...(search.structural === undefined ? {} : { structuralOnly: true }),
  ...(search.meters === undefined ? {} : { meters: [...search.meters] }),
  ...(search.causes === undefined ? {} : { causes: [...search.causes] }),
  ...(search.incident === undefined ? {} : { incident: search.incident }),
  ...(search.billing === undefined ? {} : { billing: [...search.billing] }),
  ...(search.min === undefined ? {} : { minDifference: search.min }),
  ...(search.q === undefined ? {} : { search: search.q }),
});

export const sortOf = (search: MonthSearch): CellsSort => ({
  by: search.sort ?? 'concern',
  direction: search.sort === undefined || search.sort === 'default' ? 'ascending' : (search.dir ?? 'descending'),
});

export const isFiltered = (search: MonthSearch): boolean => Object.keys(filterOf(search)).length > 0;

/** Clicking a header: descending first for numbers, ascending for words, then the other way, then none. */
export function nextSort(
  search: MonthSearch,
  by: Exclude<CellsSort['by'], 'default' | 'concern'>,
): Pick<MonthSearch, 'sort' | 'dir'> {
  const first = by === 'customer' || by === 'meter' || by === 'verdict' || by === 'cause' ? 'ascending' : 'descending';
  if (search.sort !== by) return { sort: by, dir: first };
  if (search.dir === first) return { sort: by, dir: first === 'ascending' ? 'descending' : 'ascending' };
  return {};
}

/** The search without its filters; order and drawer stay. */
export function withoutFilters({ sort, dir, open, whatIf }: MonthSearch): MonthSearch {
  return {
    ...(sort === undefined ? {} : { sort }),
    ...(dir === undefined ? {} : { dir }),
    ...(open === undefined ? {} : { open }),
    ...(whatIf === undefined ? {} : { whatIf }),
  };
}

/** `search` with one part replaced; undefined takes it out. */
export function withPart<K extends keyof MonthSearch>(
  search: MonthSearch,
  part: K,
  value: MonthSearch[K] | undefined,
): MonthSearch {
  const { [part]: _, ...rest } = search;
  return value === undefined ? rest : { ...rest, [part]: value };
}
