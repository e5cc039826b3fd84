import type {
  CellsRequest,
  CellsWindow,
  MatrixSquare,
  MeterSummary,
  MonthColumn,
  MonthSummary,
  MonthsMatrix,
} from '../../../shared/contract/schemas.ts';
import type { Verdict } from '../../../shared/reconciliation/result.ts';
import type { MeterTotals, ReconcileSummary } from '../../../shared/reconciliation/summary.ts';
import { findingsByCheck } from '../../../shared/reports/quality.ts';
import {
  absolute,
  compare,
  type Decimal,
  divide,
  formatFixed,
  maximum,
  parseDecimal,
  sum,
  ZERO,
} from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { monthOf, monthPeriod, parseMonth } from '../../../shared/values/period.ts';
import { readMonthsPulled } from '../../cache/pull-store.ts';
import { monthQuality } from '../quality/month-quality.ts';
import { type MonthsContext, savedRun, toldRun } from './context.ts';
import { windowOf } from './window.ts';

/** Every month with anything pulled, and the current one, against every configured meter. */
export function monthsMatrix(context: MonthsContext): MonthsMatrix {
  const current = monthOf(context.now());
  const months = [...new Set([...readMonthsPulled(context.db), current])].filter((month) => month <= current).sort();
  const columns = months.map((month) => monthColumn(context, month));
  return {
    months: columns,
    meters: context.settings.meters.map(({ key, unit }) => ({
      key,
      unit,
      sparkline: sparkline(columns.map(({ squares }) => squares.find(({ meter }) => meter === key)?.measured ?? null)),
    })),
  };
}

function monthColumn(context: MonthsContext, month: string): MonthColumn {
  const { summary } = savedRun(context, month);
  return {
    month,
    state: stateOf(summary),
    isOpen: isOpen(context, month),
    asOf: summary.asOf,
    money: [...summary.money],
    structural: summary.structural,
    cells: summary.cells,
    atRisk: atRisk(summary),
    squares: summary.meters.map(squareOf),
  };
}

const isOpen = (context: MonthsContext, month: string): boolean => monthPeriod(parseMonth(month)).to > context.now();

function stateOf(summary: ReconcileSummary): MonthColumn['state'] {
  const { byVerdict, meters } = summary;
  if (meters.every(({ pulled }) => !pulled.clickhouse && !pulled.stripe)) return 'empty';
  if (byVerdict.invalid > 0) return 'invalid';
  if (summary.structural > 0) return 'structural';
  return summary.nothingPulled.length > 0 || byVerdict.incomplete > 0 ? 'partial' : 'ties_out';
}

/** What may be billed wrongly, in either direction, per currency. */
function atRisk({ unbilled, overbilled }: ReconcileSummary): MonthColumn['atRisk'] {
  const currencies = [...new Set([...unbilled, ...overbilled].map(({ currency }) => currency))];
  return currencies.map((currency) => {
    const parts = [...unbilled, ...overbilled].filter((part) => part.currency === currency);
    const total = sum(parts.map(({ amount }) => absolute(parseDecimal(amount))));
    return {
      currency,
      amount: formatFixed(total, minorDigits(currency)),
      cells: parts.reduce((cells, part) => cells + part.cells, 0),
    };
  });
}

const squareOf = (meter: MeterTotals): MatrixSquare => ({
  meter: meter.meter,
  cells: meter.cells,
  structural: meter.structural,
  byVerdict: { ...meter.byVerdict },
  verdict: worstVerdict(meter),
  measured: meter.measured,
  metered: meter.metered,
  drift: meter.drift,
  money: [...meter.money],
});

/** Worst first: what stops a close, then what costs money, then what waits. */
const SEVERITY: readonly Verdict[] = [
  'invalid',
  'no_meter',
  'missing_stripe',
  'missing_usage',
  'over_reported',
  'under_reported',
  'stale_overdue',
  'unmapped',
  'incomplete',
  'stale',
  'agree',
  'agree_zero',
];

/** The verdict that a square shows; null where nothing was pulled. */
function worstVerdict(meter: MeterTotals): Verdict | null {
  if (!meter.pulled.clickhouse && !meter.pulled.stripe) return null;
  return SEVERITY.find((verdict) => meter.byVerdict[verdict] > 0) ?? 'agree_zero';
}

/** Shares of the largest month, 0 to 1000. */
function sparkline(measured: readonly (string | null)[]): (number | null)[] {
  const values = measured.map((text) => (text === null ? null : parseDecimal(text)));
  const largest = values.reduce<Decimal>((most, value) => (value === null ? most : maximum(most, value)), ZERO);
  return values.map((value) => {
    if (value === null) return null;
    if (compare(largest, ZERO) <= 0 || compare(value, ZERO) <= 0) return 0;
    return Number(
      divide({ coefficient: value.coefficient * 1000n, scale: value.scale }, largest, 0, 'half_up').coefficient,
    );
  });
}

/** @throws TieoutError `period.malformed`, `period.in_future` */
export function monthSummary(context: MonthsContext, month: string): MonthSummary {
  const { summary, run } = toldRun(context, month);
  return {
    month: summary.month,
    period: summary.period,
    isOpen: isOpen(context, month),
    asOf: summary.asOf,
    cells: summary.cells,
    structural: summary.structural,
    byVerdict: { ...summary.byVerdict },
    byCause: [...summary.byCause],
    skippedIdle: summary.skippedIdle,
    unconfiguredMeters: [...summary.unconfiguredMeters],
    money: [...summary.money],
    unbilled: [...summary.unbilled],
    overbilled: [...summary.overbilled],
    byBilling: { ...summary.byBilling },
    billedAgainstMetered: [...summary.billedAgainstMetered],
    meters: summary.meters.map(meterSummary),
    quality: qualityOf(context, month),
    warnings: [...summary.warnings],
    exit: summary.exit,
    run: run === null ? null : { id: run.id, contentHash: run.contentHash, finishedAt: formatInstant(run.finishedAt) },
  };
}

/** What the data of a month is like, of the meters of the settings. */
export function qualityOf(
  { db, settings, quality }: Pick<MonthsContext, 'db' | 'settings' | 'quality'>,
  month: string,
): MonthSummary['quality'] {
  const judged = monthQuality({ db, month: parseMonth(month), meters: settings.meters, settings: quality });
  return {
    decision: judged.gate.decision,
    checks: judged.findings.length,
    unchecked: [...judged.unchecked],
    findings: findingsByCheck(judged.findings).map(({ lines, ...finding }) => ({
      ...finding,
      lines: lines.map((line) => ({ ...line, meters: [...line.meters] })),
    })),
  };
}

const meterSummary = (meter: MeterTotals): MeterSummary => ({
  meter: meter.meter,
  unit: meter.unit,
  cells: meter.cells,
  structural: meter.structural,
  byVerdict: { ...meter.byVerdict },
  verdict: worstVerdict(meter),
  measured: meter.measured,
  metered: meter.metered,
  billed: meter.billed,
  drift: meter.drift,
  money: [...meter.money],
  structuralCells: meter.structural,
});

/** A window of the filtered, sorted cells of a month. */
export function cellsWindow(context: MonthsContext, request: CellsRequest): CellsWindow {
  const { frame, orders } = context.frames.open(context, request.month);
  return windowOf(frame, orders.get(frame, request), request);
}
