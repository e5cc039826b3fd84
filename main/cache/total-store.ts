import { assert } from '../../shared/errors.ts';
import { add, type Decimal, tryParseDecimal, ZERO } from '../../shared/values/decimal.ts';
import { fromStored } from '../../shared/values/quantity.ts';
import type { Db } from './open.ts';
import { firstRow } from './query.ts';

/** Keys a chunk: large enough that the call costs nothing, small enough that a cancel is heard (performance.md section 5). */
const CHUNK_ROWS = 20_000;

/**
 * Period totals in ascending key order, as columns. `wholes[i] + fracs[i] · 10^-12` in the pull's native unit; where a
 * whole leaves 2^53 it stands in `bigs` and `wholes` holds NaN; where a value does not fit at all its text stands in
 * `texts` (usage: no finite decimal; Stripe: the exact decimal, or no decimal), and whole and frac are 0.
 */
export type TotalChunk = {
  readonly length: number;
  readonly keys: Int32Array;
  readonly wholes: Float64Array;
  readonly fracs: Float64Array;
  readonly texts: ReadonlyMap<number, string>;
  readonly bigs: ReadonlyMap<number, bigint>;
  /** 0: Stripe was asked and holds no event. Always 1 for usage. */
  readonly hasValue: Uint8Array;
};

/** JSON lists: keys, wholes (null: no event), fracs, and pairs of key and text (null: none). */
type Columns = readonly [keys: string, wholes: string, fracs: string, texts: string | null];

export const readUsageTotals = (db: Db, pull: number, chunkRows = CHUNK_ROWS): Generator<TotalChunk> =>
  totals(db, 'usage', pull, chunkRows);

export const readSummaryTotals = (db: Db, pull: number, chunkRows = CHUNK_ROWS): Generator<TotalChunk> =>
  totals(db, 'summary', pull, chunkRows);

/** A range of keys at a time: a column crosses from SQLite as one JSON text, which costs a third less than its rows. */
function* totals(db: Db, side: 'usage' | 'summary', pull: number, chunkRows: number): Generator<TotalChunk> {
  const range = firstRow<readonly [number | null, number | null]>(db, `${side}-total-range`, { pull }, 'raw');
  const [lowest, highest] = range ?? [null, null];
  if (lowest === null || highest === null) return;
  for (let after = lowest - 1; after < highest; after += chunkRows) {
    const columns = firstRow<Columns>(db, `${side}-total-columns`, [pull, after, after + chunkRows], 'raw');
    assert(columns !== undefined, 'an aggregate has a row');
    const chunk = chunkOf(columns, (key) => cellTotal(db, `${side}-total`, pull, key)?.whole ?? 0n);
    if (chunk.length > 0) yield chunk;
  }
}

/** @param readExactly the whole of a key: JSON.parse rounds integers beyond 2^53 */
function chunkOf([keyList, wholeList, fracList, textList]: Columns, readExactly: (key: number) => bigint): TotalChunk {
  const keys = new Int32Array(JSON.parse(keyList) as readonly number[]);
  const given = JSON.parse(wholeList) as readonly (number | null)[];
  const fracs = new Float64Array(JSON.parse(fracList) as readonly number[]);
  const { length } = keys;
  const wholes = new Float64Array(length);
  const hasValue = new Uint8Array(length);
  const bigs = new Map<number, bigint>();
  let previous = 0;
  for (let index = 0; index < length; index += 1) {
    const key = keys[index] as number;
    assert(key > previous, 'totals come in the order of their key');
    previous = key;
    const whole = given[index] as number | null;
    if (whole === null) continue;
    hasValue[index] = 1;
    if (Number.isSafeInteger(whole)) {
      wholes[index] = whole;
    } else {
      wholes[index] = Number.NaN;
      bigs.set(index, readExactly(key));
    }
  }
  return { length, keys, wholes, fracs, texts: textsOf(keys, textList), bigs, hasValue };
}

/** Texts by their place in the chunk. */
function textsOf(keys: Int32Array, list: string | null): ReadonlyMap<number, string> {
  if (list === null) return new Map();
  const pairs = JSON.parse(list) as readonly (readonly [number, string])[];
  let at = 0;
  return new Map(
    pairs.map(([key, text]) => {
      while (keys[at] !== key) at += 1;
      return [at, text];
    }),
  );
}

/** One cell's total. `text` stands for a value that does not fit the two integers. */
export type CellTotal = {
  readonly hasValue: boolean;
  readonly whole: bigint;
  readonly frac: bigint;
  readonly text: string | null;
};

export const readUsageTotal = (db: Db, pull: number, usageKey: number): CellTotal | null =>
  cellTotal(db, 'usage-total', pull, usageKey);

/** Null: not asked; `hasValue` false: asked, and Stripe holds no event. */
export const readSummaryTotal = (db: Db, pull: number, customerKey: number): CellTotal | null =>
  cellTotal(db, 'summary-total', pull, customerKey);

function cellTotal(db: Db, query: string, pull: number, key: number): CellTotal | null {
  type Row = { whole: bigint; frac: bigint; text: string | null; has_value: bigint };
  const row = firstRow<Row>(db, query, [pull, key], 'exact');
  return row === undefined
    ? null
    : { hasValue: row.has_value === 1n, whole: row.whole, frac: row.frac, text: row.text };
}

/** Everything that Stripe holds for a meter in a pull, over all customers; texts that are no decimal count as nothing. */
export function meteredTotal(db: Db, pull: number): Decimal {
  let total: Decimal = ZERO;
  for (const chunk of readSummaryTotals(db, pull)) {
    for (let index = 0; index < chunk.length; index += 1) total = add(total, valueAt(chunk, index) ?? ZERO);
  }
  return total;
}

/** The exact value of one row of a chunk; null where Stripe holds nothing or the text is no decimal. */
export function valueAt(chunk: TotalChunk, index: number): Decimal | null {
  if (chunk.hasValue[index] === 0) return null;
  const text = chunk.texts.get(index);
  if (text !== undefined) return tryParseDecimal(text);
  return fromStored(chunk.bigs.get(index) ?? chunk.wholes[index] ?? 0, chunk.fracs[index] ?? 0);
}
