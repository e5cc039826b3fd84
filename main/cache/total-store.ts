import { add, type Decimal, tryParseDecimal, ZERO } from '../../shared/values/decimal.ts';
import { fromStored } from '../../shared/values/quantity.ts';
import type { Db } from './open.ts';
import { allRows, firstRow } from './query.ts';

/** Rows a chunk: large enough that the call costs nothing, small enough that a cancel is heard (performance.md section 5). */
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

/** key, whole, frac, text[, has value] */
type RawTotal = readonly [number, number, number, string | null, number?];
type ExactTotal = readonly [bigint, bigint, bigint, string | null, bigint?];

export const readUsageTotals = (db: Db, pull: number, chunkRows = CHUNK_ROWS): Generator<TotalChunk> =>
  totals(db, 'usage-total-chunk', pull, chunkRows);

export const readSummaryTotals = (db: Db, pull: number, chunkRows = CHUNK_ROWS): Generator<TotalChunk> =>
  totals(db, 'summary-total-chunk', pull, chunkRows);

function* totals(db: Db, query: string, pull: number, chunkRows: number): Generator<TotalChunk> {
  let after = 0;
  for (;;) {
    const rows = allRows<RawTotal>(db, query, [pull, after, chunkRows], 'raw');
    const last = rows.at(-1);
    if (last === undefined) return;
    yield chunkOf(rows, () => allRows<ExactTotal>(db, query, [pull, after, chunkRows], 'exact-raw'));
    if (rows.length < chunkRows) return;
    after = last[0];
  }
}

function chunkOf(rows: readonly RawTotal[], readExactly: () => readonly ExactTotal[]): TotalChunk {
  const length = rows.length;
  const keys = new Int32Array(length);
  const wholes = new Float64Array(length);
  const fracs = new Float64Array(length);
  const hasValue = new Uint8Array(length);
  const texts = new Map<number, string>();
  const bigs = new Map<number, bigint>();
  let exact: readonly ExactTotal[] | null = null;
  for (let index = 0; index < length; index += 1) {
    const row = rows[index] as RawTotal;
    const whole = row[1];
    keys[index] = row[0];
    fracs[index] = row[2];
    hasValue[index] = row[4] ?? 1;
    if (row[3] !== null) texts.set(index, row[3]);
    if (Number.isSafeInteger(whole)) {
      wholes[index] = whole;
    } else {
      exact ??= readExactly();
      wholes[index] = Number.NaN;
      bigs.set(index, exact[index]?.[1] ?? 0n);
    }
  }
  return { length, keys, wholes, fracs, texts, bigs, hasValue };
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
