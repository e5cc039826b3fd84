import type { Db } from './open.ts';
import { runQuery } from './query.ts';

const KEYS_PER_STEP = 20_000;

/**
 * Copies into a partial pull what the pull in force holds of everyone else, so that pulling one customer leaves the
 * others as they were. Yields between key ranges.
 */
export function* carryForward(
  db: Db,
  carry: {
    readonly source: 'clickhouse' | 'stripe';
    readonly from: number;
    readonly pull: number;
    /** Usage keys or customer keys that the partial pull read anew. */
    readonly selected: readonly number[];
  },
): Generator<void> {
  const [keyColumn, tables] = TABLES[carry.source];
  const selected = JSON.stringify(carry.selected);
  for (const table of tables) {
    const highest = db.prepare(`SELECT max(${keyColumn}) FROM ${table} WHERE pull = ?`).pluck().get(carry.from);
    const end = typeof highest === 'number' ? highest : 0;
    for (let after = 0; after < end; after += KEYS_PER_STEP) {
      runQuery(db, `carry-${table.replaceAll('_', '-')}`, {
        pull: carry.pull,
        from: carry.from,
        after,
        through: after + KEYS_PER_STEP,
        selected,
      });
      yield;
    }
  }
}

const TABLES = {
  clickhouse: ['usage_key', ['usage_month', 'usage_hours', 'usage_evidence']],
  stripe: ['customer_key', ['summary_month', 'summary_hours']],
} as const;
