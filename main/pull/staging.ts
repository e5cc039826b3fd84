import type { Db } from '../cache/open.ts';

const ROWS_PER_COMMIT = 150_000;
/** A source may be slow: nobody else waits longer than this for the database. */
const OPEN_MS = 1_000;

/**
 * The transaction in which rows are staged. Staged rows count for nothing until their pull is in force, so it may be
 * committed at any time, and is: too long a transaction makes the log grow and others wait, too short ones cost time.
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
  let timer: NodeJS.Timeout | null = null;
  let failure: { readonly error: unknown } | null = null;
  const end = (how: 'COMMIT' | 'ROLLBACK'): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    rows = 0;
    if (db.inTransaction) db.exec(how);
  };
  /** A failure of the timer's commit has no caller: the next one gets it. */
  const commitInBetween = (): void => {
    try {
      end('COMMIT');
    } catch (error) {
      failure = { error };
    }
  };
  const check = (): void => {
    if (failure !== null) throw failure.error;
  };
  return {
    begin: () => {
      check();
      if (!db.inTransaction) db.exec('BEGIN IMMEDIATE');
      timer ??= setTimeout(commitInBetween, OPEN_MS);
    },
    wrote: (count) => {
      rows += count;
      if (rows >= ROWS_PER_COMMIT) end('COMMIT');
    },
    commit: () => {
      check();
      end('COMMIT');
    },
    rollback: () => end('ROLLBACK'),
  };
}
