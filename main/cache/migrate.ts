import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TieoutError } from '../../shared/errors.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { cacheError } from './cache-error.ts';
import type { Db } from './open.ts';

/** One numbered step of the schema. What is applied is never edited: its checksum is on record. */
export type Migration = { readonly version: number; readonly name: string; readonly sql: string };

const FOLDER = new URL('./migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

const RECORD = `
  CREATE TABLE IF NOT EXISTS schema_migration (
    version    INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    checksum   TEXT NOT NULL,
    applied_at INTEGER NOT NULL
  ) STRICT`;

/** The migrations of this version, ascending. */
export function readMigrations(): readonly Migration[] {
  return readdirSync(fileURLToPath(FOLDER))
    .filter((file) => FILE_NAME.test(file))
    .sort()
    .map((file) => ({
      version: Number(file.slice(0, 4)),
      name: file,
      sql: readFileSync(new URL(file, FOLDER), 'utf8'),
    }));
}

/** SHA-256 of the text with line ends as on Unix, so that a checkout on Windows agrees. */
const checksum = (migration: Migration): string =>
  createHash('sha256').update(migration.sql.replaceAll('\r\n', '\n')).digest('hex');

/** @returns the newest applied version, 0 for an empty database */
export const appliedVersion = (db: Db): number => records(db).at(-1)?.version ?? 0;

/** @throws TieoutError `cache.newer_version`, `cache.migration_failed` where an applied migration reads differently now */
export function requireKnownVersion(db: Db, path: string, migrations: readonly Migration[]): void {
  const applied = records(db);
  const newest = migrations.at(-1)?.version ?? 0;
  const version = applied.at(-1)?.version ?? 0;
  if (version > newest) {
    throw new TieoutError('cache.newer_version', {
      message: `${path} was written by a newer version of Tieout (schema ${version}; this one knows ${newest}).`,
      path,
      remedy: 'Use that newer version, or choose another folder. The file was left as it is.',
    });
  }
  for (const record of applied) {
    const migration = migrations.find((candidate) => candidate.version === record.version);
    if (migration !== undefined && checksum(migration) === record.checksum) continue;
    throw new TieoutError('cache.migration_failed', {
      message: `${path} was made with another text of migration ${record.name}.`,
      path,
      remedy: 'Use the version of Tieout that made the file, or move it away and pull again.',
    });
  }
}

/**
 * Applies what is missing, each step in one transaction. A database that already holds something is copied first, to
 * `tieout.db.before-0002`; the copy stays.
 * @throws TieoutError `cache.migration_failed` (names the backup), `workspace.disk_full`
 */
export function migrate(db: Db, path: string, migrations: readonly Migration[], now: Instant): void {
  const version = appliedVersion(db);
  const pending = migrations.filter((migration) => migration.version > version);
  const [first] = pending;
  if (first === undefined) return;
  const backup = version === 0 ? null : backUp(db, path, first);
  for (const migration of pending) {
    try {
      db.transaction(apply).immediate(db, migration, now);
    } catch (error) {
      throw failed({ error, path, migration, backup });
    }
  }
}

function apply(db: Db, migration: Migration, now: Instant): void {
  db.exec(RECORD);
  if (appliedVersion(db) >= migration.version) return;
  db.exec(migration.sql);
  db.prepare('INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)').run(
    migration.version,
    migration.name,
    checksum(migration),
    now,
  );
}

function backUp(db: Db, path: string, before: Migration): string {
  const backup = `${path}.before-${String(before.version).padStart(4, '0')}`;
  if (existsSync(backup)) return backup;
  try {
    db.prepare('VACUUM INTO ?').run(backup);
  } catch (error) {
    rmSync(backup, { force: true });
    throw error;
  }
  return backup;
}

function failed(at: {
  readonly error: unknown;
  readonly path: string;
  readonly migration: Migration;
  readonly backup: string | null;
}): unknown {
  const mapped = cacheError(at.error, at.path);
  if (mapped instanceof TieoutError && mapped.code !== 'cache.failed') return mapped;
  const reason = at.error instanceof Error ? at.error.message : String(at.error);
  return new TieoutError('cache.migration_failed', {
    message: `Migration ${at.migration.name} failed on ${at.path}: ${reason}. Nothing was changed.`,
    path: at.path,
    remedy: at.backup === null ? 'Report this; the file is new and holds nothing.' : `The backup is ${at.backup}.`,
    cause: at.error,
  });
}

type Applied = { readonly version: number; readonly name: string; readonly checksum: string };

function records(db: Db): readonly Applied[] {
  const hasTable = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migration'").get() !== undefined;
  if (!hasTable) return [];
  return db.prepare<[], Applied>('SELECT version, name, checksum FROM schema_migration ORDER BY version').all();
}
