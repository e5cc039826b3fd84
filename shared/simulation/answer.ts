import { builtInvoiceDocument, type InvoiceDocument } from '../reports/invoice-json.ts';
import { formatDecimal, isZero } from '../values/decimal.ts';
import { formatInstant, type Instant } from '../values/instant.ts';
import type { Period } from '../values/period.ts';
import { type Drift, driftOf, type MeterDrift, overallDrift } from './drift.ts';
import { type ExpectationAnswer, judgeInvoices } from './expectations.ts';
import type { InvoiceReason, SimulatedInvoice, SimulationRun, TimelineEntry, UsageNote } from './run.ts';
import { DEFAULT_EPSILON } from './scenario/read-expect.ts';
import type { Scenario, ScenarioEvent } from './scenario.ts';

type PeriodDocument = { readonly from: string; readonly to: string };

/** An invoice as in interfaces.md section 4, and how it came about. */
export type SimulationInvoice = Omit<InvoiceDocument, 'steps' | 'notes'> &
  Required<Pick<InvoiceDocument, 'steps' | 'notes'>> & {
    readonly id: string;
    readonly reason: InvoiceReason;
    readonly created: string;
    /** When it was finalised, or is to be. */
    readonly finalizes: string;
  };

/** Further fields by type; amounts are bigint, instants and decimals text. */
export type TimelineDocument = { readonly at: string; readonly type: TimelineEntry['type'] } & {
  readonly [field: string]: unknown;
};

/** The values of one customer, meter and usage period; decimals are text. */
export type MeterDocument = {
  readonly customer: string;
  readonly meter: string;
  readonly event: string;
  readonly period: PeriodDocument;
  readonly measured: string;
  readonly metered: string;
  /** Null where no invoice covers the period yet. */
  readonly billed: string | null;
};

type DriftFigures = {
  readonly measured: string;
  readonly billed: string;
  readonly drift_abs: string;
  readonly drift_pct: string;
  readonly pass: boolean;
};

export type DriftDocument = {
  readonly customer: string;
  readonly meter: string;
  readonly event: string;
} & DriftFigures & {
    readonly periods: readonly ({ readonly period: PeriodDocument } & DriftFigures)[];
  };

/** The answer of `tieout simulate` (interfaces.md section 4), keys in the published order; print with `printExactJson`. */
export type SimulationAnswer = {
  readonly tieout: 1;
  readonly kind: 'simulation';
  readonly name: string;
  /** Where the clock stands. */
  readonly at: string;
  readonly timeline: readonly TimelineDocument[];
  readonly invoices: readonly SimulationInvoice[];
  readonly meters: readonly MeterDocument[];
  readonly drift: readonly DriftDocument[];
  /** Of all metrics netted, for comparison only: it decides nothing (metering.md section 8). */
  readonly overallDrift: DriftFigures;
  readonly epsilon: string;
  readonly expectations: readonly ExpectationAnswer[];
  readonly exit: 0 | 1 | 3;
};

/**
 * What came of a scenario: its timeline, its invoices, what drifted and which expectations held. A run that stopped
 * before the end of its scenario decides only what held by then.
 */
export function simulationDocument(scenario: Scenario, run: SimulationRun): SimulationAnswer {
  const invoices = run.invoices.filter(isListed).map(invoiceDocument);
  const epsilon = scenario.expect?.epsilon ?? DEFAULT_EPSILON;
  const names = new Map(scenario.catalog.meters.map(({ id, eventName }) => [id, eventName]));
  const drifts = driftOf(run, epsilon);
  const isOver = run.now >= (scenario.advanceTo.at(-1) ?? scenario.start);
  const judged = [...judgeInvoices(scenario.expect?.invoices ?? [], invoices), ...judgeDrift(scenario, run, drifts)];
  const expectations = isOver ? judged : judged.map(undecided);
  return {
    tieout: 1,
    kind: 'simulation',
    name: scenario.name,
    at: formatInstant(run.now),
    timeline: timelineDocument(run.timeline, scenario.usage),
    invoices,
    meters: run.usage.map((one) => ({
      customer: one.customerId,
      meter: one.meterId,
      event: names.get(one.meterId) ?? one.meterId,
      period: periodDocument(one.period),
      measured: formatDecimal(one.measured),
      metered: formatDecimal(one.metered),
      billed: one.billed === null ? null : formatDecimal(one.billed),
    })),
    drift: drifts.map((drift) => ({
      customer: drift.customerId,
      meter: drift.meterId,
      event: names.get(drift.meterId) ?? drift.meterId,
      ...figures(drift),
      periods: drift.periods.map((one) => ({ period: periodDocument(one.period), ...figures(one) })),
    })),
    overallDrift: figures(overallDrift(drifts, epsilon)),
    epsilon: formatDecimal(epsilon),
    expectations,
    exit: exitOf(expectations, invoices),
  };
}

/** An invoice at creation is one only where it has lines; one that ends a period also where it bills nothing. */
const isListed = ({ reason, invoice }: SimulatedInvoice): boolean => reason !== 'creation' || invoice.lines.length > 0;

function invoiceDocument({ invoice, ...of }: SimulatedInvoice): SimulationInvoice {
  const { steps = [], notes = [], ...document } = builtInvoiceDocument(invoice);
  return {
    ...document,
    status: of.status,
    steps,
    notes,
    id: of.id,
    reason: of.reason,
    created: formatInstant(of.createdAt),
    finalizes: formatInstant(of.finalizesAt),
  };
}

const figures = ({ measured, billed, driftAbs, driftPct, passes }: Drift): DriftFigures => ({
  measured: formatDecimal(measured),
  billed: formatDecimal(billed),
  drift_abs: formatDecimal(driftAbs),
  drift_pct: formatDecimal(driftPct),
  pass: passes,
});

function judgeDrift(
  { expect }: Scenario,
  { usage }: SimulationRun,
  drifts: readonly MeterDrift[],
): readonly ExpectationAnswer[] {
  if (expect === null || expect.epsilon === null) return [];
  const epsilon = formatDecimal(expect.epsilon);
  if (drifts.length === 0) {
    // Usage of which no period is over cannot be told; without usage nothing drifts.
    const isUsed = usage.some(({ measured }) => !isZero(measured));
    return [{ path: 'expect.drift', held: isUsed ? null : true, expected: { epsilon }, found: null }];
  }
  return drifts.map((drift) => ({
    path: 'expect.drift',
    held: drift.passes,
    expected: { epsilon },
    found: {
      customer: drift.customerId,
      meter: drift.meterId,
      drift_abs: formatDecimal(drift.driftAbs),
      drift_pct: formatDecimal(drift.driftPct),
    },
  }));
}

/** What did not hold when a run was stopped early may still come. */
const undecided = (answer: ExpectationAnswer): ExpectationAnswer =>
  answer.held === false ? { ...answer, held: null } : answer;

/** As `diff` has them: 1 where an expectation did not hold, 3 where something could not be known, 0 otherwise. */
function exitOf(expectations: readonly ExpectationAnswer[], invoices: readonly SimulationInvoice[]): 0 | 1 | 3 {
  if (expectations.some(({ held }) => held === false)) return 1;
  return expectations.some(({ held }) => held === null) || invoices.some(({ complete }) => complete === false) ? 3 : 0;
}

/** In order of simulated time. Usage says where in the scenario it stands. */
export function timelineDocument(
  timeline: readonly TimelineEntry[],
  usage: readonly ScenarioEvent[],
): readonly TimelineDocument[] {
  const placeOf = placesOf(usage);
  return timeline.map(({ seq: _, at, ...entry }) => ({
    at: formatInstant(at),
    type: entry.type,
    ...fieldsOf(entry, (note) => placeOf(note, at)),
  }));
}

type Entry = TimelineEntry extends infer One ? (One extends unknown ? Omit<One, 'seq' | 'at'> : never) : never;

function fieldsOf(entry: Entry, placeOf: (note: UsageNote) => string | null): object {
  switch (entry.type) {
    case 'clock_advanced':
      return { from: formatInstant(entry.from), to: formatInstant(entry.to) };
    case 'subscription_created':
    case 'subscription_cancelled':
    case 'trial_ended':
      return { subscription: entry.subscriptionId };
    case 'action':
      return { action: entry.action, about: entry.about, detail: entry.detail };
    case 'usage_accepted':
      return { ...usageFields(entry.usage, placeOf), late: entry.late };
    case 'usage_refused':
      return { ...usageFields(entry.usage, placeOf), reason: entry.reason };
    case 'usage_too_late':
      return { ...usageFields(entry.usage, placeOf), invoice: entry.invoiceId };
    case 'duplicate_dropped':
      return usageFields(entry.usage, placeOf);
    case 'usage_cancelled':
      return usageFields(entry.usage, () => null);
    case 'period_ended':
      return { subscription: entry.subscriptionId, period: periodDocument(entry.period) };
    case 'discount_started':
    case 'discount_ended':
      return { coupon: entry.couponId, about: entry.about };
    case 'credit_granted':
    case 'credit_expired':
    case 'credit_voided':
    case 'credit_used':
      return { grant: entry.grantId, amount: entry.amountMinor, currency: entry.currency };
    default:
      return {
        invoice: entry.invoiceId,
        subscription: entry.subscriptionId,
        total: entry.totalMinor,
        amountDue: entry.amountDueMinor,
        currency: entry.currency,
      };
  }
}

function usageFields(note: UsageNote, placeOf: (note: UsageNote) => string | null): object {
  const path = placeOf(note);
  return {
    event: note.eventName,
    customer: note.customerId,
    value: note.value,
    timestamp: formatInstant(note.timestamp),
    identifier: note.identifier,
    ...(path === null ? {} : { path }),
  };
}

/** Where the events of a scenario stand in it: alike ones are received in their order. */
function placesOf(usage: readonly ScenarioEvent[]): (note: UsageNote, at: Instant) => string | null {
  const places = new Map<string, number[]>();
  for (const [index, event] of usage.entries()) {
    const key = keyOf(event, event.sentAt);
    const known = places.get(key);
    if (known === undefined) places.set(key, [index]);
    else known.push(index);
  }
  return (note, at) => {
    const index = places.get(keyOf(note, at))?.shift();
    return index === undefined ? null : `usage[${index}]`;
  };
}

const keyOf = (note: Omit<UsageNote, never>, at: Instant): string =>
  [note.eventName, note.customerId, note.value, note.timestamp, note.identifier ?? '', at].join(' ');

const periodDocument = ({ from, to }: Period): PeriodDocument => ({ from: formatInstant(from), to: formatInstant(to) });
