import { assert, TieoutError } from '../../shared/errors.ts';
import { findExpired } from '../../shared/reconciliation/quality/expiry.ts';
import type { Expired } from '../../shared/reconciliation/quality/facts.ts';
import { formatDayAndHour, HOUR_MS, type Instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import { firstHourFound, firstUsedHour, insertArrival } from '../cache/arrival-store.ts';
import { carryForward } from '../cache/carry-store.ts';
import { hashUsageContent } from '../cache/content-hash.ts';
import type { HourValue } from '../cache/hour-pack.ts';
import { HourTotals } from '../cache/hour-totals.ts';
import { UsageKeyWalk } from '../cache/identity-store.ts';
import { readMappedUsageIds } from '../cache/mapping-store.ts';
import {
  beginPull,
  completePull,
  endPull,
  meterKeyOf,
  type PullInForce,
  readEveryPullInForce,
} from '../cache/pull-store.ts';
import { insertQuality, readQuality } from '../cache/quality-store.ts';
import { createUsageWriter, type UsageWriter } from '../cache/usage-writer.ts';
import {
  isSliceable,
  type UsageCell,
  type UsageHour,
  type UsageInspection,
  type UsageScan,
} from '../sources/usage-source.ts';
import { breathe, itemsUntilAborted, runSteps } from './abort.ts';
import { combineHours } from './combine-hours.ts';
import { type Keeping, keepHours } from './keep-hours.ts';
import type { PullMeter } from './pull-request.ts';
import type { PullWork } from './pull-work.ts';
import { gatherFacts, inspectScan } from './quality-step.ts';
import { type CustomerChoice, type Lending, lend } from './selection.ts';
import { pullSeries } from './series-step.ts';

export type UsageCounts = { readonly rows: number; readonly bytes: number };

/** One meter of a scan, on its way into the cache. */
type Target = {
  readonly meter: PullMeter;
  readonly meterKey: number;
  readonly pull: number;
  readonly startedAt: Instant;
  readonly writer: UsageWriter;
  /** All usage ids by the hour, for what later pulls say about this one; of a part of the customers nothing is kept. */
  readonly arrived: HourTotals | null;
  /** Stored native = value ÷ 10^exponent. */
  readonly exponent: number;
  readonly lending: Lending;
  /** What is in force of the meter, measured in the same way. */
  readonly base: PullInForce | null;
  /** Every customer is read. */
  readonly isWhole: boolean;
  /** Usage keys that are read anew. */
  readonly selected: readonly number[];
};

/**
 * Reads the measured usage of the meters, one scan after the other; meters that share a scan are read once. Each
 * (meter, month) that has come to its proper end is left in `work.measured`, to take effect as a whole.
 */
export async function pullUsage(
  work: PullWork,
  meters: readonly PullMeter[],
  choice: CustomerChoice,
): Promise<UsageCounts> {
  const { usage } = work.request;
  let rows = 0;
  let bytes = 0;
  for (const scan of usage.plan(meters)) {
    const counts = await pullScan(work, { scan, meters, choice }, (seen) => {
      work.progress.setBytes(bytes + seen.bytes);
      work.progress.report({ step: 'usage', done: rows + seen.rows, total: null, unit: 'rows' });
    });
    rows += counts.rows;
    bytes += counts.bytes;
  }
  work.progress.flush();
  return { rows, bytes };
}

async function pullScan(
  work: PullWork,
  plan: { readonly scan: UsageScan; readonly meters: readonly PullMeter[]; readonly choice: CustomerChoice },
  onProgress: (counts: UsageCounts) => void,
): Promise<UsageCounts> {
  const { request, signal, staging, period } = work;
  const { scan } = plan;
  const targets = beginTargets(work, plan);
  let counts: UsageCounts = { rows: 0, bytes: 0 };
  let query = scan.query;
  const slice = sliceOf(work, targets);
  const ids = plan.choice.usageIds ?? (scan.needsCustomers === true ? readMappedUsageIds(request.db) : null);
  const chunks = request.usage.read({
    scan,
    period,
    customers: ids,
    signal,
    withUnmeasured: true,
    slice,
    onProgress: (seen) => {
      counts = seen;
      onProgress(seen);
    },
    onQuery: (text) => {
      query = text;
    },
  });
  const stage = stager(work, targets, slice);
  let chunkCount = 0;
  for await (const cells of itemsUntilAborted(signal, chunks)) {
    staging.begin();
    stage(cells);
    chunkCount += 1;
    if (chunkCount % CHUNKS_PER_BREATH === 0) {
      await breathe();
      signal.throwIfAborted();
    }
  }
  staging.begin();
  for (const target of targets.values()) target.writer.flush();
  const cells = counts;
  const inspections = await inspectScan(work, scan);
  for (const [index, target] of targets) {
    const { meter, pull } = target;
    const series = { scan, meter, pull, customers: ids, isWhole: plan.choice.selection === null };
    const takeSeries = await pullSeries(work, series, (seen) => {
      counts = { rows: cells.rows + seen.rows, bytes: cells.bytes + seen.bytes };
      onProgress(counts);
    });
    const inspection = inspections.get(index) ?? null;
    await finish(work, target, { query, bytes: counts.bytes, takeSeries, inspection, slice });
  }
  return counts;
}

/** Chunks that are already here would otherwise follow each other without a turn for a cancel. */
const CHUNKS_PER_BREATH = 8;

function beginTargets(
  work: PullWork,
  plan: { readonly scan: UsageScan; readonly meters: readonly PullMeter[]; readonly choice: CustomerChoice },
): ReadonlyMap<number, Target> {
  const { db, month, customers, toolVersion, now } = work.request;
  const { scan, choice } = plan;
  const inForce = readEveryPullInForce(db, month);
  const startedAt = now();
  const targets = new Map<number, Target>();
  work.staging.begin();
  for (const [position, index] of scan.meters.entries()) {
    const meter = plan.meters[index];
    assert(meter !== undefined, 'a scan names meters that were asked for');
    const terms = {
      fingerprint: meter.usageFingerprint,
      mappingFingerprint: customers.fingerprint,
      combine: meter.usage.combine,
      exponent: scan.exponents[position] ?? 0,
    };
    const base = baseOf(inForce, meter.key, terms);
    const lending = lend(choice.selection, base);
    const meterKey = meterKeyOf(db, meter.key);
    const pull = beginPull(db, {
      source: 'clickhouse',
      month,
      meterKey,
      startedAt,
      toolVersion,
      ...terms,
      selection: lending.selection,
      query: scan.query,
      stripeMeterId: null,
    });
    work.open.add(pull);
    targets.set(index, {
      meter,
      meterKey,
      pull,
      startedAt,
      writer: createUsageWriter(db, pull),
      arrived: choice.selection === null ? new HourTotals(terms.exponent) : null,
      exponent: terms.exponent,
      lending,
      base,
      isWhole: choice.selection === null,
      selected: choice.selection?.usageKeys ?? [],
    });
  }
  work.staging.commit();
  return targets;
}

type Terms = Pick<PullInForce, 'fingerprint' | 'mappingFingerprint' | 'combine' | 'exponent'>;

const baseOf = (inForce: readonly PullInForce[], meter: string, terms: Terms): PullInForce | null =>
  inForce.find(
    (pull) =>
      pull.source === 'clickhouse' &&
      pull.meter === meter &&
      pull.fingerprint === terms.fingerprint &&
      pull.mappingFingerprint === terms.mappingFingerprint &&
      pull.combine === terms.combine &&
      pull.exponent === terms.exponent,
  ) ?? null;

/** Cells come by meter, then customer: each meter walks the known ids from the start. */
function stager(
  work: PullWork,
  targets: ReadonlyMap<number, Target>,
  slice: Period | null,
): (cells: readonly UsageCell[]) => void {
  const { db } = work.request;
  let current: Target | null = null;
  let walk = new UsageKeyWalk(db);
  return (cells) => {
    for (const cell of cells) {
      const target = targets.get(cell.meter);
      assert(target !== undefined, 'a scan gives cells of its own meters');
      if (target !== current) {
        current = target;
        walk = new UsageKeyWalk(db);
      }
      if (cell.isUnbucketed === true && slice !== null) throw withoutHours(target.meter);
      const hours = cell.isUnbucketed === true ? null : storedHours(cell.hours);
      target.arrived?.add(hours);
      target.writer.add({
        usageKey: walk.keyOf(cell.customer),
        usageId: cell.customer,
        total: combineHours(cell.hours, target.meter.usage.combine, target.exponent),
        hours,
        evidence: cell.evidence,
        evidenceHours: cell.evidenceHours,
      });
    }
    work.staging.wrote(cells.length * 2);
  };
}

function storedHours(hours: readonly UsageHour[]): readonly HourValue[] {
  if (!hours.some((hour) => hour.invalid !== undefined)) return hours;
  return hours.map(({ hour, whole, frac, invalid }) =>
    invalid === undefined ? { hour, whole, frac } : { hour, whole: 0, frac: 0, text: invalid },
  );
}

async function finish(
  work: PullWork,
  target: Target,
  scan: {
    readonly query: string;
    readonly bytes: number;
    readonly takeSeries: (() => void) | null;
    readonly inspection: UsageInspection | null;
    readonly slice: Period | null;
  },
): Promise<void> {
  const { db, now } = work.request;
  const { meter, pull, exponent, writer, lending, selected } = target;
  const expired =
    scan.slice === null ? expiredHours(work, target, scan.inspection) : stillExpired(work, target, scan.slice);
  if (scan.slice === null && expired !== null && isOnlyCopy(work, target, expired)) {
    leaveInForce(work, target, expired);
    return;
  }
  let content = { cells: writer.cells(), digest: writer.contentHash() };
  let hours = target.arrived?.totals() ?? null;
  const keeping = keepingOf(scan.slice, expired);
  if (keeping !== null && target.base !== null) {
    const selection = lending.from === null || target.isWhole ? null : selected;
    const kept = await keepHours(work, { meter, pull, exponent, from: target.base.pull, selected: selection }, keeping);
    // Hours that were not read say nothing about how late usage arrives.
    hours = scan.slice === null && hours !== null ? kept : null;
    content = await runSteps(work.signal, hashUsageContent(db, pull));
  } else if (lending.from !== null) {
    await runSteps(work.signal, carryForward(db, { source: 'clickhouse', from: lending.from, pull, selected }));
    content = await runSteps(work.signal, hashUsageContent(db, pull));
  }
  const facts = await gatherFacts(work, { meter, pull, exponent, inspection: scan.inspection, expired });
  work.signal.throwIfAborted();
  work.staging.commit();
  const finishedAt = now();
  const takeEffect = db.transaction(() => {
    completePull(db, pull, {
      finishedAt,
      rows: content.cells,
      bytes: scan.bytes,
      requests: 0,
      retries: 0,
      skippedIdle: 0,
      contentHash: content.digest,
      selection: scan.slice === null ? lending.selection : (target.base?.selection ?? null),
      query: scan.query,
    });
    insertQuality(db, pull, facts);
    recordArrival(work, target, hours);
    scan.takeSeries?.();
  });
  work.measured.set(meter.key, { pull, exponent, takeEffect });
}

/** What the pull found by the hour stays when its rows are swept: it shows how late usage arrives. */
function recordArrival(
  { request: { db, month } }: PullWork,
  { pull, meterKey, startedAt, exponent }: Target,
  hours: readonly HourValue[] | null,
): void {
  if (hours !== null) insertArrival(db, { pull, meterKey, month, pulledAt: startedAt, exponent, hours });
}

/** The hours to compute alone; null: the whole month, also of meters whose hours hang together. */
function sliceOf(work: PullWork, targets: ReadonlyMap<number, Target>): Period | null {
  const { slice = null } = work.request;
  if (slice === null) return null;
  const meters = [...targets.values()].map(({ meter }) => meter);
  if (meters.every(({ usage }) => isSliceable(usage))) {
    for (const target of targets.values()) requireBase(work, target);
    return slice;
  }
  for (const { key } of meters) {
    work.warn({
      code: 'pull.slice_widened',
      path: key,
      message: `${key} counts each thing once in the month, so a late row changes other hours too: the whole month was computed.`,
      remedy: 'Nothing is to be done; the result is the same as that of a whole pull.',
    });
  }
  return null;
}

/** @throws TieoutError `pull.slice_without_base` */
function requireBase({ request }: PullWork, { meter, base }: Target): void {
  if (base !== null && readQuality(request.db, base.pull) !== null) return;
  throw new TieoutError('pull.slice_without_base', {
    message:
      base === null
        ? `Hours of ${meter.key} cannot be computed alone: the month was not pulled yet, or with other settings.`
        : `Hours of ${meter.key} cannot be computed alone: the month was pulled by an older version of Tieout.`,
    path: meter.key,
    remedy: `Pull ${request.month} as a whole once, without --from and --to.`,
  });
}

const withoutHours = ({ key }: PullMeter): TieoutError =>
  new TieoutError('pull.slice_without_base', {
    message: `Hours of ${key} cannot be computed alone: its query returns no bucket.`,
    path: key,
    remedy: 'Return a bucket, or pull the month as a whole, without --from and --to.',
  });

/** Hours that were asked for by name are taken as the source has them now. */
function stillExpired(work: PullWork, { base }: Target, slice: Period): Expired | null {
  const expired = base === null ? null : (readQuality(work.request.db, base.pull)?.expired ?? null);
  const isReplaced = expired !== null && slice.from <= work.period.from && expired.before <= slice.to;
  return isReplaced ? null : expired;
}

/** Whether hours that are gone stand in the cache alone, measured in another way than this pull does. */
function isOnlyCopy({ request, period }: PullWork, { base, meter }: Target, expired: Expired): boolean {
  if (base !== null) return false;
  const { db, month } = request;
  const other = readEveryPullInForce(db, month).find(
    (pull) => pull.source === 'clickhouse' && pull.meter === meter.key,
  );
  const first = other === undefined ? null : (firstHourFound(db, other.pull) ?? null);
  return first !== null && period.from + first * HOUR_MS < expired.before;
}

/** What is kept is not given up for less: the pull in force stays, and the tie-out says that it was measured otherwise. */
function leaveInForce({ request, open, warn }: PullWork, { meter, pull }: Target, expired: Expired): void {
  const until = `${formatDayAndHour(expired.before)} UTC`;
  const message = `Usage of ${meter.key} was left as it was pulled before: the source no longer holds the hours before ${until}, and the settings of the meter have changed since.`;
  warn({
    code: 'pull.rows_expired',
    path: meter.key,
    message,
    remedy: 'Undo the change of the meter to compare this month, or restore the rows and pull again.',
  });
  endPull(request.db, pull, { state: 'failed', finishedAt: request.now(), failure: message });
  open.delete(pull);
}

const keepingOf = (slice: Period | null, expired: Expired | null): Keeping | null =>
  slice !== null ? { why: 'slice', slice } : expired === null ? null : { why: 'expired', expired };

function expiredHours(
  work: PullWork,
  { base, arrived, startedAt }: Target,
  inspection: UsageInspection | null,
): Expired | null {
  const { db } = work.request;
  const totals = arrived?.totals() ?? null;
  return findExpired({
    period: work.period,
    table: inspection,
    readAt: startedAt,
    firstHour: totals === null ? undefined : firstUsedHour(totals),
    earlier:
      base === null
        ? null
        : {
            readAt: base.startedAt,
            firstHour: firstHourFound(db, base.pull),
            expired: readQuality(db, base.pull)?.expired ?? null,
          },
  });
}
