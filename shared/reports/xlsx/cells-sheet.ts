import { type Decimal, decimal } from '../../values/decimal.ts';
import { minorDigits } from '../../values/money.ts';
import type { ExportRow } from '../export-row.ts';
import { sheetFigure } from './figure.ts';
import { headRow, rowXml, type SheetColumn, type TextColour } from './sheet.ts';
import { CONDITIONAL, moneyStyle, STYLE, type StyleName } from './styles.ts';
import { cellText } from './xml.ts';

/** The columns of the CSV in their order, then what only a workbook has. */
export const CELL_COLUMNS = [
  { head: 'Month', width: 10 },
  { head: 'Customer', width: 22 },
  { head: 'Usage id', width: 22 },
  { head: 'Name', width: 30 },
  { head: 'Meter', width: 20 },
  { head: 'Unit', width: 12 },
  { head: 'Measured', width: 18, isNumber: true },
  { head: 'Metered', width: 18, isNumber: true },
  { head: 'Billed', width: 18, isNumber: true },
  { head: 'Drift', width: 16, isNumber: true },
  { head: 'Drift, relative', width: 11, isNumber: true },
  { head: 'Verdict', width: 17 },
  { head: 'Cause', width: 20 },
  { head: 'Currency', width: 10 },
  { head: 'Measured, amount', width: 15, isNumber: true },
  { head: 'Metered, amount', width: 15, isNumber: true },
  { head: 'Billed, amount', width: 15, isNumber: true },
  { head: 'Difference, amount', width: 15, isNumber: true },
  { head: 'Note', width: 30 },
  { head: 'Structural', width: 11 },
  { head: 'Invoice lines', width: 18 },
  { head: 'All digits', width: 30 },
] as const satisfies readonly SheetColumn[];

/** Letters of the columns that formulas name. */
export const CELL_COLUMN = {
  meter: 'E',
  measured: 'G',
  metered: 'H',
  billed: 'I',
  drift: 'J',
  verdict: 'L',
  currency: 'N',
  measuredAmount: 'O',
  meteredAmount: 'P',
  billedAmount: 'Q',
  differenceAmount: 'R',
  structural: 'T',
  last: 'V',
} as const;

const [GOOD, WAITING, BAD, UNKNOWN] = CONDITIONAL.map((_, index) => index) as [number, number, number, number];

export const VERDICT_COLOURS: readonly TextColour[] = [
  { column: CELL_COLUMN.verdict, texts: ['agree', 'agree_zero'], dxf: GOOD },
  { column: CELL_COLUMN.verdict, texts: ['stale'], dxf: WAITING },
  {
    column: CELL_COLUMN.verdict,
    texts: [
      'stale_overdue',
      'under_reported',
      'over_reported',
      'missing_stripe',
      'missing_usage',
      'no_meter',
      'unmapped',
    ],
    dxf: BAD,
  },
  { column: CELL_COLUMN.verdict, texts: ['invalid', 'incomplete'], dxf: UNKNOWN },
];

export const cellsHeadXml = (): string => rowXml(1, headRow(CELL_COLUMNS));

/** One cell of the month as a row of the sheet. A million of them: written straight, without an object for each field. */
export function cellsRowXml(place: number, month: string, row: ExportRow): string {
  const { money } = row;
  const long: string[] = [];
  const figure = (column: string, value: Decimal | null, name: string, style: StyleName | null = null): string => {
    if (value === null) return '';
    const { number, isWhole, exact } = sheetFigure(value);
    if (exact !== null) long.push(`${name} ${exact}`);
    if (number === null) return textXml(`${column}${place}`, exact);
    const shown = exact !== null ? 'rounded' : (style ?? (isWhole ? 'whole' : 'fraction'));
    return `<c r="${column}${place}" s="${STYLE[shown]}"><v>${number}</v></c>`;
  };
  const amount = (column: string, minor: bigint | null | undefined, name: string): string => {
    if (money === null || minor === null || minor === undefined) return '';
    const digits = minorDigits(money.currency);
    return figure(column, decimal(minor, digits), name, moneyStyle(digits));
  };
  const figures =
    figure('G', row.measured, 'measured') +
    figure('H', row.metered, 'metered') +
    figure('I', row.billed, 'billed') +
    figure('J', row.drift?.absolute ?? null, 'drift') +
    figure('K', row.drift?.relative ?? null, 'drift, relative', 'percent');
  const amounts =
    amount('O', money?.measuredMinor, 'measured, amount') +
    amount('P', money?.meteredMinor, 'metered, amount') +
    amount('Q', money?.billedMinor, 'billed, amount') +
    amount('R', money?.differenceMinor, 'difference, amount');
  return (
    `<row r="${place}">${textXml(`A${place}`, month)}${textXml(`B${place}`, row.customer)}${textXml(`C${place}`, row.usageId)}` +
    `${textXml(`D${place}`, row.name)}${textXml(`E${place}`, row.meter)}${textXml(`F${place}`, row.unit)}${figures}` +
    `${textXml(`L${place}`, row.verdict)}${textXml(`M${place}`, row.cause)}${textXml(`N${place}`, money?.currency ?? null)}` +
    `${amounts}${textXml(`S${place}`, row.note)}${row.isStructural ? textXml(`T${place}`, 'yes') : ''}` +
    `${textXml(`U${place}`, row.billing)}${long.length === 0 ? '' : textXml(`V${place}`, long.join('; '))}</row>`
  );
}

function textXml(place: string, text: string | null): string {
  if (text === null || text === '') return '';
  return `<c r="${place}" s="0" t="inlineStr"><is><t xml:space="preserve">${cellText(text)}</t></is></c>`;
}
