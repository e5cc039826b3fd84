import { ROLES } from '../../shared/reconciliation/close/sign-off.ts';
import type { Verdict } from '../../shared/reconciliation/result.ts';
import type { MoneyText } from '../../shared/reconciliation/summary.ts';
import { reportRow } from '../../shared/reports/cell-row.ts';
import { VERDICT_WORDS } from '../../shared/reports/words.ts';
import { isException } from '../../shared/reports/xlsx/list-sheets.ts';
import { formatInstant, type Instant } from '../../shared/values/instant.ts';
import { parseMonth } from '../../shared/values/period.ts';
import { frameCells, type MonthFrame } from '../api/cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../api/cells/order.ts';
import { type CloseMonth, closeMonth } from '../api/close/close-month.ts';
import { pullsOf } from '../api/close/figures.ts';
import { type SinceLock, sinceLock } from '../api/close/since-lock.ts';
import { readNewestAudit } from '../cache/audit-store.ts';
import type { Note } from '../cache/note-store.ts';
import { openForReading } from '../cache/open-for-reading.ts';
import { closeRequest } from '../close/close-status.ts';
import type { ReconciledMonth, Workspace } from '../compose.ts';
import { TOOL_VERSION } from '../version.ts';
import { countText, minuteText, pulledAt } from './describe.ts';
import type { CloseReport } from './pdf/close-report.ts';

/** Cells that a document on paper names; the workbook has them all. */
export const MAX_EXCEPTIONS = 300;

/** How a month stands on its way to be closed. */
export type CloseFacts = {
  readonly close: CloseMonth;
  /** Null where the month is open; `unreadable` where the lock was edited into nothing that can be read. */
  readonly since: SinceLock | 'unreadable' | null;
  readonly pulls: CloseReport['pulls'];
  readonly auditHead: { readonly seq: number; readonly hash: string } | null;
};

export function readClose(workspace: Workspace, frame: ReconciledMonth, now: Instant): CloseFacts {
  const month = parseMonth(frame.summary.month);
  const db = openForReading(workspace.paths.databaseFile, now);
  db.exec('BEGIN DEFERRED');
  try {
    const close = closeMonth(closeRequest(workspace, db, { month, now }), frame);
    const { lock, figures } = close;
    const [head] = readNewestAudit(db, { month: null, limit: 1 });
    return {
      close,
      since: lock === null ? null : sinceOrUnreadable(() => sinceLock(db, lock, { frame, figures })),
      pulls: pullsOf(db, month).map(({ meter, source, startedAt, queryHash, contentHash }) => ({
        meter,
        source,
        at: minuteText(startedAt),
        queryHash,
        contentHash,
      })),
      auditHead: head === undefined ? null : { seq: head.seq, hash: head.hash },
    };
  } finally {
    db.exec('ROLLBACK');
    db.close();
  }
}

function sinceOrUnreadable(read: () => SinceLock): CloseFacts['since'] {
  try {
    return read();
  } catch {
    // Edited bytes fail in as many ways as there are; `tieout verify` names them.
    return 'unreadable';
  }
}

/** A month as it stands now. */
export function closeReport(frame: MonthFrame, facts: CloseFacts, madeAt: Instant): CloseReport {
  const { close } = facts;
  const { summary } = frame;
  const { lock } = close;
  const order = orderCells(frame, {}, DEFAULT_SORT);
  const noteOf = noteTexts(close.notes);
  const exceptions: CloseReport['exceptions'][number][] = [];
  let total = 0;
  for (const cell of frameCells(frame, order)) {
    if (!isException(cell)) continue;
    total += 1;
    if (exceptions.length < MAX_EXCEPTIONS) exceptions.push(exceptionOf(reportRow(cell), noteOf(cell)));
  }
  return {
    workspace: summary.workspace,
    month: summary.month,
    madeAt,
    toolVersion: TOOL_VERSION,
    lock: lock === null ? null : { version: lock.version, at: lock.at, by: lock.actor, contentHash: lock.contentHash },
    changed: changedSentence(facts),
    cells: summary.cells,
    structural: summary.structural,
    pulledAt: pulledAt(summary.asOf),
    money: summary.money,
    gates: close.gates,
    signOffs: ROLES.map((role) => {
      const valid = close.valid[role];
      const lapsed = close.signOffs.findLast((signOff) => signOff.role === role);
      return {
        role,
        name: valid?.name ?? null,
        at: valid?.at ?? null,
        lapsed: valid !== null || lapsed === undefined ? null : `Lapsed: ${lapsed.name} signed other figures`,
      };
    }),
    meters: summary.meters.map((meter) => ({ ...meter, drift: meter.drift?.absolute ?? null })),
    incidents: summary.causes.incidents,
    exceptions,
    exceptionsTotal: total,
    notes: close.notes.filter((note) => !isOfCell(note)).map(noteEntry),
    proof: close.proof,
    hashes: [
      ...(lock === null ? [] : [['Snapshot (content hash)', lock.contentHash] as const]),
      ['Figures', close.figures.hash],
      ['Settings', close.figures.settings],
      ['Cells as CSV', close.figures.cells.sha256],
      ...(facts.auditHead === null
        ? []
        : [['Audit log', `entry ${facts.auditHead.seq}, ${facts.auditHead.hash}`] as const]),
      ['Made at', formatInstant(madeAt)],
      ['Made by', `Tieout ${TOOL_VERSION}`],
    ],
    pulls: facts.pulls,
  };
}

function changedSentence({ since, close }: CloseFacts): string | null {
  if (since === null || close.lock === null) return null;
  if (since === 'unreadable') return 'What was locked cannot be read any more: run `tieout verify` on the workspace.';
  if (!since.hasChanged) return null;
  const count = since.changes.length;
  const what = count === 0 ? 'the settings or the invoices' : `${countText(count)} ${count === 1 ? 'cell' : 'cells'}`;
  return `Changed since the lock: ${what}. The figures here are those of now; the close package holds the locked ones.`;
}

/** A row of interfaces.md section 2, as far as the report shows it; a snapshot holds the same. */
export type ExceptionRow = Pick<
  ReturnType<typeof reportRow>,
  'customer' | 'usageId' | 'name' | 'meter' | 'unit' | 'measured' | 'metered' | 'drift' | 'verdict'
> & {
  readonly cause: { readonly evidence: string } | null;
  readonly money: Pick<MoneyText, 'currency' | 'difference'> | null;
};

export const exceptionOf = (row: ExceptionRow, notes: readonly string[]): CloseReport['exceptions'][number] => ({
  customer: row.customer,
  usageId: row.usageId,
  name: row.name,
  meter: row.meter,
  unit: row.unit,
  measured: row.measured,
  metered: row.metered,
  drift: row.drift?.absolute ?? null,
  currency: row.money?.currency ?? null,
  difference: row.money?.difference ?? null,
  verdict: sentenceCase(VERDICT_WORDS[row.verdict as Verdict].words),
  sentence: row.cause?.evidence ?? '',
  notes,
});

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What the report reads of a note; a snapshot holds the same. */
export type NoteOf = Pick<Note, 'author' | 'customer' | 'usageId' | 'meter' | 'body'> & {
  readonly gate: string | null;
  readonly at: Instant;
};

type CellOf = { readonly customer: string | null; readonly usageId: string | null; readonly meter: string };

export const isOfCell = ({ customer, usageId, meter }: Pick<NoteOf, 'customer' | 'usageId' | 'meter'>): boolean =>
  meter !== null && (customer !== null || usageId !== null);

/** Notes on a cell itself; those on its customer or meter stand apart. */
export function noteTexts(notes: readonly NoteOf[]): (cell: CellOf) => readonly string[] {
  const byCell = Map.groupBy(notes.filter(isOfCell), (note) => cellKey(note.customer, note.usageId, note.meter ?? ''));
  return ({ customer, usageId, meter }) =>
    (byCell.get(cellKey(customer, usageId, meter)) ?? []).map(
      ({ at, author, body }) => `Note of ${author}, ${minuteText(at)}: ${body}`,
    );
}

/** The same as one text; null where nobody wrote anything, which is nearly everywhere. */
export function cellNotes(notes: readonly NoteOf[]): (cell: CellOf) => string | null {
  if (!notes.some(isOfCell)) return () => null;
  const textsOf = noteTexts(notes);
  return (cell) => {
    const texts = textsOf(cell);
    return texts.length === 0 ? null : texts.join('\n');
  };
}

const cellKey = (customer: string | null, usageId: string | null, meter: string): string =>
  JSON.stringify([customer, customer === null ? usageId : null, meter]);

export const noteEntry = (note: NoteOf): CloseReport['notes'][number] => ({
  at: note.at,
  author: note.author,
  about:
    [
      note.gate === null ? null : sentenceCase(note.gate.replaceAll('_', ' ')),
      note.customer ?? note.usageId,
      note.meter,
    ]
      .filter((part) => part !== null)
      .join(', ') || 'The month',
  body: note.body,
});
