import { TieoutError } from '../../shared/errors.ts';
import { EXPLAINABLE, type GateName } from '../../shared/reconciliation/close/gate.ts';
import { type Role, signOffProblem } from '../../shared/reconciliation/close/sign-off.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { parseMonth } from '../../shared/values/period.ts';
import type { MonthFrame } from '../api/cells/frame.ts';
import type { CloseMonth } from '../api/close/close-month.ts';
import type { CloseItem } from '../api/close/items.ts';
import { lockContent } from '../api/close/snapshot.ts';
import { sha256 } from '../cache/audit-store.ts';
import { lockRecord, noteRecord, reopenRecord, signOffRecord } from '../cache/close-record.ts';
import { type CloseLock, packContent } from '../cache/close-store.ts';
import type { Note, NoteScope } from '../cache/note-store.ts';
import type { Db } from '../cache/open.ts';
import { openForReading } from '../cache/open-for-reading.ts';
import type { StoredSignOff } from '../cache/sign-off-store.ts';
import { nowIn, type Workspace, withWriter } from '../compose.ts';
import { TOOL_VERSION } from '../version.ts';
import { type CloseStatus, closeRequest, statusIn } from './close-status.ts';

export type Run = { readonly now: () => Instant };

/** How a month stands, from the cache; nothing is written. @throws TieoutError `period.*`, `cache.*` */
export function closeStatus(workspace: Workspace, options: { readonly month: string }, run: Run): CloseStatus {
  const now = nowIn(workspace, run.now);
  const db = openForReading(workspace.paths.databaseFile, now);
  db.exec('BEGIN DEFERRED');
  try {
    return statusIn(closeRequest(workspace, db, { month: parseMonth(options.month, '--month'), now }));
  } finally {
    db.exec('ROLLBACK');
    db.close();
  }
}

/** Runs one act of the close as the workspace's one writer: what it writes and its audit entry, or nothing. */
const act = <T>(
  workspace: Workspace,
  options: { readonly month: string },
  run: Run & { readonly command: string },
  work: (at: { readonly db: Db; readonly now: Instant; readonly status: CloseStatus }) => T,
): Promise<T> =>
  withWriter(workspace, run, (db) =>
    db
      .transaction(() => {
        const now = nowIn(workspace, run.now);
        const month = parseMonth(options.month, '--month');
        return work({ db, now, status: statusIn(closeRequest(workspace, db, { month, now })) });
      })
      .immediate(),
  );

export type NoteRequest = Partial<NoteScope> & {
  readonly month: string;
  readonly author: string;
  readonly body: string;
  /** Whether it explains what stands in the way of the close there. */
  readonly explains: boolean;
};

/**
 * Writes a note on a month, or on one of its gates, meters, customers or cells.
 * @throws TieoutError `close.name_missing`, `close.note_missing`, `close.locked`; `close.nothing_to_explain` where it
 *   should explain and nothing that a note can explain is open there; `close.not_found` of a meter or customer
 */
export const addNote = (workspace: Workspace, request: NoteRequest, run: Run): Promise<Note> =>
  act(workspace, request, { ...run, command: 'note' }, ({ db, now, status: { close, frame } }) => {
    const author = requireName(request.author);
    const body = request.body.trim();
    if (body === '') {
      throw new TieoutError('close.note_missing', {
        message: 'The note says nothing.',
        remedy: 'Write what there is to know.',
      });
    }
    const { customer = null, usageId = null, meter = null, gate = null } = request;
    const scope = { customer, usageId: customer === null ? usageId : null, meter, gate };
    requireSubject(frame, scope);
    if (request.explains) requireOpen(close);
    const covers = request.explains ? coveredBy(close, scope) : [];
    if (request.explains && covers.length === 0) throw nothingToExplain(close, scope);
    return noteRecord(db, { at: now, author, month: close.month, ...scope, body, explains: request.explains, covers });
  });

/** What stands in the way of the close where a note is written, and can be explained. */
function coveredBy(close: CloseMonth, scope: NoteScope): readonly string[] {
  const covered = close.items.filter((item) => isWithin(item, scope) && !close.explained.has(item.digest));
  return [...new Set(covered.map(({ digest }) => digest))].sort();
}

/** A note on a whole month explains nothing by itself: it has to say which gate. */
function isWithin(item: CloseItem, { customer, usageId, meter, gate }: NoteScope): boolean {
  if (customer === null && usageId === null && meter === null && gate === null) return false;
  return (
    (gate === null || item.gate === gate) &&
    (meter === null || item.meter === meter) &&
    (customer === null || item.customer === customer) &&
    (usageId === null || (item.customer === null && item.usageId === usageId))
  );
}

function nothingToExplain({ month }: CloseMonth, { gate, customer, usageId, meter }: NoteScope): TieoutError {
  const isMonth = gate === null && customer === null && usageId === null && meter === null;
  const cannot = gate !== null && !EXPLAINABLE.has(gate);
  return new TieoutError('close.nothing_to_explain', {
    message: cannot
      ? `The gate ${gate} is not passed by a note: it asks for something to be done.`
      : isMonth
        ? 'A note on the whole month explains nothing by itself.'
        : 'Nothing that is open there can be explained.',
    path: gate,
    remedy: isMonth
      ? 'Say what it explains: a gate, a meter, a customer or a cell.'
      : `See \`tieout close DIR --month ${month}\` for what is open, or write the note without --explains.`,
  });
}

/** A note on nobody, or on a meter that there is not, would never be read. */
function requireSubject(frame: MonthFrame, { customer, usageId, meter }: NoteScope): void {
  const [first] = frame.blocks;
  const ids = first?.identity;
  const missing =
    customer !== null && ids?.customerIds.includes(customer) !== true
      ? `customer ${customer}`
      : usageId !== null && ids?.usageIds.includes(usageId) !== true
        ? `usage id ${usageId}`
        : meter !== null && !frame.blocks.some((block) => block.meter.key === meter)
          ? `meter ${meter}`
          : null;
  if (missing === null) return;
  throw new TieoutError('close.not_found', {
    message: `There is no ${missing} in ${frame.summary.month}.`,
    path: customer ?? usageId ?? meter,
    remedy: 'Give a Stripe customer (cus_…), a usage id of nobody, or the key of a meter in tieout.yaml.',
  });
}

/**
 * Signs a month. Only what passes every gate is signed, and the name stands under the figures as they are now: once
 * they are others it does not count.
 * @param options.figures the hash of the figures that the person saw; null: whatever they are now
 * @throws TieoutError `close.name_missing`, `close.locked`, `close.changed`, `close.gate_blocks`, `close.already_signed`,
 *   `close.preparer_first`, `close.same_person`
 */
export const signOff = (
  workspace: Workspace,
  options: { readonly month: string; readonly role: Role; readonly name: string; readonly figures: string | null },
  run: Run,
): Promise<StoredSignOff> =>
  act(workspace, options, { ...run, command: 'close' }, ({ db, now, status: { close } }) => {
    const name = requireName(options.name);
    const { role } = options;
    const figures = close.figures.hash;
    requireOpen(close);
    requireSeen(close, options.figures);
    requireGates(close);
    const { samePerson } = workspace.config.close;
    const problem = signOffProblem(close.signOffs, { figures, version: close.version }, { role, name, samePerson });
    if (problem !== null) throw signOffError(problem, { close, role, name });
    return signOffRecord(db, { at: now, month: close.month, version: close.version, role, name, contentHash: figures });
  });

function signOffError(
  problem: NonNullable<ReturnType<typeof signOffProblem>>,
  of: { readonly close: CloseMonth; readonly role: Role; readonly name: string },
): TieoutError {
  const { close, role, name } = of;
  switch (problem) {
    case 'already_signed':
      return new TieoutError('close.already_signed', {
        message: `${close.valid[role]?.name} has signed ${close.month} as ${role} already.`,
        remedy: 'Nothing is left to do for this role until the figures change.',
      });
    case 'preparer_first':
      return new TieoutError('close.preparer_first', {
        message: `Nobody has prepared ${close.month} as it is now: there is nothing to review.`,
        remedy: 'Let the preparer sign first.',
      });
    case 'same_person':
      return new TieoutError('close.same_person', {
        message: `${name} prepared ${close.month} and cannot review it too.`,
        remedy: 'Let another person review it, or allow it with `close: { samePerson: true }` in tieout.yaml.',
      });
  }
}

/**
 * Locks a month that passes every gate and was prepared and reviewed: its snapshot is kept for good.
 * @param options.actor null: the reviewer
 * @throws TieoutError `close.locked`, `close.changed`, `close.gate_blocks`, `close.not_signed`
 */
export const lockMonth = (
  workspace: Workspace,
  options: { readonly month: string; readonly actor: string | null; readonly figures: string | null },
  run: Run,
): Promise<CloseLock> =>
  act(workspace, options, { ...run, command: 'close' }, ({ db, now, status: { close, frame } }) => {
    requireOpen(close);
    requireSeen(close, options.figures);
    requireGates(close);
    const { preparer, reviewer } = close.valid;
    if (preparer === null || reviewer === null) throw notSigned(close);
    const actor = options.actor === null ? reviewer.name : requireName(options.actor);
    const content = lockContent(db, { close, frame, lockedAt: now, lockedBy: actor, toolVersion: TOOL_VERSION });
    const lock = { month: close.month, version: close.version, at: now, actor, contentHash: sha256(content.snapshot) };
    return lockRecord(db, lock, packContent(content));
  });

/**
 * Opens a locked month again. Its lock stays on record; sign-offs are given anew.
 * @throws TieoutError `close.not_locked`, `close.reason_missing`, `close.name_missing`
 */
export const reopenMonth = (
  workspace: Workspace,
  options: { readonly month: string; readonly actor: string; readonly reason: string },
  run: Run,
): Promise<CloseLock> =>
  act(workspace, options, { ...run, command: 'reopen' }, ({ db, now, status: { close } }) => {
    const actor = requireName(options.actor);
    const reason = options.reason.trim();
    if (reason === '') {
      throw new TieoutError('close.reason_missing', {
        message: 'A locked month is only opened again with a reason.',
        path: '--reason',
        remedy: 'Say why, for those who read the audit log.',
      });
    }
    const { lock, month } = close;
    if (lock === null) {
      throw new TieoutError('close.not_locked', {
        message: `${month} is not locked.`,
        remedy: 'There is nothing to open again.',
      });
    }
    return reopenRecord(db, lock, { at: now, actor, reason });
  });

function requireName(name: string): string {
  const trimmed = name.replace(/\s+/gu, ' ').trim();
  if (trimmed !== '') return trimmed;
  throw new TieoutError('close.name_missing', {
    message: 'It has to say who did it.',
    path: '--as',
    remedy: 'Add --as NAME.',
  });
}

function requireOpen({ lock, month }: CloseMonth): void {
  if (lock === null) return;
  throw new TieoutError('close.locked', {
    message: `${month} is locked since ${new Date(lock.at).toISOString().slice(0, 16).replace('T', ' ')} UTC, by ${lock.actor}.`,
    remedy: `Open it again with a reason: \`tieout reopen DIR --month ${month} --reason … --as NAME\`.`,
  });
}

function requireSeen({ figures, month }: CloseMonth, seen: string | null): void {
  if (seen === null || seen === figures.hash) return;
  throw new TieoutError('close.changed', {
    message: `The figures of ${month} changed since they were shown.`,
    remedy: 'Look at them again before you put your name under them.',
  });
}

function requireGates({ gates, month }: CloseMonth): void {
  const open = gates.filter(({ decision }) => decision !== 'pass');
  if (open.length === 0) return;
  throw new TieoutError('close.gate_blocks', {
    message: `${open.length} of ${gates.length} gates ${open.length === 1 ? 'does' : 'do'} not pass for ${month}.`,
    remedy: 'Do what each one says; `tieout close` lists them.',
    problems: open.map(({ gate, detail, remedy }) => ({
      code: 'close.gate_blocks' as const,
      path: gate satisfies GateName,
      message: detail,
      ...(remedy === null ? {} : { remedy }),
    })),
  });
}

function notSigned({ valid, signOffs, month }: CloseMonth): TieoutError {
  const missing = valid.preparer === null ? 'preparer' : 'reviewer';
  const lapsed = signOffs.some(({ role }) => role === missing);
  return new TieoutError('close.not_signed', {
    message: lapsed
      ? `The ${missing}'s sign-off of ${month} lapsed: the figures are others than those that were signed.`
      : `The ${missing} has not signed ${month}.`,
    remedy: `Sign it: \`tieout close DIR --month ${month} --sign-off ${missing} --as NAME\`.`,
  });
}
