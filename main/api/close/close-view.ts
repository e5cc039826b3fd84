import type {
  AuditRecord,
  CellNotes,
  CellNotesRequest,
  CloseChange,
  CloseMonthView,
  CloseNote,
  CloseStates,
} from '../../../shared/contract/close-schemas.ts';
import type { AuditEvent } from '../../../shared/reconciliation/close/audit-chain.ts';
import { type CellChange, type LockedCell, sinceSentence } from '../../../shared/reconciliation/close/changes.ts';
import { countOf, EXPLAINABLE } from '../../../shared/reconciliation/close/gate.ts';
import type { CellResult } from '../../../shared/reconciliation/result.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import { monthPeriod } from '../../../shared/values/period.ts';
import { readNewestAudit } from '../../cache/audit-store.ts';
import { type CloseLock, lockInForce, readLocks } from '../../cache/close-store.ts';
import { findCustomer } from '../../cache/customer-store.ts';
import { type Note, readNotes } from '../../cache/note-store.ts';
import type { Db } from '../../cache/open.ts';
import type { StoredSignOff } from '../../cache/sign-off-store.ts';
import type { CloseMonth, CloseSettings } from './close-month.ts';
import { itemsOfCell } from './items.ts';
import type { SinceLock } from './since-lock.ts';

const SHOWN_ITEMS = 500;
const SHOWN_CHANGES = 500;
const SHOWN_ENTRIES = 100;

/** A month on its way to be locked, as the screens take it. */
export function closeView(
  db: Db,
  of: { readonly close: CloseMonth; readonly since: SinceLock | null; readonly settings: CloseSettings },
): CloseMonthView {
  const { close, since, settings } = of;
  const { month, lock, locks, explained, items, valid } = close;
  const period = monthPeriod(month);
  const isOpen = ({ digest }: { readonly digest: string }): boolean => !explained.has(digest);
  const ordered = [...items.filter(isOpen), ...items.filter((item) => !isOpen(item))];
  const current = new Set(items.map(({ digest }) => digest));
  return {
    month,
    period: { from: formatInstant(period.from), to: formatInstant(period.to) },
    state: lock !== null ? 'locked' : locks.length > 0 ? 'reopened' : 'open',
    decision: close.decision,
    gates: close.gates.map((gate) => ({ ...gate, isExplainable: EXPLAINABLE.has(gate.gate) })),
    items: ordered.slice(0, SHOWN_ITEMS).map((item) => ({
      ...item,
      sentence: item.sentence(),
      isExplained: !isOpen(item),
    })),
    itemsTotal: items.length,
    notes: close.notes.map((note) => noteView(db, note, current)).reverse(),
    signOffs: close.signOffs.map((signOff) => signOffView(signOff, valid)).reverse(),
    preparer: valid.preparer === null ? null : signOffView(valid.preparer, valid),
    reviewer: valid.reviewer === null ? null : signOffView(valid.reviewer, valid),
    samePerson: settings.samePerson,
    figures: close.figures.hash,
    lock: lock === null ? null : lockView(lock),
    locks: locks.map(lockView).reverse(),
    since:
      since === null
        ? null
        : {
            hasChanged: since.hasChanged,
            sentence: since.hasChanged ? sinceSentence(since.changes.length) : null,
            changes: since.changes.slice(0, SHOWN_CHANGES).map(changeView),
            total: since.changes.length,
          },
    audit: readNewestAudit(db, { month, limit: SHOWN_ENTRIES }).map(auditView),
  };
}

const signOffView = (signOff: StoredSignOff, valid: CloseMonth['valid']): CloseMonthView['signOffs'][number] => ({
  role: signOff.role,
  name: signOff.name,
  at: formatInstant(signOff.at),
  state: valid[signOff.role]?.id === signOff.id ? 'valid' : 'lapsed',
});

const lockView = ({ version, at, actor, contentHash, reopened }: CloseLock): CloseMonthView['locks'][number] => ({
  version,
  at: formatInstant(at),
  actor,
  contentHash,
  reopened: reopened === null ? null : { ...reopened, at: formatInstant(reopened.at) },
});

/** @param current digests of everything that is looked at now */
const noteView = (db: Db, note: Note, current: ReadonlySet<string>): CloseNote => ({
  id: note.id,
  at: formatInstant(note.at),
  author: note.author,
  customer: note.customer,
  usageId: note.usageId,
  meter: note.meter,
  gate: note.gate,
  name: note.customer === null ? null : (findCustomer(db, note.customer)?.name ?? null),
  body: note.body,
  explains: note.explains,
  covers: note.covers.length,
  current: note.covers.filter((digest) => current.has(digest)).length,
});

function changeView({ before, after, fields }: CellChange): CloseChange {
  const cell = (after ?? before) as LockedCell;
  const { customer, usageId, meter, name, unit } = cell;
  return { customer, usageId, meter, name, unit, fields: [...fields], before, after };
}

const auditView = ({ seq, at, actor, action, month, body, hash }: AuditEvent): AuditRecord => ({
  seq,
  at: formatInstant(at),
  actor,
  action,
  month,
  sentence: auditSentence(action, body),
  hash,
});

/** What somebody did, without who. */
function auditSentence(action: string, body: AuditEvent['body']): string {
  switch (action) {
    case 'note': {
      const about = [gateName(body.gate), body.customer ?? body.usageId, body.meter].filter(
        (part) => typeof part === 'string',
      );
      const where = about.length === 0 ? 'the month' : about.join(', ');
      return body.explains === true
        ? `explained ${countOf(Number(body.covers), 'open point')} with a note on ${where}`
        : `wrote a note on ${where}`;
    }
    case 'sign_off':
      return `signed as ${String(body.role)}`;
    case 'lock':
      return `locked the month, version ${String(body.version)}`;
    case 'reopen':
      return `opened the month again: ${String(body.reason)}`;
    case 'changed_since_lock':
      return Number(body.cells) === 0
        ? 'found settings or invoices that are not as they were locked'
        : `found ${countOf(Number(body.cells), 'cell')} that ${body.cells === 1 ? 'is' : 'are'} not as locked`;
    default:
      return action.replaceAll('_', ' ');
  }
}

/** Notes on one cell: its own, and those on its customer or meter. */
export function cellNotesView(db: Db, request: CellNotesRequest, cell: CellResult): CellNotes {
  const { month, customer, usageId, meter } = request;
  const notes = readNotes(db, month);
  const explained = new Set(notes.flatMap(({ explains, covers }) => (explains ? covers : [])));
  const items = itemsOfCell(cell);
  const isAbout = (note: Note): boolean =>
    note.gate === null &&
    (note.customer !== null || note.usageId !== null || note.meter !== null) &&
    (note.meter === null || note.meter === meter) &&
    (note.customer === null || note.customer === customer) &&
    (note.usageId === null || (customer === null && note.usageId === usageId));
  const own = new Set(items.map(({ digest }) => digest));
  const covering = (note: Note): boolean => note.explains && note.covers.some((digest) => own.has(digest));
  return {
    notes: notes
      .filter((note) => isAbout(note) || covering(note))
      .map((note) => noteView(db, note, own))
      .reverse(),
    state: items.length === 0 ? 'nothing' : items.every(({ digest }) => explained.has(digest)) ? 'explained' : 'open',
    isLocked: lockInForce(db, month) !== null,
  };
}

/** Months that were ever locked. */
export function closeStates(db: Db): CloseStates {
  const newest = new Map<string, CloseLock>();
  for (const lock of readLocks(db, null)) newest.set(lock.month, lock);
  return [...newest.values()].map(({ month, version, at, reopened }) => ({
    month,
    state: reopened === null ? 'locked' : 'reopened',
    version,
    at: formatInstant((reopened?.at ?? at) as Instant),
  }));
}

/** The newest entries of the log, of every month. */
export const auditRecords = (db: Db): readonly AuditRecord[] =>
  readNewestAudit(db, { month: null, limit: SHOWN_ENTRIES }).map(auditView);

const gateName = (gate: unknown): string | null =>
  typeof gate === 'string' ? `the gate ${gate.replaceAll('_', ' ')}` : null;
