import type {
  AsOf,
  Billing,
  BillingVerdict,
  Cause,
  CellMoney,
  ExitCode,
  Verdict,
} from '../../shared/reconciliation/result.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import { type Agreements, saveAgreements } from './agreement-store.ts';
import { bulkInsert } from './bulk-insert.ts';
import type { Db } from './open.ts';
import { allRows, eachRow, firstRow, runQuery } from './query.ts';

/** One reconciliation, immutable. `summary` is a JSON document of whoever saves it. */
export type ReconcileRun = {
  readonly run: number;
  readonly month: string;
  readonly createdAt: Instant;
  readonly toolVersion: string;
  readonly inputDigest: string;
  readonly asOf: AsOf;
  readonly exitCode: ExitCode;
  readonly summary: unknown;
  readonly contentHash: string;
};

/** A cell that does not plainly agree. Quantities are decimal text in the billed unit; null is absent. */
export type ExceptionRow = {
  /** Place in the order of the report, from 1. */
  readonly ordinal: number;
  readonly meterKey: number;
  readonly customerKey: number | null;
  /** Of the smallest usage id in byte order. */
  readonly usageKey: number | null;
  readonly usageIds: readonly string[];
  readonly measured: string | null;
  readonly metered: string | null;
  readonly billed: string | null;
  readonly driftAbsolute: string | null;
  readonly driftRelative: string | null;
  readonly verdict: Verdict;
  readonly isStructural: boolean;
  readonly cause: Cause | null;
  /** The id of the incident that the cell belongs to. */
  readonly incident: string | null;
  readonly money: CellMoney | null;
  readonly billing: Billing | null;
};

const COLUMNS = [
  'run',
  'ordinal',
  'meter_key',
  'customer_key',
  'usage_key',
  'usage_ids',
  'measured',
  'metered',
  'billed',
  'drift_absolute',
  'drift_relative',
  'verdict',
  'is_structural',
  'cause',
  'incident',
  'currency',
  'measured_minor',
  'metered_minor',
  'billed_minor',
  'difference_minor',
  'basis',
  'billing_verdict',
  'billing_line',
];

/**
 * Saves a run with its exceptions in one transaction.
 * @param agreements the cells that agree, by ascending meter key; none where they are not kept
 * @returns its key
 */
export function saveReconcileRun(
  db: Db,
  run: Omit<ReconcileRun, 'run'>,
  exceptions: Iterable<ExceptionRow>,
  agreements: Iterable<Agreements> = [],
): number {
  return db
    .transaction(() => {
      const key = Number(
        runQuery(db, 'reconcile-run-insert', {
          month: run.month,
          createdAt: run.createdAt,
          toolVersion: run.toolVersion,
          inputDigest: run.inputDigest,
          asOfClickhouse: run.asOf.clickhouse,
          asOfStripe: run.asOf.stripe,
          exitCode: run.exitCode,
          summary: JSON.stringify(run.summary),
          contentHash: run.contentHash,
        }).lastInsertRowid,
      );
      const insert = bulkInsert(db, 'tieout_exception', COLUMNS);
      for (const row of exceptions) {
        insert.add([
          key,
          row.ordinal,
          row.meterKey,
          row.customerKey,
          row.usageKey,
          row.usageIds.length > 1 ? JSON.stringify(row.usageIds) : null,
          row.measured,
          row.metered,
          row.billed,
          row.driftAbsolute,
          row.driftRelative,
          row.verdict,
          row.isStructural ? 1 : 0,
          row.cause === null ? null : JSON.stringify(row.cause),
          row.incident,
          row.money?.currency ?? null,
          row.money?.measuredMinor ?? null,
          row.money?.meteredMinor ?? null,
          row.money?.billedMinor ?? null,
          row.money?.differenceMinor ?? null,
          row.money?.basis ?? null,
          row.billing?.verdict ?? null,
          row.billing?.line ?? null,
        ]);
      }
      insert.flush();
      for (const ofMeter of agreements) saveAgreements(db, key, ofMeter);
      return key;
    })
    .immediate();
}

type RunRow = {
  readonly run: number;
  readonly month: string;
  readonly created_at: number;
  readonly tool_version: string;
  readonly input_digest: string;
  readonly as_of_clickhouse: number | null;
  readonly as_of_stripe: number | null;
  readonly exit_code: ExitCode;
  readonly summary: string;
  readonly content_hash: string;
};

export const readLatestRun = (db: Db, month: string): ReconcileRun | null =>
  fromRow(firstRow<RunRow>(db, 'reconcile-run-latest', [month]));

export const readRun = (db: Db, run: number): ReconcileRun | null =>
  fromRow(firstRow<RunRow>(db, 'reconcile-run-by-key', [run]));

function fromRow(row: RunRow | undefined): ReconcileRun | null {
  if (row === undefined) return null;
  return {
    run: row.run,
    month: row.month,
    createdAt: instant(row.created_at),
    toolVersion: row.tool_version,
    inputDigest: row.input_digest,
    asOf: {
      clickhouse: row.as_of_clickhouse === null ? null : instant(row.as_of_clickhouse),
      stripe: row.as_of_stripe === null ? null : instant(row.as_of_stripe),
    },
    exitCode: row.exit_code,
    summary: parseStored(row.summary),
    contentHash: row.content_hash,
  };
}

type StoredException = {
  readonly ordinal: bigint;
  readonly meter_key: bigint;
  readonly customer_key: bigint | null;
  readonly usage_key: bigint | null;
  readonly usage_ids: string | null;
  readonly usage_id: string | null;
  readonly measured: string | null;
  readonly metered: string | null;
  readonly billed: string | null;
  readonly drift_absolute: string | null;
  readonly drift_relative: string | null;
  readonly verdict: Verdict;
  readonly is_structural: bigint;
  readonly cause: string | null;
  readonly incident: string | null;
  readonly currency: string | null;
  readonly measured_minor: bigint | null;
  readonly metered_minor: bigint | null;
  readonly billed_minor: bigint | null;
  readonly difference_minor: bigint | null;
  readonly basis: 'calendar_month' | null;
  readonly billing_verdict: BillingVerdict | null;
  readonly billing_line: string | null;
};

/** The exceptions of a run in the order of the report, some thousand at a time. */
export function* readRunExceptions(db: Db, run: number, chunkRows = 5_000): Generator<readonly ExceptionRow[]> {
  let after = 0;
  for (;;) {
    const rows = allRows<StoredException>(db, 'exception-chunk', [run, after, chunkRows], 'exact');
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(exceptionOf);
    after = Number(last.ordinal);
  }
}

type CauseRow = {
  readonly meter_key: number;
  readonly customer_key: number | null;
  readonly usage_key: number | null;
  readonly cause: string;
  readonly incident: string | null;
};

/** What a run told of its cells, one at a time. */
export function* readRunCauses(
  db: Db,
  run: number,
): Generator<Pick<ExceptionRow, 'meterKey' | 'customerKey' | 'usageKey' | 'cause' | 'incident'>> {
  for (const row of eachRow<CauseRow>(db, 'run-causes', [run])) {
    yield {
      meterKey: row.meter_key,
      customerKey: row.customer_key,
      usageKey: row.usage_key,
      cause: parseStored(row.cause),
      incident: row.incident,
    };
  }
}

/** Names of causes in runs that were stored before they were renamed. */
const FORMER_CODES = [
  ['"duplicated_push"', '"duplicate_push"'],
  ['"shifted_period"', '"zone_shift"'],
  ['"missing_mapping"', '"unmapped"'],
] as const;

const parseStored = (text: string) =>
  JSON.parse(FORMER_CODES.reduce((now, [former, code]) => now.replaceAll(former, code), text));

const exceptionOf = (row: StoredException): ExceptionRow => ({
  ordinal: Number(row.ordinal),
  meterKey: Number(row.meter_key),
  customerKey: row.customer_key === null ? null : Number(row.customer_key),
  usageKey: row.usage_key === null ? null : Number(row.usage_key),
  usageIds: row.usage_ids === null ? (row.usage_id === null ? [] : [row.usage_id]) : JSON.parse(row.usage_ids),
  measured: row.measured,
  metered: row.metered,
  billed: row.billed,
  driftAbsolute: row.drift_absolute,
  driftRelative: row.drift_relative,
  verdict: row.verdict,
  isStructural: row.is_structural === 1n,
  cause: row.cause === null ? null : parseStored(row.cause),
  incident: row.incident,
  money:
    row.currency === null
      ? null
      : {
          currency: row.currency,
          measuredMinor: row.measured_minor,
          meteredMinor: row.metered_minor,
          billedMinor: row.billed_minor,
          differenceMinor: row.difference_minor,
          ...(row.basis === null ? {} : { basis: row.basis }),
        },
  billing: row.billing_verdict === null ? null : { verdict: row.billing_verdict, line: row.billing_line },
});
