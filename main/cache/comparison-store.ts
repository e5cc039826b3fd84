import type { Db } from './open.ts';
import { allRows } from './query.ts';

/** Both sides of a metered cell: what Stripe says, and the totals of its customer's usage ids in native units. */
export type ComparedCell = {
  readonly customerKey: number;
  /** Null: Stripe holds nothing. */
  readonly metered: StoredSide | null;
  readonly measured: readonly StoredSide[];
};

/** `text` where the value does not fit the integers. */
export type StoredSide = { readonly whole: bigint; readonly frac: bigint; readonly text: string | null };

type Row = readonly [
  customerKey: bigint,
  hasValue: bigint,
  whole: bigint,
  frac: bigint,
  exact: string | null,
  usageWhole: bigint | null,
  usageFrac: bigint | null,
  invalid: string | null,
];

const CHUNK_CELLS = 5_000;

/** Metered cells of a Stripe pull beside a usage pull, ascending by customer key, some thousand at a time. */
export function* compareSides(
  db: Db,
  pulls: { readonly summaries: number; readonly usage: number },
): Generator<readonly ComparedCell[]> {
  let after = 0;
  for (;;) {
    const rows = allRows<Row>(db, 'comparison-chunk', { ...pulls, after, rows: CHUNK_CELLS }, 'exact-raw');
    if (rows.length === 0) return;
    const cells = grouped(rows);
    yield cells;
    after = cells.at(-1)?.customerKey ?? after;
  }
}

function grouped(rows: readonly Row[]): readonly ComparedCell[] {
  const cells: { customerKey: number; metered: StoredSide | null; measured: StoredSide[] }[] = [];
  for (const [key, hasValue, whole, frac, text, usageWhole, usageFrac, invalid] of rows) {
    const customerKey = Number(key);
    let cell = cells.at(-1);
    if (cell === undefined || cell.customerKey !== customerKey) {
      cell = { customerKey, metered: hasValue === 1n ? { whole, frac, text } : null, measured: [] };
      cells.push(cell);
    }
    if (usageWhole !== null && usageFrac !== null) {
      cell.measured.push({ whole: usageWhole, frac: usageFrac, text: invalid });
    }
  }
  return cells;
}
