import type { Decimal } from '../../values/decimal.ts';
import { sheetFigure } from './figure.ts';
import { STYLE, type StyleName } from './styles.ts';
import { cellText, XML_HEAD, xmlText } from './xml.ts';

/** Most rows of a sheet, the header included. */
export const MAX_ROWS = 1_048_576;

/** A text can never run: it is stored as text, whatever it begins with. A number is decimal text, never a double. */
export type SheetCell =
  | { readonly text: string; readonly style?: StyleName }
  | { readonly number: string; readonly style: StyleName }
  /** `value` is what the formula comes to, exactly: whoever reads the file without computing sees it. */
  | { readonly formula: string; readonly value: string; readonly style: StyleName }
  | null;

export type SheetColumn = { readonly head: string; readonly width: number; readonly isNumber?: boolean };

/** A figure for a cell; more digits than a spreadsheet keeps are shown rounded, in italics. */
export function figureCell(value: Decimal | null, style: StyleName | null = null): SheetCell {
  if (value === null) return null;
  const { number, isWhole, exact } = sheetFigure(value);
  if (number === null) return { text: exact ?? '' };
  return { number, style: exact !== null ? 'rounded' : (style ?? (isWhole ? 'whole' : 'fraction')) };
}

/** A figure that a formula gives. */
export function formulaCell(formula: string, value: Decimal, style: StyleName | null = null): SheetCell {
  const cell = figureCell(value, style);
  return cell === null || !('number' in cell) ? cell : { formula, value: cell.number, style: cell.style };
}

/** 0 → `A`, 26 → `AA`. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

const NAMES = Array.from({ length: 64 }, (_, index) => columnName(index));

/** One row as XML. @param row from 1 */
export function rowXml(row: number, cells: readonly SheetCell[]): string {
  let xml = `<row r="${row}">`;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index];
    if (cell === null || cell === undefined) continue;
    const place = `${NAMES[index]}${row}`;
    if ('formula' in cell) {
      xml += `<c r="${place}" s="${STYLE[cell.style]}"><f>${xmlText(cell.formula)}</f><v>${cell.value}</v></c>`;
    } else if ('number' in cell) xml += `<c r="${place}" s="${STYLE[cell.style]}"><v>${cell.number}</v></c>`;
    else if (cell.text !== '') {
      xml += `<c r="${place}" s="${STYLE[cell.style ?? 'text']}" t="inlineStr"><is><t xml:space="preserve">${cellText(cell.text)}</t></is></c>`;
    }
  }
  return `${xml}</row>`;
}

export const headRow = (columns: readonly SheetColumn[]): readonly SheetCell[] =>
  columns.map(({ head, isNumber }) => ({ text: head, style: isNumber === true ? 'headNumber' : 'head' }));

/** Everything before the rows. @param options.frozenRows rows that stay in view */
export function sheetHead(options: {
  readonly widths: readonly number[];
  readonly frozenRows: number;
  readonly isFirst?: boolean;
}): string {
  const { widths, frozenRows } = options;
  const pane =
    frozenRows === 0
      ? ''
      : `<pane ySplit="${frozenRows}" topLeftCell="A${frozenRows + 1}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>`;
  const columns = widths
    .map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`)
    .join('');
  return (
    `${XML_HEAD}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
    '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' +
    `<sheetViews><sheetView workbookViewId="0" showGridLines="${frozenRows === 0 ? 0 : 1}"${options.isFirst === true ? ' tabSelected="1"' : ''}>${pane}</sheetView></sheetViews>` +
    `<sheetFormatPr defaultRowHeight="15"/><cols>${columns}</cols><sheetData>`
  );
}

/** A colour for cells that hold one of some texts. */
export type TextColour = { readonly column: string; readonly texts: readonly string[]; readonly dxf: number };

/** Everything after the rows. @param options.filter the range that can be filtered, header included */
export function sheetTail(options: {
  readonly filter?: string;
  readonly colours?: readonly TextColour[];
  readonly rows?: number;
}): string {
  const filter = options.filter === undefined ? '' : `<autoFilter ref="${options.filter}"/>`;
  const { colours = [], rows = 0 } = options;
  let priority = 0;
  const conditional = colours.map(({ column, texts, dxf }) => {
    const rules = texts.map((text) => {
      priority += 1;
      return `<cfRule type="cellIs" dxfId="${dxf}" priority="${priority}" operator="equal"><formula>"${xmlText(text)}"</formula></cfRule>`;
    });
    return `<conditionalFormatting sqref="${column}2:${column}${Math.max(rows, 2)}">${rules.join('')}</conditionalFormatting>`;
  });
  return (
    `</sheetData>${filter}${conditional.join('')}` +
    '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>' +
    '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>' +
    '<headerFooter><oddFooter>&amp;L&amp;A&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter></worksheet>'
  );
}
