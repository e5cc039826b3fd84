import { isTieoutError } from '../../../shared/errors.ts';
import type { Warnings } from './warnings.ts';

/**
 * One odd object must not stop a month: what cannot be read is left out, aloud, and null comes back.
 * Only `read` is guarded, so a page that cannot be used or a request that failed still stops the pull.
 * @param remedy what follows from its absence
 */
export function readOrLeaveOut<T>(
  warnings: Warnings,
  row: unknown,
  read: (row: unknown) => T,
  remedy: string,
): T | null {
  try {
    return read(row);
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    warnings.add({ code: error.code, path: error.path, message: error.message, remedy });
    return null;
  }
}
