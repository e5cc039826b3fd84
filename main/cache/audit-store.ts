import { createHash } from 'node:crypto';
import { type AuditEntry, type AuditEvent, chained } from '../../shared/reconciliation/close/audit-chain.ts';
import { canonicalJson } from '../../shared/values/canonical-json.ts';
import type { Instant } from '../../shared/values/instant.ts';
import type { Db } from './open.ts';
import { allRows, runQuery } from './query.ts';

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** Adds an entry, in the transaction of what it tells: without it nothing happened. */
export function appendAudit(db: Db, entry: AuditEntry): AuditEvent {
  const [last] = readNewestAudit(db, { month: null, limit: 1 });
  const event = chained(last ?? null, entry, sha256);
  const { seq, at, actor, action, month, body, previousHash, hash } = event;
  runQuery(db, 'audit-event-insert', {
    seq,
    at,
    actor,
    action,
    month,
    body: canonicalJson(body),
    previousHash,
    hash,
  });
  return event;
}

/** As it stands in the table; `body` is text that somebody may have edited. */
export type StoredEvent = Omit<AuditEvent, 'body'> & { readonly body: string };

type Row = {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly month: string | null;
  readonly body: string;
  readonly previous_hash: string;
  readonly hash: string;
};

/** Oldest first. */
export const readStoredAudit = (db: Db): readonly StoredEvent[] => allRows<Row>(db, 'audit-events').map(storedOf);

/** Newest first. @param of.month null: of every month */
export const readNewestAudit = (
  db: Db,
  of: { readonly month: string | null; readonly limit: number },
): readonly AuditEvent[] =>
  allRows<Row>(db, 'audit-events-newest', of).map((row) => ({
    ...storedOf(row),
    body: bodyOf(row.body) ?? {},
  }));

const storedOf = (row: Row): StoredEvent => ({
  seq: row.seq,
  at: row.at as Instant,
  actor: row.actor,
  action: row.action,
  month: row.month,
  body: row.body,
  previousHash: row.previous_hash,
  hash: row.hash,
});

/** Null where the text is not the canonical JSON of an object. */
export function bodyOf(text: string): AuditEvent['body'] | null {
  try {
    const value = JSON.parse(text) as AuditEvent['body'];
    return typeof value === 'object' && value !== null && canonicalJson(value) === text ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}
