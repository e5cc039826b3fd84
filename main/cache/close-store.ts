import { deflateSync, inflateSync } from 'node:zlib';
import type { Instant } from '../../shared/values/instant.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

export type Reopening = { readonly at: Instant; readonly actor: string; readonly reason: string };

/** A lock without what it holds. */
export type CloseLock = {
  readonly month: string;
  /** From 1. */
  readonly version: number;
  readonly at: Instant;
  readonly actor: string;
  /** Of the snapshot's text. */
  readonly contentHash: string;
  /** Null while it holds. */
  readonly reopened: Reopening | null;
};

/** What a lock holds: the canonical text of the snapshot, and all cells as CSV. */
export type LockContent = { readonly snapshot: Uint8Array; readonly cells: Uint8Array };

/** Compressed, as it is stored. */
export const packContent = ({ snapshot, cells }: LockContent): LockContent => ({
  snapshot: deflateSync(snapshot),
  cells: deflateSync(cells),
});

export const insertLock = (db: Db, lock: Omit<CloseLock, 'reopened'>, packed: LockContent): void => {
  runQuery(db, 'close-lock-insert', { ...lock, ...packed });
};

export const insertReopening = (db: Db, of: { month: string; version: number } & Reopening): void => {
  runQuery(db, 'close-reopen-insert', { ...of });
};

type Row = {
  readonly month: string;
  readonly version: number;
  readonly at: number;
  readonly actor: string;
  readonly content_hash: string;
  readonly reopened_at: number | null;
  readonly reopened_by: string | null;
  readonly reason: string | null;
};

/** Oldest first. @param month null: of every month */
export const readLocks = (db: Db, month: string | null): readonly CloseLock[] =>
  allRows<Row>(db, 'close-locks', { month }).map((row) => ({
    month: row.month,
    version: row.version,
    at: row.at as Instant,
    actor: row.actor,
    contentHash: row.content_hash,
    reopened:
      row.reopened_at === null
        ? null
        : { at: row.reopened_at as Instant, actor: row.reopened_by ?? '', reason: row.reason ?? '' },
  }));

/** The lock in force; null where a month is open. */
export const lockInForce = (db: Db, month: string): CloseLock | null => {
  const newest = readLocks(db, month).at(-1) ?? null;
  return newest?.reopened === null ? newest : null;
};

/** As it is stored. */
export const readPacked = (db: Db, of: { month: string; version: number }): LockContent | null =>
  firstRow<LockContent>(db, 'close-lock-content', [of.month, of.version]) ?? null;

/** @throws Error where the bytes were edited into none that can be unpacked */
export function readContent(db: Db, of: { month: string; version: number }): LockContent | null {
  const packed = readPacked(db, of);
  return packed === null ? null : unpackContent(packed);
}

/** @throws Error where the bytes were edited into none that can be unpacked */
export const unpackContent = ({ snapshot, cells }: LockContent): LockContent => ({
  snapshot: inflateSync(snapshot),
  cells: inflateSync(cells),
});

export type StoredReopening = Reopening & { readonly month: string; readonly version: number };

export const readReopenings = (db: Db): readonly StoredReopening[] =>
  allRows<StoredReopening>(db, 'close-reopens').map((row) => ({ ...row }));
