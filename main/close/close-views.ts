import type {
  AuditRecord,
  CellNotes,
  CellNotesRequest,
  CloseMonthView,
  CloseStates,
  VerificationResult,
} from '../../shared/contract/close-schemas.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { parseMonth } from '../../shared/values/period.ts';
import type { MonthsContext } from '../api/cells/context.ts';
import { findCell } from '../api/cells/detail.ts';
import { frameCell } from '../api/cells/frame.ts';
import { closeMonth, EvidenceOfClose } from '../api/close/close-month.ts';
import { auditRecords, cellNotesView, closeStates, closeView } from '../api/close/close-view.ts';
import { sinceLock } from '../api/close/since-lock.ts';
import type { Workspace } from '../compose.ts';
import { closeRequest } from './close-status.ts';
import { verifyWorkspace } from './verify-workspace.ts';

/** What the screens read of the close of one workspace. */
export type CloseViews = {
  closeMonth(month: string): CloseMonthView;
  closeStates(input: undefined): CloseStates;
  cellNotes(request: CellNotesRequest): CellNotes;
  auditLog(input: undefined): readonly AuditRecord[];
  verifyClose(input: undefined): VerificationResult;
};

export function createCloseViews(of: {
  readonly workspace: () => Workspace;
  readonly context: () => MonthsContext;
  readonly now: () => Instant;
}): CloseViews {
  const evidence = new EvidenceOfClose();
  return {
    closeMonth(text) {
      const month = parseMonth(text);
      const context = of.context();
      const { frame } = context.frames.open(context, month);
      const request = closeRequest(of.workspace(), context.db, { month, now: context.now() });
      const close = closeMonth(request, frame, evidence.open(request, frame));
      const { lock, figures } = close;
      const since = lock === null ? null : sinceLock(context.db, lock, { frame, figures });
      return closeView(context.db, { close, since, settings: request.close });
    },
    closeStates: () => closeStates(of.context().db),
    cellNotes(request) {
      const context = of.context();
      const { frame } = context.frames.open(context, request.month);
      return cellNotesView(context.db, request, frameCell(frame, findCell(frame, request)));
    },
    auditLog: () => auditRecords(of.context().db),
    verifyClose() {
      const { checked, problems } = verifyWorkspace(of.workspace().paths.databaseFile, of.now());
      return { ok: problems.length === 0, checked: { ...checked }, problems: [...problems] };
    },
  };
}
