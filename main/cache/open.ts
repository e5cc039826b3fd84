import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { TieoutError } from '../../shared/errors.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { cacheError } from './cache-error.ts';
import { appliedVersion, type Migration, migrate, readMigrations, requireKnownVersion } from './migrate.ts';

export type Db = Database.Database;

/** `PRAGMA application_id` of a tieout.db ("TieO"), so that no other program's database is taken for ours. */
export const APPLICATION_ID = 0x5469654f;

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the cache of a workspace and brings it to this version's schema. Readers and one writer go together (WAL).
 * A file that cannot be read as a cache is refused and never changed.
 * @param options.now for the record of applied migrations
 * @throws TieoutError `cache.newer_version`, `cache.corrupt`, `cache.migration_failed`, `workspace.not_writable`,
 * `workspace.not_found`, `workspace.disk_full`
 */
export function openCache(
  path: string,
  options: { readonly now: Instant; readonly readOnly?: boolean; readonly migrations?: readonly Migration[] },
): Db {
  const isReadOnly = options.readOnly === true;
  let db: Db | null = null;
  try {
    const isNew = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
    if (isReadOnly && isNew) throw missing(path);
    db = new Database(path, { readonly: isReadOnly, fileMustExist: isReadOnly, timeout: BUSY_TIMEOUT_MS });
    if (!isNew) requireOurs(db, path);
    const migrations = options.migrations ?? readMigrations();
    requireKnownVersion(db, path, migrations);
    if (isReadOnly) requireCurrent(db, path, migrations);
    else prepareForWriting(db, path, migrations, options.now);
    return db;
  } catch (error) {
    db?.close();
    throw cacheError(error, path);
  }
}

function prepareForWriting(db: Db, path: string, migrations: readonly Migration[], now: Instant): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
  db.pragma('temp_store = MEMORY');
  if (db.pragma('application_id', { simple: true }) === 0) db.pragma(`application_id = ${APPLICATION_ID}`);
  migrate(db, path, migrations, now);
}

function requireOurs(db: Db, path: string): void {
  const id = db.pragma('application_id', { simple: true });
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  if (id === APPLICATION_ID || (id === 0 && tables === 0)) {
    requireWhole(db, path);
    return;
  }
  throw new TieoutError('cache.corrupt', {
    message: `${path} is a database, but not one that Tieout made.`,
    path,
    remedy: 'Move the file away and pull again, or choose another folder.',
  });
}

/** A file cut short opens without complaint and fails later, in the middle of a close: look before. */
function requireWhole(db: Db, path: string): void {
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const pages = Number(db.pragma('page_count', { simple: true }));
  const pageSize = Number(db.pragma('page_size', { simple: true }));
  const size = statSync(path).size;
  const isCut = !hasLog && size < pages * pageSize;
  const isDamaged = size <= QUICK_CHECK_BYTES && db.pragma('quick_check(1)', { simple: true }) !== 'ok';
  if (isCut || isDamaged) throw cacheError(new Database.SqliteError('damaged', 'SQLITE_CORRUPT'), path);
}

/** Up to here a full structural check costs no more than a few milliseconds. */
const QUICK_CHECK_BYTES = 8 * 1024 * 1024;

function requireCurrent(db: Db, path: string, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  if (appliedVersion(db) === newest) return;
  throw new TieoutError('cache.older_version', {
    message: `${path} was written by an older version of Tieout and has not been brought to this one yet.`,
    path,
    remedy: 'Run `tieout pull` once; it keeps a backup of the file.',
  });
}

const missing = (path: string): TieoutError =>
  new TieoutError('workspace.not_found', {
    message: `There is no cache at ${path}.`,
    path,
    remedy: 'Pull a month first: `tieout pull DIR --month YYYY-MM`.',
  });
