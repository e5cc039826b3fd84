import type { AdjustmentLine } from '../../../shared/rating/late/adjustments.ts';
import { adjustmentJson, lineJson, totalsJson } from '../../../shared/rating/late/answer.ts';
import { type DetailedLine, sumTotals } from '../../../shared/rating/late/line.ts';
import { completenessDocument } from '../../../shared/reports/completeness.ts';
import { csvText } from '../../../shared/reports/csv.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor, minorDigits } from '../../../shared/values/money.ts';
import type { LateEngine } from '../../cache/rating-run-store.ts';
import type { MeterCompleteness } from './completeness.ts';
import { adjustmentsOfEntry, engineResult } from './decide.ts';
import type { LateEntry, LateMonth } from './late-month.ts';
import { totalsOfLate } from './late-order.ts';
import { lateRow, unrecordedProblem } from './late-view.ts';

export type LateReport = {
  readonly month: LateMonth;
  readonly engine: LateEngine;
  readonly completeness: readonly MeterCompleteness[];
  /** Some usage of the month was pulled. */
  readonly isPulled: boolean;
};

/** 0 nothing to correct, or all of it decided; 1 corrections undecided; 3 where it cannot be said. */
export function lateExit({ month, isPulled }: LateReport): 0 | 1 | 3 {
  if (month.entries.some(({ state }) => state === 'undecided')) return 1;
  const isIncomplete = month.unrecorded > 0 || month.entries.some(({ state }) => state === 'incomplete');
  return isIncomplete || !isPulled ? 3 : 0;
}

/** What an engine books for one customer and meter. */
export const linesOf = (entry: LateEntry, engine: LateEngine): readonly DetailedLine[] =>
  entry.charges.flatMap((charge) => engineResult(charge, engine));

/** The answer of `tieout late --json` (interfaces.md section 6); money is major-unit text. */
export const lateDocument = (report: LateReport): unknown => {
  const { month, engine, completeness } = report;
  return {
    tieout: 1,
    kind: 'late',
    month: month.month,
    engine,
    customers: month.entries.map((entry) => customerJson(entry, engine)),
    totals: totalsOfLate(month.entries.map(lateRow)),
    completeness: completeness.map((each) => completenessDocument(each.meter, each.completeness)),
    billed: {
      runs: month.billed.runs,
      from: month.billed.from === null ? null : formatInstant(month.billed.from),
      to: month.billed.to === null ? null : formatInstant(month.billed.to),
    },
    warnings: month.unrecorded === 0 ? [] : [unrecordedProblem(month)],
    exit: lateExit(report),
  };
};

function customerJson(entry: LateEntry, engine: LateEngine): unknown {
  const digits = minorDigits(entry.currency);
  const lines = linesOf(entry, engine);
  const row = lateRow(entry);
  return {
    customer: entry.customerId,
    meter: entry.meter,
    lines: lines.map((line) => lineJson(line, digits)),
    totals: totalsJson(sumTotals(lines), digits),
    adjustments: adjustmentsOfEntry(entry, engine).map((adjustment) => adjustmentJson(adjustment, digits)),
    name: entry.name,
    unit: entry.unit,
    currency: entry.currency,
    runs: entry.charges.flatMap(({ billed, others }) =>
      [billed, ...others].map((run) => ({
        run: run.run,
        kind: run.kind,
        invoice: run.invoiceId,
        servicePeriod: { from: formatInstant(run.servicePeriod.from), to: formatInstant(run.servicePeriod.to) },
        quantity: run.quantity === null ? null : formatDecimal(run.quantity),
        measured: run.measured === null ? null : formatDecimal(run.measured),
        total: formatMinorAsMajor(sumTotals(run.lines).totalMinor, run.currency),
        recordedAt: formatInstant(run.createdAt),
        digest: run.inputDigest,
      })),
    ),
    booked: row.booked,
    late: { quantity: row.late, driftAtBilling: row.driftAtBilling },
    correction: row.correction,
    invoiced: row.invoiced,
    state: row.state,
    decision: row.decision,
    digest: row.digest,
    problem: row.problem,
  };
}

const CSV_COLUMNS = [
  'month',
  'customer',
  'name',
  'meter',
  'unit',
  'engine',
  'corrects_run',
  'service_from',
  'service_to',
  'component',
  'late_quantity',
  'currency',
  'amount',
  'state',
  'note',
] as const;

/**
 * The corrections as an invoice can carry them, one row for each item, period and component (rating-late-usage.md
 * section 11.2); a customer and meter without any keeps a row with an empty amount, so that nothing is missing.
 */
export function* lateCsv({ month, engine }: Pick<LateReport, 'month' | 'engine'>): Generator<string> {
  yield `${CSV_COLUMNS.join(',')}\r\n`;
  for (const entry of month.entries) {
    const adjustments = adjustmentsOfEntry(entry, engine);
    for (const adjustment of adjustments.length === 0 ? [null] : adjustments) {
      yield `${csvFields({ month: month.month, engine, entry, adjustment }).join(',')}\r\n`;
    }
  }
}

function csvFields(of: {
  readonly month: string;
  readonly engine: LateEngine;
  readonly entry: LateEntry;
  readonly adjustment: AdjustmentLine | null;
}): readonly string[] {
  const { entry, adjustment } = of;
  return [
    of.month,
    csvText(entry.customerId),
    csvText(entry.name),
    csvText(entry.meter),
    csvText(entry.unit),
    of.engine,
    adjustment?.correctsRun ?? '',
    adjustment === null ? '' : formatInstant(adjustment.servicePeriod.from),
    adjustment === null ? '' : formatInstant(adjustment.servicePeriod.to),
    adjustment?.component ?? '',
    entry.late === null ? '' : formatDecimal(entry.late),
    entry.currency,
    adjustment === null ? '' : formatMinorAsMajor(adjustment.amountMinor, entry.currency),
    entry.state,
    csvText(entry.decision?.note ?? entry.problem?.message ?? null),
  ];
}
