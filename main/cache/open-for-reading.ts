import { existsSync } from 'node:fs';
import { isTieoutError } from '../../shared/errors.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { type Db, openCache } from './open.ts';
import { acquireWriter } from './writer-lock.ts';

/** Opens a cache to read from; an empty one in memory stands for a workspace of which nothing was pulled yet. */
export const openForReading = (databaseFile: string, now: Instant): Db =>
  existsSync(databaseFile) ? openExisting(databaseFile, now) : openCache(':memory:', { now });

/**
 * Opens a cache that must be there. One that an older version of Tieout wrote is brought to this version first, with a
 * backup beside it, so that nobody has to pull again to look at what they have.
 * @throws TieoutError `workspace.not_found`, `cache.*`; where it must be upgraded first also `workspace.busy` and
 *   `workspace.not_writable`
 */
export function openExisting(databaseFile: string, now: Instant): Db {
  try {
    return openCache(databaseFile, { now, readOnly: true });
  } catch (error) {
    if (!isTieoutError(error) || error.code !== 'cache.older_version') throw error;
    upgrade(databaseFile, now);
    return openCache(databaseFile, { now, readOnly: true });
  }
}

function upgrade(databaseFile: string, now: Instant): void {
  const lock = acquireWriter({ databaseFile }, { pid: process.pid, startedAt: now, command: 'upgrade' });
  try {
    openCache(databaseFile, { now }).close();
  } finally {
    lock.release();
  }
}
