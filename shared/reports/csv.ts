import type { CellResult } from '../reconciliation/result.ts';
import { formatDecimal } from '../values/decimal.ts';
import { formatMinorAsMajor } from '../values/money.ts';

/** Columns of the CSV export (interfaces.md section 5). */
export const CSV_COLUMNS = [
  'month',
  'customer',
  'usage_id',
  'name',
  'meter',
  'unit',
  'measured',
  'metered',
  'billed',
  'drift_absolute',
  'drift_relative',
  'verdict',
  'cause',
  'currency',
  'measured_amount',
  'metered_amount',
  'billed_amount',
  'difference_amount',
  'note',
] as const;

/** Needs quotes, or would run in a spreadsheet: one test for both, since neither is usual. */
const UNUSUAL = /[",\r\n]|^[=+\-@\t]/;
const FORMULA = /^[=+\-@\t\r]/;

/** A text as a CSV field: quoted where RFC 4180 asks for it, a `'` before what a spreadsheet takes for a formula. */
export function csvText(text: string | null): string {
  if (text === null) return '';
  if (!UNUSUAL.test(text)) return text;
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

const FLUSH_CHARACTERS = 256 * 1024;

/**
 * Grows one string and hands it on at 256 KiB (performance.md section 6). Fields are joined by the caller, who has them
 * escaped once where they repeat.
 */
export class CsvWriter {
  #text: string;
  readonly #write: (piece: string) => void;

  constructor(write: (piece: string) => void) {
    this.#write = write;
    this.#text = `${CSV_COLUMNS.join(',')}\r\n`;
  }

  /** @param line fields in the order of the columns, escaped and joined by commas */
  line(line: string): void {
    this.#text += line;
    this.#text += '\r\n';
    if (this.#text.length >= FLUSH_CHARACTERS) {
      this.#write(this.#text);
      this.#text = '';
    }
  }

  /** Hands on what is left. */
  end(): void {
    if (this.#text !== '') this.#write(this.#text);
    this.#text = '';
  }
}

/** One cell as a line; numbers stay numbers, absent is empty. @param note what people wrote about the cell */
export function csvLine(month: string, cell: CellResult, note: string | null = null): string {
  const { money } = cell;
  const quantity = (value: CellResult['measured']): string => (value === null ? '' : formatDecimal(value));
  const amount = (minor: bigint | null | undefined): string =>
    money === null || minor === null || minor === undefined ? '' : formatMinorAsMajor(minor, money.currency);
  return [
    month,
    csvText(cell.customer),
    csvText(cell.usageId),
    csvText(cell.name),
    csvText(cell.meter),
    csvText(cell.unit),
    quantity(cell.measured),
    quantity(cell.metered),
    quantity(cell.billed),
    cell.drift === null ? '' : formatDecimal(cell.drift.absolute),
    cell.drift === null ? '' : formatDecimal(cell.drift.relative),
    cell.verdict,
    cell.cause?.code ?? '',
    money?.currency ?? '',
    amount(money?.measuredMinor),
    amount(money?.meteredMinor),
    amount(money?.billedMinor),
    amount(money?.differenceMinor),
    csvText(note),
  ].join(',');
}

/** The whole export in pieces. @param rows in the published order */
export function writeCsv(month: string, rows: Iterable<CellResult>, write: (piece: string) => void): void {
  const writer = new CsvWriter(write);
  for (const row of rows) writer.line(csvLine(month, row));
  writer.end();
}
