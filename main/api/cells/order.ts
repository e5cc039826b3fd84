import type { CellsFilter, CellsSort } from '../../../shared/contract/schemas.ts';
import { compare as compareDecimals, subtract, ZERO } from '../../../shared/values/decimal.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { causeAt, type MeterBlock, measuredAt, meteredAt, moneyAt, VERDICT_INDEX } from '../reconcile/block.ts';
import { blockFilter, searchMatches } from './filter.ts';
import { type CellColumns, locate, ranksOf } from './frame.ts';

/** The published order (interfaces.md section 2). */
export const DEFAULT_SORT: CellsSort = { by: 'default', direction: 'ascending' };

/**
 * Ids of the cells that pass, in order: made once for a filter and sort, then every window is a slice of it
 * (performance.md section 7).
 */
export function orderCells(frame: CellColumns, filter: CellsFilter, sort: CellsSort): Int32Array {
  const ids = filterCells(frame, filter);
  if (sort.by === 'default') return byDefault(frame, ids, sort.direction === 'descending');
  if (sort.by === 'concern') return byConcern(frame, ids, sort.direction === 'descending');
  const keys = sortKeys(frame, sort.by);
  const sign = sort.direction === 'descending' ? -1 : 1;
  const { baseRank } = frame;
  return ids.sort((a, b) => {
    const [left, right] = [keys[a] as number, keys[b] as number];
    if (left === right) return (baseRank[a] as number) - (baseRank[b] as number);
    // Absent values stand last in either direction.
    if (Number.isNaN(left)) return Number.isNaN(right) ? (baseRank[a] as number) - (baseRank[b] as number) : 1;
    if (Number.isNaN(right)) return -1;
    return (left - right) * sign;
  });
}

/** Ids that pass, in base order. */
function filterCells(frame: CellColumns, filter: CellsFilter): Int32Array {
  const isEverything = Object.values(filter).every((value) => value === undefined || value === '' || value === false);
  if (isEverything) return frame.base.slice();
  const first = frame.blocks[0];
  const search = filter.search ?? '';
  const matches = search.trim() === '' || first === undefined ? null : searchMatches(first.identity, search);
  const filters = frame.blocks.map((block) => blockFilter(block, filter, matches));
  const passed = new Int32Array(frame.length);
  let length = 0;
  for (const id of frame.base) {
    const index = frame.blockOf[id] as number;
    const passes = filters[index];
    if (passes?.(id - (frame.starts[index] as number)) === true) {
      passed[length] = id;
      length += 1;
    }
  }
  return passed.slice(0, length);
}

/** Currency (null last), |difference| descending (null last), then base order. Most differences are 0: they stay put. */
function byDefault(frame: CellColumns, ids: Int32Array, isReversed: boolean): Int32Array {
  const groups = new Map<string, { drifting: number[]; level: number[]; unknown: number[] }>();
  const without: number[] = [];
  for (const id of ids) {
    const index = frame.blockOf[id] as number;
    const block = frame.blocks[index] as MeterBlock;
    const position = id - (frame.starts[index] as number);
    const currency = block.currencies[(block.currency[position] as number) - 1];
    if (currency === undefined) {
      without.push(id);
      continue;
    }
    let group = groups.get(currency);
    if (group === undefined) {
      group = { drifting: [], level: [], unknown: [] };
      groups.set(currency, group);
    }
    const measured = block.measuredMinor[position] as number;
    if (measured === block.meteredMinor[position]) {
      group.level.push(id);
      continue;
    }
    const difference = differenceAt(frame, id);
    if (difference === null) group.unknown.push(id);
    else if (difference === 0n) group.level.push(id);
    else group.drifting.push(id);
  }
  const ordered = new Int32Array(ids.length);
  let at = 0;
  const put = (list: readonly number[]): void => {
    for (const id of list) ordered[at++] = id;
  };
  for (const [, group] of [...groups].sort(([a], [b]) => compareBytes(a, b))) {
    put(byMagnitude(frame, group.drifting));
    put(group.level);
    put(group.unknown);
  }
  put(without);
  return isReversed ? ordered.reverse() : ordered;
}

const AGREEING = new Set<number>([VERDICT_INDEX.agree, VERDICT_INDEX.agree_zero]);

/**
 * What does not tie out first, then what has to wait or is incomplete, then what agrees. Within each, the currency
 * with the most of these cells first (null last), then the published order.
 */
function byConcern(frame: CellColumns, ids: Int32Array, isReversed: boolean): Int32Array {
  const tests = frame.blocks.map((block) => blockFilter(block, { structuralOnly: true }, null));
  const tiers = Array.from({ length: 3 }, () => new Map<string | null, number[]>());
  for (const id of byDefault(frame, ids, false)) {
    const { block, position } = locate(frame, id);
    const isOff = tests[frame.blockOf[id] as number]?.(position) === true;
    const tier = tiers[isOff ? 0 : AGREEING.has(block.verdicts[position] as number) ? 2 : 1];
    const currency = block.currencies[(block.currency[position] as number) - 1] ?? null;
    const list = tier?.get(currency);
    if (list === undefined) tier?.set(currency, [id]);
    else list.push(id);
  }
  const lists = tiers.flatMap((tier) =>
    [...tier]
      .sort(([a, left], [b, right]) => Number(a === null) - Number(b === null) || right.length - left.length)
      .map(([, list]) => list),
  );
  const ordered = new Int32Array(ids.length);
  let at = 0;
  for (const list of lists) for (const id of list) ordered[at++] = id;
  return isReversed ? ordered.reverse() : ordered;
}

function byMagnitude(frame: CellColumns, ids: readonly number[]): readonly number[] {
  const magnitudes = ids.map((id) => {
    const difference = differenceAt(frame, id) ?? 0n;
    return { id, size: difference < 0n ? -difference : difference };
  });
  magnitudes.sort((a, b) =>
    a.size === b.size ? (frame.baseRank[a.id] as number) - (frame.baseRank[b.id] as number) : a.size > b.size ? -1 : 1,
  );
  return magnitudes.map(({ id }) => id);
}

function differenceAt(frame: CellColumns, id: number): bigint | null {
  const { block, position } = locate(frame, id);
  return moneyAt(block, position)?.differenceMinor ?? null;
}

type SortBy = Exclude<CellsSort['by'], 'default' | 'concern'>;

/** A number a cell to sort by; NaN is absent. Quantities near 2^53 may tie here: the base order breaks ties. */
function sortKeys(frame: CellColumns, by: SortBy): Float64Array {
  const keys = new Float64Array(frame.length);
  const customers = by === 'customer' ? customerPlaces(frame) : null;
  const meters = textPlaces(frame.blocks.map((block) => block.meter.key));
  const causes = by === 'cause' ? causePlaces(frame) : null;
  for (const [index, block] of frame.blocks.entries()) {
    const start = frame.starts[index] as number;
    for (let position = 0; position < block.length; position += 1) {
      keys[start + position] = keyAt(block, position, {
        by,
        customers,
        causes,
        meter: meters.get(block.meter.key) ?? 0,
      });
    }
  }
  return keys;
}

type KeyContext = {
  readonly by: SortBy;
  readonly customers: { readonly byCustomer: Int32Array; readonly byUsage: Int32Array; readonly count: number } | null;
  readonly causes: ReadonlyMap<string, number> | null;
  readonly meter: number;
};

function keyAt(block: MeterBlock, position: number, context: KeyContext): number {
  switch (context.by) {
    case 'customer': {
      const key = block.customerKeys[position] as number;
      const { customers } = context;
      if (customers === null) return 0;
      return key === 0
        ? customers.count + (customers.byUsage[block.usageKeys[position] as number] as number)
        : (customers.byCustomer[key] as number);
    }
    case 'meter':
      return context.meter;
    case 'verdict':
      return block.verdicts[position] as number;
    case 'cause':
      return context.causes?.get(causeAt(block, position) ?? '') ?? Number.NaN;
    case 'measured':
      return quantityKey(block.measuredWhole, block.measuredFrac, position, () => measuredAt(block, position));
    case 'metered':
      return quantityKey(block.meteredWhole, block.meteredFrac, position, () => meteredAt(block, position));
    case 'drift':
      return driftKey(block, position);
    case 'relative': {
      const drift = driftKey(block, position);
      if (drift === 0) return 0;
      const left = quantityKey(block.measuredWhole, block.measuredFrac, position, () => measuredAt(block, position));
      const right = quantityKey(block.meteredWhole, block.meteredFrac, position, () => meteredAt(block, position));
      return drift / Math.max(Math.abs(Number.isNaN(left) ? 0 : left), Math.abs(Number.isNaN(right) ? 0 : right));
    }
    case 'difference': {
      const left = block.measuredMinor[position] as number;
      const right = block.meteredMinor[position] as number;
      if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right;
      const difference = moneyAt(block, position)?.differenceMinor ?? null;
      return difference === null ? Number.NaN : Number(difference);
    }
  }
}

const FRAC = 1e12;

function quantityKey(
  wholes: Float64Array,
  fracs: Float64Array,
  position: number,
  exact: () => { readonly coefficient: bigint; readonly scale: number } | null,
): number {
  const whole = wholes[position] as number;
  if (!Number.isNaN(whole)) return whole + (fracs[position] as number) / FRAC;
  const value = exact();
  return value === null ? Number.NaN : Number(value.coefficient) / 10 ** value.scale;
}

function driftKey(block: MeterBlock, position: number): number {
  const left = block.measuredWhole[position] as number;
  const right = block.meteredWhole[position] as number;
  if (!Number.isNaN(left) && !Number.isNaN(right)) {
    return left - right + ((block.measuredFrac[position] as number) - (block.meteredFrac[position] as number)) / FRAC;
  }
  const [measured, metered] = [measuredAt(block, position), meteredAt(block, position)];
  if (measured === null && metered === null) return compareDecimals(ZERO, ZERO);
  const drift = subtract(measured ?? ZERO, metered ?? ZERO);
  return Number(drift.coefficient) / 10 ** drift.scale;
}

/** Places by name as people sort it, ids where there is no name. */
function customerPlaces(frame: CellColumns): NonNullable<KeyContext['customers']> {
  const identity = frame.blocks[0]?.identity;
  if (identity === undefined) return { byCustomer: new Int32Array(0), byUsage: new Int32Array(0), count: 0 };
  const shown = identity.customerIds.map((id, key) => identity.names[key]?.toLowerCase() ?? id);
  return { byCustomer: ranksOf(shown), byUsage: ranksOf(identity.usageIds), count: identity.customerIds.length };
}

const textPlaces = (texts: readonly string[]): ReadonlyMap<string, number> =>
  new Map([...new Set(texts)].sort(compareBytes).map((text, place) => [text, place]));

const causePlaces = (frame: CellColumns): ReadonlyMap<string, number> =>
  textPlaces(frame.blocks.flatMap((block) => [...new Set([...block.causes.values()].map(({ code }) => code))]));
