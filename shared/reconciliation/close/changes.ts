import { compareBytes } from '../../values/order.ts';
import { countOf } from './gate.ts';

/** The figures of a cell, as text: what is compared with what was locked. */
export type LockedCell = {
  readonly customer: string | null;
  readonly usageId: string | null;
  readonly name: string | null;
  readonly meter: string;
  readonly unit: string;
  readonly measured: string | null;
  readonly metered: string | null;
  readonly billed: string | null;
  readonly verdict: string;
  readonly currency: string | null;
  readonly measuredAmount: string | null;
  readonly meteredAmount: string | null;
  readonly billedAmount: string | null;
};

/** Figures that a change is told by; a customer's new name is none. */
export const COMPARED = [
  'measured',
  'metered',
  'billed',
  'verdict',
  'currency',
  'measuredAmount',
  'meteredAmount',
  'billedAmount',
] as const satisfies readonly (keyof LockedCell)[];

/** A cell that is not as it was locked; `before` or `after` is null where it was or is not there. */
export type CellChange = {
  readonly before: LockedCell | null;
  readonly after: LockedCell | null;
  readonly fields: readonly (typeof COMPARED)[number][];
};

/** What changed between two states of a month, by customer, usage id and meter in byte order. */
export function changesBetween(before: Iterable<LockedCell>, after: Iterable<LockedCell>): readonly CellChange[] {
  const locked = new Map<string, LockedCell>();
  for (const cell of before) locked.set(keyOf(cell), cell);
  const changes: CellChange[] = [];
  for (const cell of after) {
    const key = keyOf(cell);
    const was = locked.get(key) ?? null;
    locked.delete(key);
    const fields = COMPARED.filter((field) => was === null || was[field] !== cell[field]);
    if (fields.length > 0) changes.push({ before: was, after: cell, fields });
  }
  for (const cell of locked.values()) changes.push({ before: cell, after: null, fields: COMPARED });
  return changes.sort((a, b) => compareBytes(sortKey(a), sortKey(b)));
}

/** A customer's usage ids are one cell; without a customer the usage id tells it. */
const keyOf = ({ customer, usageId, meter }: LockedCell): string =>
  JSON.stringify([customer, customer === null ? usageId : null, meter]);

function sortKey({ before, after }: CellChange): string {
  const cell = after ?? before;
  return `${cell?.customer ?? '\uffff'} ${cell?.usageId ?? ''} ${cell?.meter ?? ''}`;
}

/** "The figures changed since the lock: 3 cells are others now." */
export const sinceSentence = (cells: number): string =>
  cells === 0
    ? 'The settings, or what the invoices say, changed since the month was locked; no cell did.'
    : `The figures changed since the month was locked: ${countOf(cells, 'cell')} ${cells === 1 ? 'is' : 'are'} not as locked. The locked books stay as they were.`;
