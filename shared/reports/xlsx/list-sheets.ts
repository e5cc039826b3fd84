import type { MoneyTotal, Verdict } from '../../reconciliation/result.ts';
import { type Decimal, decimal } from '../../values/decimal.ts';
import { formatInstant } from '../../values/instant.ts';
import { minorDigits } from '../../values/money.ts';
import type { Period } from '../../values/period.ts';
import type { ExportRow } from '../export-row.ts';
import { byDifference, type ProofReport, proofSentence, suggestionSentence } from '../proof.ts';
import { CAUSE_WORDS, VERDICT_WORDS } from '../words.ts';
import { figureCell, type SheetCell, type SheetColumn } from './sheet.ts';
import { moneyStyle } from './styles.ts';
import type { SheetRows } from './totals-sheets.ts';

/** Cells that somebody has to look at: what does not tie out, and what could not be compared. */
export const isException = ({ isStructural, verdict }: Pick<ExportRow, 'isStructural' | 'verdict'>): boolean =>
  isStructural || verdict === 'invalid' || verdict === 'incomplete';

export const EXCEPTION_COLUMNS: readonly SheetColumn[] = [
  { head: 'Customer', width: 22 },
  { head: 'Name', width: 30 },
  { head: 'Usage id', width: 22 },
  { head: 'Meter', width: 20 },
  { head: 'Unit', width: 12 },
  { head: 'Measured', width: 18, isNumber: true },
  { head: 'Metered', width: 18, isNumber: true },
  { head: 'Drift', width: 16, isNumber: true },
  { head: 'Currency', width: 10 },
  { head: 'Difference, amount', width: 15, isNumber: true },
  { head: 'Verdict', width: 17 },
  { head: 'Means', width: 20 },
  { head: 'Cause', width: 20 },
  { head: 'What shows it', width: 70 },
  { head: 'Note', width: 40 },
];
export const EXCEPTION_VERDICT_COLUMN = 'K';

export const exceptionCells = (row: ExportRow): readonly SheetCell[] => [
  text(row.customer),
  text(row.name),
  text(row.usageId),
  text(row.meter),
  text(row.unit),
  figureCell(row.measured),
  figureCell(row.metered),
  figureCell(row.drift?.absolute ?? null),
  text(row.money?.currency ?? null),
  row.money === null ? null : amount(row.money.differenceMinor, row.money.currency),
  text(row.verdict),
  text(VERDICT_WORDS[row.verdict].words),
  text(row.cause === null ? null : CAUSE_WORDS[row.cause]),
  wrapped(row.evidence),
  wrapped(row.note),
];

/** Usage that came after the invoice: one row for each correction. */
export type LateRow = {
  readonly customer: string;
  readonly name: string | null;
  readonly meter: string;
  readonly unit: string;
  readonly correctsRun: string | null;
  readonly period: Period | null;
  readonly component: string | null;
  readonly late: Decimal | null;
  readonly currency: string;
  readonly amountMinor: bigint | null;
  readonly state: string;
  readonly note: string | null;
};

export const LATE_COLUMNS: readonly SheetColumn[] = [
  { head: 'Customer', width: 22 },
  { head: 'Name', width: 30 },
  { head: 'Meter', width: 20 },
  { head: 'Unit', width: 12 },
  { head: 'Corrects run', width: 14 },
  { head: 'Service from', width: 22 },
  { head: 'Service to', width: 22 },
  { head: 'Component', width: 16 },
  { head: 'Late quantity', width: 18, isNumber: true },
  { head: 'Currency', width: 10 },
  { head: 'Correction, amount', width: 15, isNumber: true },
  { head: 'State', width: 16 },
  { head: 'Note', width: 50 },
];

export const lateCells = (row: LateRow): readonly SheetCell[] => [
  text(row.customer),
  text(row.name),
  text(row.meter),
  text(row.unit),
  text(row.correctsRun),
  text(row.period === null ? null : formatInstant(row.period.from)),
  text(row.period === null ? null : formatInstant(row.period.to)),
  text(row.component),
  figureCell(row.late),
  text(row.currency),
  amount(row.amountMinor, row.currency),
  text(row.state),
  wrapped(row.note),
];

export const PROOF_WIDTHS: readonly number[] = [24, 18, 22, 28, 20, 16, 16, 16, 50];

/** The engine against the invoices: what was rated again, and every line that came out otherwise. */
export function proofSheet(report: ProofReport): SheetRows {
  const { proof } = report;
  const rows: (readonly SheetCell[])[] = [
    [{ text: 'The engine against finalised invoices', style: 'title' }],
    [{ text: proofSentence(proof) }],
    [{ text: 'Metered lines' }, count(proof.metered.lines), { text: 'exact' }, count(proof.metered.exact)],
    [{ text: 'Licensed lines' }, count(proof.licensed.lines), { text: 'exact' }, count(proof.licensed.exact)],
    [
      { text: 'Discounts, credits, taxes' },
      count(report.adjustments.steps),
      { text: 'exact' },
      count(report.adjustments.exact),
    ],
    ...proof.suggestions.map((suggestion): readonly SheetCell[] => [{ text: suggestionSentence(suggestion) }]),
    [],
    [{ text: 'Lines that differ', style: 'strong' }],
    heads(['Invoice', 'Number', 'Customer', 'Name', 'Meter'], ['Rated', 'Billed', 'Difference'], ['Cause']),
  ];
  for (const { line, rated, billed, cause } of byDifference(proof.differing)) {
    const { number, customer, name } = report.ownerOf(line.invoiceId);
    rows.push([
      ...[line.invoiceId, number, customer, name, report.meterOf(line.priceId)].map(text),
      amount(rated, line.currency),
      amount(billed, line.currency),
      amount(rated - billed, line.currency),
      text(`${cause} (${line.currency})`),
    ]);
  }
  rows.push([], [{ text: 'Lines that cannot be rated', style: 'strong' }]);
  rows.push(heads(['Invoice', 'Number', 'Customer', 'Name', 'Meter'], ['', 'Billed', ''], ['Reason']));
  for (const { line, reason } of proof.unratable) {
    const { number, customer, name } = report.ownerOf(line.invoiceId);
    rows.push([
      ...[line.invoiceId, number, customer, name, report.meterOf(line.priceId)].map(text),
      null,
      amount(line.amountMinor, line.currency),
      null,
      text(`${reason} (${line.currency})`),
    ]);
  }
  return rows;
}

/** Named facts, then how to read what is in the workbook. */
export const aboutSheet = (
  facts: readonly (readonly [name: string, value: string])[],
  verdicts: readonly Verdict[],
): SheetRows => [
  [{ text: 'About this workbook', style: 'title' }],
  ...facts.map(([name, value]): readonly SheetCell[] => [
    { text: name, style: 'strong' },
    { text: value, style: 'wrap' },
  ]),
  [],
  [{ text: 'How to read it', style: 'strong' }],
  ...HOW_TO_READ.map(([name, words]): readonly SheetCell[] => [{ text: name }, { text: words, style: 'wrap' }]),
  [],
  [{ text: 'Verdicts', style: 'strong' }],
  ...verdicts.map((verdict): readonly SheetCell[] => [{ text: verdict }, { text: VERDICT_WORDS[verdict].words }]),
];

const HOW_TO_READ: readonly (readonly [string, string])[] = [
  ['Measured', 'What the product measured (ClickHouse), in the unit of the meter.'],
  ['Metered', 'What Stripe holds for the customer and meter.'],
  ['Billed', 'What the invoice lines charge.'],
  ['Drift', 'Measured less metered. Positive: Stripe has too little.'],
  ['Difference', 'The drift in money, at the price of the customer.'],
  ['Structural', 'Does not tie out, and does not mend itself by waiting.'],
  [
    'Totals',
    'Summary and By meter add up the cells with formulas; their values as Tieout found them, exactly, are stored with them.',
  ],
  [
    'Digits',
    'A spreadsheet is certain of 15 digits. A figure with more is shown rounded, in italics, and stands with all of them under All digits.',
  ],
  ['Times', 'UTC. A month is from its first instant up to the first of the next one.'],
];

const heads = (left: readonly string[], numbers: readonly string[], right: readonly string[]): readonly SheetCell[] => [
  ...left.map((head): SheetCell => ({ text: head, style: 'head' })),
  ...numbers.map((head): SheetCell => ({ text: head, style: 'headNumber' })),
  ...right.map((head): SheetCell => ({ text: head, style: 'head' })),
];

const text = (value: string | null): SheetCell => (value === null ? null : { text: value });
const wrapped = (value: string | null): SheetCell => (value === null ? null : { text: value, style: 'wrap' });
const count = (value: number): SheetCell => ({ number: String(value), style: 'count' });

function amount(minor: MoneyTotal['differenceMinor'], currency: string): SheetCell {
  if (minor === null) return null;
  const digits = minorDigits(currency);
  return figureCell(decimal(minor, digits), moneyStyle(digits));
}
