import type { Meter } from '../../shared/billing/meter.ts';
import { isTieoutError, TieoutError } from '../../shared/errors.ts';
import { instant } from '../../shared/values/instant.ts';
import { requireBegun } from '../../shared/values/period.ts';
import { cacheError } from '../cache/cache-error.ts';
import { forgetRemembered, restoreCatalog } from '../cache/catalog-undo.ts';
import { readAliveCustomers } from '../cache/item-store.ts';
import {
  endPull,
  forgetUnconfigured,
  isPipelineMeter,
  markInterrupted,
  readPullsInForce,
  sweepPulls,
} from '../cache/pull-store.ts';
import { askedByHour } from '../cache/summary-store.ts';
import { cancelled, runSteps } from './abort.ts';
import { pullCatalog } from './catalog-step.ts';
import { chooseMeter, unconfiguredMeters } from './choose-meter.ts';
import { driftingCustomers } from './drifting-cells.ts';
import { pullPipelines } from './pipeline-step.ts';
import type { PulledPipeline, PullMeter, PullMonthRequest, PullResult } from './pull-request.ts';
import { createWork, measuredUsage, type PullWork } from './pull-work.ts';
import { recordRuns } from './record-runs.ts';
import { type CustomerChoice, chooseCustomers, chooseMeters } from './selection.ts';
import {
  type AskedCustomer,
  askableCustomers,
  beginSummaries,
  finishSummaries,
  pullHours,
  pullMonthTotals,
  RESUME_MS,
  type ReadSummaries,
  type SummaryTarget,
} from './summary-step.ts';
import { pullUsage, type UsageCounts } from './usage-step.ts';

/**
 * Copies one month from both sources into the cache. What was read of every (meter, month, source) takes effect together
 * or not at all: a pull that fails, is cancelled or killed leaves what was there (see `keepFirstUsage`), and the next one goes on where Stripe's answers
 * stopped. The same data pulled twice gives the same cache. The caller holds the workspace's writer lock.
 * @throws TieoutError of the source that failed; `pull.cancelled`, `pull.nothing_selected`, `period.in_future`,
 * `workspace.disk_full`
 */
export async function pullMonth(request: PullMonthRequest): Promise<PullResult> {
  requireBegun(request.month, request.now());
  const meters = chooseMeters(request.meters, request.select.meters);
  if (request.signal.aborted) throw cancelled();
  const controller = new AbortController();
  const onCancel = (): void => controller.abort(cancelled());
  request.signal.addEventListener('abort', onCancel, { once: true });
  const work = createWork(request, controller.signal);
  try {
    markInterrupted(request.db);
    restoreCatalog(request.db);
    await sweep(work);
    const result = await run(work, meters, controller);
    await sweepAtLeisure(work);
    return result;
  } catch (error) {
    const failure = mapped(request, controller.signal.aborted ? controller.signal.reason : error);
    controller.abort(failure);
    endOpenPulls(work, failure);
    throw failure;
  } finally {
    request.signal.removeEventListener('abort', onCancel);
  }
}

async function run(work: PullWork, meters: readonly PullMeter[], controller: AbortController): Promise<PullResult> {
  const { request } = work;
  if (request.slice != null || request.usageOnly === true) return runUsageOnly(work, meters);
  const before = request.billing.counts();
  const stripeFrom = request.now();
  const catalog = await pullCatalog(work);
  const choice = chooseCustomers(work);
  const usageFrom = request.now();
  let usageTo = usageFrom;
  work.progress.lead('usage');
  const usage = pullUsage(work, meters, choice).then((counts) => {
    usageTo = request.now();
    work.progress.lead(null);
    return counts;
  });
  const pipelines = usage.then(() => pullPipelines(work, choice));
  const firstPass = (request.skipIdle ? usage : Promise.resolve()).then(async () => {
    const targets = summaryTargets(work, { meters, all: catalog.meters, choice });
    await pullMonthTotals(work, targets);
    return targets;
  });
  const [counts, targets, beside] = await allOrAbort(controller, usage, firstPass, pipelines);
  await pullDriftingHours(work, targets);
  const totals = await completeAll(work, targets, choice);
  for (const problem of request.billing.warnings()) work.warn(problem);
  const after = request.billing.counts();
  return {
    month: request.month,
    sources: {
      clickhouse: { ...(counts as UsageCounts), seconds: (usageTo - usageFrom) / 1000 },
      stripe: {
        requests: after.requests - before.requests,
        retries: after.retries - before.retries,
        cells: totals.cells,
        hourlyCells: totals.hourly,
        seconds: (request.now() - stripeFrom) / 1000,
      },
    },
    pipelines: beside,
    complete: isComplete(work, beside),
    warnings: work.warnings(),
  };
}

/** From ClickHouse alone, some hours perhaps: what Stripe holds and the catalog stay as they were pulled. */
async function runUsageOnly(work: PullWork, meters: readonly PullMeter[]): Promise<PullResult> {
  const { request } = work;
  const from = request.now();
  const choice = chooseCustomers(work);
  const counts = await pullUsage(work, meters, choice);
  const seconds = (request.now() - from) / 1000;
  const pipelines = await pullPipelines(work, choice);
  await completeAll(work, [], choice);
  return {
    month: request.month,
    sources: {
      clickhouse: { ...counts, seconds },
      stripe: { requests: 0, retries: 0, cells: 0, hourlyCells: 0, seconds: 0 },
    },
    pipelines,
    complete: isComplete(work, pipelines),
    warnings: work.warnings(),
  };
}

/** All results; where one fails, the others are told to stop and are waited for, so that nothing writes afterwards. */
async function allOrAbort<A, B, C>(
  controller: AbortController,
  a: Promise<A>,
  b: Promise<B>,
  c: Promise<C>,
): Promise<[A, B, C]> {
  const guard = <T>(promise: Promise<T>): Promise<T> =>
    promise.catch((error: unknown) => {
      controller.abort(error);
      throw error;
    });
  const [first, second, third] = await Promise.allSettled([guard(a), guard(b), guard(c)]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  if (third.status === 'rejected') throw third.reason;
  return [first.value, second.value, third.value];
}

function summaryTargets(
  work: PullWork,
  plan: { readonly meters: readonly PullMeter[]; readonly all: readonly Meter[]; readonly choice: CustomerChoice },
): readonly SummaryTarget[] {
  const { request } = work;
  const { selection } = plan.choice;
  const customers = askableCustomers(work, selection);
  const configuredTargets = plan.meters.map((configured) => {
    const { meter, warnings } = chooseMeter(configured, plan.all);
    for (const warning of warnings) work.warn(warning);
    return beginSummaries(work, { key: configured.key, configured, meter, customers, selection });
  });
  const others = request.select.meters === undefined ? unconfiguredMeters(request.meters, plan.all) : [];
  const otherTargets = others.map((meter) =>
    beginSummaries(work, { key: unconfiguredKey(meter), configured: null, meter, customers, selection }),
  );
  work.staging.commit();
  return [...configuredTargets, ...otherTargets];
}

/** The key under which the totals of a meter are kept that only Stripe has. */
const unconfiguredKey = (meter: Pick<Meter, 'eventName'>): string => `stripe:${meter.eventName}`;

async function pullDriftingHours(work: PullWork, targets: readonly SummaryTarget[]): Promise<void> {
  const { db } = work.request;
  const cells: { target: SummaryTarget; customer: AskedCustomer }[] = [];
  for (const target of targets) {
    if (target.meter === null) continue;
    const wanted =
      target.configured === null
        ? customersWithItem(work, target.meter)
        : await customersByHour(work, target, target.configured);
    const known = askedByHour(db, target.pull);
    for (const customer of target.customers) {
      if (!customer.isVanished && wanted(customer.key) && !known.has(customer.key)) cells.push({ target, customer });
    }
  }
  await pullHours(work, cells);
}

/** Of a meter that only Stripe has, hours serve nothing but invoices: of those who have an item on it, where all are asked for. */
function customersWithItem({ request, period }: PullWork, meter: Meter): (customerKey: number) => boolean {
  if (request.hourly !== 'all') return () => false;
  const keys = new Set(readAliveCustomers(request.db, period, meter.id));
  return (customerKey) => keys.has(customerKey);
}

async function customersByHour(
  work: PullWork,
  target: SummaryTarget,
  configured: PullMeter,
): Promise<(customerKey: number) => boolean> {
  const { db, hourly } = work.request;
  if (hourly === 'all') return () => true;
  const usage = measuredUsage(work, configured.key);
  if (usage === null) return () => false;
  const { exponent, pull } = usage;
  const keys = new Set(
    await runSteps(work.signal, driftingCustomers(db, configured, { summaries: target.pull, usage: pull, exponent })),
  );
  return (customerKey) => keys.has(customerKey);
}

/** Everything that was read takes effect at once: a month is never half of one pull and half of another. */
async function completeAll(
  work: PullWork,
  targets: readonly SummaryTarget[],
  choice: CustomerChoice,
): Promise<{ readonly cells: number; readonly hourly: number }> {
  const { db, month, meters, select, toolVersion, now } = work.request;
  const finished: { readonly target: SummaryTarget; readonly summaries: ReadSummaries }[] = [];
  for (const target of targets) {
    finished.push({ target, summaries: await finishSummaries(work, target, choice.selection) });
  }
  work.signal.throwIfAborted();
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const usage of work.measured.values()) usage.takeEffect();
    for (const { summaries } of finished) summaries.takeEffect();
    if (select.meters === undefined && work.request.slice == null && work.request.usageOnly !== true)
      forgetUnconfigured(db, month, new Set(targets.map(({ key }) => key)));
    await runSteps(work.signal, recordRuns({ db, month, meters, toolVersion, at: now() }));
    forgetRemembered(db);
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
  work.open.clear();
  let cells = 0;
  let hourly = 0;
  for (const { target, summaries } of finished) {
    if (target.configured === null) continue;
    cells += summaries.cells;
    hourly += summaries.hourly;
  }
  return { cells, hourly };
}

/** Whether every configured meter now has both sources in force for everyone, and every pipeline was read. */
function isComplete(work: PullWork, pipelines: readonly PulledPipeline[]): boolean {
  const { db, month, meters } = work.request;
  if (pipelines.some((pipeline) => !pipeline.isComplete)) return false;
  const inForce = readPullsInForce(db, month);
  return meters.every((meter) =>
    (['clickhouse', 'stripe'] as const).every((source) =>
      inForce.some((pull) => pull.meter === meter.key && pull.source === source && pull.selection === null),
    ),
  );
}

async function sweep(work: PullWork): Promise<void> {
  const since = instant(work.request.now() - RESUME_MS);
  await runSteps(work.signal, sweepPulls(work.request.db, since));
}

/** Everything is in force by now: a cancel ends the tidying up, not the pull. */
async function sweepAtLeisure(work: PullWork): Promise<void> {
  try {
    await sweep(work);
  } catch (error) {
    if (!work.signal.aborted) throw error;
  }
}

function mapped(request: PullMonthRequest, error: unknown): unknown {
  return cacheError(error, request.db.name);
}

/** Staged answers are kept where the cache allows; a pull that says `running` is settled by the next one. */
function endOpenPulls(work: PullWork, failure: unknown): void {
  const { db, now } = work.request;
  const isCancelled = isTieoutError(failure) && failure.code === 'pull.cancelled';
  const message = failure instanceof Error ? failure.message : String(failure);
  try {
    if (isCacheFailure(failure)) work.staging.rollback();
    else work.staging.commit();
    if (!isCancelled && !isCacheFailure(failure)) keepFirstUsage(work);
    for (const pull of work.open) {
      endPull(db, pull, { state: isCancelled ? 'cancelled' : 'failed', finishedAt: now(), failure: message });
    }
    restoreCatalog(db);
  } catch {
    work.staging.rollback();
  }
}

/**
 * Usage that was read to its end takes effect where the month held nothing of its meter: its cells are then shown as
 * incomplete, instead of not at all.
 */
function keepFirstUsage(work: PullWork): void {
  const { db, month } = work.request;
  const known = new Set(readPullsInForce(db, month).map(({ meter }) => meter));
  for (const [meter, usage] of work.measured) {
    if (known.has(meter) || isPipelineMeter(meter)) continue;
    usage.takeEffect();
    work.open.delete(usage.pull);
  }
}

const isCacheFailure = (failure: unknown): boolean =>
  !(failure instanceof TieoutError) || failure.code.startsWith('workspace.') || failure.code.startsWith('cache.');
