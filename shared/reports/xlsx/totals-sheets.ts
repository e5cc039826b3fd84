import { VERDICTS } from '../../reconciliation/result.ts';
import { type Decimal, decimal } from '../../values/decimal.ts';
import { minorDigits } from '../../values/money.ts';
import { byCurrency, type ExportTally, type MeterSums, type MoneySums } from '../export-tally.ts';
import { VERDICT_WORDS } from '../words.ts';
import { CELL_COLUMN } from './cells-sheet.ts';
import { figureCell, formulaCell, type SheetCell } from './sheet.ts';
import { moneyStyle } from './styles.ts';

export type SheetRows = readonly (readonly SheetCell[])[];

type Formulas = {
  readonly tally: ExportTally;
  /** Names of the sheets that hold the cells. */
  readonly cellSheets: readonly string[];
};

export type SummaryOf = Formulas & {
  readonly title: string;
  /** Lines under the title: workspace, scope, pulls. */
  readonly lines: readonly string[];
};

const MONEY_HEAD: readonly SheetCell[] = [
  { text: 'Currency', style: 'head' },
  { text: 'Cells', style: 'headNumber' },
  { text: 'Measured', style: 'headNumber' },
  { text: 'Metered', style: 'headNumber' },
  { text: 'Difference', style: 'headNumber' },
  { text: 'Billed', style: 'headNumber' },
];

/** What the month comes to, per currency and verdict, as formulas over the cells, beside what Tieout added up exactly. */
export function summarySheet(of: SummaryOf): SheetRows {
  const { tally } = of;
  const rows: (readonly SheetCell[])[] = [
    [{ text: of.title, style: 'title' }],
    ...of.lines.map((text): readonly SheetCell[] => [{ text, style: 'muted' }]),
    [],
    [{ text: 'Money', style: 'strong' }],
    MONEY_HEAD,
  ];
  const first = rows.length + 1;
  const { money } = tally;
  for (const [currency, sums] of money) rows.push(moneyFormulas(of, rows.length + 1, { currency, sums }));
  rows.push([], [{ text: 'The same as Tieout added it up, without a spreadsheet', style: 'strong' }], MONEY_HEAD);
  const exact = rows.length + 1;
  for (const [currency, sums] of money) {
    rows.push([
      { text: currency },
      countCell(sums.cells),
      ...amounts(sums).map((minor) => amountCell(minor, currency)),
    ]);
  }
  rows.push([], [{ text: 'Formula less exact sum: 0, but for figures of more than 15 digits', style: 'strong' }]);
  money.forEach(([currency], index) => {
    const digits = minorDigits(currency);
    const cells = ['B', 'C', 'D', 'E', 'F'].map(
      (column): SheetCell => ({
        formula: `ROUND(${column}${first + index}-${column}${exact + index},${digits})`,
        value: '0',
        style: column === 'B' ? 'count' : moneyStyle(digits),
      }),
    );
    rows.push([{ text: currency }, ...cells]);
  });
  rows.push([], [{ text: 'Cells by verdict', style: 'strong' }]);
  rows.push([
    { text: 'Verdict', style: 'head' },
    { text: 'Cells', style: 'headNumber' },
    { text: 'Means', style: 'head' },
  ]);
  const verdicts = VERDICTS.filter((verdict) => tally.byVerdict[verdict] > 0);
  const top = rows.length + 1;
  for (const verdict of verdicts) {
    const row = rows.length + 1;
    const formula = overSheets(of, (sheet) => `COUNTIF(${range(sheet, CELL_COLUMN.verdict)},$A${row})`);
    const value = String(tally.byVerdict[verdict]);
    rows.push([{ text: verdict }, { formula, value, style: 'count' }, { text: VERDICT_WORDS[verdict].words }]);
  }
  const sum = verdicts.length === 0 ? '0' : `SUM(B${top}:B${top + verdicts.length - 1})`;
  rows.push([
    { text: 'All cells', style: 'totalText' },
    { formula: sum, value: String(tally.cells), style: 'totalCount' },
  ]);
  const structural = overSheets(of, (sheet) => `COUNTIF(${range(sheet, CELL_COLUMN.structural)},"yes")`);
  rows.push([
    { text: 'of which structural' },
    { formula: structural, value: String(tally.structural), style: 'count' },
  ]);
  return rows;
}

const METER_HEAD: readonly SheetCell[] = [
  { text: 'Meter', style: 'head' },
  { text: 'Unit', style: 'head' },
  { text: 'Cells', style: 'headNumber' },
  { text: 'Structural', style: 'headNumber' },
  { text: 'Measured', style: 'headNumber' },
  { text: 'Metered', style: 'headNumber' },
  { text: 'Drift', style: 'headNumber' },
  { text: 'Billed', style: 'headNumber' },
];

/** Quantities by meter, then money by meter and currency. */
export function metersSheet(of: Formulas): SheetRows {
  const { meters } = of.tally;
  const isPlain = meters.map((meter) => isOneOfAKind(meter, meters));
  const rows: (readonly SheetCell[])[] = [METER_HEAD];
  meters.forEach((sums, index) => {
    const row = rows.length + 1;
    const at = { formulas: of, row, hasFormula: isPlain[index] === true };
    rows.push([
      { text: sums.meter },
      { text: sums.unit },
      conditional(at, `COUNTIF(@${CELL_COLUMN.meter},$A${row})`, countCell(sums.cells)),
      conditional(
        at,
        `COUNTIFS(@${CELL_COLUMN.meter},$A${row},@${CELL_COLUMN.structural},"yes")`,
        countCell(sums.structural),
      ),
      quantity(at, CELL_COLUMN.measured, sums.measured),
      quantity(at, CELL_COLUMN.metered, sums.metered),
      quantity(at, CELL_COLUMN.drift, sums.drift),
      quantity(at, CELL_COLUMN.billed, sums.billed),
    ]);
  });
  rows.push([], [{ text: 'Money by meter and currency', style: 'strong' }]);
  rows.push([
    { text: 'Meter', style: 'head' },
    { text: 'Currency', style: 'head' },
    { text: 'Cells', style: 'headNumber' },
    { text: '', style: 'head' },
    { text: 'Measured', style: 'headNumber' },
    { text: 'Metered', style: 'headNumber' },
    { text: 'Difference', style: 'headNumber' },
    { text: 'Billed', style: 'headNumber' },
  ]);
  meters.forEach((meter, index) => {
    for (const [currency, sums] of byCurrency(meter.money)) {
      const row = rows.length + 1;
      const at = { formulas: of, row, hasFormula: isPlain[index] === true };
      const both = `@${CELL_COLUMN.meter},$A${row},@${CELL_COLUMN.currency},$B${row}`;
      rows.push([
        { text: meter.meter },
        { text: currency },
        conditional(at, `COUNTIFS(${both})`, countCell(sums.cells)),
        null,
        ...AMOUNT_COLUMNS.map((column, place) =>
          conditional(
            at,
            `SUMIFS(@${column},${both})`,
            amountCell(amounts(sums)[place] ?? 0n, currency),
            minorDigits(currency),
          ),
        ),
      ]);
    }
  });
  return rows;
}

/**
 * A spreadsheet compares criteria without regard to case, and takes text that reads as a number for one: two keys that it
 * would take for the same get their totals as plain numbers.
 */
function isOneOfAKind({ meter }: MeterSums, all: readonly MeterSums[]): boolean {
  const isNumberLike = /^[\d.:]+(e[\d]+)?$/i.test(meter);
  return !isNumberLike && all.filter((other) => other.meter.toLowerCase() === meter.toLowerCase()).length === 1;
}

type At = { readonly formulas: Formulas; readonly row: number; readonly hasFormula: boolean };

/** @param pattern a formula in which `@E` stands for the column E of a sheet of cells */
function conditional(at: At, pattern: string, exact: SheetCell, places: number | null = null): SheetCell {
  if (!at.hasFormula || exact === null || !('number' in exact)) return exact;
  const sum = overSheets(at.formulas, (sheet) => pattern.replaceAll(/@([A-Z]+)/g, (_, column) => range(sheet, column)));
  const formula = places === null ? sum : `ROUND(${sum},${places})`;
  return { formula, value: exact.number, style: exact.style };
}

const quantity = (at: At, column: string, value: Decimal): SheetCell =>
  conditional(at, `SUMIFS(@${column},@${CELL_COLUMN.meter},$A${at.row})`, figureCell(value));

const AMOUNT_COLUMNS = [
  CELL_COLUMN.measuredAmount,
  CELL_COLUMN.meteredAmount,
  CELL_COLUMN.differenceAmount,
  CELL_COLUMN.billedAmount,
] as const;

const amounts = (sums: MoneySums): readonly bigint[] => [
  sums.measuredMinor,
  sums.meteredMinor,
  sums.differenceMinor,
  sums.billedMinor,
];

function moneyFormulas(
  of: Formulas,
  row: number,
  { currency, sums }: { readonly currency: string; readonly sums: MoneySums },
): readonly SheetCell[] {
  const digits = minorDigits(currency);
  const cells = overSheets(of, (sheet) => `COUNTIF(${range(sheet, CELL_COLUMN.currency)},$A${row})`);
  return [
    { text: currency },
    { formula: cells, value: String(sums.cells), style: 'count' },
    ...AMOUNT_COLUMNS.map((column, index) => {
      const sum = overSheets(
        of,
        (sheet) => `SUMIFS(${range(sheet, column)},${range(sheet, CELL_COLUMN.currency)},$A${row})`,
      );
      return formulaCell(`ROUND(${sum},${digits})`, decimal(amounts(sums)[index] ?? 0n, digits), moneyStyle(digits));
    }),
  ];
}

const overSheets = ({ cellSheets }: Formulas, term: (sheet: string) => string): string =>
  cellSheets.map(term).join('+');

const range = (sheet: string, column: string): string => `'${sheet}'!$${column}:$${column}`;

const countCell = (count: number): SheetCell => ({ number: String(count), style: 'count' });

function amountCell(minor: bigint, currency: string): SheetCell {
  const digits = minorDigits(currency);
  return figureCell(decimal(minor, digits), moneyStyle(digits));
}
