import { errorDocument } from '../../shared/errors.ts';
import { completenessDocument } from '../../shared/reports/completeness.ts';
import { reconciliationJson } from '../../shared/reports/reconciliation-json.ts';
import { seriesDocument } from '../../shared/reports/series.ts';
import { shadowHistoryDocument, shadowHistoryTable } from '../../shared/reports/shadow-history.ts';
import { shadowRow } from '../../shared/reports/shadow-json.ts';
import { shadowTable } from '../../shared/reports/shadow-table.ts';
import { frameCells } from '../api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../api/cells/order.ts';
import type { KeptShadowRun } from '../cache/shadow-store.ts';
import type { ReconciledMonth } from '../compose.ts';
import { type Io, printJson, say, write } from './io.ts';

/** The document or the table of one round. @param as.isLine the document on one line, as watching prints it */
export async function printRound(
  io: Io,
  frame: ReconciledMonth,
  as: { readonly isJson: boolean; readonly isLine: boolean; readonly exit: 0 | 1 | 2 | 3; readonly limit: number },
): Promise<void> {
  const { summary, completeness, series } = frame;
  const cells = frameCells(frame, orderCells(frame, {}, DEFAULT_SORT));
  if (!as.isJson) {
    await write(io.stdout, shadowTable(summary, [...cells], { limit: as.limit }));
    return;
  }
  for (const { message } of summary.warnings) await say(io, `warning: ${message}`);
  const isLearned = completeness.some((one) => one.completeness.learned.hours > 0);
  const complete = isLearned ? completeness.map((one) => completenessDocument(one.meter, one.completeness)) : [];
  for (const piece of reconciliationJson(summary, cells, as.exit, complete, shadowRow, {
    series: series.map(seriesDocument),
  })) {
    await write(io.stdout, as.isLine ? unbroken(piece) : piece);
  }
  if (as.isLine) await write(io.stdout, '\n');
}

/** Line breaks stand between values alone: within a text JSON escapes them. */
const unbroken = (json: string): string => json.replace(/\n */g, '');

/** An error as one line of JSON, for a stream of documents. */
export const printErrorLine = (io: Io, error: unknown): Promise<void> =>
  write(io.stdout, `${JSON.stringify({ tieout: 1, kind: 'error', error: errorDocument(error) })}\n`);

export const printHistory = (
  io: Io,
  history: { readonly workspace: string; readonly runs: readonly KeptShadowRun[] },
  isJson: boolean,
): Promise<void> =>
  isJson
    ? printJson(io, shadowHistoryDocument(history.workspace, history.runs))
    : write(io.stdout, shadowHistoryTable(history.runs));
