import type { CellsFilter } from '../../shared/contract/schemas.ts';
import type { ExportRow } from '../../shared/reports/export-row.ts';
import { exportRow } from '../../shared/reports/export-row.ts';
import type { ProofReport } from '../../shared/reports/proof.ts';
import type { LateRow } from '../../shared/reports/xlsx/list-sheets.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { frameCell } from '../api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../api/cells/order.ts';
import { adjustmentsOfEntry } from '../api/late/decide.ts';
import type { LateReport } from '../api/late/late-document.ts';
import { nowIn, type ReconciledMonth, type Workspace } from '../compose.ts';
import { lateWorkspace } from '../late.ts';
import { proveInvoices } from '../prove.ts';

/** What a report is made of. */
export type MonthSource = {
  readonly workspace: Workspace;
  readonly month: string;
  readonly filter: CellsFilter;
  readonly frame: ReconciledMonth;
  /** Ids of the cells that pass the filter, in the published order. */
  readonly order: Int32Array;
  /** The present: equal sources made at the same instant give equal files. */
  readonly madeAt: Instant;
  /** Made one at a time, each time anew: a million rows never stand in memory. */
  rows(): Iterable<ExportRow>;
};

export function monthSource(
  workspace: Workspace,
  frame: ReconciledMonth,
  of: { readonly month: string; readonly filter: CellsFilter; readonly now: () => Instant },
): MonthSource {
  const order = orderCells(frame, of.filter, DEFAULT_SORT);
  return {
    workspace,
    month: of.month,
    filter: of.filter,
    frame,
    order,
    madeAt: nowIn(workspace, of.now),
    *rows() {
      for (const id of order) yield exportRow(frameCell(frame, id), null);
    },
  };
}

/** Usage of the month that came after its invoices, as the engine `delta` books it. */
export function lateRows({ workspace, month, madeAt }: MonthSource): readonly LateRow[] {
  const report: LateReport = lateWorkspace(workspace, { month, engine: 'delta' }, { now: () => madeAt });
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

/** The engine against the invoice lines whose service period begins in the month. */
export const proofOf = ({ workspace, month, madeAt }: MonthSource): ProofReport =>
  proveInvoices(workspace, { month, now: () => madeAt });
