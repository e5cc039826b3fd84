import { csvText } from '../../shared/reports/csv.ts';

/** What is absent is an empty field. */
export type CsvField = string | null | undefined;

/** What a table is as CSV: its exact values, in columns that need not be those on screen. */
export type CsvSheet<Row> = {
  readonly head: readonly string[];
  readonly fields: (row: Row) => readonly CsvField[];
};

const NUMBER = /^-?\d+(\.\d+)?$/;

/** A number stays a number; every other text is quoted and guarded as in an export (interfaces.md section 5). */
const csvField = (value: CsvField): string => {
  if (value === null || value === undefined) return '';
  return NUMBER.test(value) ? value : csvText(value);
};

/** RFC 4180 text with a header line. */
export const csvOf = (head: readonly string[], rows: readonly (readonly CsvField[])[]): string =>
  [head, ...rows].map((fields) => `${fields.map(csvField).join(',')}\r\n`).join('');

/** The same fields of one row as tab-separated text. */
export const tabbed = (fields: readonly CsvField[]): string => fields.map((field) => field ?? '').join('\t');
