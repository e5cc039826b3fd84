import type { CellsSort } from '../../../shared/contract/schemas.ts';
import { compare as compareDecimals, type Decimal, subtract, ZERO } from '../../../shared/values/decimal.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { type MeterBlock, measuredAt, meteredAt, moneyAt } from '../reconcile/block.ts';
import { type CellColumns, ranksOf } from './frame.ts';

/** Sorts that go by one number a cell. */
export type KeyedSort = Exclude<CellsSort['by'], 'default' | 'concern'>;

/**
 * A number a cell to sort by, by id; NaN is absent. Quantities near 2^53 may tie here: the order that was there before
 * breaks ties.
 */
export function sortKeys(frame: CellColumns, by: KeyedSort): Float64Array {
  const keys = new Float64Array(frame.length);
  const fill = filling(frame, by);
  for (const [index, block] of frame.blocks.entries()) {
    const start = frame.starts[index] as number;
    fill(block, keys.subarray(start, start + block.length));
  }
  return keys;
}

type Fill = (block: MeterBlock, keys: Float64Array) => void;

function filling(frame: CellColumns, by: KeyedSort): Fill {
  switch (by) {
    case 'customer':
      return customerFill(frame);
    case 'meter': {
      const places = textPlaces(frame.blocks.map((block) => block.meter.key));
      return (block, keys) => void keys.fill(places.get(block.meter.key) ?? 0);
    }
    case 'verdict':
      return (block, keys) => keys.set(block.verdicts);
    case 'cause': {
      const places = causePlaces(frame);
      return (block, keys) => {
        keys.fill(Number.NaN);
        for (const [position, { code }] of block.causes) keys[position] = places.get(code) ?? Number.NaN;
      };
    }
    case 'measured':
      return (block, keys) =>
        fillQuantities(keys, block.measuredWhole, block.measuredFrac, (at) => measuredAt(block, at));
    case 'metered':
      return (block, keys) => fillQuantities(keys, block.meteredWhole, block.meteredFrac, (at) => meteredAt(block, at));
    case 'drift':
      return fillDrifts;
    case 'relative':
      return fillRelative;
    case 'difference':
      return fillDifferences;
  }
}

const FRAC = 1e12;

function fillQuantities(
  keys: Float64Array,
  wholes: Float64Array,
  fracs: Float64Array,
  exactAt: (position: number) => Decimal | null,
): void {
  for (let position = 0; position < keys.length; position += 1) {
    const whole = wholes[position] as number;
    keys[position] = Number.isNaN(whole) ? roughly(exactAt(position)) : whole + (fracs[position] as number) / FRAC;
  }
}

const roughly = (value: Decimal | null): number =>
  value === null ? Number.NaN : Number(value.coefficient) / 10 ** value.scale;

function fillDrifts(block: MeterBlock, keys: Float64Array): void {
  const { measuredWhole, measuredFrac, meteredWhole, meteredFrac } = block;
  for (let position = 0; position < keys.length; position += 1) {
    const left = measuredWhole[position] as number;
    const right = meteredWhole[position] as number;
    keys[position] =
      Number.isNaN(left) || Number.isNaN(right)
        ? roughDrift(block, position)
        : left - right + ((measuredFrac[position] as number) - (meteredFrac[position] as number)) / FRAC;
  }
}

function roughDrift(block: MeterBlock, position: number): number {
  const [measured, metered] = [measuredAt(block, position), meteredAt(block, position)];
  if (measured === null && metered === null) return compareDecimals(ZERO, ZERO);
  return roughly(subtract(measured ?? ZERO, metered ?? ZERO));
}

function fillRelative(block: MeterBlock, keys: Float64Array): void {
  const measured = new Float64Array(keys.length);
  const metered = new Float64Array(keys.length);
  fillQuantities(measured, block.measuredWhole, block.measuredFrac, (at) => measuredAt(block, at));
  fillQuantities(metered, block.meteredWhole, block.meteredFrac, (at) => meteredAt(block, at));
  fillDrifts(block, keys);
  for (let position = 0; position < keys.length; position += 1) {
    if (keys[position] === 0) continue;
    const larger = Math.max(magnitude(measured[position] as number), magnitude(metered[position] as number));
    keys[position] = (keys[position] as number) / larger;
  }
}

const magnitude = (value: number): number => (Number.isNaN(value) ? 0 : Math.abs(value));

function fillDifferences(block: MeterBlock, keys: Float64Array): void {
  const { measuredMinor, meteredMinor, bigMeasuredMinor, bigMeteredMinor } = block;
  const hasBig = bigMeasuredMinor.size > 0 || bigMeteredMinor.size > 0;
  for (let position = 0; position < keys.length; position += 1) {
    const difference = (measuredMinor[position] as number) - (meteredMinor[position] as number);
    if (!hasBig || !Number.isNaN(difference)) {
      keys[position] = difference;
      continue;
    }
    const exact = moneyAt(block, position)?.differenceMinor ?? null;
    keys[position] = exact === null ? Number.NaN : Number(exact);
  }
}

/** Places by name as people sort it, ids where there is no name; cells without a customer after all others. */
function customerFill(frame: CellColumns): Fill {
  const identity = frame.blocks[0]?.identity;
  if (identity === undefined) return () => {};
  const { customerIds, usageIds, names } = identity;
  const places = shownPlaces(customerIds.map((id, key) => names[key]?.toLowerCase() ?? id));
  const usagePlaces = ranksOf(usageIds);
  return ({ customerKeys, usageKeys }, keys) => {
    for (let position = 0; position < keys.length; position += 1) {
      const key = customerKeys[position] as number;
      keys[position] =
        key === 0
          ? customerIds.length + (usagePlaces[usageKeys[position] as number] as number)
          : (places[key] as number);
    }
  };
}

/** Key → place of its text; equal texts share one. */
function shownPlaces(texts: readonly (string | undefined)[]): Int32Array {
  const distinct = new Set<string>();
  let isPlain = true;
  for (const text of texts) {
    if (text === undefined) continue;
    distinct.add(text);
    isPlain &&= !SURROGATE.test(text);
  }
  // Without surrogates the engine's own order is that of the bytes, and several times as fast.
  const sorted = isPlain ? [...distinct].sort() : [...distinct].sort(compareBytes);
  const placeOf = new Map<string, number>();
  for (const [place, text] of sorted.entries()) placeOf.set(text, place);
  return Int32Array.from(texts, (text) => (text === undefined ? 0 : (placeOf.get(text) ?? 0)));
}

const SURROGATE = /[\ud800-\udfff]/;

const textPlaces = (texts: readonly string[]): ReadonlyMap<string, number> =>
  new Map([...new Set(texts)].sort(compareBytes).map((text, place) => [text, place]));

const causePlaces = (frame: CellColumns): ReadonlyMap<string, number> =>
  textPlaces(frame.blocks.flatMap((block) => [...new Set([...block.causes.values()].map(({ code }) => code))]));
