import type {
  FluxBasis,
  FluxFilter,
  FluxPart,
  FluxSort,
  FluxSummaryRequest,
} from '../../../shared/contract/compare-schemas.ts';
import { BASIS_WORDS, FLUX_PARTS, PART_WORDS } from '../../format/flux-words.ts';
import { isAmount, texts } from '../../table/filter-values.ts';

/** One row of a comparison. */
export type FluxAddress = { readonly customer: string; readonly meter: string; readonly currency: string };

/** What the address of a comparison holds: its months, what counts as material, filter, order and the open row. */
export type CompareSearch = {
  from?: string;
  to?: string;
  basis?: FluxBasis;
  /** Thresholds of one's own: major units, and per cent of the first month. */
  least?: string;
  share?: string;
  material?: boolean;
  parts?: readonly FluxPart[];
  meters?: readonly string[];
  currency?: string;
  q?: string;
  sort?: FluxSortId;
  dir?: FluxSort['direction'];
  open?: FluxAddress;
};

/** A comparison whose months are known. */
export type MonthsSearch = CompareSearch & { from: string; to: string };

export type FluxSortId = Exclude<FluxSort['by'], 'default'>;

const SORTS: readonly FluxSortId[] = ['customer', 'meter', 'from', 'to', 'change', 'relative', ...FLUX_PARTS];
const WORDS: readonly string[] = ['customer', 'meter'];

const addressIn = (raw: unknown): FluxAddress | null =>
  typeof raw === 'object' &&
  raw !== null &&
  'customer' in raw &&
  'meter' in raw &&
  'currency' in raw &&
  typeof raw.customer === 'string' &&
  typeof raw.meter === 'string' &&
  typeof raw.currency === 'string'
    ? { customer: raw.customer, meter: raw.meter, currency: raw.currency }
    : null;

const isMonth = (raw: unknown): raw is string => typeof raw === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(raw);

/** Reads the search part of an address; whatever does not fit is left out. */
export function compareSearchOf(raw: Record<string, unknown>): CompareSearch {
  const parts = texts(raw.parts).filter((text): text is FluxPart => Object.hasOwn(PART_WORDS, text));
  const meters = texts(raw.meters);
  const sort = SORTS.find((candidate) => candidate === raw.sort);
  const open = addressIn(raw.open);
  const basis = (Object.keys(BASIS_WORDS) as FluxBasis[]).find((candidate) => candidate === raw.basis);
  return {
    ...(isMonth(raw.from) ? { from: raw.from } : {}),
    ...(isMonth(raw.to) ? { to: raw.to } : {}),
    ...(basis === undefined ? {} : { basis }),
    ...(typeof raw.least === 'string' && isAmount(raw.least) ? { least: raw.least } : {}),
    ...(typeof raw.share === 'string' && isAmount(raw.share) ? { share: raw.share } : {}),
    ...(raw.material === true ? { material: true } : {}),
    ...(parts.length > 0 ? { parts } : {}),
    ...(meters.length > 0 ? { meters } : {}),
    ...(typeof raw.currency === 'string' && /^[a-z]{3}$/.test(raw.currency) ? { currency: raw.currency } : {}),
    ...(typeof raw.q === 'string' && raw.q !== '' ? { q: raw.q } : {}),
    ...(sort === undefined
      ? {}
      : { sort, dir: raw.dir === 'ascending' ? ('ascending' as const) : ('descending' as const) }),
    ...(open === null ? {} : { open }),
  };
}

/** The months and thresholds that are asked for; what is not given is that of tieout.yaml. */
export function requestOf(
  search: MonthsSearch,
  defaults: { readonly minAmount: string; readonly minRelative: string } | undefined,
): FluxSummaryRequest {
  const { from, to, basis, least, share } = search;
  const minAmount = least ?? defaults?.minAmount;
  const minRelative = share === undefined ? defaults?.minRelative : shareOfPercent(share);
  const isOwn = (least !== undefined || share !== undefined) && minAmount !== undefined && minRelative !== undefined;
  return {
    from,
    to,
    ...(basis === undefined ? {} : { basis }),
    ...(isOwn ? { materiality: { minAmount, minRelative } } : {}),
  };
}

/** `5` per cent → `0.05`, by moving the point. */
export function shareOfPercent(percent: string): string {
  const [whole = '0', fraction = ''] = percent.split('.');
  const digits = whole.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}${fraction}`.replace(/^0+(?=\d)/, '').replace(/\.?0+$/, '') || '0';
}

/** `0.05` → `5`. */
export function percentOfShare(share: string): string {
  const [whole = '0', fraction = ''] = share.split('.');
  const padded = fraction.padEnd(2, '0');
  const text = `${whole}${padded.slice(0, 2)}${padded.length > 2 ? `.${padded.slice(2)}` : ''}`;
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return plain.replace(/^0+(?=\d)/, '');
}

export const filterOf = (search: CompareSearch): FluxFilter => ({
  ...(search.material === true ? { materialOnly: true } : {}),
  ...(search.parts === undefined ? {} : { parts: [...search.parts] }),
  ...(search.meters === undefined ? {} : { meters: [...search.meters] }),
  ...(search.currency === undefined ? {} : { currency: search.currency }),
  ...(search.q === undefined ? {} : { search: search.q }),
});

export const sortOf = ({ sort, dir }: CompareSearch): FluxSort => ({
  by: sort ?? 'default',
  direction: sort === undefined ? 'ascending' : (dir ?? 'descending'),
});

export const isFiltered = (search: CompareSearch): boolean => Object.keys(filterOf(search)).length > 0;
export const isSortable = (id: string): id is FluxSortId => SORTS.some((sort) => sort === id);

/** The search without its filters; months, thresholds, order and drawer stay. */
export function withoutFilters(search: MonthsSearch): MonthsSearch {
  const { material: _material, parts: _parts, meters: _meters, currency: _currency, q: _q, ...rest } = search;
  return rest;
}

/** `search` with one part replaced; undefined takes it out. */
export function withPart<K extends Exclude<keyof CompareSearch, 'from' | 'to'>>(
  search: MonthsSearch,
  part: K,
  value: CompareSearch[K] | undefined,
): MonthsSearch {
  const { [part]: _, ...rest } = search;
  return value === undefined ? (rest as MonthsSearch) : { ...(rest as MonthsSearch), [part]: value };
}

/** Other months: who is looked at may not be there. */
export function withMonths(search: MonthsSearch, months: { readonly from: string; readonly to: string }): MonthsSearch {
  const { open: _, ...rest } = search;
  return { ...rest, ...months };
}

/** Clicking a header: descending first for numbers, ascending for words, then the other way, then none. */
export function sortedBy(search: MonthsSearch, by: FluxSortId): MonthsSearch {
  const { sort, dir, ...rest } = search;
  const first = WORDS.includes(by) ? 'ascending' : 'descending';
  if (sort !== by) return { ...rest, sort: by, dir: first };
  if (dir === first) return { ...rest, sort: by, dir: first === 'ascending' ? 'descending' : 'ascending' };
  return rest;
}
