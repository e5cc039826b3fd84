import type { Invoice } from '../../../shared/billing/invoice.ts';
import { AdjustmentTally } from '../../../shared/reconciliation/adjustment-tally.ts';
import { exactUnder, type ProofContext, proveGroup } from '../../../shared/reconciliation/proof.ts';
import { type AdjustmentContext, proveAdjustments } from '../../../shared/reconciliation/proof-adjustments.ts';
import { applied } from '../../../shared/reconciliation/proof-alternatives.ts';
import type { Alternative } from '../../../shared/reconciliation/proof-line.ts';
import { ProofTally, type Suggestion } from '../../../shared/reconciliation/proof-tally.ts';
import type { LineOwner, ProofReport } from '../../../shared/reports/proof.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import { type MonthKey, requireBegun } from '../../../shared/values/period.ts';
import { readMeters, readPrices } from '../../cache/catalog-store.ts';
import type { Db } from '../../cache/open.ts';
import { readCatalogPull, readPullsInForce } from '../../cache/pull-store.ts';
import { configuredMeter, openUsageBook } from '../invoices/usage-book.ts';
import { readIdentity } from '../reconcile/identity.ts';
import type { ReconcileSettings } from '../reconcile/settings.ts';
import { adjustmentContext } from './adjustment-source.ts';
import { MeasuredSums } from './as-measured.ts';
import { countedGroups, proofContext } from './line-source.ts';

export type ProveRequest = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  /** Keys of configured meters that count distinct things. */
  readonly distinctMeters: ReadonlySet<string>;
  /** Only lines whose service period begins in it; null: all of the cache. */
  readonly month: MonthKey | null;
  readonly now: Instant;
};

/**
 * Rates every line of every finalised invoice in the cache again, and the measured quantities beside (interfaces.md
 * section 6, `prove`). Invoices are read a few hundred at a time; where a change of settings would explain differences,
 * once more to see what it would do to all other lines.
 * @throws TieoutError `period.in_future`
 */
export function prove(request: ProveRequest): ProofReport {
  const { db, settings, month } = request;
  if (month !== null) requireBegun(month, request.now);
  const { rating: options } = settings;
  const prices = readPrices(db);
  const context = proofContext(db, prices);
  const stripeMeters = readMeters(db);
  const identity = readIdentity(db, { testClocks: true });
  const keyOf = new Map(identity.customerIds.map((id, key) => [id, key]));
  const book = openUsageBook({ ...request, identity, stripeMeters, quantities: 'measured', reading: 'all' });
  const measured = new MeasuredSums({ book, context, options });
  const tally = new ProofTally();
  const adjusting = adjustmentContext(db, prices);
  const adjustments = new AdjustmentTally();
  const owners = new Map<string, LineOwner>();
  let invoices = 0;
  for (const { invoice, groups } of countedGroups(db, month)) {
    let isProved = false;
    const name = (): LineOwner => {
      const key = keyOf.get(invoice.customerId);
      return ownerOf(invoice, key === undefined ? null : (identity.names[key] ?? null));
    };
    for (const step of proveAdjustments(invoice, adjusting, options)) {
      adjustments.add(step);
      if (!step.isExact) owners.set(invoice.id, name());
    }
    for (const group of groups) {
      const proof = proveGroup(group, context, options);
      if (proof === null) continue;
      isProved = true;
      tally.add(proof);
      if (proof.differing.length + proof.unratable.length > 0) owners.set(invoice.id, name());
      if (proof.kind === 'metered') measured.add(group, keyOf.get(invoice.customerId));
    }
    if (isProved) invoices += 1;
  }
  const meterOf = (priceId: string | null): string | null => {
    const meterId = priceId === null ? null : (prices.get(priceId)?.meterId ?? null);
    return meterId === null ? null : (configuredMeter({ settings, stripeMeters }, meterId)?.key ?? null);
  };
  return {
    workspace: settings.workspace,
    month,
    asOf: asOf(db, month),
    options,
    invoices,
    proof: tally.finish(weigh(request, { context, candidates: tally.candidates })),
    adjustments: adjustments.finish(weighSteps(request, { adjusting, candidates: adjustments.candidates })),
    asMeasured: measured.sums,
    notMeasured: measured.missing,
    ownerOf: (invoiceId) => owners.get(invoiceId) ?? NOBODY,
    meterOf,
  };
}

const NOBODY: LineOwner = { number: null, customer: '', name: null };

const ownerOf = ({ number, customerId }: Invoice, name: string | null): LineOwner => ({
  number,
  customer: customerId,
  name,
});

/** What each candidate would do to all lines. */
function weigh(
  { db, month, settings }: ProveRequest,
  at: { readonly context: ProofContext; readonly candidates: readonly Alternative[] },
): readonly Suggestion[] {
  const { context, candidates } = at;
  if (candidates.length === 0) return [];
  const { rating: options } = settings;
  const weighed = candidates.map((alternative) => ({
    alternative,
    options: applied(options, alternative),
    gains: 0,
    losses: 0,
  }));
  for (const { groups } of countedGroups(db, month)) {
    for (const group of groups) {
      const now = exactUnder(group, context, options);
      for (const each of weighed) {
        count(each, { now, instead: exactUnder(group, context, each.options) });
      }
    }
  }
  return weighed.map(({ alternative, gains, losses }) => ({ alternative, gains, losses }));
}

/** Adds what is exact under another setting alone, and under the ones in force alone. */
function count(
  of: { gains: number; losses: number },
  { now, instead }: { readonly now: ReadonlySet<string>; readonly instead: ReadonlySet<string> },
): void {
  for (const id of instead) if (!now.has(id)) of.gains += 1;
  for (const id of now) if (!instead.has(id)) of.losses += 1;
}

/** The same for discounts, credits and taxes: how many come out as Stripe has them. */
function weighSteps(
  { db, month, settings }: ProveRequest,
  at: { readonly adjusting: AdjustmentContext; readonly candidates: readonly Alternative[] },
): readonly Suggestion[] {
  const weighed = at.candidates.map((alternative) => ({ alternative, gains: 0, losses: 0 }));
  if (weighed.length === 0) return [];
  for (const { invoice } of countedGroups(db, month)) {
    const now = exactSteps(invoice, at.adjusting, settings.rating);
    for (const each of weighed) {
      count(each, { now, instead: exactSteps(invoice, at.adjusting, applied(settings.rating, each.alternative)) });
    }
  }
  return weighed;
}

const exactSteps = (...[invoice, context, options]: Parameters<typeof proveAdjustments>): ReadonlySet<string> =>
  new Set(
    proveAdjustments(invoice, context, options).flatMap(({ type, id, isExact }) => (isExact ? [`${type} ${id}`] : [])),
  );

function asOf(db: Db, month: MonthKey | null): ProofReport['asOf'] {
  const stripe = readCatalogPull(db)?.startedAt ?? null;
  const starts = month === null ? [] : readPullsInForce(db, month).filter(({ source }) => source === 'clickhouse');
  const oldest = starts.reduce<Instant | null>(
    (first, { startedAt }) => (first === null || startedAt < first ? startedAt : first),
    null,
  );
  return {
    clickhouse: oldest === null ? null : formatInstant(oldest),
    stripe: stripe === null ? null : formatInstant(stripe),
  };
}
