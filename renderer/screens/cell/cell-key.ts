import type { CellKey, CellRow } from '../../../shared/contract/schemas.ts';

/** A cell within its month. */
export type CellAddress = Omit<CellKey, 'month'>;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Reads the search part of a cell's address. */
export const cellKeyOf = (raw: Record<string, unknown>): CellAddress => ({
  meter: typeof raw.meter === 'string' ? raw.meter : '',
  customer: textOrNull(raw.customer),
  usageId: textOrNull(raw.usageId),
});

export const addressOf = (row: CellRow): CellAddress => ({
  meter: row.meter,
  customer: row.customer,
  usageId: row.usageId,
});

export const isSameCell = (a: CellAddress, b: CellAddress): boolean =>
  a.meter === b.meter && a.customer === b.customer && a.usageId === b.usageId;
