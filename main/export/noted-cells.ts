import type { MonthFrame } from '../api/cells/frame.ts';
import { cellNotes, type NoteOf } from './close-facts.ts';

/**
 * What people wrote about the cells of a month, by the cell's id. Notes are few and cells are many: the cells are walked
 * once, and only those of a meter that has notes.
 */
export function notedCells(frame: MonthFrame, notes: readonly NoteOf[]): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  const meters = new Set(notes.map(({ meter }) => meter));
  const noteOf = cellNotes(notes);
  const customers = new Set(notes.map(({ customer }) => customer));
  const usages = new Set(notes.map(({ usageId }) => usageId));
  for (const [index, { meter, identity, customerKeys, usageKeys, length }] of frame.blocks.entries()) {
    if (!meters.has(meter.key)) continue;
    for (let position = 0; position < length; position += 1) {
      const key = customerKeys[position] as number;
      const customer = key === 0 ? null : (identity.customerIds[key] ?? null);
      const usageId = key === 0 ? (identity.usageIds[usageKeys[position] as number] ?? null) : null;
      if (!(customer === null ? usages.has(usageId) : customers.has(customer))) continue;
      const note = noteOf({ customer, usageId, meter: meter.key });
      if (note !== null) texts.set((frame.starts[index] as number) + position, note);
    }
  }
  return texts;
}
