import type { Db } from './open.ts';

/**
 * Runs a synchronous read over several statements on one state of the cache. A pull that takes effect meanwhile, in
 * another process or thread, and the removal of the rows it replaces, are not seen until the read has ended. Save
 * results after it, not inside: a snapshot that others have written past cannot be written to.
 */
export const readSnapshot = <T>(db: Db, read: () => T): T => db.transaction(read).deferred();
