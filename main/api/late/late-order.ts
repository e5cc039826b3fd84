import {
  LATE_STATES,
  type LateFilter,
  type LateRow,
  type LateSort,
  type LateState,
  type LateTotals,
} from '../../../shared/contract/late-schemas.ts';
import {
  absolute,
  add,
  compare,
  type Decimal,
  formatFixed,
  parseDecimal,
  ZERO,
} from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';

/** Rows that pass, in order; ties by customer and meter in byte order. Absent values are last either way. */
export function orderLate(rows: readonly LateRow[], filter: LateFilter, sort: LateSort): readonly LateRow[] {
  const passed = rows.filter(passes(filter)).sort(byIdentity);
  const sign = sort.direction === 'descending' ? -1 : 1;
  if (sort.by === 'default') {
    return passed
      .map((row) => ({ row, size: sizeOf(row) }))
      .sort((a, b) => sign * byConcern(a, b))
      .map(({ row }) => row);
  }
  const keyOf = KEYS[sort.by];
  return passed
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => compareKeys(a.key, b.key, sign))
    .map(({ row }) => row);
}

const byIdentity = (a: LateRow, b: LateRow): number =>
  compareBytes(a.customer, b.customer) || compareBytes(a.meter, b.meter);

const place = ({ state }: LateRow): number => LATE_STATES.indexOf(state);

type Sized = { readonly row: LateRow; readonly size: Decimal };

/** By state; within one currency by currency, the largest |correction| first. */
const byConcern = (a: Sized, b: Sized): number =>
  place(a.row) - place(b.row) || compareBytes(a.row.currency, b.row.currency) || compare(b.size, a.size);

const sizeOf = (row: LateRow): Decimal => absolute(worthOf(row));

/** What the row stands for: what is left to book, or what was booked where nothing is left. */
const worthOf = ({ state, invoiced, correction }: LateRow): Decimal =>
  parseDecimal(state === 'invoiced' ? invoiced : (correction ?? '0'));

type Key = string | number | Decimal | null;

const decimalOrNull = (text: string | null): Decimal | null => (text === null ? null : parseDecimal(text));

const KEYS: Readonly<Record<Exclude<LateSort['by'], 'default'>, (row: LateRow) => Key>> = {
  customer: (row) => row.name?.toLowerCase() ?? row.customer,
  meter: (row) => row.meter,
  booked: (row) => parseDecimal(row.booked.amount),
  late: (row) => decimalOrNull(row.late),
  correction: (row) => (row.correction === null ? null : worthOf(row)),
  state: place,
};

function compareKeys(a: Key, b: Key, sign: 1 | -1): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'string') return typeof b === 'string' ? sign * compareBytes(a, b) : 0;
  if (typeof a === 'number') return typeof b === 'number' ? sign * (a - b) : 0;
  return typeof b === 'object' ? sign * compare(a, b) : 0;
}

function passes(filter: LateFilter): (row: LateRow) => boolean {
  const search = filter.search?.trim().toLowerCase() ?? '';
  const states = filter.states === undefined ? null : new Set<LateState>(filter.states);
  const meters = filter.meters === undefined ? null : new Set(filter.meters);
  const least = filter.minAmount === undefined ? null : absolute(parseDecimal(filter.minAmount));
  return (row) =>
    (states === null || states.has(row.state)) &&
    (meters === null || meters.has(row.meter)) &&
    (filter.currency === undefined || row.currency === filter.currency) &&
    (least === null || compare(sizeOf(row), least) >= 0) &&
    (search === '' || [row.customer, row.name].some((text) => text?.toLowerCase().includes(search) === true));
}

type Sums = Record<'more' | 'less' | 'undecided' | 'carriedForward' | 'waived' | 'invoiced', Decimal> & {
  rows: number;
};

const noSums = (): Sums => ({
  rows: 0,
  more: ZERO,
  less: ZERO,
  undecided: ZERO,
  carriedForward: ZERO,
  waived: ZERO,
  invoiced: ZERO,
});

/** Sums per currency, the currency with the most rows first. What was invoiced counts beside what is left. */
export function totalsOfLate(rows: readonly LateRow[]): LateTotals[] {
  const byCurrency = new Map<string, Sums>();
  for (const row of rows) {
    const sums = byCurrency.get(row.currency) ?? noSums();
    byCurrency.set(row.currency, sums);
    sums.rows += 1;
    const left = parseDecimal(row.correction ?? '0');
    const invoiced = parseDecimal(row.invoiced);
    sums.invoiced = add(sums.invoiced, invoiced);
    if (row.state === 'carried_forward') sums.carriedForward = add(sums.carriedForward, left);
    else if (row.state === 'waived') sums.waived = add(sums.waived, left);
    else sums.undecided = add(sums.undecided, left);
    const worth = add(left, invoiced);
    if (worth.coefficient > 0n) sums.more = add(sums.more, worth);
    else sums.less = add(sums.less, worth);
  }
  return [...byCurrency]
    .sort(([a, left], [b, right]) => right.rows - left.rows || compareBytes(a, b))
    .map(([currency, sums]) => {
      const text = (value: Decimal): string => formatFixed(value, minorDigits(currency));
      return {
        currency,
        rows: sums.rows,
        total: text(add(sums.more, sums.less)),
        more: text(sums.more),
        less: text(sums.less),
        undecided: text(sums.undecided),
        carriedForward: text(sums.carriedForward),
        waived: text(sums.waived),
        invoiced: text(sums.invoiced),
      };
    });
}
