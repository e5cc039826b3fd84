import type { CellsFilter, CellsSort } from '../../../shared/contract/schemas.ts';
import { VERDICTS } from '../../../shared/reconciliation/result.ts';
import { isStructural } from '../../../shared/reconciliation/verdict.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { type MeterBlock, measuredAt, moneyAt, VERDICT_INDEX } from '../reconcile/block.ts';
import { type Ascending, ascending, descending } from './ascending.ts';
import { passing } from './filter.ts';
import { type CellColumns, locate } from './frame.ts';
import { type KeyedSort, sortKeys } from './sort-keys.ts';

/** The published order (interfaces.md section 2). */
export const DEFAULT_SORT: CellsSort = { by: 'default', direction: 'ascending' };

/** Ids of the cells that pass, in order. */
export const orderCells = (frame: CellColumns, filter: CellsFilter, sort: CellsSort): Int32Array =>
  new CellOrders(frame).ids(passing(frame, filter), sort);

/** Sorts kept of one month: 5 bytes a cell each. */
const MOST_SORTS = 6;
const LIKELY_SORTS: readonly KeyedSort[] = ['customer', 'measured', 'metered', 'drift', 'difference'];

/**
 * The orders of one month. All cells are sorted once for a sort; what passes a filter is picked out of that order. Every
 * window is then a slice of the ids (performance.md section 7).
 */
export class CellOrders {
  readonly #frame: CellColumns;
  readonly #sorted = new Map<KeyedSort, Ascending>();
  #published: Int32Array | null = null;
  #concern: readonly (readonly ConcernList[])[] | null = null;

  constructor(frame: CellColumns) {
    this.#frame = frame;
  }

  /**
   * @param passed 1 for the cells that pass, by id; null: all
   * @returns ids that nobody may change: they may be those of all cells
   */
  ids(passed: Uint8Array | null, { by, direction }: CellsSort): Int32Array {
    const isReversed = direction === 'descending';
    if (by === 'default') return reversedIf(isReversed, pick(this.#all(), passed));
    if (by === 'concern') return reversedIf(isReversed, this.#byConcern(passed));
    const sorted = this.#sorted.has(by) || passed === null ? this.#sort(by) : this.#sortPassed(by, passed);
    return pick(isReversed ? descending(sorted) : sorted.ids, passed);
  }

  /** Sorts beforehand what a table is likely to be sorted by next. @returns false where that was done before */
  prepare(): boolean {
    const next = LIKELY_SORTS.find((by) => !this.#sorted.has(by));
    if (next === undefined) return false;
    this.#sort(next);
    return true;
  }

  #all(): Int32Array {
    this.#published ??= publishedOrder(this.#frame);
    return this.#published;
  }

  #byConcern(passed: Uint8Array | null): Int32Array {
    this.#concern ??= concernTiers(this.#frame, this.#all());
    const lists = this.#concern.flatMap((tier) =>
      tier
        .map(({ currency, ids }) => ({ currency, ids: pick(ids, passed) }))
        .sort((a, b) => Number(a.currency === null) - Number(b.currency === null) || b.ids.length - a.ids.length),
    );
    const ordered = new Int32Array(lists.reduce((total, { ids }) => total + ids.length, 0));
    let at = 0;
    for (const { ids } of lists) {
      ordered.set(ids, at);
      at += ids.length;
    }
    return ordered;
  }

  /** A few cells are sorted by themselves. */
  #sortPassed(by: KeyedSort, passed: Uint8Array): Ascending {
    const given = pick(this.#frame.base, passed);
    return given.length * 4 < this.#frame.length ? ascending(sortKeys(this.#frame, by), given) : this.#sort(by);
  }

  #sort(by: KeyedSort): Ascending {
    const sorted = this.#sorted.get(by) ?? ascending(sortKeys(this.#frame, by), this.#frame.base);
    this.#sorted.delete(by);
    this.#sorted.set(by, sorted);
    for (const oldest of this.#sorted.keys()) {
      if (this.#sorted.size <= MOST_SORTS) break;
      this.#sorted.delete(oldest);
    }
    return sorted;
  }
}

const reversedIf = (isReversed: boolean, ids: Int32Array): Int32Array => (isReversed ? ids.toReversed() : ids);

function pick(ids: Int32Array, passed: Uint8Array | null): Int32Array {
  if (passed === null) return ids;
  const picked = new Int32Array(ids.length);
  let length = 0;
  for (let place = 0; place < ids.length; place += 1) {
    const id = ids[place] as number;
    picked[length] = id;
    length += passed[id] as number;
  }
  return picked.slice(0, length);
}

/** Where a cell stands within its currency. */
const KINDS = { drifting: 0, level: 1, unknown: 2 } as const;
const KIND_COUNT = 3;

/** Currency (null last), |difference| descending (null last), then base order. Most differences are 0: they stay put. */
function publishedOrder(frame: CellColumns): Int32Array {
  const currencies = currenciesOf(frame);
  const classes = new Uint16Array(frame.length);
  for (const [index, block] of frame.blocks.entries()) {
    const start = frame.starts[index] as number;
    classify(block, classes.subarray(start, start + block.length), currencies);
  }
  const count = currencies.length * KIND_COUNT + 1;
  const { ids, ends } = grouped(frame.base, classes, count);
  for (let group = KINDS.drifting; group < count - 1; group += KIND_COUNT) {
    const begin = group === 0 ? 0 : (ends[group - 1] as number);
    sortByMagnitude(frame, ids.subarray(begin, ends[group] as number));
  }
  return ids;
}

const currenciesOf = (frame: CellColumns): readonly string[] =>
  [...new Set(frame.blocks.flatMap(({ currencies }) => currencies))].sort(compareBytes);

function classify(block: MeterBlock, classes: Uint16Array, currencies: readonly string[]): void {
  const { measuredMinor, meteredMinor } = block;
  const firstOf = [
    currencies.length * KIND_COUNT,
    ...block.currencies.map((code) => currencies.indexOf(code) * KIND_COUNT),
  ];
  for (let position = 0; position < classes.length; position += 1) {
    const code = block.currency[position] as number;
    const first = firstOf[code] as number;
    classes[position] =
      code === 0 || firstOf.length <= code
        ? (firstOf[0] as number)
        : first + (measuredMinor[position] === meteredMinor[position] ? KINDS.level : kindOf(block, position));
  }
}

function kindOf(block: MeterBlock, position: number): number {
  const difference = (block.measuredMinor[position] as number) - (block.meteredMinor[position] as number);
  if (!Number.isNaN(difference)) return KINDS.drifting;
  if (block.bigMeasuredMinor.size === 0 && block.bigMeteredMinor.size === 0) return KINDS.unknown;
  const exact = moneyAt(block, position)?.differenceMinor ?? null;
  return exact === null ? KINDS.unknown : exact === 0n ? KINDS.level : KINDS.drifting;
}

/** Ids by class, those of one class as they came; where each class ends. */
function grouped(
  given: Int32Array,
  classes: Uint16Array,
  count: number,
): { readonly ids: Int32Array; readonly ends: Int32Array } {
  const ends = new Int32Array(count);
  for (let id = 0; id < classes.length; id += 1) {
    const group = classes[id] as number;
    ends[group] = (ends[group] as number) + 1;
  }
  let begin = 0;
  for (let group = 0; group < count; group += 1) {
    const length = ends[group] as number;
    ends[group] = begin;
    begin += length;
  }
  const ids = new Int32Array(given.length);
  for (let place = 0; place < given.length; place += 1) {
    const id = given[place] as number;
    const group = classes[id] as number;
    const at = ends[group] as number;
    ids[at] = id;
    ends[group] = at + 1;
  }
  return { ids, ends };
}

/** Largest |difference| first, in place. */
function sortByMagnitude(frame: CellColumns, ids: Int32Array): void {
  const keys = new Float64Array(frame.length);
  for (const id of ids) {
    const { block, position } = locate(frame, id);
    const size = Math.abs((block.measuredMinor[position] as number) - (block.meteredMinor[position] as number));
    if (!Number.isSafeInteger(size)) {
      ids.set(byExactMagnitude(frame, ids));
      return;
    }
    keys[id] = -size;
  }
  ids.set(ascending(keys, ids).ids);
}

function byExactMagnitude(frame: CellColumns, ids: Int32Array): readonly number[] {
  const magnitudes = Array.from(ids, (id) => {
    const { block, position } = locate(frame, id);
    const difference = moneyAt(block, position)?.differenceMinor ?? 0n;
    return { id, size: difference < 0n ? -difference : difference };
  });
  magnitudes.sort((a, b) => (a.size === b.size ? 0 : a.size > b.size ? -1 : 1));
  return magnitudes.map(({ id }) => id);
}

/** Cells of one tier and currency, in the published order. */
type ConcernList = { readonly currency: string | null; readonly ids: Int32Array };

const TIERS = { off: 0, waiting: 1, agreeing: 2 } as const;
const TIER_COUNT = 3;
const UNMAPPED = VERDICT_INDEX.unmapped;
const TIER_OF = Uint8Array.from(VERDICTS, (verdict) => {
  if (isStructural(verdict, null)) return TIERS.off;
  return verdict === 'agree' || verdict === 'agree_zero' ? TIERS.agreeing : TIERS.waiting;
});

/**
 * What does not tie out first, then what has to wait or is incomplete, then what agrees. Within each, the currency
 * with the most of these cells comes first (null last), then the published order.
 */
function concernTiers(frame: CellColumns, published: Int32Array): readonly (readonly ConcernList[])[] {
  const currencies: readonly (string | null)[] = [...currenciesOf(frame), null];
  const classes = new Uint16Array(frame.length);
  for (const [index, block] of frame.blocks.entries()) {
    const start = frame.starts[index] as number;
    const places = [currencies.length - 1, ...block.currencies.map((code) => currencies.indexOf(code))];
    for (let position = 0; position < block.length; position += 1) {
      const verdict = block.verdicts[position] as number;
      const isOff = verdict === UNMAPPED && isStructural('unmapped', measuredAt(block, position));
      const tier = isOff ? TIERS.off : (TIER_OF[verdict] as number);
      const place = places[block.currency[position] as number] ?? currencies.length - 1;
      classes[start + position] = tier * currencies.length + place;
    }
  }
  const { ids, ends } = grouped(published, classes, TIER_COUNT * currencies.length);
  return Array.from({ length: TIER_COUNT }, (_, tier) =>
    currencies.map((currency, place) => {
      const group = tier * currencies.length + place;
      return { currency, ids: ids.subarray(group === 0 ? 0 : (ends[group - 1] as number), ends[group] as number) };
    }),
  );
}
