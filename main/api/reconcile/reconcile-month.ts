import { createHash } from 'node:crypto';
import type { Meter } from '../../../shared/billing/meter.ts';
import type { Problem } from '../../../shared/errors.ts';
import { exitCodeOf } from '../../../shared/reconciliation/exit-code.ts';
import { type MonthCauses, NO_CAUSES } from '../../../shared/reconciliation/explain/month-causes.ts';
import type { ExitCode } from '../../../shared/reconciliation/result.ts';
import type { MeterTotals, ReconcileSummary } from '../../../shared/reconciliation/summary.ts';
import { formatDecimal, isZero } from '../../../shared/values/decimal.ts';
import { formatFraction } from '../../../shared/values/fraction.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import {
  type MonthKey,
  monthPeriod,
  nextMonth,
  type Period,
  previousMonth,
  requireBegun,
} from '../../../shared/values/period.ts';
import { readMeters, readPrices } from '../../cache/catalog-store.ts';
import type { Db } from '../../cache/open.ts';
import {
  findMeterKey,
  meterKeyOf,
  type PullInForce,
  readCatalogPull,
  readPullsInForce,
} from '../../cache/pull-store.ts';
import { meteredTotal } from '../../cache/total-store.ts';
import { MonthExplainer } from '../explain/month-incidents.ts';
import { putCauses, type RunCauses } from '../explain/run-causes.ts';
import type { MeterBlock } from './block.ts';
import { compareMeter } from './compare.ts';
import { type Identity, readIdentity } from './identity.ts';
import { type InvoiceEvidence, invoiceEvidence } from './invoice-evidence.ts';
import type { MeterInput } from './meter-input.ts';
import { NO_PRICING, readPricing } from './pricing.ts';
import { type ReconcileMeter, type ReconcileSettings, stripeMeterName } from './settings.ts';
import { MonthTotals } from './totals.ts';

export type ReconcileRequest = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  readonly month: MonthKey;
  readonly now: Instant;
  /** Looks at the hours of the cells that agree, too; no verdict is another one by it. */
  readonly isThorough?: boolean;
  /** How causes are told: by the hours of what drifts (the default), by totals alone, or as a run told them before. */
  readonly causes?: 'hours' | 'totals' | RunCauses;
};

/** Takes the cells of one meter; the blocks of a month come in the order of the configuration. */
export type BlockSink = (block: MeterBlock, totals: MeterTotals) => void;

/**
 * Compares a month from the cache, meter by meter; nothing is sent anywhere. Blocks go to the sink and are not kept, so
 * memory is that of one meter unless the sink keeps them.
 * @throws TieoutError `period.in_future`
 */
export function reconcileMonth(request: ReconcileRequest, sink: BlockSink): ReconcileSummary {
  const { db, settings, month } = request;
  requireBegun(month, request.now);
  const inputs = readInputs(request);
  const { period, pulls } = inputs;
  const totals = new MonthTotals();
  const warnings: Problem[] = [];
  const nothingPulled: string[] = [];
  const identity = readIdentity(db, { testClocks: settings.testClocks, customers: settings.customers });
  const explainer = explainerOf(request, period);
  for (const meter of settings.meters) {
    const found = meterInput(inputs, { meter, identity, request });
    warnings.push(...found.warnings);
    if (found.input === null) {
      nothingPulled.push(meter.key);
      totals.meters.push(emptyTotals(meter));
      continue;
    }
    const block = compareMeter(found.input);
    explainer.add(block);
    const pulled = { clickhouse: found.input.usagePull !== null, stripe: found.input.stripePull !== null };
    sink(block, totals.add(block, pulled));
  }
  const { unconfigured, problems } = readUnconfigured(db, pulls, settings);
  warnings.push(...problems);
  return {
    workspace: settings.workspace,
    month,
    period: { from: formatInstant(period.from), to: formatInstant(period.to) },
    asOf: { clickhouse: asOf(pulls, settings, 'clickhouse'), stripe: asOf(pulls, settings, 'stripe') },
    cells: totals.cells,
    structural: totals.structural,
    byVerdict: totals.byVerdict,
    byCause: totals.byCause,
    skippedIdle: pulls.reduce((sum, pull) => sum + (isConfigured(pull, settings) ? pull.skippedIdle : 0), 0),
    unconfiguredMeters: unconfigured,
    money: totals.money,
    unbilled: totals.unbilled,
    overbilled: totals.overbilled,
    byBilling: totals.byBilling,
    billedAgainstMetered: totals.billedAgainstMetered,
    meters: totals.meters,
    causes: explainer.finish(),
    warnings,
    nothingPulled,
    exit: exitCodeOf(totals, { nothingPulled: nothingPulled.length > 0, isStrict: false }),
  };
}

/** What tells the causes of a month, meter by meter. */
type Explainer = { add(block: MeterBlock): void; finish(): MonthCauses };

function explainerOf({ causes = 'hours', settings, month }: ReconcileRequest, period: Period): Explainer {
  if (causes === 'totals') return { add: () => {}, finish: () => NO_CAUSES };
  if (causes === 'hours') return new MonthExplainer({ key: month, period, meters: settings.meters.length });
  return { add: (block) => putCauses(block, causes), finish: () => causes.month };
}

/** `--strict` makes `stale` count for the exit code, nothing else. */
export const exitOf = (summary: ReconcileSummary, isStrict: boolean): ExitCode =>
  exitCodeOf(summary, { nothingPulled: summary.nothingPulled.length > 0, isStrict });

/**
 * Digest of everything that a result depends on: pulls in force of the month and its neighbours, the catalog, and the
 * configuration. Equal digests give equal results.
 */
export function inputDigest(request: Pick<ReconcileRequest, 'db' | 'settings' | 'month'>, toolVersion: string): string {
  const { db, settings, month } = request;
  const pullsOf = (key: MonthKey) =>
    readPullsInForce(db, key)
      .map((pull) => [pull.meter, pull.source, pull.pull, pull.contentHash, pull.fingerprint])
      .sort((a, b) => compareBytes(JSON.stringify(a), JSON.stringify(b)));
  const plain = {
    toolVersion,
    result: RESULT_FORMAT,
    month,
    pulls: [previousMonth(month), month, nextMonth(month)].map(pullsOf),
    catalog: readCatalogPull(db)?.pull ?? null,
    settings: {
      ...settings,
      meters: settings.meters.map((meter) => ({
        ...meter,
        scale: formatFraction(meter.scale),
        tolerance: {
          relative: formatDecimal(meter.tolerance.relative),
          absolute: formatDecimal(meter.tolerance.absolute),
          stalenessMs: meter.tolerance.stalenessMs,
        },
      })),
    },
  };
  return createHash('sha256').update(JSON.stringify(plain)).digest('hex');
}

/** Counts up when the same input gives more or other results, so that a run of before is not taken for one of now. */
const RESULT_FORMAT = 6;

type Inputs = {
  readonly period: Period;
  readonly pulls: readonly PullInForce[];
  readonly neighbours: {
    readonly previous: { readonly pulls: readonly PullInForce[]; readonly period: Period };
    readonly next: { readonly pulls: readonly PullInForce[]; readonly period: Period };
  };
  readonly meters: readonly Meter[];
  readonly prices: ReturnType<typeof readPrices>;
  readonly invoices: InvoiceEvidence;
  readonly hasCatalog: boolean;
};

function readInputs({ db, month }: ReconcileRequest): Inputs {
  const beside = (key: MonthKey) => ({ pulls: readPullsInForce(db, key), period: monthPeriod(key) });
  return {
    period: monthPeriod(month),
    pulls: readPullsInForce(db, month),
    neighbours: { previous: beside(previousMonth(month)), next: beside(nextMonth(month)) },
    meters: readMeters(db),
    prices: readPrices(db),
    invoices: invoiceEvidence(db, monthPeriod(month)),
    hasCatalog: readCatalogPull(db) !== null,
  };
}

function meterInput(
  inputs: Inputs,
  at: { readonly meter: ReconcileMeter; readonly identity: Identity; readonly request: ReconcileRequest },
): { readonly input: MeterInput | null; readonly warnings: readonly Problem[] } {
  const { meter, identity, request } = at;
  const { db, settings, month } = request;
  const usagePull = pullOf(inputs.pulls, meter.key, 'clickhouse');
  const stripePull = pullOf(inputs.pulls, meter.key, 'stripe');
  if (usagePull === null && stripePull === null) return { input: null, warnings: [nothingPulledWarning(meter, month)] };
  const stripeMeter = findStripeMeter(inputs.meters, meter, stripePull);
  const meterExists = stripeMeter !== null || (stripePull === null && !inputs.hasCatalog);
  const size = identity.customerIds.length;
  const pricing =
    stripeMeter === null
      ? NO_PRICING(size)
      : readPricing(db, {
          meterId: stripeMeter.id,
          period: inputs.period,
          customers: size,
          prices: inputs.prices,
          rating: settings.rating,
        });
  const neighbour = (side: 'previous' | 'next') => {
    const pull = pullOf(inputs.neighbours[side].pulls, meter.key, 'clickhouse');
    const isSame =
      pull?.fingerprint === meter.usageFingerprint && pull.exponent === (usagePull?.exponent ?? pull.exponent);
    return pull !== null && isSame ? { pull, period: inputs.neighbours[side].period } : null;
  };
  const stripeBeside = (side: 'previous' | 'next') => {
    const pull = pullOf(inputs.neighbours[side].pulls, meter.key, 'stripe');
    return pull?.fingerprint === meter.stripeFingerprint ? pull : null;
  };
  const input: MeterInput = {
    db,
    meter,
    meterKey: findMeterKey(db, meter.key) ?? meterKeyOf(db, meter.key),
    period: inputs.period,
    identity,
    pricing,
    invoices: inputs.invoices,
    rating: settings.rating,
    stripeMeter,
    meterExists,
    usagePull,
    stripePull,
    previous: neighbour('previous'),
    next: neighbour('next'),
    previousStripe: stripeBeside('previous'),
    nextStripe: stripeBeside('next'),
    cutovers: meter.cutovers ?? [],
    isThorough: request.isThorough === true,
    incomplete: incompleteness({ meter, settings, usagePull, stripePull, meterExists }),
  };
  return {
    input,
    warnings: [...meterWarnings(meter, stripeMeter, input), ...pricing.problems, ...currencyWarnings(meter, input)],
  };
}

const pullOf = (pulls: readonly PullInForce[], meter: string, source: PullInForce['source']): PullInForce | null =>
  pulls.find((pull) => pull.meter === meter && pull.source === source) ?? null;

/**
 * The meter that the pull read, or that it did not find; without a pull the one that the configuration names, an active
 * one before inactive ones.
 */
function findStripeMeter(meters: readonly Meter[], meter: ReconcileMeter, pull: PullInForce | null): Meter | null {
  if (pull !== null && pull.stripeMeterId === null) return null;
  const byPull = meters.find(({ id }) => id === pull?.stripeMeterId);
  if (byPull !== undefined) return byPull;
  const { stripe } = meter;
  const named = meters.filter((candidate) =>
    'id' in stripe ? candidate.id === stripe.id : candidate.eventName === stripe.eventName,
  );
  return named.find(({ status }) => status === 'active') ?? named[0] ?? null;
}

function incompleteness(at: {
  readonly meter: ReconcileMeter;
  readonly settings: ReconcileSettings;
  readonly usagePull: PullInForce | null;
  readonly stripePull: PullInForce | null;
  readonly meterExists: boolean;
}): MeterInput['incomplete'] {
  const { meter, settings, usagePull, stripePull } = at;
  if (usagePull === null)
    return { code: 'not_pulled', evidence: 'The usage of this month was not pulled from ClickHouse.' };
  if (usagePull.fingerprint !== meter.usageFingerprint) {
    return {
      code: 'settings_changed',
      evidence: 'Another query, scale or database was in force when the usage was pulled; pull again.',
    };
  }
  // A meter that Stripe does not have cannot be pulled: that is a verdict of its own.
  if (stripePull === null) {
    return at.meterExists
      ? { code: 'not_pulled', evidence: 'The summaries of this month were not pulled from Stripe.' }
      : null;
  }
  if (stripePull.fingerprint !== meter.stripeFingerprint) {
    return {
      code: 'settings_changed',
      evidence: 'Another Stripe meter was configured when the summaries were pulled; pull again.',
    };
  }
  if (stripePull.mappingFingerprint !== settings.mappingFingerprint) {
    return {
      code: 'settings_changed',
      evidence: 'Customers were mapped otherwise when the summaries were pulled; pull again.',
    };
  }
  return null;
}

const nothingPulledWarning = (meter: ReconcileMeter, month: MonthKey): Problem => ({
  code: 'reconcile.nothing_pulled',
  path: `meters.${meter.key}`,
  message: `Nothing was pulled for the meter ${meter.key} in ${month}.`,
  remedy: `Pull it: \`tieout pull DIR --month ${month}\`.`,
});

function meterWarnings(meter: ReconcileMeter, stripeMeter: Meter | null, input: MeterInput): readonly Problem[] {
  const path = `meters.${meter.key}`;
  if (stripeMeter === null) {
    if (input.meterExists) return [];
    return [
      {
        code: 'stripe.meter_not_found',
        path,
        message: `Stripe has no meter ${stripeMeterName(meter)}.`,
        remedy: 'Correct the meter under `stripe`, or create it in Stripe, and pull again.',
      },
    ];
  }
  if (stripeMeter.status !== 'inactive') return [];
  return [
    {
      code: 'stripe.meter_inactive',
      path,
      message: `The meter ${stripeMeter.eventName} is inactive in Stripe: new events are refused.`,
      remedy: 'Reactivate it, or leave the meter out of tieout.yaml.',
    },
  ];
}

const NAMED_CUSTOMERS = 5;

/** One sum for a customer that pays for a meter in several currencies would be none: its cells have no money. */
function currencyWarnings(meter: ReconcileMeter, { identity, pricing }: MeterInput): readonly Problem[] {
  const mixed = pricing.mixed.filter((key) => identity.isLeftOut[key] === 0);
  if (mixed.length === 0) return [];
  const named = mixed.slice(0, NAMED_CUSTOMERS).map((key) => identity.customerIds[key] ?? '');
  const more = mixed.length - named.length;
  return [
    {
      code: 'money.currency_mismatch',
      path: `meters.${meter.key}`,
      message: `Subscription items of ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} on the meter ${meter.key} are in several currencies; no money is given for them.`,
      remedy: 'Compare their invoices in Stripe, or end the items of one currency.',
    },
  ];
}

/** Meters that only Stripe has and that hold a value; their amount is nobody's to compare. */
function readUnconfigured(db: Db, pulls: readonly PullInForce[], settings: ReconcileSettings) {
  // A meter may have come into the file since the pull.
  const configured = new Set(settings.meters.map(stripeMeterName));
  const unconfigured: { eventName: string; metered: string }[] = [];
  const problems: Problem[] = [];
  for (const pull of pulls) {
    if (!pull.meter.startsWith(STRIPE_PREFIX) || pull.source !== 'stripe') continue;
    const eventName = pull.meter.slice(STRIPE_PREFIX.length);
    if (configured.has(eventName) || configured.has(pull.stripeMeterId ?? '')) continue;
    const metered = meteredTotal(db, pull.pull);
    if (isZero(metered)) continue;
    unconfigured.push({ eventName, metered: formatDecimal(metered) });
    problems.push({
      code: 'stripe.meter_unconfigured',
      path: null,
      message: `Stripe meters ${eventName}, which tieout.yaml does not mention.`,
      remedy: 'Add it under `meters`, so that it is tied out too.',
    });
  }
  unconfigured.sort((a, b) => compareBytes(a.eventName, b.eventName));
  return { unconfigured, problems };
}

const STRIPE_PREFIX = 'stripe:';

const isConfigured = (pull: PullInForce, settings: ReconcileSettings): boolean =>
  settings.meters.some(({ key }) => key === pull.meter);

/** How old what a month is made of is, per source; null where nothing of it was pulled. */
export function asOfMonth(db: Db, settings: ReconcileSettings, month: MonthKey): ReconcileSummary['asOf'] {
  const pulls = readPullsInForce(db, month);
  return { clickhouse: asOf(pulls, settings, 'clickhouse'), stripe: asOf(pulls, settings, 'stripe') };
}

/** The oldest pull in force speaks for the month. */
function asOf(
  pulls: readonly PullInForce[],
  settings: ReconcileSettings,
  source: PullInForce['source'],
): string | null {
  const starts = pulls
    .filter((pull) => pull.source === source && isConfigured(pull, settings))
    .map((pull) => pull.startedAt);
  const oldest = starts.reduce<Instant | null>((min, at) => (min === null || at < min ? at : min), null);
  return oldest === null ? null : formatInstant(oldest);
}

function emptyTotals(meter: ReconcileMeter): MeterTotals {
  const totals = new MonthTotals();
  return {
    meter: meter.key,
    unit: meter.unit,
    pulled: { clickhouse: false, stripe: false },
    cells: 0,
    structural: 0,
    byVerdict: totals.byVerdict,
    measured: null,
    metered: null,
    billed: null,
    drift: null,
    money: [],
  };
}
