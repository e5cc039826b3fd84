import { createHash } from 'node:crypto';
import type { Db } from './open.ts';
import { allRows } from './query.ts';

/**
 * What a pull holds as one digest: the same numbers give the same digest, whatever surrogate keys they have. Cells come
 * in byte order of their id. Text and packed hours are digested apart, each in large pieces.
 */
export class ContentHash {
  readonly #totals = createHash('sha256');
  readonly #hours = createHash('sha256');
  #waiting = '';

  addTotal(id: string, whole: number | bigint, frac: number | bigint, text: string | null): void {
    this.#waiting += `${id}\n${whole}.${frac}${text === null ? '' : `!${JSON.stringify(text)}`}\n`;
    if (this.#waiting.length < PIECE) return;
    this.#totals.update(this.#waiting);
    this.#waiting = '';
  }

  addHours(packed: Uint8Array): void {
    this.#hours.update(packed);
  }

  digest(): string {
    this.#totals.update(this.#waiting);
    return createHash('sha256').update(this.#totals.digest()).update(this.#hours.digest()).digest('hex');
  }
}

const PIECE = 256 * 1024;
const CHUNK_ROWS = 5_000;

type ContentRow = readonly [string, bigint | null, bigint | null, string | null, Uint8Array | null, bigint?];

export type Content = { readonly cells: number; readonly digest: string };

/** The digest of a usage pull as it stands in the cache. Yields between chunks. */
export const hashUsageContent = (db: Db, pull: number): Generator<void, Content> =>
  hashContent(db, 'usage-content-chunk', pull);

/** The same of a Stripe pull. That Stripe was asked and holds nothing is part of the content. */
export const hashSummaryContent = (db: Db, pull: number): Generator<void, Content> =>
  hashContent(db, 'summary-content-chunk', pull);

function* hashContent(db: Db, query: string, pull: number): Generator<void, Content> {
  const hash = new ContentHash();
  let after = '';
  let cells = 0;
  for (;;) {
    const rows = allRows<ContentRow>(db, query, { pull, after, rows: CHUNK_ROWS }, 'exact-raw');
    const last = rows.at(-1);
    if (last === undefined) return { cells, digest: hash.digest() };
    for (const [id, whole, frac, text, hours, hasValue] of rows) {
      if (whole === null || frac === null) continue;
      cells += 1;
      hash.addTotal(id, whole, frac, hasValue === 0n ? 'none' : text);
      if (hours !== null) hash.addHours(hours);
    }
    after = last[0];
    yield;
  }
}

/** Runs a stepwise task to its end at once: for tests and small caches. */
export function runThrough<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
