import { assert } from '../../shared/errors.ts';
import { compareBytes } from '../../shared/values/order.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

const CHUNK_ROWS = 5_000;

/** The surrogate key of a usage id, or null where it was never seen. */
export const findUsageKey = (db: Db, usageId: string): number | null =>
  firstRow<{ usage_key: number }>(db, 'identity-by-id', [usageId])?.usage_key ?? null;

/** The usage id that a surrogate stands for. */
export const usageIdOf = (db: Db, usageKey: number): string | null =>
  firstRow<readonly [number, string]>(db, 'identity-by-key-chunk', [usageKey - 1, 1], 'raw')?.[1] ?? null;

/** The surrogate key of a usage id, made on demand. */
export const usageKeyOf = (db: Db, usageId: string): number =>
  findUsageKey(db, usageId) ?? Number(runQuery(db, 'identity-insert', [usageId]).lastInsertRowid);

/**
 * Keys for usage ids that arrive in byte order: a walk along the index beside the stream, instead of a look-up per id
 * or a map of all of them. New ids get their keys in the order of arrival, so wide tables are filled in key order. An
 * id that arrives out of order is looked up, slower and as right.
 */
export class UsageKeyWalk {
  readonly #db: Db;
  #known: readonly (readonly [string, number])[] = [];
  #at = 0;
  #isExhausted = false;
  #previous = '';

  constructor(db: Db) {
    this.#db = db;
  }

  keyOf(usageId: string): number {
    const order = compareBytes(usageId, this.#previous);
    if (order < 0) return usageKeyOf(this.#db, usageId);
    this.#previous = usageId;
    for (;;) {
      const candidate = this.#known[this.#at];
      if (candidate === undefined) {
        if (this.#isExhausted) return this.#insert(usageId);
        this.#readOn(usageId);
        continue;
      }
      const comparison = compareBytes(candidate[0], usageId);
      if (comparison === 0) return candidate[1];
      if (comparison > 0) return this.#insert(usageId);
      this.#at += 1;
    }
  }

  #insert(usageId: string): number {
    return usageKeyOf(this.#db, usageId);
  }

  /** Reads from the id that is asked for, which may lie far ahead of the last one read. */
  #readOn(from: string): void {
    const last = this.#known.at(-1)?.[0];
    const known = findUsageKey(this.#db, from);
    const rest = allRows<readonly [string, number]>(this.#db, 'identity-chunk', [from, CHUNK_ROWS], 'raw');
    assert(last === undefined || compareBytes(last, from) < 0, 'the walk only goes forward');
    this.#known = known === null ? rest : [[from, known], ...rest];
    this.#at = 0;
    this.#isExhausted = rest.length < CHUNK_ROWS;
  }
}

/** Usage ids by surrogate key (dense from 1). */
export function readUsageIds(db: Db): readonly (string | undefined)[] {
  const ids: (string | undefined)[] = [undefined];
  let after = 0;
  for (;;) {
    const rows = allRows<readonly [number, string]>(db, 'identity-by-key-chunk', [after, CHUNK_ROWS * 4], 'raw');
    if (rows.length === 0) return ids;
    for (const [key, id] of rows) {
      while (ids.length < key) ids.push(undefined);
      ids.push(id);
      after = key;
    }
  }
}
