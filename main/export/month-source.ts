import type { CellsFilter } from '../../shared/contract/schemas.ts';
import type { IncidentRecord } from '../../shared/reconciliation/explain/month-causes.ts';
import { type ExportRow, exportRow } from '../../shared/reports/export-row.ts';
import type { ProofReport } from '../../shared/reports/proof.ts';
import type { LateRow } from '../../shared/reports/xlsx/list-sheets.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { frameCell } from '../api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../api/cells/order.ts';
import { adjustmentsOfEntry } from '../api/late/decide.ts';
import { type Note, readNotes } from '../cache/note-store.ts';
import { openForReading } from '../cache/open-for-reading.ts';
import { nowIn, type ReconciledMonth, type Workspace } from '../compose.ts';
import { lateWorkspace } from '../late.ts';
import { proveInvoices } from '../prove.ts';
import { cellNotes, closeReport, readClose } from './close-facts.ts';
import { factsOf, pulledAt, scopeOf } from './describe.ts';
import { notedCells } from './noted-cells.ts';
import type { CloseReport } from './pdf/close-report.ts';

/** What a workbook and a close report are made of, whether the month is as it is now or as it was locked. */
export type MonthSource = {
  readonly workspace: string;
  readonly month: string;
  /** The present: equal sources made at the same instant give equal files. */
  readonly madeAt: Instant;
  readonly count: number;
  /** Which cells these are, in a sentence. */
  readonly scope: string;
  readonly pulledAt: string;
  /** What identifies the numbers, name by name. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Made one at a time, each time anew: a million rows never stand in memory. */
  readonly rows: () => Iterable<ExportRow>;
  /** What went wrong; a lock holds none. */
  readonly incidents: readonly IncidentRecord[];
  /** Gates, sign-offs, notes and what does not tie out. */
  readonly close: () => CloseReport;
  /** Null where the source does not know: a lock holds no corrections. */
  readonly late: (() => readonly LateRow[]) | null;
  readonly proof: (() => ProofReport) | null;
};

/** A month as the cache has it now. */
export type LiveSource = MonthSource & {
  readonly frame: ReconciledMonth;
  readonly filter: CellsFilter;
  /** Ids of the cells that pass the filter, in the published order. */
  readonly order: Int32Array;
  /** What people wrote about cells, by the cell's id. */
  readonly notes: () => ReadonlyMap<number, string>;
};

export function liveSource(
  workspace: Workspace,
  frame: ReconciledMonth,
  of: { readonly month: string; readonly filter: CellsFilter; readonly now: () => Instant },
): LiveSource {
  const { month, filter } = of;
  const order = orderCells(frame, filter, DEFAULT_SORT);
  const madeAt = nowIn(workspace, of.now);
  const now = (): Instant => madeAt;
  const at = { frame, filter, order, month, madeAt };
  let known: ReturnType<typeof readClose> | null = null;
  const close = (): ReturnType<typeof readClose> => {
    known ??= readClose(workspace, frame, madeAt);
    return known;
  };
  return {
    ...at,
    workspace: frame.summary.workspace,
    count: order.length,
    scope: scopeOf(at),
    pulledAt: pulledAt(frame.summary.asOf),
    facts: factsOf(at),
    incidents: frame.summary.causes.incidents,
    *rows() {
      const noteOf = cellNotes(close().close.notes);
      for (const id of order) {
        const cell = frameCell(frame, id);
        yield exportRow(cell, noteOf(cell));
      }
    },
    notes: () => notedCells(frame, readNotesOf(workspace, month, madeAt)),
    close: () => closeReport(frame, close(), madeAt),
    late: () => lateRows(workspace, month, now),
    proof: () => proveInvoices(workspace, { month, now }),
  };
}

/** The notes alone: how a month stands costs a look at every cell. */
function readNotesOf(workspace: Workspace, month: string, now: Instant): readonly Note[] {
  const db = openForReading(workspace.paths.databaseFile, now);
  try {
    return readNotes(db, month);
  } finally {
    db.close();
  }
}

/** Usage of the month that came after its invoices, as the engine `delta` books it. */
function lateRows(workspace: Workspace, month: string, now: () => Instant): readonly LateRow[] {
  const report = lateWorkspace(workspace, { month, engine: 'delta' }, { now });
  return report.month.entries.flatMap((entry) => {
    const adjustments = adjustmentsOfEntry(entry, 'delta');
    return (adjustments.length === 0 ? [null] : adjustments).map((adjustment) => ({
      customer: entry.customerId,
      name: entry.name,
      meter: entry.meter,
      unit: entry.unit,
      correctsRun: adjustment?.correctsRun ?? null,
      period: adjustment?.servicePeriod ?? null,
      component: adjustment?.component ?? null,
      late: entry.late,
      currency: entry.currency,
      amountMinor: adjustment?.amountMinor ?? null,
      state: entry.state,
      note: entry.decision?.note ?? entry.problem?.message ?? null,
    }));
  });
}
