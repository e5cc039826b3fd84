import { type Instant, instant } from '../../shared/values/instant.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import type { Db } from './open.ts';
import { allRows, runQuery } from './query.ts';

/** What becomes of a correction: it goes on the next invoice, is let go, stands on an invoice, or is open again. */
export type LateChoice = 'carry_forward' | 'waive' | 'invoiced' | 'undecided';

/** Holds for the correction with this digest; the newest of a digest counts. */
export type LateDecision = {
  readonly customerId: string;
  readonly meterKey: number;
  readonly digest: string;
  readonly decision: LateChoice;
  readonly note: string;
  readonly author: string;
  readonly at: Instant;
};

/** Adds to what was decided; nothing is replaced. */
export const insertDecision = (db: Db, month: MonthKey, decision: LateDecision): void => {
  runQuery(db, 'late-decision-insert', { ...decision, month });
};

type Row = {
  readonly customer_id: string;
  readonly meter_key: number;
  readonly digest: string;
  readonly decision: LateChoice;
  readonly note: string;
  readonly author: string;
  readonly at: number;
};

/** All decisions of a month, oldest first. */
export const readDecisions = (db: Db, month: MonthKey): readonly LateDecision[] =>
  allRows<Row>(db, 'late-decisions', [month]).map((row) => ({
    customerId: row.customer_id,
    meterKey: row.meter_key,
    digest: row.digest,
    decision: row.decision,
    note: row.note,
    author: row.author,
    at: instant(row.at),
  }));
