import type { Problem } from '../../../shared/errors.ts';
import { sumTotals } from '../../../shared/rating/late/line.ts';
import { add, type Decimal, formatDecimal, isZero, subtract, ZERO } from '../../../shared/values/decimal.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthOf, monthPeriod, type Period, requireBegun } from '../../../shared/values/period.ts';
import { readMeters } from '../../cache/catalog-store.ts';
import { findCustomer } from '../../cache/customer-store.ts';
import { type LateDecision, readDecisions } from '../../cache/late-decision-store.ts';
import { type MeasuredMeter, openMeasured } from '../../cache/measured-period.ts';
import type { Db } from '../../cache/open.ts';
import { findMeterKey, meterNameOf } from '../../cache/pull-store.ts';
import { countUnrecorded, type RatingRun, readBilled, readLiveRuns } from '../../cache/rating-run-store.ts';
import { digestOf } from '../../cache/run-digest.ts';
import { configuredMeter } from '../invoices/usage-book.ts';
import type { ReconcileMeter, ReconcileSettings } from '../reconcile/settings.ts';
import { type ChargeContext, groupCharges, type LateCharge, lateCharge } from './late-charge.ts';

export type LateRequest = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  /** Keys of configured meters that count distinct things. */
  readonly distinctMeters: ReadonlySet<string>;
  readonly month: MonthKey;
  readonly now: Instant;
  /** Stripe ids; absent: every customer. */
  readonly customers?: ReadonlySet<string>;
};

export type LateState = 'undecided' | 'incomplete' | 'carried_forward' | 'waived' | 'invoiced' | 'nothing_due';

/** One customer and meter with usage that came late, that was corrected, or of which it cannot be said. */
export type LateEntry = {
  readonly customerId: string;
  readonly name: string | null;
  readonly meterKey: number;
  readonly meter: string;
  readonly unit: string;
  readonly currency: string;
  readonly charges: readonly LateCharge[];
  readonly booked: { readonly quantity: Decimal | null; readonly minor: bigint };
  /** Null where it is not known. */
  readonly late: Decimal | null;
  /** Measured when the invoice was recorded − what it charged for; null where it is not known. */
  readonly driftAtBilling: Decimal | null;
  /** What is left to book, by either engine; null where it cannot be said. */
  readonly correctionMinor: bigint | null;
  /** Whether there are lines to book, even if they come to nothing together. */
  readonly hasLines: boolean;
  /** What correction runs booked so far. */
  readonly invoicedMinor: bigint;
  /** Of the correction as it is now. */
  readonly digest: string;
  readonly state: LateState;
  /** The decision that counts. */
  readonly decision: LateDecision | null;
  readonly problem: Problem | null;
};

export type LateMonth = {
  readonly month: MonthKey;
  readonly billed: ReturnType<typeof readBilled>;
  /** Invoice lines that no run has recorded yet. */
  readonly unrecorded: number;
  /** The period that `delta` books on. */
  readonly bookedOn: Period;
  /** By customer and meter, in byte order of the customer's id. */
  readonly entries: readonly LateEntry[];
};

/**
 * What arrived after the service periods that begin in a month were billed, and what to correct (rating-late-usage.md).
 * Only periods whose usage changed are rated; nothing is written.
 * @throws TieoutError `period.in_future`
 */
export function lateMonth(request: LateRequest): LateMonth {
  const { db, settings, month, now, customers } = request;
  requireBegun(month, now);
  const meters = configuredMeters(request);
  const context: ChargeContext = {
    measured: openMeasured(db),
    meterOf: (key) => meters.get(key)?.measured ?? null,
    bookedOn: monthPeriod(monthOf(now)),
  };
  const decisions = readDecisions(db, month);
  const entries: LateEntry[] = [];
  for (const chunk of readLiveRuns(db, month)) {
    for (const runs of chunk) {
      const [first] = runs;
      if (first === undefined || customers?.has(first.customerId) === false) continue;
      for (const charges of chargesByMeter(context, runs)) {
        if (!isShown(charges)) continue;
        entries.push(entryOf({ db, charges, meters, decisions }));
      }
    }
  }
  const stripeMeters = readMeters(db);
  const meterIds = stripeMeters
    .filter(({ id }) => configuredMeter({ settings, stripeMeters }, id) !== null)
    .map(({ id }) => id);
  return {
    month,
    billed: readBilled(db, month),
    unrecorded: countUnrecorded(db, monthPeriod(month), meterIds),
    bookedOn: context.bookedOn,
    entries,
  };
}

type KnownMeter = { readonly measured: MeasuredMeter; readonly settings: ReconcileMeter };

function configuredMeters({ db, settings, distinctMeters }: LateRequest): ReadonlyMap<number, KnownMeter> {
  const meters = new Map<number, KnownMeter>();
  for (const meter of settings.meters) {
    const key = findMeterKey(db, meter.key);
    if (key === null) continue;
    const { scale, combine, usageFingerprint } = meter;
    const measured = { key: meter.key, scale, combine, usageFingerprint, isDistinct: distinctMeters.has(meter.key) };
    meters.set(key, { measured, settings: meter });
  }
  return meters;
}

/** The charges of one customer, those of a meter and currency together. */
function chargesByMeter(context: ChargeContext, runs: readonly RatingRun[]): readonly (readonly LateCharge[])[] {
  const byMeter = new Map<string, LateCharge[]>();
  for (const group of groupCharges(runs)) {
    const charge = lateCharge(context, group);
    const key = `${charge.billed.meterKey} ${charge.billed.currency}`;
    const known = byMeter.get(key);
    if (known === undefined) byMeter.set(key, [charge]);
    else known.push(charge);
  }
  return [...byMeter.values()];
}

const isShown = (charges: readonly LateCharge[]): boolean =>
  charges.some(
    ({ late, problem, others }) =>
      problem !== null || (late !== null && !isZero(late)) || others.some(({ kind }) => kind === 'correction'),
  );

function entryOf(of: {
  readonly db: Db;
  readonly charges: readonly LateCharge[];
  readonly meters: ReadonlyMap<number, KnownMeter>;
  readonly decisions: readonly LateDecision[];
}): LateEntry {
  const { db, charges, meters, decisions } = of;
  const billed = (charges[0] as LateCharge).billed;
  const { customerId, meterKey, currency } = billed;
  const settings = meters.get(meterKey)?.settings ?? null;
  const problem = charges.find((charge) => charge.problem !== null)?.problem ?? null;
  const runs = charges.flatMap((charge) => [charge.billed, ...charge.others]);
  const invoicedMinor = bookedMinor(runs.filter(({ kind }) => kind === 'correction'));
  const correctionMinor =
    problem === null
      ? charges.reduce((total, { corrections }) => total + (corrections?.periodPreserving.totals.totalMinor ?? 0n), 0n)
      : null;
  const hasLines = charges.some(({ corrections }) => (corrections?.periodPreserving.lines.length ?? 0) > 0);
  const digest = correctionDigest(charges);
  const decision =
    decisions.findLast(
      (each) => each.customerId === customerId && each.meterKey === meterKey && each.digest === digest,
    ) ?? null;
  const state = stateOf({ problem, hasLines, decision, isCorrected: runs.some(({ kind }) => kind === 'correction') });
  return {
    customerId,
    name: findCustomer(db, customerId)?.name ?? null,
    meterKey,
    meter: settings?.key ?? meterNameOf(db, meterKey),
    unit: settings?.unit ?? '',
    currency,
    charges,
    booked: { quantity: sumOrNull(runs.map(({ quantity }) => quantity)), minor: bookedMinor(runs) },
    late: sumOrNull(onePerPeriod(charges).map(({ late }) => late)),
    driftAtBilling: sumOrNull(onePerPeriod(charges).map(driftOf)),
    correctionMinor,
    hasLines,
    invoicedMinor,
    digest,
    state,
    decision: state === 'undecided' ? null : (decision ?? lastInvoiced(decisions, { customerId, meterKey, state })),
    problem,
  };
}

const bookedMinor = (runs: readonly RatingRun[]): bigint =>
  runs.reduce((total, { lines }) => total + sumTotals(lines).totalMinor, 0n);

/** Several items of one meter are charged for the same usage, which came late once. */
function onePerPeriod(charges: readonly LateCharge[]): readonly LateCharge[] {
  const periods = new Map<string, LateCharge>();
  for (const charge of charges) {
    const { from, to } = charge.billed.servicePeriod;
    const key = `${from} ${to}`;
    if (!periods.has(key)) periods.set(key, charge);
  }
  return [...periods.values()];
}

/** What was missing already when the invoice was recorded. */
function driftOf({ billed, others }: LateCharge): Decimal | null {
  const quantities = [billed, ...others.filter(({ kind }) => kind === 'billed')].map(({ quantity }) => quantity);
  const quantity = sumOrNull(quantities);
  return billed.measured === null || quantity === null ? null : subtract(billed.measured, quantity);
}

function sumOrNull(values: readonly (Decimal | null)[]): Decimal | null {
  let total: Decimal = ZERO;
  for (const value of values) {
    if (value === null) return null;
    total = add(total, value);
  }
  return total;
}

/** The same for both engines: what was booked, by which runs, and what is measured now. */
const correctionDigest = (charges: readonly LateCharge[]): string =>
  digestOf(
    'correction',
    charges.map(({ billed, others, measuredNow, corrections }) => ({
      runs: [billed, ...others].map(({ run, inputDigest }) => `${run} ${inputDigest}`),
      measured: measuredNow === null ? null : formatDecimal(measuredNow),
      totals: corrections === null ? null : corrections.periodPreserving.totals,
    })),
  );

function stateOf(of: {
  readonly problem: Problem | null;
  readonly hasLines: boolean;
  readonly isCorrected: boolean;
  readonly decision: LateDecision | null;
}): LateState {
  if (of.problem !== null) return 'incomplete';
  if (!of.hasLines) return of.isCorrected ? 'invoiced' : 'nothing_due';
  switch (of.decision?.decision) {
    case 'carry_forward':
      return 'carried_forward';
    case 'waive':
      return 'waived';
    default:
      return 'undecided';
  }
}

/** Once it is booked the correction is another one, and nothing: the decision that booked it counts. */
const lastInvoiced = (
  decisions: readonly LateDecision[],
  of: { readonly customerId: string; readonly meterKey: number; readonly state: LateState },
): LateDecision | null =>
  of.state !== 'invoiced'
    ? null
    : (decisions.findLast(
        ({ customerId, meterKey, decision }) =>
          customerId === of.customerId && meterKey === of.meterKey && decision === 'invoiced',
      ) ?? null);
