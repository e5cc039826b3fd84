import { createHash } from 'node:crypto';
import { assert } from '../../shared/errors.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

type PullSource = 'clickhouse' | 'stripe';
type PullState = 'running' | 'complete' | 'failed' | 'cancelled' | 'superseded';

/** What a partial pull covers; both lists ascend. */
export type PullSelection = { readonly usageKeys: readonly number[]; readonly customerKeys: readonly number[] };

/** The surrogate key of a meter: a key of tieout.yaml, or `stripe:EVENT_NAME` of a meter that only Stripe has. */
export function meterKeyOf(db: Db, key: string): number {
  runQuery(db, 'meter-key-insert', [key]);
  const row = firstRow<{ meter_key: number }>(db, 'meter-key-by-key', [key]);
  assert(row !== undefined, 'a meter key was just made');
  return row.meter_key;
}

/** As `meterKeyOf`, without making one. */
export const findMeterKey = (db: Db, key: string): number | null =>
  firstRow<{ meter_key: number }>(db, 'meter-key-by-key', [key])?.meter_key ?? null;

/** The key that a surrogate stands for. */
export const meterNameOf = (db: Db, meterKey: number): string =>
  firstRow<{ key: string }>(db, 'meter-key-name', [meterKey])?.key ?? '';

export type NewPull = {
  readonly source: PullSource | 'catalog';
  readonly month: MonthKey;
  readonly meterKey: number | null;
  readonly startedAt: Instant;
  readonly toolVersion: string;
  readonly fingerprint: string;
  readonly mappingFingerprint: string;
  readonly selection: PullSelection | null;
  readonly query: string | null;
  readonly combine: 'sum' | 'last' | 'max' | null;
  readonly exponent: number;
  readonly stripeMeterId: string | null;
};

/** @returns the id under which rows are staged */
export const beginPull = (db: Db, pull: NewPull): number =>
  Number(
    runQuery(db, 'pull-begin', {
      ...pull,
      selection: selectionText(pull.selection),
      queryHash: queryHashOf(pull.query),
    }).lastInsertRowid,
  );

/** An unfinished Stripe pull of the same question that began after `since`: its answers are used again. */
export function findResumable(
  db: Db,
  pull: NewPull,
  since: Instant,
): { readonly pull: number; readonly startedAt: Instant } | null {
  const row = firstRow<{ pull: number; started_at: number }>(db, 'pull-resumable', {
    month: pull.month,
    meterKey: pull.meterKey,
    since,
    now: pull.startedAt,
    fingerprint: pull.fingerprint,
    mappingFingerprint: pull.mappingFingerprint,
    selection: selectionText(pull.selection),
    stripeMeterId: pull.stripeMeterId,
  });
  return row === undefined ? null : { pull: row.pull, startedAt: instant(row.started_at) };
}

export const resumePull = (db: Db, pull: number): void => {
  runQuery(db, 'pull-resume', [pull]);
};

export type PullCounts = {
  readonly rows: number;
  readonly bytes: number;
  readonly requests: number;
  readonly retries: number;
  readonly skippedIdle: number;
};

const queryHashOf = (query: string | null): string | null =>
  query === null ? null : createHash('sha256').update(query).digest('hex');

/** One transaction: the pull is complete and speaks for its (month, meter, source); the one before is superseded. */
export function completePull(
  db: Db,
  pull: number,
  result: PullCounts & {
    readonly finishedAt: Instant;
    readonly contentHash: string;
    readonly selection: PullSelection | null;
    /** As it was sent, where that is more than was planned. */
    readonly query?: string;
  },
): void {
  const query = result.query ?? null;
  db.transaction(() => {
    runQuery(db, 'pull-complete', {
      ...result,
      pull,
      query,
      queryHash: queryHashOf(query),
      selection: selectionText(result.selection),
    });
    runQuery(db, 'pull-supersede', { pull });
    runQuery(db, 'pull-in-force-set', [pull]);
  }).immediate();
}

/** The catalog has no row of `pull_in_force`: the newest complete one counts. Runs in the transaction of its rows. */
export function completeCatalogPull(db: Db, pull: number, result: PullCounts & { readonly finishedAt: Instant }): void {
  runQuery(db, 'pull-complete', { ...result, pull, selection: null, contentHash: null, query: null, queryHash: null });
  runQuery(db, 'pull-supersede-catalogs', [pull]);
}

export const endPull = (
  db: Db,
  pull: number,
  end: { readonly state: 'failed' | 'cancelled'; readonly finishedAt: Instant; readonly failure: string },
): void => {
  runQuery(db, 'pull-end', { ...end, pull });
};

/** At the start of a writer: what still says `running` belongs to a process that is gone. */
export const markInterrupted = (db: Db): void => {
  runQuery(db, 'pull-interrupted');
};

const SWEPT_TABLES = [
  'sweep-usage-month',
  'sweep-usage-hours',
  'sweep-usage-evidence',
  'sweep-series-staged',
  'sweep-series-staged-digest',
  'sweep-summary-month',
  'sweep-summary-hours',
];
const SWEEP_ROWS = 10_000;

/**
 * Removes the rows of pulls that do not count, some thousand a step; stop at any step and go on another day.
 * @param since unfinished Stripe pulls that began later are kept, for a pull that goes on where they stopped
 */
export function* sweepPulls(db: Db, since: Instant): Generator<void> {
  for (const { pull } of allRows<{ pull: number }>(db, 'pulls-to-sweep', { since })) {
    for (const table of SWEPT_TABLES) {
      while (runQuery(db, table, { pull, rows: SWEEP_ROWS }).changes === SWEEP_ROWS) yield;
    }
    runQuery(db, 'pull-swept', [pull]);
    yield;
  }
}

/** Meters that only Stripe has and that are no longer asked for, such as one that was configured since: forgotten. */
export function forgetUnconfigured(db: Db, month: MonthKey, keep: ReadonlySet<string>): void {
  for (const { meter, meterKey, pull } of readPullsInForce(db, month)) {
    if (!meter.startsWith('stripe:') || keep.has(meter)) continue;
    db.transaction(() => {
      runQuery(db, 'pull-in-force-clear', { month, meterKey });
      runQuery(db, 'pull-set-superseded', [pull]);
    })();
  }
}

/**
 * The key under which a meter's usage is kept as a named pipeline measures it (`pipelines:` of tieout.yaml). No key of a
 * meter holds a slash.
 */
export const pipelineMeter = (pipeline: string, meter: string): string => `${PIPELINE}${pipeline}/${meter}`;

export const isPipelineMeter = (key: string): boolean => key.startsWith(PIPELINE);

const PIPELINE = 'pipeline/';

/** The pull that speaks for one meter, month and source. */
export type PullInForce = {
  readonly pull: number;
  readonly meterKey: number;
  /** The key in tieout.yaml, or `stripe:EVENT_NAME`, or that of a pipeline (`pipelineMeter`). */
  readonly meter: string;
  readonly source: PullSource;
  readonly month: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
  readonly fingerprint: string;
  readonly mappingFingerprint: string;
  /** Null: every customer. */
  readonly selection: PullSelection | null;
  readonly combine: 'sum' | 'last' | 'max' | null;
  readonly exponent: number;
  /** Null where Stripe has no such meter. */
  readonly stripeMeterId: string | null;
  readonly rows: number;
  readonly skippedIdle: number;
  readonly contentHash: string | null;
  readonly query: string | null;
};

type InForceRow = {
  readonly pull: number;
  readonly meter_key: number;
  readonly meter: string;
  readonly source: PullSource;
  readonly month: string;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly fingerprint: string;
  readonly mapping_fingerprint: string;
  readonly selection: string | null;
  readonly combine: 'sum' | 'last' | 'max' | null;
  readonly exponent: number;
  readonly stripe_meter_id: string | null;
  readonly rows: number;
  readonly skipped_idle: number;
  readonly content_hash: string | null;
  readonly query: string | null;
};

/** One per meter and source, meters that only Stripe has included, pipelines not; by meter key, then source. */
export const readPullsInForce = (db: Db, month: string): readonly PullInForce[] =>
  readEveryPullInForce(db, month).filter(({ meter }) => !isPipelineMeter(meter));

/** The same with what pipelines measure. */
export const readEveryPullInForce = (db: Db, month: string): readonly PullInForce[] =>
  allRows<InForceRow>(db, 'pulls-in-force', [month]).map((row) => ({
    pull: row.pull,
    meterKey: row.meter_key,
    meter: row.meter,
    source: row.source,
    month: row.month,
    startedAt: instant(row.started_at),
    finishedAt: row.finished_at === null ? null : instant(row.finished_at),
    fingerprint: row.fingerprint,
    mappingFingerprint: row.mapping_fingerprint,
    selection: row.selection === null ? null : (JSON.parse(row.selection) as PullSelection),
    combine: row.combine,
    exponent: row.exponent,
    stripeMeterId: row.stripe_meter_id,
    rows: row.rows,
    skippedIdle: row.skipped_idle,
    contentHash: row.content_hash,
    query: row.query,
  }));

/**
 * When the usage of a meter was first pulled as it is measured now, after it had been measured in another way; null: it
 * always was, as far as is known.
 */
export function readQueryChange(db: Db, meterKey: number, fingerprint: string): Instant | null {
  const at = firstRow<readonly [number | null]>(db, 'pull-query-change', { meterKey, fingerprint }, 'raw')?.[0] ?? null;
  return at === null ? null : instant(at);
}

export const readMonthsPulled = (db: Db): readonly string[] =>
  allRows<readonly [string]>(db, 'months-pulled', [], 'raw').map(([month]) => month);

export function readCatalogPull(db: Db): { readonly pull: number; readonly startedAt: Instant } | null {
  const row = firstRow<{ pull: number; started_at: number }>(db, 'catalog-pull');
  return row === undefined ? null : { pull: row.pull, startedAt: instant(row.started_at) };
}

/** A text that changes with every pull that takes effect, of any month. */
export function pullsInForceKey(db: Db): string {
  const pulls = firstRow<readonly [string]>(db, 'pull-in-force-keys', [], 'raw')?.[0] ?? '[]';
  return `${pulls} ${readCatalogPull(db)?.pull ?? ''}`;
}

/** A pull as the Activity screen lists it. */
export type PullRecordRow = {
  readonly pull: number;
  readonly month: string;
  readonly meter: string;
  readonly source: PullSource;
  readonly state: PullState;
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
  readonly rows: number;
  readonly requests: number;
  readonly failure: string | null;
  readonly isInForce: boolean;
};

type RecordRow = Omit<PullRecordRow, 'startedAt' | 'finishedAt' | 'isInForce'> & {
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly is_in_force: number;
};

/** The newest first. */
export const readPullRecords = (db: Db, limit: number): readonly PullRecordRow[] =>
  allRows<RecordRow>(db, 'pull-records', [limit]).map((row) => ({
    pull: row.pull,
    month: row.month,
    meter: row.meter,
    source: row.source,
    state: row.state,
    startedAt: instant(row.started_at),
    finishedAt: row.finished_at === null ? null : instant(row.finished_at),
    rows: row.rows,
    requests: row.requests,
    failure: row.failure,
    isInForce: row.is_in_force === 1,
  }));

const selectionText = (selection: PullSelection | null): string | null =>
  selection === null ? null : JSON.stringify({ usageKeys: selection.usageKeys, customerKeys: selection.customerKeys });
