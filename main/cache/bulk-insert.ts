import type Database from 'better-sqlite3';
import type { Db } from './open.ts';
import type { Bindable } from './query.ts';

/** Rows per statement: below it the call costs more than the row, above it nothing is gained (performance.md section 2). */
const ROWS_PER_STATEMENT = 100;

export type BulkInsert = {
  /** Values in the order of the columns. Rows must arrive in primary-key order to be fast. */
  readonly add: (row: readonly Bindable[]) => void;
  /** Writes what is still waiting. */
  readonly flush: () => void;
};

/**
 * Inserts many rows, 100 a statement, the tail one by one. Begins no transaction of its own.
 * @param table and columns are names from our own schema, never from outside
 */
export function bulkInsert(db: Db, table: string, columns: readonly string[]): BulkInsert {
  const width = columns.length;
  const tuple = `(${columns.map(() => '?').join(', ')})`;
  const prepare = (rows: number): Database.Statement =>
    db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${new Array(rows).fill(tuple).join(', ')}`);
  const many = prepare(ROWS_PER_STATEMENT);
  const one = prepare(1);
  const full = width * ROWS_PER_STATEMENT;
  const waiting: Bindable[] = new Array<Bindable>(full).fill(null);
  let used = 0;
  return {
    add: (row) => {
      for (let index = 0; index < width; index += 1) waiting[used + index] = row[index] ?? null;
      used += width;
      if (used < full) return;
      used = 0;
      many.run(waiting);
    },
    flush: () => {
      for (let start = 0; start < used; start += width) one.run(waiting.slice(start, start + width));
      used = 0;
    },
  };
}
