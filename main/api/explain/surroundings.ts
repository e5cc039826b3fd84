import type {
  DriftingCell,
  OtherCell,
  PageCut,
  PullEvidence,
} from '../../../shared/reconciliation/explain/drifting-cell.ts';
import { findPageCut } from '../../../shared/reconciliation/explain/pagination.ts';
import { magnitude } from '../../../shared/reconciliation/hourly-series.ts';
import { type Decimal, isZero } from '../../../shared/values/decimal.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { readCustomerCreated } from '../../cache/customer-store.ts';
import { readQueryChange } from '../../cache/pull-store.ts';
import { readQuality } from '../../cache/quality-store.ts';
import { customerIdAt, type MeterBlock, measuredAt, meteredAt, usageIdAt } from '../reconcile/block.ts';
import { type MeterHours, readOtherCell, toUnits } from './read-cell.ts';

/** Adds what is known around a cell: other cells of its meter, usage ids without a customer, and what the pulls tell. */
export type Surroundings = (cell: DriftingCell, position: number) => DriftingCell;

/** Where no more cells than this drift, each is held against every other; else against those whose drift is its opposite. */
const MOST_OTHERS = 24;
const MOST_LOOSE = 12;
const MOST_ALIKE = 4;
const KEPT_CELLS = 64;

/** @param drifting the drifting cells of customers @param loose usage ids that lead to no customer */
export function surroundingsOf(
  from: MeterHours,
  { drifting, loose }: { readonly drifting: readonly number[]; readonly loose: readonly number[] },
): Surroundings {
  const { block, perUnit } = from;
  const others = neighbours(from, drifting, MOST_OTHERS);
  const strays = neighbours(from, loose, MOST_LOOSE);
  const evidence = meterEvidence(from);
  const pageCuts = pageCutsOf(block);
  return (cell, position) => {
    const drift = driftAt(block, position, perUnit);
    return {
      ...cell,
      others: others(position, -drift),
      // What Stripe holds too much of may be theirs.
      loose: drift < 0n || drifting.length <= MOST_OTHERS ? strays(-1, -drift) : [],
      evidence: {
        ...evidence,
        pageCut: pageCuts(position),
        customerFrom: readCustomerCreated(from.input.db, block.customerKeys[position] as number),
      },
    };
  };
}

/** measured − metered in the smallest units. */
const driftAt = (block: MeterBlock, position: number, perUnit: bigint): bigint => {
  const units = (value: Decimal | null): bigint => (value === null ? 0n : toUnits(value, perUnit));
  return units(measuredAt(block, position)) - units(meteredAt(block, position));
};

/** Cells by their drift: all of them where they are few, else the ones whose drift is nearest to what is asked for. */
function neighbours(from: MeterHours, positions: readonly number[], most: number) {
  const kept = new Map<number, OtherCell | null>();
  const read = (position: number): readonly OtherCell[] => {
    let found = kept.get(position);
    if (found === undefined) {
      found = readOtherCell(from, position);
      const [oldest] = kept.keys();
      if (kept.size >= KEPT_CELLS && oldest !== undefined) kept.delete(oldest);
      kept.set(position, found);
    }
    return found === null ? [] : [found];
  };
  if (positions.length <= most) {
    return (self: number, _drift: bigint) => positions.filter((position) => position !== self).flatMap(read);
  }
  const sorted = positions
    .map((position) => ({ position, drift: driftAt(from.block, position, from.perUnit) }))
    .sort((a, b) => (a.drift === b.drift ? a.position - b.position : a.drift < b.drift ? -1 : 1));
  return (self: number, drift: bigint) =>
    nearest(sorted, drift)
      .filter(({ position }) => position !== self)
      .flatMap(({ position }) => read(position));
}

type Sorted = readonly { readonly position: number; readonly drift: bigint }[];

/** Equal but for one part in a thousand, at most some. */
function nearest(sorted: Sorted, drift: bigint): Sorted {
  const reach = magnitude(drift) / 1000n;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.drift as bigint) < drift - reach) low = middle + 1;
    else high = middle;
  }
  const end = sorted.slice(low, low + MOST_ALIKE).findIndex((one) => one.drift > drift + reach);
  return sorted.slice(low, end < 0 ? low + MOST_ALIKE : low + end);
}

function meterEvidence({ input }: MeterHours): Omit<PullEvidence, 'pageCut' | 'customerFrom'> {
  const { db, period, usagePull, meter, meterKey, stripeMeter } = input;
  const expired = usagePull === null ? null : (readQuality(db, usagePull.pull)?.expired ?? null);
  const changedAt = readQueryChange(db, meterKey, meter.usageFingerprint);
  const made = stripeMeter?.created ?? null;
  return {
    cutovers: input.cutovers.filter((at) => period.from <= at && at < period.to),
    expiredBefore: expired === null || expired.lostHours === 0 ? null : expired.before,
    arrivedLate: null,
    queryChangedAt: changedAt === null || changedAt <= period.from ? null : changedAt,
    customerUntil: null,
    // Nothing was pushed to a meter before it was made.
    pushedSince: made === null || made <= period.from ? null : made,
  };
}

/** From which place on, by customer or by usage id, nobody's usage was pushed; by position. Looked for once it is asked. */
function pageCutsOf(block: MeterBlock): (position: number) => PageCut | null {
  let found: readonly Cut[] | null = null;
  return (position) => {
    if (!isNothing(meteredAt(block, position))) return null;
    found ??= [cutIn(block, 'customer', customerIdAt), cutIn(block, 'usage id', usageIdAt)].flatMap((cut) => cut ?? []);
    for (const { places, cut, of, orderedBy } of found) {
      const place = places.get(position);
      if (place !== undefined && place >= cut) return { orderedBy, position: place, cut, of, hours: null };
    }
    return null;
  };
}

type Cut = Pick<PageCut, 'orderedBy' | 'cut' | 'of'> & { readonly places: ReadonlyMap<number, number> };

const isNothing = (value: Decimal | null): boolean => value === null || isZero(value);

type IdAt = (block: MeterBlock, position: number) => string | null;

function cutIn(block: MeterBlock, orderedBy: PageCut['orderedBy'], idAt: IdAt): Cut | null {
  if (!isLastAbsent(block, idAt)) return null;
  const listed: { readonly position: number; readonly id: string }[] = [];
  for (let position = 0; position < block.length; position += 1) {
    const id = block.customerKeys[position] === 0 ? null : idAt(block, position);
    if (id !== null) listed.push({ position, id });
  }
  listed.sort((a, b) => compareBytes(a.id, b.id));
  const cut = findPageCut(
    listed.map(({ position }) => ({
      hasUsage: !isNothing(measuredAt(block, position)),
      isAbsent: isNothing(meteredAt(block, position)),
    })),
  );
  if (cut === null) return null;
  return { ...cut, orderedBy, places: new Map(listed.map(({ position }, place) => [position, place])) };
}

/** Whether nothing was pushed for the last one with usage: where it was, no list was cut short, and none need be sorted. */
function isLastAbsent(block: MeterBlock, idAt: IdAt): boolean {
  let last: { readonly id: string; readonly position: number } | null = null;
  for (let position = 0; position < block.length; position += 1) {
    if (block.customerKeys[position] === 0 || isNothing(measuredAt(block, position))) continue;
    const id = idAt(block, position);
    if (id !== null && (last === null || compareBytes(id, last.id) > 0)) last = { id, position };
  }
  return last !== null && isNothing(meteredAt(block, last.position));
}
