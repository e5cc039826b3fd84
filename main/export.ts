import { setImmediate } from 'node:timers/promises';
import type { CellsFilter, ExportFormat } from '../shared/contract/schemas.ts';
import type { Instant } from '../shared/values/instant.ts';
import { CsvBytes } from './api/cells/csv-bytes.ts';
import { csvHead, csvLines } from './api/cells/csv-lines.ts';
import { exitOf } from './api/reconcile/reconcile-month.ts';
import { reconcile, type Workspace } from './compose.ts';
import { filterWords } from './export/describe.ts';
import { monthJson } from './export/json.ts';
import { type LiveSource, liveSource } from './export/month-source.ts';
import { intoFile, stopIfCancelled } from './export/partial-file.ts';
import type { Progress } from './jobs/job.ts';

/** `2026-05.csv`, `2026-05-filtered.xlsx`, `2026-05-close.zip`. */
export function exportFileName(format: ExportFormat, month: string, filter: CellsFilter): string {
  if (format === 'package') return `${month}-close.zip`;
  if (format === 'pdf') return `${month}-close.pdf`;
  return filterWords(filter) === null ? `${month}.${format}` : `${month}-filtered.${format}`;
}

export type ExportRun = {
  readonly month: string;
  readonly filter: CellsFilter;
  readonly now: () => Instant;
  readonly onProgress: (progress: Progress) => void;
  readonly signal?: AbortSignal | undefined;
};

export type ExportedFile = { readonly format: ExportFormat; readonly file: string; readonly rows: number };

/**
 * Writes a month's cells as CSV (interfaces.md section 5). The file appears under its name only when it is whole.
 * @returns the rows written
 * @throws TieoutError `export.failed`, `export.cancelled`, `workspace.disk_full`
 */
export async function exportMonth(
  workspace: Workspace,
  options: ExportRun & { readonly file: string },
): Promise<number> {
  const [written] = await exportReports(workspace, { ...options, files: [{ format: 'csv', file: options.file }] });
  return written?.rows ?? 0;
}

/**
 * Compares a month once and writes it in each of the formats; each file appears under its name only when it is whole.
 * @throws TieoutError `export.failed`, `export.cancelled`, `workspace.disk_full`; those of `reconcile`
 */
export async function exportReports(
  workspace: Workspace,
  options: ExportRun & { readonly files: readonly { readonly format: ExportFormat; readonly file: string }[] },
): Promise<readonly ExportedFile[]> {
  const { month, filter, now, onProgress } = options;
  onProgress({ step: 'comparing', done: 0, total: null, unit: '' });
  const frame = await reconcile(workspace, { month }, { now, command: 'export' });
  const source = liveSource(workspace, frame, { month, filter, now });
  const written: ExportedFile[] = [];
  for (const { format, file } of options.files) {
    await setImmediate();
    stopIfCancelled(options.signal, file);
    if (format === 'package') {
      const { writePackage } = await import('./export/package.ts');
      await writePackage(workspace, { ...options, file, madeAt: source.madeAt });
    } else await intoFile(file, (write) => WRITERS[format](source, write, { ...options, file }));
    written.push({ format, file, rows: source.order.length });
  }
  return written;
}

type Writer = (
  source: LiveSource,
  write: (bytes: Uint8Array) => void,
  run: Pick<ExportRun, 'onProgress' | 'signal'> & { readonly file: string },
) => Promise<void>;

/** Those that need a library load it when a file of theirs is wanted. */
const WRITERS: Readonly<Record<Exclude<ExportFormat, 'package'>, Writer>> = {
  csv: writeCsv,
  json: writeJson,
  pdf: async (source, write, { onProgress }) => {
    onProgress({ step: 'writing the close report', done: 0, total: null, unit: '' });
    const { writeClosePdf } = await import('./export/pdf/close-report.ts');
    await writeClosePdf(source.close(), write);
  },
  xlsx: async (source, write, { onProgress, signal, file }) => {
    const { writeXlsx } = await import('./export/xlsx.ts');
    await writeXlsx(source, write, { onProgress, checkpoint: () => stopIfCancelled(signal, file) });
  },
};

const ROWS_PER_REPORT = 20_000;

async function writeCsv(...[source, write, run]: Parameters<Writer>): Promise<void> {
  const { order, frame, month } = source;
  const bytes = new CsvBytes(write);
  bytes.text(csvHead());
  const writeLine = csvLines(frame, month, bytes, source.notes());
  let rows = 0;
  for (const id of order) {
    writeLine(id);
    rows += 1;
    if (rows % ROWS_PER_REPORT !== 0) continue;
    run.onProgress({ step: 'writing rows', done: rows, total: order.length, unit: 'rows' });
    // A cancel is heard only in between.
    await setImmediate();
    stopIfCancelled(run.signal, run.file);
  }
  bytes.end();
}

async function writeJson(...[source, write, run]: Parameters<Writer>): Promise<void> {
  const { frame, order, filter } = source;
  run.onProgress({ step: 'writing rows', done: 0, total: order.length, unit: 'rows' });
  for (const piece of monthJson(frame, { order, filter, exit: exitOf(frame.summary, false) })) {
    write(Buffer.from(piece, 'utf8'));
    await setImmediate();
    stopIfCancelled(run.signal, run.file);
  }
}
