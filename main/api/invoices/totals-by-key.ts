import { type Decimal, decimal, normalize } from '../../../shared/values/decimal.ts';
import { fromStored } from '../../../shared/values/quantity.ts';
import type { Db } from '../../cache/open.ts';
import {
  readSummaryTotal,
  readSummaryTotals,
  readUsageTotal,
  readUsageTotals,
  type TotalChunk,
  valueAt,
} from '../../cache/total-store.ts';

/** What a pull says of one key. `absent`: no row; `empty`: asked, and there is nothing; `invalid`: no decimal. */
export type KeyTotal =
  | { readonly state: 'absent' | 'empty' | 'invalid' }
  | { readonly state: 'value'; readonly value: Decimal };

/** Month totals of one pull by the cache's dense key, in native units. */
export type TotalsByKey = (key: number) => KeyTotal;

const ABSENT: KeyTotal = { state: 'absent' };
const EMPTY: KeyTotal = { state: 'empty' };
const INVALID: KeyTotal = { state: 'invalid' };

/** Reads one key at a time: for a few customers out of many. */
export const lookUpTotals = (db: Db, side: 'usage' | 'summary', pull: number): TotalsByKey => {
  const read = side === 'usage' ? readUsageTotal : readSummaryTotal;
  return (key) => {
    const total = read(db, pull, key);
    if (total === null) return ABSENT;
    if (!total.hasValue) return EMPTY;
    const only: TotalChunk = {
      length: 1,
      keys: Int32Array.of(key),
      wholes: Float64Array.of(Number.NaN),
      fracs: Float64Array.of(Number(total.frac)),
      texts: total.text === null ? new Map() : new Map([[0, total.text]]),
      bigs: new Map([[0, total.whole]]),
      hasValue: Uint8Array.of(1),
    };
    return keyTotal(only, 0);
  };
};

const VALUE_STATE = 2;

/** Reads the whole pull into columns: for every customer. Values that two plain integers cannot hold stand beside. */
export function loadTotals(db: Db, side: 'usage' | 'summary', pull: number): TotalsByKey {
  let wholes = new Float64Array(1024);
  let fracs = new Float64Array(1024);
  let states = new Uint8Array(1024);
  const odd = new Map<number, KeyTotal>();
  for (const chunk of side === 'usage' ? readUsageTotals(db, pull) : readSummaryTotals(db, pull)) {
    const highest = chunk.keys[chunk.length - 1] as number;
    if (highest >= states.length) {
      const size = Math.max(highest + 1, states.length * 2);
      [wholes, fracs, states] = [grown(wholes, size), grown(fracs, size), grownBytes(states, size)];
    }
    for (let index = 0; index < chunk.length; index += 1) {
      const key = chunk.keys[index] as number;
      if (chunk.hasValue[index] === 0) {
        states[key] = 1;
        continue;
      }
      states[key] = VALUE_STATE;
      const whole = chunk.wholes[index] as number;
      wholes[key] = whole;
      fracs[key] = chunk.fracs[index] as number;
      if (Number.isNaN(whole) || chunk.texts.has(index)) odd.set(key, keyTotal(chunk, index));
    }
  }
  return (key) => {
    const state = states[key] ?? 0;
    if (state === 0) return ABSENT;
    if (state === 1) return EMPTY;
    const found = odd.size === 0 ? undefined : odd.get(key);
    if (found !== undefined) return found;
    const [whole, frac] = [wholes[key] as number, fracs[key] as number];
    return { state: 'value', value: frac === 0 ? decimal(BigInt(whole)) : normalize(fromStored(whole, frac)) };
  };
}

function keyTotal(chunk: TotalChunk, index: number): KeyTotal {
  const value = valueAt(chunk, index);
  return value === null ? INVALID : { state: 'value', value: normalize(value) };
}

function grown(from: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size);
  larger.set(from);
  return larger;
}

function grownBytes(from: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(from);
  return larger;
}
