import { createHash } from 'node:crypto';
import { driftOf } from '../../../shared/reconciliation/drift.ts';
import { compareRows } from '../../../shared/reconciliation/order.ts';
import type { ReconcileSummary } from '../../../shared/reconciliation/summary.ts';
import { isStructural } from '../../../shared/reconciliation/verdict.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { type Instant, parseInstant } from '../../../shared/values/instant.ts';
import type { Agreements } from '../../cache/agreement-store.ts';
import {
  type ExceptionRow,
  type ReconcileRun,
  readLatestRun,
  saveReconcileRun,
} from '../../cache/reconcile-run-store.ts';
import { readSnapshot } from '../../cache/snapshot.ts';
import { storedCauses } from '../explain/run-causes.ts';
import {
  BILLING_CODE,
  billedAt,
  billingAt,
  causeAt,
  customerIdAt,
  type MeterBlock,
  measuredAt,
  meteredAt,
  moneyAt,
  usageIdAt,
  usageIdsAt,
  VERDICT_INDEX,
  verdictAt,
} from './block.ts';
import { inputDigest, type ReconcileRequest, reconcileMonth } from './reconcile-month.ts';

export type SavedRun = {
  readonly summary: ReconcileSummary;
  /** Null where it could not be stored: the workspace can only be read. */
  readonly run: { readonly id: number; readonly contentHash: string; readonly finishedAt: Instant } | null;
  /** Whether an equal run was stored before and nothing was computed. */
  readonly isReused: boolean;
};

/** Which cells of a month are written as rows. */
export type Storing = 'exceptions' | 'all' | 'none';

/**
 * Compares a month and stores totals, per-meter sums and the cells that do not plainly agree; agreeing ones can be had
 * from the month totals again (performance.md section 5). An equal input has an equal result: its stored run is given.
 * @param keep takes each block as it is ready, for whoever needs the rows at once
 * @throws TieoutError `period.in_future`, `cache.*`
 */
export function reconcileAndSave(
  request: ReconcileRequest & { readonly toolVersion: string },
  options: { readonly storing: Storing; readonly keep?: (block: MeterBlock) => void } = { storing: 'exceptions' },
): SavedRun {
  const { db, month, now, toolVersion } = request;
  const rows: Sortable[] = [];
  const agreements: Agreements[] = [];
  // A pull may take effect meanwhile in another process: digest and numbers must come from one state of the cache.
  const { digest, latest, summary } = readSnapshot(db, () => {
    const digest = inputDigest(request, toolVersion);
    const latest = readLatestRun(db, month);
    const isKnown = latest !== null && latest.inputDigest === digest;
    if (isKnown && options.keep === undefined && options.storing !== 'all') return { digest, latest, summary: null };
    const causes = isKnown
      ? storedCauses(db, latest.run, latestSummary(latest).causes)
      : options.keep === undefined && options.storing === 'none'
        ? 'totals'
        : 'hours';
    const summary = reconcileMonth({ ...request, causes }, (block) => {
      options.keep?.(block);
      if (options.storing !== 'none') collectExceptions(rows, block);
      if (options.storing === 'all') agreements.push(collectAgreements(rows, block));
    });
    return { digest, latest, summary };
  });
  if (summary === null) return reused(latest);
  if (latest !== null && latest.inputDigest === digest) return { ...reused(latest), isReused: false };
  if (options.storing === 'none') return { summary, run: null, isReused: false };
  rows.sort((a, b) => compareRows(a.key, b.key));
  const contentHash = hashOf(summary, rows);
  const id = saveReconcileRun(
    db,
    {
      month,
      createdAt: now,
      toolVersion,
      inputDigest: digest,
      asOf: {
        clickhouse: summary.asOf.clickhouse === null ? null : parseInstant(summary.asOf.clickhouse),
        stripe: summary.asOf.stripe === null ? null : parseInstant(summary.asOf.stripe),
      },
      exitCode: summary.exit,
      summary,
      contentHash,
    },
    numbered(rows),
    agreements.sort((a, b) => a.columns.meterKey - b.columns.meterKey),
  );
  return { summary, run: { id, contentHash, finishedAt: now }, isReused: false };
}

/** What was stored of an equal input; null where nothing was. */
export function storedRun(request: ReconcileRequest & { readonly toolVersion: string }): SavedRun | null {
  const latest = readLatestRun(request.db, request.month);
  return latest !== null && latest.inputDigest === inputDigest(request, request.toolVersion) ? reused(latest) : null;
}

/** The stored result of a month, whatever it was computed from; null where there is none. */
export function latestSummary(run: ReconcileRun): ReconcileSummary {
  return run.summary as ReconcileSummary;
}

const reused = (run: ReconcileRun): SavedRun => ({
  summary: latestSummary(run),
  run: { id: run.run, contentHash: run.contentHash, finishedAt: run.createdAt },
  isReused: true,
});

type Sortable = {
  readonly key: Parameters<typeof compareRows>[0];
  readonly row: Omit<ExceptionRow, 'ordinal' | 'incident'>;
  /** Known once all meters are compared. */
  readonly incident: () => string | null;
};

/** Rounding alone is plain enough, too: a fleet may have it in every cell of a meter. */
export function agreesPlainly(block: MeterBlock, position: number): boolean {
  const verdict = block.verdicts[position];
  const agrees = verdict === VERDICT_INDEX.agree || verdict === VERDICT_INDEX.agree_zero;
  const cause = causeAt(block, position);
  if (!agrees || (cause !== null && cause !== 'rounding')) return false;
  const billing = block.billing[position];
  return billing === 0 || billing === BILLING_CODE.billed_agree || billing === BILLING_CODE.not_final;
}

function collectExceptions(rows: Sortable[], block: MeterBlock): void {
  for (let position = 0; position < block.length; position += 1) {
    if (!agreesPlainly(block, position)) rows.push(sortable(block, position));
  }
}

/** Agreeing cells stay columns; those that the columns do not hold become rows like the exceptions. */
function collectAgreements(rows: Sortable[], block: MeterBlock): Agreements {
  const fits = fitsColumns(block);
  const positions = new Int32Array(block.length);
  let length = 0;
  for (let position = 0; position < block.length; position += 1) {
    if (!agreesPlainly(block, position)) continue;
    if (fits(position)) positions[length++] = position;
    else rows.push(sortable(block, position));
  }
  return { columns: block, positions: positions.subarray(0, length) };
}

/** Whether two plain integers a side, one usage id and plain money say all of a cell. */
function fitsColumns(block: MeterBlock): (position: number) => boolean {
  const { severalUsage } = block.identity;
  return (position) => {
    const key = block.customerKeys[position] as number;
    if (block.causes.has(position)) return false;
    if (severalUsage.has(key) || block.billing[position] !== 0 || block.isOffMonth[key] === 1) return false;
    if (block.billed.has(key)) return false;
    if (block.exactMeasured.has(position) || block.exactMetered.has(position)) return false;
    if (block.currency[position] === 0) return true;
    return (
      !Number.isNaN(block.measuredMinor[position] as number) && !Number.isNaN(block.meteredMinor[position] as number)
    );
  };
}

function sortable(block: MeterBlock, position: number): Sortable {
  const verdict = verdictAt(block, position);
  const measured = measuredAt(block, position);
  const metered = meteredAt(block, position);
  const money = moneyAt(block, position);
  const billed = billedAt(block, position)?.quantity ?? null;
  const drift = verdict === 'invalid' || verdict === 'incomplete' ? null : driftOf(measured, metered);
  const usageIds = usageIdsAt(block, position);
  const { incidents } = block;
  return {
    incident: () => incidents.get(position) ?? null,
    key: {
      currency: money?.currency ?? null,
      differenceMinor: money?.differenceMinor ?? null,
      customer: customerIdAt(block, position),
      usageId: usageIdAt(block, position),
      meter: block.meter.key,
    },
    row: {
      meterKey: block.meterKey,
      customerKey: nullable(block.customerKeys[position] as number),
      usageKey: nullable(block.usageKeys[position] as number),
      usageIds,
      measured: measured === null ? null : formatDecimal(measured),
      metered: metered === null ? null : formatDecimal(metered),
      billed: billed === null ? null : formatDecimal(billed),
      driftAbsolute: drift === null ? null : formatDecimal(drift.absolute),
      driftRelative: drift === null ? null : formatDecimal(drift.relative),
      verdict,
      isStructural: isStructural(verdict, measured),
      cause: block.causes.get(position) ?? null,
      money,
      billing: billingAt(block, position),
    },
  };
}

const nullable = (key: number): number | null => (key === 0 ? null : key);

function* numbered(rows: readonly Sortable[]): Generator<ExceptionRow> {
  for (const [index, { row, incident }] of rows.entries()) yield { ordinal: index + 1, ...row, incident: incident() };
}

/** Two runs with the same hash found the same: totals and every exception, in order. */
function hashOf(summary: ReconcileSummary, rows: readonly Sortable[]): string {
  const hash = createHash('sha256').update(JSON.stringify(summary));
  for (const { key, row } of rows) {
    hash.update(
      `\n${key.customer ?? ''}\t${row.usageIds.join(',')}\t${key.meter}\t${row.measured ?? ''}\t${row.metered ?? ''}\t${row.billed ?? ''}\t${row.verdict}\t${row.cause?.code ?? ''}\t${row.billing?.verdict ?? ''}\t${key.currency ?? ''}\t${row.money?.differenceMinor ?? ''}`,
    );
  }
  return hash.digest('hex');
}
