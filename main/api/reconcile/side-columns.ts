import { add, type Decimal, tryParseDecimal, ZERO } from '../../../shared/values/decimal.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import type { TotalChunk } from '../../cache/total-store.ts';

/**
 * One side of a meter's cells, scattered by customer key: the quantity as two plain integers below 2^53, `whole` NaN
 * where there is none. What does not fit lives in the maps and is NaN in the columns.
 */
export type SideColumns = {
  readonly wholes: Float64Array;
  readonly fracs: Float64Array;
  /** Quantity × 10^12 of those beyond 2^53. */
  readonly big: Map<number, bigint>;
  /** Decimals of more than 12 places or 64 bits, to be added to what the columns hold. */
  readonly exact: Map<number, Decimal>;
  /** The source's text where it is no decimal: nothing else counts then. */
  readonly texts: Map<number, string>;
};

export const emptyColumns = (size: number): SideColumns => ({
  wholes: new Float64Array(size).fill(Number.NaN),
  fracs: new Float64Array(size),
  big: new Map(),
  exact: new Map(),
  texts: new Map(),
});

/** Puts row `index` of a chunk at `key`, adding to what stands there: several usage ids may be one customer. */
export function addRow(side: SideColumns, key: number, chunk: TotalChunk, index: number): void {
  const text = chunk.texts.size === 0 ? undefined : chunk.texts.get(index);
  if (text !== undefined) {
    addText(side, key, text);
    return;
  }
  const whole = chunk.wholes[index] as number;
  const frac = chunk.fracs[index] as number;
  const before = side.wholes[key] as number;
  if (Number.isNaN(before) && !Number.isNaN(whole) && !side.big.has(key)) {
    side.wholes[key] = whole;
    side.fracs[key] = frac;
    return;
  }
  const sum =
    scaledOf(side, key) +
    (Number.isNaN(whole) ? (chunk.bigs.get(index) ?? 0n) : BigInt(whole)) * FRAC_UNIT +
    BigInt(frac);
  put(side, key, sum);
}

export function addText(side: SideColumns, key: number, text: string): void {
  const value = tryParseDecimal(text);
  if (value === null) side.texts.set(key, text);
  else side.exact.set(key, add(side.exact.get(key) ?? ZERO, value));
}

/** What stands at `key` where the columns alone do not hold it: a text that is no decimal, or an exact decimal; else null. */
export function beyondColumns(side: SideColumns, key: number): string | Decimal | null {
  if (side.texts.size === 0 && side.exact.size === 0) return null;
  const text = side.texts.get(key);
  if (text !== undefined) return text;
  const exact = side.exact.get(key);
  return exact === undefined ? null : add(exact, { coefficient: scaledOf(side, key), scale: QUANTITY_PLACES });
}

/** Quantity × 10^12 at `key`; 0 where there is none. */
function scaledOf(side: SideColumns, key: number): bigint {
  const big = side.big.get(key);
  if (big !== undefined) return big;
  const whole = side.wholes[key] as number;
  return Number.isNaN(whole) ? 0n : BigInt(whole) * FRAC_UNIT + BigInt(side.fracs[key] as number);
}

function put(side: SideColumns, key: number, scaled: bigint): void {
  const frac = ((scaled % FRAC_UNIT) + FRAC_UNIT) % FRAC_UNIT;
  const whole = (scaled - frac) / FRAC_UNIT;
  if (whole < MAX_SAFE && whole > -MAX_SAFE) {
    side.wholes[key] = Number(whole);
    side.fracs[key] = Number(frac);
    side.big.delete(key);
  } else {
    side.wholes[key] = Number.NaN;
    side.big.set(key, scaled);
  }
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Splits a quantity × 10^12 into the columns' two integers, or null where the whole passes 2^53. */
export function split(scaled: bigint): { readonly whole: number; readonly frac: number } | null {
  const frac = ((scaled % FRAC_UNIT) + FRAC_UNIT) % FRAC_UNIT;
  const whole = (scaled - frac) / FRAC_UNIT;
  return whole < MAX_SAFE && whole > -MAX_SAFE ? { whole: Number(whole), frac: Number(frac) } : null;
}
