import type { PageCut } from '../../../shared/reconciliation/explain/drifting-cell.ts';
import { findPageCut } from '../../../shared/reconciliation/explain/pagination.ts';
import type { HourRange } from '../../../shared/reconciliation/hourly-series.ts';
import { type Decimal, isZero } from '../../../shared/values/decimal.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { customerIdAt, type MeterBlock, measuredAt, meteredAt, usageIdAt } from '../reconcile/block.ts';
import { type MeterHours, readOtherCell } from './read-cell.ts';

/** Where a list of customers was cut short, as a cell stands to it; null: it has nothing to do with that. */
export type PageCuts = (position: number) => PageCut | null;

const ORDERS = ['customer', 'usage id'] as const;
type Order = (typeof ORDERS)[number];

const isNothing = (value: Decimal | null): boolean => value === null || isZero(value);
const hasUsage = (block: MeterBlock, position: number): boolean => !isNothing(measuredAt(block, position));

type Cut = Pick<PageCut, 'orderedBy' | 'cut' | 'of' | 'hours'> & { readonly places: ReadonlyMap<number, number> };

const placeIn = (cuts: readonly Cut[], position: number): PageCut | null => {
  for (const { places, cut, of, orderedBy, hours } of cuts) {
    const place = places.get(position);
    if (place !== undefined && place >= cut) return { orderedBy, position: place, cut, of, hours };
  }
  return null;
};

/** From which place on, by customer or by usage id, nobody has anything all month. Looked for once it is asked. */
export function monthPageCuts(block: MeterBlock): PageCuts {
  let found: readonly Cut[] | null = null;
  return (position) => {
    if (!isNothing(meteredAt(block, position))) return null;
    found ??= ORDERS.flatMap((order) => monthCut(block, order) ?? []);
    return placeIn(found, position);
  };
}

function monthCut(block: MeterBlock, order: Order): Cut | null {
  const last = lastWithUsage(block, order);
  // Where the last one was pushed no list was cut short, and none need be sorted.
  if (last === null || !isNothing(meteredAt(block, last))) return null;
  const listed = inOrder(block, order);
  const cut = findPageCut(
    listed.map((position) => ({
      hasUsage: hasUsage(block, position),
      isAbsent: isNothing(meteredAt(block, position)),
    })),
  );
  return cut === null ? null : { ...cut, orderedBy: order, hours: null, places: placesOf(listed) };
}

/** So few at the end of a list may lack the same by chance. */
const FEW = 3;
/** Pushes of some hours may be missing for the last ones of a short list by chance. */
const LEAST_BEFORE = 10;
/** So many others are looked at by the hour for whether they used anything then. */
const MOST_READ = 50;

/** From which place on everyone lacks the pushes of the same hours; null where some after it do not. */
export function hourlyPageCuts(from: MeterHours, lacking: readonly number[], hours: HourRange): PageCuts | null {
  if (lacking.length < FEW) return null;
  const members = new Set(lacking);
  const cuts = ORDERS.flatMap((order) => hourlyCut(from, { order, members, hours }) ?? []);
  return cuts.length === 0 ? null : (position) => placeIn(cuts, position);
}

function hourlyCut(
  from: MeterHours,
  of: { readonly order: Order; readonly members: ReadonlySet<number>; readonly hours: HourRange },
): Cut | null {
  const { block } = from;
  const { members, hours, order } = of;
  const others = idleThen(from, hours);
  const last = lastWithUsage(block, order);
  if (last === null || !(members.has(last) || others(last))) return null;
  const listed = inOrder(block, order);
  let cut = listed.length;
  let absent = 0;
  while (cut > 0) {
    const position = listed[cut - 1] as number;
    if (members.has(position)) absent += 1;
    else if (hasUsage(block, position) && !others(position)) break;
    cut -= 1;
  }
  const before = listed.slice(0, cut).filter((position) => hasUsage(block, position));
  const alike = before.filter((position) => members.has(position)).length;
  if (absent < FEW || before.length < LEAST_BEFORE || alike * 10 > before.length) return null;
  const within = Array.from({ length: hours.to - hours.from }, (_, index) => hours.from + index);
  return { orderedBy: order, cut, of: listed.length, hours: within, places: placesOf(listed) };
}

/** Whether a cell used nothing in some hours; after many no more are looked at, and none is idle. */
function idleThen(from: MeterHours, { from: first, to }: HourRange): (position: number) => boolean {
  let reads = 0;
  return (position) => {
    reads += 1;
    const read = reads > MOST_READ ? null : readOtherCell(from, position);
    return read?.measured.slice(first, to).every((value) => value === 0n) === true;
  };
}

const idAt = (block: MeterBlock, order: Order, position: number): string | null =>
  order === 'customer' ? customerIdAt(block, position) : usageIdAt(block, position);

/** Per block once: a month with many incidents asks for it again and again. */
function remembered<T>(make: (block: MeterBlock, order: Order) => T): (block: MeterBlock, order: Order) => T {
  const known = new WeakMap<MeterBlock, Map<Order, T>>();
  return (block, order) => {
    const ofBlock = known.get(block) ?? new Map<Order, T>();
    known.set(block, ofBlock);
    const found = ofBlock.get(order) ?? make(block, order);
    ofBlock.set(order, found);
    return found;
  };
}

/** The cell with usage that comes last. */
const lastWithUsage = remembered((block, order): number | null => {
  let last: { readonly id: string; readonly position: number } | null = null;
  for (let position = 0; position < block.length; position += 1) {
    if (block.customerKeys[position] === 0 || !hasUsage(block, position)) continue;
    const id = idAt(block, order, position);
    if (id !== null && (last === null || compareBytes(id, last.id) > 0)) last = { id, position };
  }
  return last?.position ?? null;
});

/** Cells of customers by their id, in byte order. */
const inOrder = remembered((block, order): readonly number[] => {
  const listed: { readonly position: number; readonly id: string }[] = [];
  for (let position = 0; position < block.length; position += 1) {
    const id = block.customerKeys[position] === 0 ? null : idAt(block, order, position);
    if (id !== null) listed.push({ position, id });
  }
  return listed.sort((a, b) => compareBytes(a.id, b.id)).map(({ position }) => position);
});

const placesOf = (listed: readonly number[]): ReadonlyMap<number, number> =>
  new Map(listed.map((position, place) => [position, place]));
