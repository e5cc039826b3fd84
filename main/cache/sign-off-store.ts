import type { Role, SignOff } from '../../shared/reconciliation/close/sign-off.ts';
import type { Instant } from '../../shared/values/instant.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

export type StoredSignOff = SignOff & { readonly at: Instant; readonly month: string };

/** @returns the sign-off with its id */
export function insertSignOff(db: Db, signOff: Omit<StoredSignOff, 'id'>): StoredSignOff {
  const id = (firstRow<{ id: number }>(db, 'sign-off-newest')?.id ?? 0) + 1;
  runQuery(db, 'sign-off-insert', { ...signOff, id });
  return { ...signOff, id };
}

type Row = {
  readonly id: number;
  readonly at: number;
  readonly month: string;
  readonly version: number;
  readonly role: Role;
  readonly name: string;
  readonly content_hash: string;
};

/** Oldest first. @param month null: of every month */
export const readSignOffs = (db: Db, month: string | null): readonly StoredSignOff[] =>
  allRows<Row>(db, 'sign-offs', { month }).map((row) => ({
    id: row.id,
    at: row.at as Instant,
    month: row.month,
    version: row.version,
    role: row.role,
    name: row.name,
    contentHash: row.content_hash,
  }));
