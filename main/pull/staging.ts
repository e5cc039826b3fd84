import type { Db } from '../cache/open.ts';

const ROWS_PER_COMMIT = 150_000;

/**
 * The transaction in which rows are staged. Staged rows count for nothing until their pull is in force, so it may be
 * committed at any time, and is: too long a transaction makes the log grow, too short ones cost time.
 */
export type Staging = {
  /** Call before writing. */
  readonly begin: () => void;
  readonly wrote: (rows: number) => void;
  readonly commit: () => void;
  readonly rollback: () => void;
};

export function createStaging(db: Db): Staging {
  let rows = 0;
  const end = (how: 'COMMIT' | 'ROLLBACK'): void => {
    if (db.inTransaction) db.exec(how);
    rows = 0;
  };
  return {
    begin: () => {
      if (!db.inTransaction) db.exec('BEGIN IMMEDIATE');
    },
    wrote: (count) => {
      rows += count;
      if (rows >= ROWS_PER_COMMIT) end('COMMIT');
    },
    commit: () => end('COMMIT'),
    rollback: () => end('ROLLBACK'),
  };
}
