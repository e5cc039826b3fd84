import { existsSync } from 'node:fs';
import { isTieoutError, TieoutError } from '../../shared/errors.ts';
import { type AuditEvent, chainProblems } from '../../shared/reconciliation/close/audit-chain.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { bodyOf, readStoredAudit, type StoredEvent, sha256 } from '../cache/audit-store.ts';
import { lockText, noteText, reopenText, signOffText } from '../cache/close-record.ts';
import { closeSchema } from '../cache/close-schema.ts';
import {
  type CloseLock,
  type LockContent,
  readLocks,
  readPacked,
  readReopenings,
  unpackContent,
} from '../cache/close-store.ts';
import { readNotes } from '../cache/note-store.ts';
import { type Db, openCache } from '../cache/open.ts';
import { readSignOffs } from '../cache/sign-off-store.ts';
import { added, changed, missing, unreadable, type Verification, type VerifyProblem } from './verification.ts';

/**
 * Whether what people wrote, signed and locked is as they left it: every row against its entry in the audit log, the
 * log against itself, and the guards of the tables. Entries taken off the end together with their rows are found by
 * whoever has a package or a head of the log that is newer.
 * @throws TieoutError `workspace.not_found`, `cache.newer_version`, `cache.older_version`
 */
export function verifyWorkspace(databaseFile: string, now: Instant): Verification {
  if (!existsSync(databaseFile)) {
    throw new TieoutError('workspace.not_found', {
      message: `There is nothing to verify: ${databaseFile} does not exist.`,
      path: databaseFile,
      remedy: 'Pull and close a month first.',
    });
  }
  let db: Db;
  try {
    db = openCache(databaseFile, { now, readOnly: true });
  } catch (error) {
    if (!isTieoutError(error) || error.code !== 'cache.corrupt') throw error;
    return { target: 'workspace', checked: {}, problems: [unreadable('tieout.db', error.message)] };
  }
  try {
    return verifyCache(db, now);
  } finally {
    db.close();
  }
}

function verifyCache(db: Db, now: Instant): Verification {
  const stored = readStoredAudit(db);
  const events = stored.map((event): AuditEvent => ({ ...event, body: bodyOf(event.body) ?? {} }));
  const records = recordsOf(db);
  const problems = [
    ...guardProblems(db, now),
    ...logProblems(stored, events),
    ...recordProblems(records, events),
    ...contentProblems(db, events),
  ];
  const checked = {
    'audit entries': stored.length,
    notes: records.filter(({ action }) => action === 'note').length,
    'sign-offs': records.filter(({ action }) => action === 'sign_off').length,
    locks: records.filter(({ action }) => action === 'lock').length,
    reopenings: records.filter(({ action }) => action === 'reopen').length,
  };
  return { target: 'workspace', checked, problems };
}

/** Tables, their checks and the triggers that refuse a change: another text of one is not ours. */
function guardProblems(db: Db, now: Instant): readonly VerifyProblem[] {
  const empty = openCache(':memory:', { now });
  try {
    const found = closeSchema(db);
    return [...closeSchema(empty)].flatMap(([name, sql]) => {
      if (found.get(name) === sql) return [];
      const isThere = found.has(name);
      const message = isThere
        ? `${name} was replaced: it does not guard any more as it was made to.`
        : `${name} was removed: nothing keeps the rows from being changed.`;
      return [isThere ? changed(name, message) : missing(name, message)];
    });
  } finally {
    empty.close();
  }
}

function logProblems(stored: readonly StoredEvent[], events: readonly AuditEvent[]): readonly VerifyProblem[] {
  const chain = chainProblems(events, sha256).map(({ seq, problem, message }) => ({
    path: `audit_event ${seq}`,
    problem,
    message,
  }));
  const named = new Set(chain.map(({ path }) => path));
  const texts = stored
    .filter(({ seq, body }) => bodyOf(body) === null && !named.has(`audit_event ${seq}`))
    .map(({ seq }) =>
      changed(`audit_event ${seq}`, `Entry ${seq} of the audit log was changed: its text is not as it is written.`),
    );
  return [...chain, ...texts];
}

/** A row that people made, and what the audit log must say of it. */
type RecordRow = {
  readonly path: string;
  readonly action: 'note' | 'sign_off' | 'lock' | 'reopen';
  /** What tells the entry of this row from others. */
  readonly key: string;
  /** Null where it cannot be read. */
  readonly hash: string | null;
};

function recordsOf(db: Db): readonly RecordRow[] {
  const notes = readNotes(db, null).map(
    (note): RecordRow => ({
      path: `note ${note.id}`,
      action: 'note',
      key: String(note.id),
      hash: hashOf(() => noteText(note)),
    }),
  );
  const signOffs = readSignOffs(db, null).map(
    (signOff): RecordRow => ({
      path: `sign_off ${signOff.id}`,
      action: 'sign_off',
      key: String(signOff.id),
      hash: hashOf(() => signOffText(signOff)),
    }),
  );
  const locks = readLocks(db, null).map(
    (lock): RecordRow => ({
      path: lockPath(lock),
      action: 'lock',
      key: `${lock.month} ${lock.version}`,
      hash: hashOf(() => lockText(lock, packedOf(db, lock))),
    }),
  );
  const reopenings = readReopenings(db).map(
    (reopening): RecordRow => ({
      path: `close_reopen ${reopening.month} version ${reopening.version}`,
      action: 'reopen',
      key: `${reopening.month} ${reopening.version}`,
      hash: hashOf(() => reopenText(reopening)),
    }),
  );
  return [...notes, ...signOffs, ...locks, ...reopenings];
}

const lockPath = ({ month, version }: Pick<CloseLock, 'month' | 'version'>): string =>
  `close_lock ${month} version ${version}`;

const packedOf = (db: Db, lock: CloseLock): LockContent =>
  readPacked(db, lock) ?? { snapshot: new Uint8Array(), cells: new Uint8Array() };

/** A number or a text that has no canonical form was never written by us. */
function hashOf(text: () => string): string | null {
  try {
    return sha256(text());
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const NAMES = { note: 'The note', sign_off: 'The sign-off', lock: 'The locked snapshot', reopen: 'The reopening' };

/** Every row against the entry that tells of it, both ways. */
function recordProblems(rows: readonly RecordRow[], events: readonly AuditEvent[]): readonly VerifyProblem[] {
  const entries = new Map<string, AuditEvent>();
  for (const event of events) {
    const key = keyOf(event);
    if (key !== null) entries.set(`${event.action} ${key}`, event);
  }
  const problems = rows.flatMap(({ path, action, key, hash }): readonly VerifyProblem[] => {
    const name = NAMES[action];
    const entry = entries.get(`${action} ${key}`);
    entries.delete(`${action} ${key}`);
    if (entry === undefined) return [added(path, `${name} has no entry in the audit log: it was put in by hand.`)];
    if (hash === null) return [unreadable(path, `${name} cannot be read.`)];
    if (entry.body.record === hash) return [];
    return [changed(path, `${name} is not as entry ${entry.seq} of the audit log says it was written.`)];
  });
  const gone = [...entries].map(([path, { seq, action }]) =>
    missing(path, `${NAMES[action as keyof typeof NAMES]} that entry ${seq} of the audit log tells of is gone.`),
  );
  return [...problems, ...gone];
}

function keyOf({ action, month, body }: AuditEvent): string | null {
  switch (action) {
    case 'note':
      return String(body.note);
    case 'sign_off':
      return String(body.signOff);
    case 'lock':
    case 'reopen':
      return `${month} ${String(body.version)}`;
    default:
      return null;
  }
}

/** What each lock holds: the snapshot against its hash, the cells against the snapshot, its place in the log. */
function contentProblems(db: Db, events: readonly AuditEvent[]): readonly VerifyProblem[] {
  return readLocks(db, null).flatMap((lock) => {
    const path = lockPath(lock);
    const content = unpacked(db, lock);
    if (content === null) return [unreadable(path, 'What was locked cannot be unpacked: its bytes were changed.')];
    if (sha256(content.snapshot) !== lock.contentHash) {
      return [changed(path, 'The snapshot is not the one whose hash was locked.')];
    }
    const snapshot = JSON.parse(Buffer.from(content.snapshot).toString('utf8')) as {
      readonly cells: { readonly sha256: string };
      readonly audit: { readonly seq: number; readonly hash: string };
    };
    const { audit, cells } = snapshot;
    const isInLog = audit.seq === 0 || events.some(({ seq, hash }) => seq === audit.seq && hash === audit.hash);
    return [
      ...(sha256(content.cells) === cells.sha256
        ? []
        : [changed(path, 'The cells are not those whose hash stands in the snapshot.')]),
      ...(isInLog
        ? []
        : [changed(path, `Entry ${audit.seq} of the audit log is not the one that the snapshot was locked on.`)]),
    ];
  });
}

function unpacked(db: Db, lock: CloseLock): LockContent | null {
  try {
    return unpackContent(packedOf(db, lock));
  } catch {
    // Edited bytes fail in zlib in as many ways as there are.
    return null;
  }
}
