import type { HealthSort } from '../../../shared/contract/meter-schemas.ts';

/** What the address of a meter holds beside its key: the month of its rounds, filter, order and the open customer. */
export type MeterSearch = {
  key: string;
  /** Without it, the newest rounds of any month. */
  month?: string;
  q?: string;
  sort?: HealthSort['by'];
  dir?: HealthSort['direction'];
  open?: { customer: string | null; usageId: string | null };
};

const SORTS: readonly HealthSort['by'][] = ['concern', 'customer', 'age', 'drift'];
export const isSortable = (id: string): id is HealthSort['by'] => SORTS.some((sort) => sort === id);

/** Reads the search part of an address; whatever does not fit is left out. */
export function meterSearchOf(raw: Record<string, unknown>): MeterSearch {
  const sort = SORTS.find((candidate) => candidate === raw.sort);
  const open = cellIn(raw.open);
  return {
    key: typeof raw.key === 'string' ? raw.key : '',
    ...(typeof raw.month === 'string' && /^\d{4}-\d{2}$/.test(raw.month) ? { month: raw.month } : {}),
    ...(typeof raw.q === 'string' && raw.q !== '' ? { q: raw.q } : {}),
    ...(sort === undefined
      ? {}
      : { sort, dir: raw.dir === 'ascending' ? ('ascending' as const) : ('descending' as const) }),
    ...(open === null ? {} : { open }),
  };
}

type Cell = NonNullable<MeterSearch['open']>;
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function cellIn(raw: unknown): Cell | null {
  if (typeof raw !== 'object' || raw === null || !('customer' in raw) || !('usageId' in raw)) return null;
  return { customer: textOrNull(raw.customer), usageId: textOrNull(raw.usageId) };
}

export const sortOf = ({ sort, dir }: MeterSearch): HealthSort => ({
  by: sort ?? 'concern',
  direction: sort === undefined ? 'descending' : (dir ?? 'descending'),
});

/** Clicking a header: what is large first, names from the beginning; then the other way, then as at first. */
export function sortedBy(search: MeterSearch, by: HealthSort['by']): MeterSearch {
  const { sort, dir, ...rest } = search;
  const first = by === 'customer' ? 'ascending' : 'descending';
  if (sort !== by) return { ...rest, sort: by, dir: first };
  if (dir === first) return { ...rest, sort: by, dir: first === 'ascending' ? 'descending' : 'ascending' };
  return rest;
}

/** `search` with one part replaced; undefined takes it out. */
export function withPart<K extends Exclude<keyof MeterSearch, 'key'>>(
  search: MeterSearch,
  part: K,
  value: MeterSearch[K] | undefined,
): MeterSearch {
  const { [part]: _, ...rest } = search;
  return value === undefined ? (rest as MeterSearch) : { ...(rest as MeterSearch), [part]: value };
}
