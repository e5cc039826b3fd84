import type { AuditEntry } from '../../shared/reconciliation/close/audit-chain.ts';
import { type Canonical, canonicalJson } from '../../shared/values/canonical-json.ts';
import { appendAudit, readNewestAudit, sha256 } from './audit-store.ts';
import {
  type CloseLock,
  insertLock,
  insertReopening,
  type LockContent,
  type Reopening,
  type StoredReopening,
} from './close-store.ts';
import { insertNote, type Note } from './note-store.ts';
import type { Db } from './open.ts';
import { insertSignOff, type StoredSignOff } from './sign-off-store.ts';

// Everything that people do to a close is written here: the row, and the entry of the audit log that holds its hash, so
// that an edit of either shows. Called inside a transaction.

/** What a row says, as the text whose hash stands in the audit log. */
export const noteText = ({ id, ...note }: Note): string => canonicalJson({ note: id, ...note });

export const signOffText = ({ id, ...signOff }: StoredSignOff): string => canonicalJson({ signOff: id, ...signOff });

/** @param packed as it is stored: a byte of it that changes nothing else shows too */
export const lockText = ({ reopened: _, ...lock }: CloseLock, packed: LockContent): string =>
  canonicalJson({ ...lock, snapshot: sha256(packed.snapshot), cells: sha256(packed.cells) });

export const reopenText = ({ month, version, at, actor, reason }: StoredReopening): string =>
  canonicalJson({ month, version, at, actor, reason });

export function noteRecord(db: Db, given: Omit<Note, 'id'>): Note {
  const note = insertNote(db, given);
  const { id, at, author, month, customer, usageId, meter, gate, explains, covers } = note;
  const body = { note: id, customer, usageId, meter, gate, explains, covers: covers.length };
  appendAudit(db, { at, actor: author, action: 'note', month, body: { ...body, record: sha256(noteText(note)) } });
  return note;
}

export function signOffRecord(db: Db, given: Omit<StoredSignOff, 'id'>): StoredSignOff {
  const signOff = insertSignOff(db, given);
  const { id, at, name, month, role, version, contentHash } = signOff;
  const body = { signOff: id, role, version, figures: contentHash, record: sha256(signOffText(signOff)) };
  appendAudit(db, { at, actor: name, action: 'sign_off', month, body });
  return signOff;
}

export function lockRecord(db: Db, given: Omit<CloseLock, 'reopened'>, packed: LockContent): CloseLock {
  insertLock(db, given, packed);
  const lock = { ...given, reopened: null };
  const { month, version, at, actor, contentHash } = lock;
  const body = { version, contentHash, record: sha256(lockText(lock, packed)) };
  appendAudit(db, { at, actor, action: 'lock', month, body });
  return lock;
}

export function reopenRecord(db: Db, lock: CloseLock, reopened: Reopening): CloseLock {
  const { month, version } = lock;
  const { at, actor, reason } = reopened;
  insertReopening(db, { month, version, at, actor, reason });
  const record = sha256(reopenText({ month, version, at, actor, reason }));
  appendAudit(db, { at, actor, action: 'reopen', month, body: { version, reason, record } });
  return { ...lock, reopened };
}

/** An entry without a row of its own. @param options.isOnce not again while the month's newest entry says the same */
export function recordWith(db: Db, entry: AuditEntry, { isOnce }: { readonly isOnce: boolean }): void {
  const [last] = readNewestAudit(db, { month: entry.month, limit: 1 });
  const isSaid = last?.action === entry.action && canonicalJson(last.body as Canonical) === canonicalJson(entry.body);
  if (!isOnce || !isSaid) appendAudit(db, entry);
}
