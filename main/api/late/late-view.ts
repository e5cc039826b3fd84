import type {
  LateCompleteness,
  LateDecisionRecord,
  LateDetail,
  LateHeat,
  LateLine,
  LateListRequest,
  LateRow,
  LateRun,
  LateSummary,
  LateWindow,
} from '../../../shared/contract/late-schemas.ts';
import { LATE_STATES } from '../../../shared/contract/late-schemas.ts';
import { type DetailedLine, sumTotals } from '../../../shared/rating/late/line.ts';
import { add, type Decimal, formatDecimal, ZERO } from '../../../shared/values/decimal.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { monthPeriod, type Period } from '../../../shared/values/period.ts';
import { readInvoiceHead } from '../../cache/invoice-store.ts';
import { type LateDecision, readDecisions } from '../../cache/late-decision-store.ts';
import type { MeasuredMeter } from '../../cache/measured-period.ts';
import type { Db } from '../../cache/open.ts';
import { readCatalogPull, readPullsInForce } from '../../cache/pull-store.ts';
import { type LateEngine, type RatingRun, readRunsOf } from '../../cache/rating-run-store.ts';
import type { ReconcileSettings } from '../reconcile/settings.ts';
import { completenessOf, type MeterCompleteness } from './completeness.ts';
import { adjustmentsOfEntry, engineResult, findEntry } from './decide.ts';
import { openLateHours } from './late-hours.ts';
import type { LateEntry, LateMonth } from './late-month.ts';
import { orderLate, totalsOfLate } from './late-order.ts';

/** A month as the screens ask for it, built once for the pulls and decisions in force. */
export type LateTable = {
  readonly month: LateMonth;
  readonly rows: readonly LateRow[];
  readonly heat: LateHeat;
  readonly completeness: readonly LateCompleteness[];
  readonly asOf: LateSummary['asOf'];
  readonly isOpen: boolean;
};

export type LateViewContext = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  readonly distinctMeters: ReadonlySet<string>;
  readonly now: Instant;
};

export function lateTable(context: LateViewContext, month: LateMonth): LateTable {
  const { db, settings, now } = context;
  return {
    month,
    rows: month.entries.map(lateRow),
    heat: heatOf(context, month),
    completeness: completenessOf(db, { month: month.month, meters: settings.meters, now }).map(completenessView),
    asOf: asOfMonth(db, month.month),
    isOpen: monthPeriod(month.month).to > now,
  };
}

export function lateSummary(table: LateTable): LateSummary {
  const { month, rows } = table;
  const count = (pick: (row: LateRow) => boolean): number => rows.reduce((total, row) => total + Number(pick(row)), 0);
  const meters = [...new Set(rows.map(({ meter }) => meter))].sort(compareBytes);
  return {
    month: month.month,
    state: monthState(table),
    isOpen: table.isOpen,
    asOf: table.asOf,
    billed: { runs: month.billed.runs, from: textOf(month.billed.from), to: textOf(month.billed.to) },
    rows: rows.length,
    customers: new Set(rows.map(({ customer }) => customer)).size,
    byState: Object.fromEntries(
      LATE_STATES.map((state) => [state, count((row) => row.state === state)]),
    ) as LateSummary['byState'],
    byMeter: meters.map((meter) => ({ meter, rows: count((row) => row.meter === meter) })),
    totals: totalsOfLate(rows),
    completeness: [...table.completeness],
    heat: table.heat,
    warnings: month.unrecorded === 0 ? [] : [unrecordedProblem(month)],
  };
}

function monthState({ month, rows }: LateTable): LateSummary['state'] {
  if (month.unrecorded > 0 || rows.some(({ state }) => state === 'incomplete')) return 'incomplete';
  if (month.billed.runs === 0) return 'not_billed';
  return rows.length > 0 ? 'corrections' : 'nothing';
}

/** Invoices that were pulled, but not together with the usage that they charge for. */
export const unrecordedProblem = ({ month, unrecorded }: LateMonth): LateSummary['warnings'][number] => ({
  code: 'late.not_recorded',
  path: month,
  message:
    unrecorded === 1
      ? 'One invoiced item is not recorded: its usage was not pulled since its service period ended, or its price cannot be rated.'
      : `${unrecorded} invoiced items are not recorded: their usage was not pulled since their service periods ended, or their prices cannot be rated.`,
  remedy: `Pull the month again: \`tieout pull DIR --month ${month}\`.`,
});

export function lateWindow({ rows }: LateTable, request: LateListRequest): LateWindow {
  const passed = orderLate(rows, request.filter, request.sort);
  const { offset, limit } = request;
  return {
    total: passed.length,
    all: rows.length,
    offset,
    rows: passed.slice(offset, offset + limit),
    totals: totalsOfLate(passed),
  };
}

export function lateDetail(
  context: LateViewContext,
  month: LateMonth,
  key: { readonly customer: string; readonly meter: string },
): LateDetail {
  const { db } = context;
  const entry = findEntry(month, key);
  const { customerId, meterKey, currency } = entry;
  const now = new Map(
    entry.charges.flatMap(({ billed, others, measuredNow }) =>
      [billed, ...others].map(({ run }) => [run, measuredNow] as const),
    ),
  );
  const meter = measuredMeter(context, entry.meter);
  const hours = openLateHours(db);
  const isKnown = entry.charges.every(({ problem }) => problem === null);
  return {
    month: month.month,
    row: lateRow(entry),
    runs: readRunsOf(db, { month: month.month, customerId, meterKey })
      .filter((run) => run.currency === currency)
      .map((run) => runView(db, run, { measuredNow: now.get(run.run) ?? null, voided: run.voided })),
    engines: isKnown
      ? { delta: engineView(entry, 'delta'), period_preserving: engineView(entry, 'period_preserving') }
      : null,
    hours:
      meter === null
        ? []
        : entry.charges.flatMap((charge) =>
            hours.hoursOf(charge, meter).map((hour) => ({
              at: formatInstant(hour.at),
              quantity: formatDecimal(hour.quantity),
              arrivedAt: textOf(hour.arrivedAt),
              pull: hour.pull,
            })),
          ),
    decisions: readDecisions(db, month.month)
      .filter((each) => each.customerId === customerId && each.meterKey === meterKey)
      .map((each) => decisionView(each, entry.digest))
      .reverse(),
  };
}

export const lateRow = (entry: LateEntry): LateRow => ({
  customer: entry.customerId,
  name: entry.name,
  meter: entry.meter,
  unit: entry.unit,
  currency: entry.currency,
  booked: {
    quantity: decimalText(entry.booked.quantity),
    amount: formatMinorAsMajor(entry.booked.minor, entry.currency),
  },
  late: decimalText(entry.late),
  driftAtBilling: decimalText(entry.driftAtBilling),
  correction: entry.correctionMinor === null ? null : formatMinorAsMajor(entry.correctionMinor, entry.currency),
  invoiced: formatMinorAsMajor(entry.invoicedMinor, entry.currency),
  state: entry.state,
  decision: entry.decision === null ? null : { ...decisionView(entry.decision, entry.digest), isCurrent: true },
  digest: entry.digest,
  problem: entry.problem === null ? null : { ...entry.problem },
});

const decisionView = (decision: LateDecision, digest: string): LateDecisionRecord => ({
  decision: decision.decision,
  note: decision.note,
  author: decision.author,
  at: formatInstant(decision.at),
  isCurrent: decision.digest === digest,
});

function engineView(entry: LateEntry, engine: LateEngine) {
  const { currency } = entry;
  const lines = entry.charges.flatMap((charge) => engineResult(charge, engine));
  const money = (minor: bigint): string => formatMinorAsMajor(minor, currency);
  return {
    lines: lines.map(lineView),
    adjustments: adjustmentsOfEntry(entry, engine).map(
      ({ servicePeriod, component, correctsRun, amountMinor, lineKeys }) => ({
        servicePeriod: periodView(servicePeriod),
        component,
        correctsRun: correctsRun === null ? null : Number(correctsRun),
        amount: money(amountMinor),
        lines: [...lineKeys],
      }),
    ),
    total: money(sumTotals(lines).totalMinor),
  };
}

function lineView(line: DetailedLine): LateLine {
  const money = (minor: bigint): string => formatMinorAsMajor(minor, line.currency);
  const { totals } = line;
  return {
    key: line.key,
    component: line.component,
    servicePeriod: periodView(line.servicePeriod),
    quantity: formatDecimal(line.quantity),
    unitAmount: formatDecimal(line.unitAmount),
    amount: money(totals.amountMinor),
    charges: money(totals.chargesMinor),
    discounts: money(totals.discountsMinor),
    total: money(totals.totalMinor),
    correctsRun: line.correctsRun === null ? null : Number(line.correctsRun),
    reversesLines: [...line.reversesLines],
  };
}

function runView(
  db: Db,
  run: RatingRun,
  of: {
    readonly measuredNow: Decimal | null;
    readonly voided: { readonly at: Instant; readonly reason: string } | null;
  },
): LateRun {
  const invoice = run.invoiceId === null ? null : readInvoiceHead(db, run.invoiceId);
  return {
    run: run.run,
    kind: run.kind,
    subscription: run.subscriptionId,
    item: run.itemId === '' ? null : run.itemId,
    price: run.price.id,
    servicePeriod: periodView(run.servicePeriod),
    engine: run.booked?.engine ?? null,
    bookedOn: run.booked === null ? null : periodView(run.booked.on),
    invoice:
      run.invoiceId === null
        ? null
        : { id: run.invoiceId, number: invoice?.number ?? null, status: invoice?.status ?? null },
    recordedAt: formatInstant(run.createdAt),
    quantity: decimalText(run.quantity),
    measuredThen: decimalText(run.measured),
    measuredNow: decimalText(of.measuredNow),
    amount: formatMinorAsMajor(sumTotals(run.lines).totalMinor, run.currency),
    lines: run.lines.map((line) => ({ ...lineView(line), id: line.id })),
    digest: run.inputDigest,
    voided: of.voided === null ? null : { at: formatInstant(of.voided.at), reason: of.voided.reason },
  };
}

/** By meter; what arrived in the same hours on the same day is added up. Money cannot be told by day where tiers reprice. */
function heatOf(context: LateViewContext, month: LateMonth): LateHeat {
  const hours = openLateHours(context.db);
  const meters = new Map<string, { readonly unit: string; readonly squares: Map<string, Decimal> }>();
  for (const entry of month.entries) {
    const meter = measuredMeter(context, entry.meter);
    if (meter === null || entry.late === null) continue;
    const { squares } = meters.get(entry.meter) ?? { squares: new Map<string, Decimal>() };
    meters.set(entry.meter, { unit: entry.unit, squares });
    const seen = new Set<string>();
    for (const charge of entry.charges) {
      const { from, to } = charge.billed.servicePeriod;
      if (seen.has(`${from} ${to}`)) continue;
      seen.add(`${from} ${to}`);
      for (const { at, arrivedAt, quantity } of hours.hoursOf(charge, meter)) {
        if (arrivedAt === null) continue;
        const square = `${dayOf(at)} ${dayOf(arrivedAt)}`;
        squares.set(square, add(squares.get(square) ?? ZERO, quantity));
      }
    }
  }
  return {
    meters: [...meters]
      .filter(([, { squares }]) => squares.size > 0)
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([meter, { unit, squares }]) => ({
        meter,
        unit,
        squares: [...squares]
          .sort(([a], [b]) => compareBytes(a, b))
          .map(([days, quantity]) => ({
            usedOn: days.slice(0, DAY_LENGTH),
            arrivedOn: days.slice(DAY_LENGTH + 1),
            quantity: formatDecimal(quantity),
          })),
      })),
    money: null,
  };
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;
const dayOf = (at: Instant): string => formatInstant(at).slice(0, DAY_LENGTH);

function measuredMeter({ settings, distinctMeters }: LateViewContext, key: string): MeasuredMeter | null {
  const meter = settings.meters.find((each) => each.key === key);
  return meter === undefined ? null : { ...meter, isDistinct: distinctMeters.has(key) };
}

const completenessView = ({ meter, completeness }: MeterCompleteness): LateCompleteness => ({
  meter: meter.key,
  unit: meter.unit,
  asOf: textOf(completeness.asOf),
  watermark: textOf(completeness.watermark),
  allInFrom: textOf(completeness.allInFrom),
  expectedMissing: decimalText(completeness.expectedMissing),
  why: completeness.why,
  basis: {
    pulls: completeness.learned.pulls,
    hours: completeness.learned.hours,
    months: completeness.learned.months,
  },
});

function asOfMonth(db: Db, month: string): LateSummary['asOf'] {
  const starts = readPullsInForce(db, month)
    .filter(({ source }) => source === 'clickhouse')
    .map(({ startedAt }) => startedAt)
    .sort((a, b) => a - b);
  return { clickhouse: textOf(starts[0] ?? null), stripe: textOf(readCatalogPull(db)?.startedAt ?? null) };
}

const textOf = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));
const decimalText = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));
const periodView = ({ from, to }: Period) => ({ from: formatInstant(from), to: formatInstant(to) });
