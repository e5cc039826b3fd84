import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { changed, type VerifyProblem } from './verification.ts';

/**
 * The comment of a zip, which every reader skips, holds the hash of all bytes before it. Compressed bytes can be changed
 * without changing what they unpack to, and headers say things that nobody reads: the seal shows that too.
 */
const SEAL = 'tieout sha256 ';
const SEAL_BYTES = SEAL.length + 64;
const CHUNK_BYTES = 1024 * 1024;

/** Seals a finished zip without a comment, in place. */
export function sealZip(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    const { size } = fstatSync(handle);
    // The last two bytes of a zip without a comment are the length of the comment.
    const length = Buffer.alloc(2);
    length.writeUInt16LE(SEAL_BYTES);
    writeSync(handle, length, 0, 2, size - 2);
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; at < size; ) {
      const read = readSync(handle, chunk, 0, Math.min(CHUNK_BYTES, size - at), at);
      hash.update(chunk.subarray(0, read));
      at += read;
    }
    const seal = Buffer.from(`${SEAL}${hash.digest('hex')}`, 'latin1');
    writeSync(handle, seal, 0, seal.length, size);
  } finally {
    closeSync(handle);
  }
}

export function sealProblems(bytes: Uint8Array): readonly VerifyProblem[] {
  const content = bytes.subarray(0, Math.max(0, bytes.length - SEAL_BYTES));
  const seal = Buffer.from(bytes.subarray(content.length)).toString('latin1');
  if (!seal.startsWith(SEAL)) {
    return [
      changed(
        'zip',
        'The zip does not bear the seal that it was made with: it was changed, or packed again. Unpacked, its files can be verified one by one.',
      ),
    ];
  }
  const found = createHash('sha256').update(content).digest('hex');
  return seal === `${SEAL}${found}`
    ? []
    : [changed('zip', 'The zip was changed: its bytes are not those that were sealed.')];
}
