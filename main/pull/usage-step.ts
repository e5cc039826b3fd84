import { assert } from '../../shared/errors.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { insertArrival } from '../cache/arrival-store.ts';
import { carryForward } from '../cache/carry-store.ts';
import { hashUsageContent } from '../cache/content-hash.ts';
import type { HourValue } from '../cache/hour-pack.ts';
import { HourTotals } from '../cache/hour-totals.ts';
import { UsageKeyWalk } from '../cache/identity-store.ts';
import { readMappedUsageIds } from '../cache/mapping-store.ts';
import { beginPull, completePull, meterKeyOf, type PullInForce, readPullsInForce } from '../cache/pull-store.ts';
import { createUsageWriter, type UsageWriter } from '../cache/usage-writer.ts';
import type { UsageCell, UsageHour, UsageScan } from '../sources/usage-source.ts';
import { breathe, itemsUntilAborted, runSteps } from './abort.ts';
import { combineHours } from './combine-hours.ts';
import type { PullMeter } from './pull-request.ts';
import type { PullWork } from './pull-work.ts';
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
  const ids = plan.choice.usageIds ?? (scan.needsCustomers === true ? readMappedUsageIds(request.db) : null);
  const chunks = request.usage.read({
    scan,
    period,
    customers: ids,
    signal,
    withUnmeasured: true,
    onProgress: (seen) => {
      counts = seen;
      onProgress(seen);
    },
    onQuery: (text) => {
      query = text;
    },
  });
  const stage = stager(work, targets);
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
  for (const target of targets.values()) {
    const { meter, pull } = target;
    const series = { scan, meter, pull, customers: ids, isWhole: plan.choice.selection === null };
    const takeSeries = await pullSeries(work, series, (seen) => {
      counts = { rows: cells.rows + seen.rows, bytes: cells.bytes + seen.bytes };
      onProgress(counts);
    });
    await finish(work, target, { query, bytes: counts.bytes, takeSeries });
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
  const inForce = readPullsInForce(db, month);
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
    const lending = lend(choice.selection, baseOf(inForce, meter.key, terms));
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
function stager(work: PullWork, targets: ReadonlyMap<number, Target>): (cells: readonly UsageCell[]) => void {
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
      const hours = cell.isUnbucketed === true ? null : storedHours(cell.hours);
      target.arrived?.add(hours);
      target.writer.add({
        usageKey: walk.keyOf(cell.customer),
        usageId: cell.customer,
        total: combineHours(cell.hours, target.meter.usage.combine, target.exponent),
        hours,
        evidence: cell.evidence,
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
  scan: { readonly query: string; readonly bytes: number; readonly takeSeries: (() => void) | null },
): Promise<void> {
  const { db, now } = work.request;
  const { meter, pull, exponent, writer, lending, selected } = target;
  let content = { cells: writer.cells(), digest: writer.contentHash() };
  if (lending.from !== null) {
    await runSteps(work.signal, carryForward(db, { source: 'clickhouse', from: lending.from, pull, selected }));
    content = await runSteps(work.signal, hashUsageContent(db, pull));
  }
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
      selection: lending.selection,
      query: scan.query,
    });
    recordArrival(work, target);
    scan.takeSeries?.();
  });
  work.measured.set(meter.key, { pull, exponent, takeEffect });
}

/** What the pull found by the hour stays when its rows are swept: it shows how late usage arrives. */
function recordArrival({ request: { db, month } }: PullWork, target: Target): void {
  const { pull, meterKey, startedAt, exponent, arrived } = target;
  const hours = arrived?.totals() ?? null;
  if (hours !== null) insertArrival(db, { pull, meterKey, month, pulledAt: startedAt, exponent, hours });
}
