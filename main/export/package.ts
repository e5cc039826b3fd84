import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { TieoutError } from '../../shared/errors.ts';
import { manifestText, PACKAGE_FILES, type PackageManifest } from '../../shared/reconciliation/close/package.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { compareBytes } from '../../shared/values/order.ts';
import { parseMonth } from '../../shared/values/period.ts';
import { sha256 } from '../cache/audit-store.ts';
import { type CloseLock, lockInForce } from '../cache/close-store.ts';
import { openForReading } from '../cache/open-for-reading.ts';
import { type PackageCopies, packageCopies } from '../close/package-content.ts';
import { sealZip } from '../close/zip-seal.ts';
import type { Workspace } from '../compose.ts';
import type { Progress } from '../jobs/job.ts';
import { TOOL_VERSION } from '../version.ts';
import { lockedSource } from './locked-source.ts';
import { intoFile, removePartial, stopIfCancelled } from './partial-file.ts';
import { writeClosePdf } from './pdf/close-report.ts';
import { writeXlsx } from './xlsx.ts';
import { ZipFile } from './zip-file.ts';

/**
 * The package of a locked month: snapshot, audit log and cells byte by byte as they were locked, and the workbook and
 * the report that are made of them. `tieout verify` checks it without the workspace.
 * @throws TieoutError `close.not_locked`: there is nothing yet that a package could prove; `export.*`
 */
export async function writePackage(
  workspace: Pick<Workspace, 'paths'>,
  options: {
    readonly month: string;
    readonly file: string;
    readonly madeAt: Instant;
    readonly onProgress: (progress: Progress) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { file, onProgress } = options;
  const { lock, copies } = readLock(workspace, options);
  const source = lockedSource({
    snapshot: fileOf(copies, PACKAGE_FILES.snapshot),
    cells: fileOf(copies, PACKAGE_FILES.cells),
    contentHash: lock.contentHash,
    auditHead: copies.auditHead,
  });
  const workbook = `${file}.${PACKAGE_FILES.workbook}`;
  const report = `${file}.${PACKAGE_FILES.report}`;
  const checkpoint = (): void => stopIfCancelled(options.signal, file);
  try {
    await intoFile(workbook, (write) => writeXlsx(source, write, { onProgress, checkpoint }));
    await intoFile(report, (write) => writeClosePdf(source.close(), write));
    onProgress({ step: 'packing', done: 0, total: null, unit: '' });
    const entries: readonly Entry[] = [
      ...[...copies.files].map(([name, bytes]): Entry => ({ name, chunks: () => [bytes] })),
      { name: PACKAGE_FILES.workbook, chunks: () => chunksOf(workbook) },
      { name: PACKAGE_FILES.report, chunks: () => chunksOf(report) },
    ].toSorted((a, b) => compareBytes(a.name, b.name));
    const manifest: PackageManifest = {
      tieout: 1,
      kind: 'close_package',
      workspace: source.workspace,
      month: lock.month,
      version: lock.version,
      contentHash: lock.contentHash,
      auditHead: copies.auditHead,
      toolVersion: TOOL_VERSION,
      files: entries.map(({ name, chunks }) => ({ name, ...digestOf(chunks()) })),
    };
    // Sealed before it gets its name: nobody sees a package without its seal.
    const sealed = `${file}.sealed`;
    try {
      await intoFile(sealed, async (write) => {
        const zip = new ZipFile(write);
        await zip.text(PACKAGE_FILES.manifest, [manifestText(manifest, sha256)]);
        for (const { name, chunks } of entries) {
          checkpoint();
          await zip.bytes(name, chunks());
        }
        zip.end();
      });
      sealZip(sealed);
      renameSync(sealed, file);
    } finally {
      removePartial(sealed);
    }
  } finally {
    removePartial(workbook);
    removePartial(report);
  }
}

type Entry = { readonly name: string; readonly chunks: () => Iterable<Uint8Array> };

function readLock(
  workspace: Pick<Workspace, 'paths'>,
  { month, madeAt }: { readonly month: string; readonly madeAt: Instant },
): { readonly lock: CloseLock; readonly copies: PackageCopies } {
  const db = openForReading(workspace.paths.databaseFile, madeAt);
  db.exec('BEGIN DEFERRED');
  try {
    const lock = lockInForce(db, parseMonth(month, '--month'));
    if (lock === null) {
      throw new TieoutError('close.not_locked', {
        message: `${month} is not locked, and a close package holds what was locked.`,
        path: '--format',
        remedy: `Lock it first (\`tieout close DIR --month ${month}\` says what is missing), or export pdf and xlsx, which say that the month is open.`,
      });
    }
    return { lock, copies: packageCopies(db, lock) };
  } finally {
    db.exec('ROLLBACK');
    db.close();
  }
}

const fileOf = ({ files }: PackageCopies, name: string): Uint8Array => files.get(name) ?? new Uint8Array();

function digestOf(chunks: Iterable<Uint8Array>): { readonly bytes: number; readonly sha256: string } {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

const CHUNK_BYTES = 256 * 1024;

function* chunksOf(file: string): Generator<Uint8Array> {
  const { size } = statSync(file);
  const handle = openSync(file, 'r');
  try {
    for (let at = 0; at < size; ) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - at));
      const read = readSync(handle, chunk, 0, chunk.length, at);
      if (read === 0) throw new Error(`${file} ended early`);
      at += read;
      yield chunk.subarray(0, read);
    }
  } finally {
    closeSync(handle);
  }
}
