import type { EventSummary, Meter } from '../../shared/billing/meter.ts';
import { HOUR_MS, instant } from '../../shared/values/instant.ts';
import { carryForward } from '../cache/carry-store.ts';
import { hashSummaryContent } from '../cache/content-hash.ts';
import { listCustomers } from '../cache/customer-store.ts';
import { readAliveCustomers } from '../cache/item-store.ts';
import {
  beginPull,
  completePull,
  findResumable,
  meterKeyOf,
  type NewPull,
  type PullInForce,
  type PullSelection,
  readPullsInForce,
  resumePull,
} from '../cache/pull-store.ts';
import {
  askedCustomers,
  carryCell,
  countSummaries,
  customersWithUsage,
  writeHourSummaries,
  writeMonthSummary,
} from '../cache/summary-store.ts';
import { runSteps, runWide, untilAborted } from './abort.ts';
import type { PullMeter } from './pull-request.ts';
import { measuredUsage, type PullWork } from './pull-work.ts';
import { type Lending, lend } from './selection.ts';

/** Requests in flight; the source's own budget decides how fast they go. */
const WIDTH = 64;
/**
 * Answers are costly and slow to come: they are committed often, so that a pull that is killed goes on where it stopped
 * and nobody waits long for the database.
 */
const CELLS_PER_COMMIT = 50;
/** For so long the answers of an unfinished pull are used again. */
export const RESUME_MS = HOUR_MS;

/** A customer that Stripe is asked about. */
export type AskedCustomer = {
  readonly key: number;
  readonly id: string;
  readonly isDeleted: boolean;
  /** Stripe does not know the id any more: it holds nothing, and is not asked. */
  readonly isVanished: boolean;
};

/** One meter of Stripe on its way into the cache. */
export type SummaryTarget = {
  /** Key in tieout.yaml, or `stripe:EVENT_NAME`. */
  readonly key: string;
  /** Null where only Stripe has the meter. */
  readonly configured: PullMeter | null;
  /** Null where Stripe has no such meter: the pull completes without a row. */
  readonly meter: Meter | null;
  readonly pull: number;
  readonly lending: Lending;
  readonly base: PullInForce | null;
  readonly customers: readonly AskedCustomer[];
  readonly skippedIdle: number;
  readonly counts: { requests: number };
};

/** Everyone who may have a cell: known customers, deleted ones too, clocked ones where asked. Ascending by key. */
export function askableCustomers(work: PullWork, selection: PullSelection | null): readonly AskedCustomer[] {
  const { db, testClocks } = work.request;
  const selected = selection === null ? null : new Set(selection.customerKeys);
  const asked: AskedCustomer[] = [];
  for (const chunk of listCustomers(db)) {
    for (const { key, id, isDeleted, isVanished, testClock } of chunk) {
      if (testClock !== null && !testClocks) continue;
      if (selected === null || selected.has(key)) asked.push({ key, id, isDeleted, isVanished });
    }
  }
  return asked;
}

/** Begins the pull of one meter, or goes on with one that was broken off within the hour. */
export function beginSummaries(
  work: PullWork,
  plan: {
    readonly key: string;
    readonly configured: PullMeter | null;
    readonly meter: Meter | null;
    readonly customers: readonly AskedCustomer[];
    readonly selection: PullSelection | null;
  },
): SummaryTarget {
  const { db, month, customers, toolVersion, now, skipIdle } = work.request;
  const { key, configured, meter } = plan;
  const fingerprint = configured?.stripeFingerprint ?? key;
  const startedAt = now();
  const base =
    readPullsInForce(db, month).find(
      (pull) =>
        pull.source === 'stripe' &&
        pull.meter === key &&
        pull.fingerprint === fingerprint &&
        pull.mappingFingerprint === customers.fingerprint &&
        pull.stripeMeterId === (meter?.id ?? null),
    ) ?? null;
  const lending = lend(plan.selection, base);
  const fresh: NewPull = {
    source: 'stripe',
    month,
    meterKey: meterKeyOf(db, key),
    startedAt,
    toolVersion,
    fingerprint,
    mappingFingerprint: customers.fingerprint,
    selection: plan.selection,
    query: null,
    combine: null,
    exponent: 0,
    stripeMeterId: meter?.id ?? null,
  };
  const resumable = findResumable(db, fresh, instant(startedAt - RESUME_MS));
  const pull = resumable?.pull ?? beginPull(db, fresh);
  if (resumable !== null) resumePull(db, pull);
  work.open.add(pull);
  const asked =
    meter === null ? [] : skipIdle ? busyCustomers(work, plan.customers, configured, meter) : plan.customers;
  return {
    key,
    configured,
    meter,
    pull,
    lending,
    base,
    customers: asked,
    skippedIdle: meter === null ? 0 : plan.customers.length - asked.length,
    counts: { requests: 0 },
  };
}

/** Those with measured usage of the meter, or with an item on it that was alive in the month. */
function busyCustomers(
  work: PullWork,
  customers: readonly AskedCustomer[],
  configured: PullMeter | null,
  meter: Meter,
): readonly AskedCustomer[] {
  const { db } = work.request;
  const busy = new Set(readAliveCustomers(db, work.period, meter.id));
  const usage = configured === null ? null : measuredUsage(work, configured.key);
  if (usage !== null) for (const key of customersWithUsage(db, usage.pull)) busy.add(key);
  return customers.filter((customer) => busy.has(customer.key));
}

/** First pass: one request per customer and meter, the total of the month. */
export async function pullMonthTotals(work: PullWork, targets: readonly SummaryTarget[]): Promise<void> {
  const { db } = work.request;
  const asked = new Map(targets.map((target) => [target, askedCustomers(db, target.pull)] as const));
  const total = targets.reduce((sum, target) => sum + target.customers.length, 0);
  let done = 0;
  const report = (): void => work.progress.report({ step: 'summaries', done, total, unit: 'cells' });
  const questions = function* (): Generator<readonly [SummaryTarget, AskedCustomer]> {
    for (const target of targets) {
      for (const customer of target.customers) {
        if (asked.get(target)?.has(customer.key) !== true) yield [target, customer];
        else done += 1;
      }
    }
  };
  report();
  await runWide(questions(), { width: WIDTH, signal: work.signal }, async ([target, customer]) => {
    await askMonthTotal(work, target, customer);
    done += 1;
    if (done % CELLS_PER_COMMIT === 0) work.staging.commit();
    report();
  });
  work.staging.commit();
  work.progress.flush();
}

async function askMonthTotal(work: PullWork, target: SummaryTarget, customer: AskedCustomer): Promise<void> {
  const { db, billing } = work.request;
  const { meter, pull, base } = target;
  if (meter === null) return;
  const { signal, period } = work;
  const request = { meterId: meter.id, customerId: customer.id, period, signal };
  let summary: EventSummary | null = null;
  if (!customer.isVanished) {
    target.counts.requests += 1;
    summary = await untilAborted(signal, billing.monthSummary(request));
  }
  work.staging.begin();
  const isLost = summary === null && customer.isDeleted && base !== null;
  // What Stripe held of a deleted customer before it forgot it is still what was metered.
  if (!isLost || !carryCell(db, { pull, from: base.pull, customerKey: customer.key })) {
    writeMonthSummary(db, pull, customer.key, summary?.value ?? null);
  }
  work.staging.wrote(1);
}

/** Second pass: the hours of the given cells. */
export async function pullHours(
  work: PullWork,
  cells: readonly { readonly target: SummaryTarget; readonly customer: AskedCustomer }[],
): Promise<void> {
  const { db, billing } = work.request;
  const { signal, period } = work;
  let done = 0;
  const report = (): void => work.progress.report({ step: 'hours', done, total: cells.length, unit: 'cells' });
  report();
  await runWide(cells, { width: WIDTH, signal }, async ({ target, customer }) => {
    const { meter, pull } = target;
    if (meter === null) return;
    target.counts.requests += 1;
    const hours = await untilAborted(
      signal,
      billing.hourSummaries({ meterId: meter.id, customerId: customer.id, period, signal }),
    );
    work.staging.begin();
    writeHourSummaries(
      db,
      { pull, customerKey: customer.key },
      hours.map(({ from, value }) => ({ hour: Math.floor((from - period.from) / HOUR_MS), value })),
    );
    work.staging.wrote(1);
    done += 1;
    if (done % CELLS_PER_COMMIT === 0) work.staging.commit();
    report();
  });
  work.staging.commit();
  work.progress.flush();
}

/** A meter whose answers are all here. */
export type ReadSummaries = { readonly cells: number; readonly hourly: number; readonly takeEffect: () => void };

/** Makes the (meter, month) whole, so that it can take effect. */
export async function finishSummaries(
  work: PullWork,
  target: SummaryTarget,
  selection: PullSelection | null,
): Promise<ReadSummaries> {
  const { db, now } = work.request;
  const { pull, lending } = target;
  work.staging.begin();
  if (lending.from !== null && selection !== null) {
    const selected = selection.customerKeys;
    await runSteps(work.signal, carryForward(db, { source: 'stripe', from: lending.from, pull, selected }));
  }
  const { digest } = await runSteps(work.signal, hashSummaryContent(db, pull));
  work.signal.throwIfAborted();
  work.staging.commit();
  const counts = countSummaries(db, pull);
  const finishedAt = now();
  const takeEffect = (): void =>
    completePull(db, pull, {
      finishedAt,
      rows: counts.cells,
      bytes: 0,
      requests: target.counts.requests,
      retries: 0,
      skippedIdle: target.skippedIdle,
      contentHash: digest,
      selection: lending.selection,
    });
  return { ...counts, takeEffect };
}
