import type { LockedCell } from '../../../shared/reconciliation/close/changes.ts';

/** Where each figure stands in the CSV of cells (interfaces.md section 5). */
const COLUMN_OF: Readonly<Record<keyof LockedCell, string>> = {
  customer: 'customer',
  usageId: 'usage_id',
  name: 'name',
  meter: 'meter',
  unit: 'unit',
  measured: 'measured',
  metered: 'metered',
  billed: 'billed',
  verdict: 'verdict',
  currency: 'currency',
  measuredAmount: 'measured_amount',
  meteredAmount: 'metered_amount',
  billedAmount: 'billed_amount',
};

/**
 * Reads cells from the CSV that a lock holds, by the names of its columns: a version that adds some reads it as well.
 * @param text RFC 4180 with a header
 */
export function* readCells(text: string): Generator<LockedCell> {
  const rows = csvRows(text);
  const header = rows.next().value ?? [];
  const places = Object.entries(COLUMN_OF).map(([field, column]) => [field, header.indexOf(column)] as const);
  for (const row of rows) {
    yield Object.fromEntries(
      places.map(([field, place]) => [field, row[place] === '' ? null : (row[place] ?? null)]),
    ) as LockedCell;
  }
}

function* csvRows(text: string): Generator<readonly string[]> {
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      const [field, end] = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
      row.push(field);
      at = end + 1;
      if (text[end] !== ',') break;
    }
    yield row;
    if (text[at] === '\n') at += 1;
  }
}

function plainField(text: string, from: number): readonly [string, number] {
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\r') end += 1;
  return [text.slice(from, end), end];
}

function quotedField(text: string, from: number): readonly [string, number] {
  let end = from + 1;
  for (;;) {
    const quote = text.indexOf('"', end);
    if (quote === -1) return [text.slice(from + 1), text.length];
    if (text[quote + 1] !== '"') return [text.slice(from + 1, quote).replaceAll('""', '"'), quote + 1];
    end = quote + 2;
  }
}
