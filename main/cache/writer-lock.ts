import Database from 'better-sqlite3';
import { TieoutError } from '../../shared/errors.ts';
import { formatInstant, type Instant, instant } from '../../shared/values/instant.ts';
import { cacheError } from './cache-error.ts';

export type Writer = { readonly pid: number; readonly startedAt: Instant; readonly command: string };

export type WriterLock = { readonly release: () => void };

const BUSY_TIMEOUT_MS = 500;

/**
 * Makes this process the one writer of a workspace. The lock is an open write transaction on a small file beside the
 * database: the operating system drops it when its process dies, however it dies, and it is never stale. The holder's
 * details are committed before the transaction opens, so that others can read them while it is held. The file stays,
 * since removing it would let two writers hold locks on two files of one name.
 * @throws TieoutError `workspace.busy` names the holder; `workspace.not_writable`
 */
export function acquireWriter(workspace: { readonly databaseFile: string }, writer: Writer): WriterLock {
  const file = `${workspace.databaseFile}-writer`;
  let lock: Database.Database | null = null;
  try {
    lock = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    writeHolder(lock, writer);
    lock.exec('BEGIN IMMEDIATE');
  } catch (error) {
    const refusal = isBusy(error) ? busy(workspace.databaseFile, lock === null ? null : readHolder(lock), error) : null;
    lock?.close();
    throw refusal ?? cacheError(error, file);
  }
  const held = lock;
  return {
    release: () => {
      if (!held.open) return;
      held.exec('ROLLBACK');
      held.close();
    },
  };
}

function writeHolder(lock: Database.Database, writer: Writer): void {
  lock.pragma('synchronous = OFF');
  lock
    .transaction(() => {
      lock.exec(
        'CREATE TABLE IF NOT EXISTS holder (only INTEGER PRIMARY KEY CHECK (only = 1), ' +
          'pid INTEGER NOT NULL, started_at INTEGER NOT NULL, command TEXT NOT NULL) STRICT',
      );
      lock
        .prepare('INSERT OR REPLACE INTO holder (only, pid, started_at, command) VALUES (1, ?, ?, ?)')
        .run(writer.pid, writer.startedAt, writer.command);
    })
    .immediate();
}

type HolderRow = { readonly pid: number; readonly started_at: number; readonly command: string };

function readHolder(lock: Database.Database): Writer | null {
  try {
    const row = lock.prepare<[], HolderRow>('SELECT pid, started_at, command FROM holder').get();
    return row === undefined ? null : { pid: row.pid, startedAt: instant(row.started_at), command: row.command };
  } catch {
    return null;
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && (error.code.startsWith('SQLITE_BUSY') || error.code === 'SQLITE_LOCKED');

function busy(databaseFile: string, holder: Writer | null, cause: unknown): TieoutError {
  const by =
    holder === null
      ? 'another process'
      : `process ${holder.pid} since ${formatInstant(holder.startedAt)} (${holder.command})`;
  return new TieoutError('workspace.busy', {
    message: `${databaseFile} is being written by ${by}.`,
    path: databaseFile,
    remedy: 'Wait until it has ended, or end it; reports go on meanwhile.',
    cause,
  });
}
