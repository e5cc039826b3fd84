import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isTieoutError, TieoutError } from '../../shared/errors.ts';

/**
 * Writes a file that appears under its name only when it is whole: whatever goes wrong, or a cancel, leaves what was
 * there before.
 * @throws TieoutError `export.failed`, `workspace.disk_full`; what `work` throws of its own
 */
export async function intoFile<T>(
  file: string,
  work: (write: (bytes: Uint8Array) => void) => T | Promise<T>,
): Promise<T> {
  const partial = `${file}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(partial, 'w');
    let result: T;
    try {
      // Unlike a single write, this goes on until the whole piece is written.
      result = await work((bytes) => writeFileSync(handle, bytes));
    } finally {
      closeSync(handle);
    }
    renameSync(partial, file);
    return result;
  } catch (error) {
    removePartial(partial);
    throw isTieoutError(error) ? error : exportError(file, error);
  }
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

/** @throws TieoutError `export.cancelled` where somebody asked for it */
export function stopIfCancelled(signal: AbortSignal | undefined, file: string): void {
  if (signal?.aborted !== true) return;
  throw new TieoutError('export.cancelled', {
    message: `The export was cancelled; ${file} was not written.`,
    path: file,
    remedy: 'Start it again when there is time: nothing is left of it.',
  });
}
