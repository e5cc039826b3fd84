import type {
  ParityCauseCode,
  ParityListRequest,
  ParityState,
  RollupKind,
  SeamKind,
} from '../../../shared/contract/pipelines-schemas.ts';
import { PARITY_CAUSE_WORDS, PARITY_STATE_WORDS, ROLLUP_WORDS, SEAM_WORDS } from '../../format/pipeline-words.ts';
import { isAmount, texts } from '../../table/filter-values.ts';

export const VIEWS = ['parity', 'rollup', 'cutover', 'reservation'] as const;
export type View = (typeof VIEWS)[number];

/** What the address of the pipelines holds. What is not there has its first value: the first pipeline, its first meter. */
export type PipelinesSearch = {
  pipeline?: string;
  meter?: string;
  view?: View;
  /** So many days up to the newest due hour, instead of seven times the hours of the soak. */
  days?: Days;
  /** Beginning of the one hour that the customers are listed for. */
  hour?: string;
  states?: readonly ParityState[];
  causes?: readonly ParityCauseCode[];
  q?: string;
  sort?: ParitySortId;
  dir?: 'ascending' | 'descending';
  /** The customer beside the table. */
  open?: string;
  kinds?: readonly RollupKind[];
  /** The instant of the switch. */
  at?: string;
  pieces?: readonly SeamKind[];
  reserve?: Reserve;
};

export const DAYS = [31, 92] as const;
export type Days = (typeof DAYS)[number];
export type ParitySortId = ParityListRequest['sort']['by'];

/** A question about a reservation: sizes in GB, prices per GB-second. */
export type Reserve = {
  readonly customer: string;
  readonly from: string;
  readonly to: string;
  readonly step: string;
  readonly currency?: string;
  readonly reserved?: string;
  readonly overage?: string;
  readonly disk?: string;
};

const SORTS: readonly ParitySortId[] = ['concern', 'customer', 'reference', 'candidate', 'difference', 'drift'];
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const isInstant = (raw: unknown): raw is string => typeof raw === 'string' && INSTANT.test(raw);
const isName = (raw: unknown): raw is string => typeof raw === 'string' && raw !== '';
const known = <T extends string>(raw: unknown, words: Readonly<Record<T, unknown>>): readonly T[] =>
  texts(raw).filter((text): text is T => Object.hasOwn(words, text));

/** Reads the search part of an address; whatever does not fit is left out. */
export function pipelinesSearchOf(raw: Record<string, unknown>): PipelinesSearch {
  const view = VIEWS.find((candidate) => candidate === raw.view);
  const days = DAYS.find((candidate) => candidate === raw.days);
  const states = known(raw.states, PARITY_STATE_WORDS);
  const causes = known(raw.causes, PARITY_CAUSE_WORDS);
  const kinds = known(raw.kinds, ROLLUP_WORDS);
  const pieces = known(raw.pieces, SEAM_WORDS);
  const sort = SORTS.find((candidate) => candidate === raw.sort);
  const reserve = reserveIn(raw.reserve);
  return {
    ...(isName(raw.pipeline) ? { pipeline: raw.pipeline } : {}),
    ...(isName(raw.meter) ? { meter: raw.meter } : {}),
    ...(view === undefined || view === 'parity' ? {} : { view }),
    ...(days === undefined ? {} : { days }),
    ...(isInstant(raw.hour) ? { hour: raw.hour } : {}),
    ...(states.length > 0 ? { states } : {}),
    ...(causes.length > 0 ? { causes } : {}),
    ...(isName(raw.q) ? { q: raw.q } : {}),
    ...(sort === undefined
      ? {}
      : { sort, dir: raw.dir === 'ascending' ? ('ascending' as const) : ('descending' as const) }),
    ...(isName(raw.open) ? { open: raw.open } : {}),
    ...(kinds.length > 0 ? { kinds } : {}),
    ...(isInstant(raw.at) ? { at: raw.at } : {}),
    ...(pieces.length > 0 ? { pieces } : {}),
    ...(reserve === null ? {} : { reserve }),
  };
}

function reserveIn(raw: unknown): Reserve | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const { customer, from, to, step, currency, reserved, overage, disk } = raw as Record<string, unknown>;
  const isNumber = (value: unknown): value is string => typeof value === 'string' && isAmount(value);
  if (!isName(customer) || !isNumber(from) || !isNumber(to) || !isNumber(step)) return null;
  const range = { customer, from, to, step };
  const isPriced = isNumber(reserved) && isNumber(overage) && isNumber(disk);
  if (!isPriced || typeof currency !== 'string' || !/^[a-z]{3}$/.test(currency)) return range;
  return { ...range, currency, reserved, overage, disk };
}

export const paritySortOf = ({ sort, dir }: PipelinesSearch): ParityListRequest['sort'] => ({
  by: sort ?? 'concern',
  direction: sort === undefined ? 'descending' : (dir ?? 'descending'),
});

export const isParitySortable = (id: string): id is ParitySortId => SORTS.some((sort) => sort === id);

/** Clicking a header: what is large first, names from the beginning; then the other way, then as at first. */
export function sortedBy(search: PipelinesSearch, by: ParitySortId): PipelinesSearch {
  const { sort, dir, ...rest } = search;
  const first = by === 'customer' ? 'ascending' : 'descending';
  if (sort !== by) return { ...rest, sort: by, dir: first };
  if (dir === first) return { ...rest, sort: by, dir: first === 'ascending' ? 'descending' : 'ascending' };
  return rest;
}

/** The filters of the view that is open. */
const FILTERS = ['hour', 'states', 'causes', 'q', 'kinds', 'pieces'] as const;

export const isFiltered = (search: PipelinesSearch): boolean => FILTERS.some((part) => search[part] !== undefined);

/** The search without its filters; order and drawer stay. */
export function withoutFilters(search: PipelinesSearch): PipelinesSearch {
  const { hour: _, states: __, causes: ___, q: ____, kinds: _____, pieces: ______, ...rest } = search;
  return rest;
}

/** Another view of the same pipeline and meter: what was filtered here means nothing there. */
export function inView(search: PipelinesSearch, view: View): PipelinesSearch {
  const { pipeline, meter, at, reserve } = search;
  return {
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(meter === undefined ? {} : { meter }),
    ...(at === undefined ? {} : { at }),
    ...(reserve === undefined ? {} : { reserve }),
    ...(view === 'parity' ? {} : { view }),
  };
}

/** `search` with one part replaced; undefined takes it out. */
export function withPart<K extends keyof PipelinesSearch>(
  search: PipelinesSearch,
  part: K,
  value: PipelinesSearch[K] | undefined,
): PipelinesSearch {
  const { [part]: _, ...rest } = search;
  return value === undefined ? rest : { ...rest, [part]: value };
}
