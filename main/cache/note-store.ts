import type { GateName } from '../../shared/reconciliation/close/gate.ts';
import type { Instant } from '../../shared/values/instant.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

/** What a note is about: a cell, a customer, a meter, a gate, or the month where all are null. */
export type NoteScope = {
  readonly customer: string | null;
  /** Of a cell without a customer. */
  readonly usageId: string | null;
  readonly meter: string | null;
  readonly gate: GateName | null;
};

export type Note = NoteScope & {
  readonly id: number;
  readonly at: Instant;
  readonly author: string;
  readonly month: string;
  readonly body: string;
  readonly explains: boolean;
  /** Digests of what it explains, as it was when it was written. */
  readonly covers: readonly string[];
};

/** @returns the note with its id */
export function insertNote(db: Db, note: Omit<Note, 'id'>): Note {
  const id = (firstRow<{ id: number }>(db, 'note-newest')?.id ?? 0) + 1;
  const { customer, explains, covers, ...rest } = note;
  runQuery(db, 'note-insert', {
    ...rest,
    id,
    customerId: customer,
    explains: explains ? 1 : 0,
    covers: JSON.stringify(covers),
  });
  return { ...note, id };
}

type Row = {
  readonly id: number;
  readonly at: number;
  readonly author: string;
  readonly month: string;
  readonly customer_id: string | null;
  readonly usage_id: string | null;
  readonly meter: string | null;
  readonly gate: GateName | null;
  readonly body: string;
  readonly explains: number;
  readonly covers: string;
};

/** Oldest first. @param month null: of every month */
export const readNotes = (db: Db, month: string | null): readonly Note[] =>
  allRows<Row>(db, 'notes', { month }).map((row) => ({
    id: row.id,
    at: row.at as Instant,
    author: row.author,
    month: row.month,
    customer: row.customer_id,
    usageId: row.usage_id,
    meter: row.meter,
    gate: row.gate,
    body: row.body,
    explains: row.explains === 1,
    covers: coversOf(row.covers),
  }));

/** A list that somebody edited into none covers nothing; `verify` names it. */
function coversOf(text: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && JSON.stringify(list) === text ? list.map(String) : [text];
  } catch (error) {
    if (error instanceof SyntaxError) return [text];
    throw error;
  }
}
