import Database from 'better-sqlite3';
import { TieoutError } from '../../shared/errors.ts';

/**
 * What SQLite or the file system says, in words that a person can act on. Other errors pass unchanged.
 * @param path of the database file
 */
export function cacheError(error: unknown, path: string): unknown {
  if (error instanceof TieoutError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, error);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return corrupt(path, error);
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || NOT_WRITABLE.has(code)) {
    return notWritable(path, error);
  }
  if (error instanceof TypeError && /directory does not exist/.test(error.message)) return notWritable(path, error);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return busy(path, error);
  if (!(error instanceof Database.SqliteError)) return error;
  return new TieoutError('cache.failed', {
    message: `${path}: ${error.message} (${code}).`,
    path,
    remedy: 'Try again; if it stays so, move the file away and pull again.',
    cause: error,
  });
}

const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'SQLITE_PERM', 'SQLITE_AUTH']);

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');

const diskFull = (path: string, cause: Error): TieoutError =>
  new TieoutError('workspace.disk_full', {
    message: `There is no space left for ${path}; what was in the cache before is unchanged.`,
    path,
    remedy: 'Free some space, then run the same command again.',
    cause,
  });

const corrupt = (path: string, cause: Error): TieoutError =>
  new TieoutError('cache.corrupt', {
    message: `${path} is damaged or is no SQLite database; it was left as it is.`,
    path,
    remedy:
      'Move the file away (with its -wal file) and keep it, since closes and notes may still be read from it; ' +
      'then restore a backup, or pull again.',
    cause,
  });

const notWritable = (path: string, cause: Error): TieoutError =>
  new TieoutError('workspace.not_writable', {
    message: `${path} cannot be opened or written.`,
    path,
    remedy: 'Check that the folder exists, that you may write to it, and that the disk is not read-only.',
    cause,
  });

const busy = (path: string, cause: Error): TieoutError =>
  new TieoutError('workspace.busy', {
    message: `${path} is in use by another program.`,
    path,
    remedy: 'Wait for it to end, then run the same command again.',
    cause,
  });
