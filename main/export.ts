import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CellsFilter } from '../shared/contract/schemas.ts';
import { TieoutError } from '../shared/errors.ts';
import type { Instant } from '../shared/values/instant.ts';
import { CsvBytes } from './api/cells/csv-bytes.ts';
import { csvHead, csvLines } from './api/cells/csv-lines.ts';
import { DEFAULT_SORT, orderCells } from './api/cells/order.ts';
import { reconcile, type Workspace } from './compose.ts';
import type { Progress } from './jobs/job.ts';

const ROWS_PER_REPORT = 20_000;

/**
 * Writes a month's cells as CSV (interfaces.md section 5). The file appears under its name only when it is whole.
 * @returns the rows written
 * @throws TieoutError `export.failed`, `workspace.disk_full`
 */
export async function exportMonth(
  workspace: Workspace,
  options: {
    readonly month: string;
    readonly file: string;
    readonly filter: CellsFilter;
    readonly now: () => Instant;
    readonly onProgress: (progress: Progress) => void;
  },
): Promise<number> {
  const { month, file } = options;
  options.onProgress({ step: 'comparing', done: 0, total: null, unit: '' });
  const frame = await reconcile(workspace, { month }, { now: options.now, command: 'export' });
  const order = orderCells(frame, options.filter, DEFAULT_SORT);
  const partial = `${file}.part`;
  let rows = 0;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(partial, 'w');
    try {
      // Unlike a single write, this goes on until the whole piece is written.
      const bytes = new CsvBytes((piece) => writeFileSync(handle, piece));
      bytes.text(csvHead());
      const writeLine = csvLines(frame, month, bytes);
      for (const id of order) {
        writeLine(id);
        rows += 1;
        if (rows % ROWS_PER_REPORT === 0) {
          options.onProgress({ step: 'writing rows', done: rows, total: order.length, unit: 'rows' });
        }
      }
      bytes.end();
    } finally {
      closeSync(handle);
    }
    renameSync(partial, file);
  } catch (error) {
    removePartial(partial);
    throw exportError(file, error);
  }
  return rows;
}

/** Whatever keeps it from being removed kept it from being written, and is said already. */
export function removePartial(partial: string): void {
  try {
    rmSync(partial, { force: true });
  } catch {
    // A part of the path is no folder: there is nothing to remove.
  }
}

/** What became of a file that was to be written. */
export function exportError(file: string, error: unknown): TieoutError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC') {
    return new TieoutError('workspace.disk_full', {
      message: `The disk is full; ${file} was not written.`,
      path: file,
      remedy: 'Free some space, or write to another disk with -o.',
      cause: error,
    });
  }
  return new TieoutError('export.failed', {
    message: `${file} cannot be written${code === '' ? '' : ` (${code})`}.`,
    path: file,
    remedy: 'Choose a folder that you may write to.',
    cause: error,
  });
}
