import { setImmediate } from 'node:timers/promises';
import type { InvoicesExportRequest } from '../shared/contract/invoice-schemas.ts';
import type { Instant } from '../shared/values/instant.ts';
import { passesFilter } from './api/invoices/invoice-order.ts';
import { invoiceLinesCsv, invoicesCsv } from './api/invoices/invoices-csv.ts';
import type { Preview } from './api/invoices/preview.ts';
import { PreviewExit, previewJson } from './api/invoices/preview-document.ts';
import type { Workspace } from './compose.ts';
import { intoFile, stopIfCancelled } from './export/partial-file.ts';
import type { Progress } from './jobs/job.ts';
import { type OpenPreview, withPreview } from './preview.ts';

const NAMES = { invoices: 'invoices.csv', lines: 'invoice-lines.csv', json: 'invoices.json' } as const;

/** `2026-05-invoices.csv`; a filtered file says so, so that it does not pass for the month. */
export function invoicesFileName({ month, filter, what }: InvoicesExportRequest): string {
  const name = NAMES[what];
  return `${month}-${Object.keys(filter).length === 0 ? name : name.replace('.', '-filtered.')}`;
}

const INVOICES_PER_REPORT = 500;

/**
 * Writes the invoices of a month as we rate them, beside Stripe's: one row an invoice, one row a line, or the document
 * of `tieout preview --json`. The file appears under its name only when it is whole.
 * @returns the invoices written
 * @throws TieoutError `export.failed`, `export.cancelled`, `workspace.disk_full`; those of `withPreview`
 */
export async function exportInvoices(
  workspace: Workspace,
  run: InvoicesExportRequest & {
    readonly file: string;
    readonly now: () => Instant;
    readonly onProgress: (progress: Progress) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<number> {
  const { month, filter, what, file, now, onProgress, signal } = run;
  let written = 0;
  const wanted = function* (previews: Iterable<Preview>): Generator<Preview> {
    for (const preview of previews) {
      if (!passesFilter(preview, filter)) continue;
      written += 1;
      yield preview;
    }
  };
  await withPreview(
    workspace,
    { month, quantities: 'metered' },
    {
      now,
      work: (opened) =>
        intoFile(file, async (write) => {
          let told = 0;
          onProgress({ step: 'rating the invoices', done: 0, total: null, unit: 'invoices' });
          for (const piece of piecesOf(opened, what, wanted(opened.previews))) {
            write(Buffer.from(piece, 'utf8'));
            if (written - told < INVOICES_PER_REPORT) continue;
            told = written;
            onProgress({ step: 'writing the invoices', done: written, total: null, unit: 'invoices' });
            await setImmediate();
            stopIfCancelled(signal, file);
          }
        }),
    },
  );
  return written;
}

function piecesOf(
  { head, proof, lines }: OpenPreview,
  what: InvoicesExportRequest['what'],
  previews: Iterable<Preview>,
): Iterable<string> {
  if (what === 'invoices') return invoicesCsv(head.month, previews);
  if (what === 'lines') return invoiceLinesCsv(head.month, previews, lines());
  return previewJson(head, previews, proof, new PreviewExit());
}
