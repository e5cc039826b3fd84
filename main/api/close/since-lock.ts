import { type CellChange, changesBetween } from '../../../shared/reconciliation/close/changes.ts';
import { type CloseLock, readContent } from '../../cache/close-store.ts';
import type { Db } from '../../cache/open.ts';
import type { MonthFrame } from '../cells/frame.ts';
import { readCells } from './cells-csv.ts';
import type { Figures } from './figures.ts';
import { writeCells } from './figures.ts';

/** What a lock says of the figures that it locked. */
type LockedFigures = { readonly figures: string; readonly cells: { readonly sha256: string } };

export type SinceLock = {
  readonly hasChanged: boolean;
  /** Cells whose figures are others; none where the settings or what invoices say of a line changed alone. */
  readonly changes: readonly CellChange[];
};

/**
 * What changed since a month was locked. The books stay as they were: this is what the cache says now.
 * @throws SyntaxError, Error where the snapshot was edited into nothing that can be read
 */
export function sinceLock(
  db: Db,
  lock: CloseLock,
  now: { readonly frame: MonthFrame; readonly figures: Figures },
): SinceLock {
  const content = readContent(db, lock);
  if (content === null) return { hasChanged: false, changes: [] };
  const locked = JSON.parse(text(content.snapshot)) as LockedFigures;
  const { figures } = now;
  if (locked.figures === figures.hash) return { hasChanged: false, changes: [] };
  if (locked.cells.sha256 === figures.cells.sha256) return { hasChanged: true, changes: [] };
  const pieces: Buffer[] = [];
  writeCells(now.frame, (piece) => pieces.push(Buffer.from(piece)));
  const changes = changesBetween(readCells(text(content.cells)), readCells(text(Buffer.concat(pieces))));
  return { hasChanged: true, changes };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
