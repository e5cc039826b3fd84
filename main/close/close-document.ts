import { type CellChange, sinceSentence } from '../../shared/reconciliation/close/changes.ts';
import { GATES, type Gate } from '../../shared/reconciliation/close/gate.ts';
import { ROLES, type Role } from '../../shared/reconciliation/close/sign-off.ts';
import { formatInstant } from '../../shared/values/instant.ts';
import type { CloseMonth } from '../api/close/close-month.ts';
import type { CloseStatus } from './close-status.ts';

/** The answer of `tieout close --json` and `reopen` (interfaces.md section 6). */
export const closeDocument = ({ close, since }: CloseStatus) => ({
  tieout: 1,
  kind: 'close',
  month: close.month,
  gates: close.gates.map(({ gate, decision, detail, remedy, open, explained }) => ({
    gate,
    decision,
    detail,
    remedy,
    open,
    explained,
  })),
  signOffs: close.signOffs.map((signOff) => ({
    role: signOff.role,
    name: signOff.name,
    at: formatInstant(signOff.at),
    figures: signOff.contentHash,
    state: signOff.id === close.valid[signOff.role]?.id ? 'valid' : 'lapsed',
  })),
  locked: close.lock !== null,
  /** Of the snapshot where the month is locked, else of the figures that a sign-off would stand under. */
  hash: close.lock?.contentHash ?? close.figures.hash,
  figures: close.figures.hash,
  version: close.version,
  lockedAt: close.lock === null ? null : formatInstant(close.lock.at),
  changedSinceLock:
    since === null
      ? null
      : {
          changed: since.hasChanged,
          cells: since.changes.length,
          changes: since.changes.map(({ before, after, fields }) => ({
            customer: (after ?? before)?.customer ?? null,
            usageId: (after ?? before)?.usageId ?? null,
            meter: (after ?? before)?.meter ?? null,
            fields,
            before,
            after,
          })),
        },
  exit: closeExit(close),
});

/** 0 locked, or ready for it; 1 a gate blocks; 3 of a gate nothing is known. */
export function closeExit({ lock, decision }: CloseMonth): 0 | 1 | 3 {
  if (lock !== null || decision === 'pass') return 0;
  return decision === 'blocked' ? 1 : 3;
}

const MARKS = { pass: '✓', blocked: '✗', unknown: '?' } as const;
const NAME_WIDTH = Math.max(...GATES.map((gate) => gate.length));

/** The checklist for a terminal. */
export function closeText(status: CloseStatus, options: { readonly limit: number }): string {
  const { close, since } = status;
  const { lock, figures } = close;
  const sections = [
    [headline(status)],
    close.gates.flatMap((gate) => gateLines(gate, lock !== null)),
    ROLES.map((role) => signOffLine(close, role)),
    lock === null ? itemLines(close, options.limit) : [],
    since?.hasChanged === true
      ? [sinceSentence(since.changes.length), ...changeLines(since.changes, options.limit)]
      : [],
    [lock === null ? `Figures ${figures.hash}` : `Content hash ${lock.contentHash}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function gateLines({ gate, decision, detail, remedy }: Gate, isLocked: boolean): readonly string[] {
  const line = `${MARKS[decision]}  ${gate.padEnd(NAME_WIDTH)}  ${detail}`;
  return remedy === null || isLocked ? [line] : [line, `   ${''.padEnd(NAME_WIDTH)}  → ${remedy}`];
}

function signOffLine(close: CloseMonth, role: Role): string {
  const valid = close.valid[role];
  const lapsed = close.signOffs.findLast((signOff) => signOff.role === role);
  const name = `${valid === null ? ' ' : '✓'}  ${role.padEnd(NAME_WIDTH)}`;
  if (valid !== null) return `${name}  ${valid.name}, ${shortInstant(valid.at)}`;
  return lapsed === undefined
    ? `${name}  not signed`
    : `${name}  lapsed: ${lapsed.name} signed other figures, ${shortInstant(lapsed.at)}`;
}

function itemLines({ items, explained }: CloseMonth, limit: number): readonly string[] {
  const open = items.filter(({ digest }) => !explained.has(digest));
  if (open.length === 0) return [];
  const lines = open.slice(0, limit).map((item) => {
    const where = [item.name ?? item.customer ?? item.usageId, item.meter].filter((part) => part !== null).join(', ');
    return `   ${item.gate.padEnd(NAME_WIDTH)}  ${where === '' ? '' : `${where}: `}${item.sentence()}`;
  });
  const more = open.length - lines.length;
  return [
    'Open, and each can be explained with `tieout note DIR --month … --explains`:',
    ...lines,
    ...(more > 0 ? [`   and ${more.toLocaleString('en-US')} more; --limit gives them`] : []),
  ];
}

const changeLines = (changes: readonly CellChange[], limit: number): readonly string[] =>
  changes.slice(0, limit).map(({ before, after, fields }) => {
    const cell = after ?? before;
    const who = `${cell?.name ?? cell?.customer ?? cell?.usageId ?? ''}, ${cell?.meter ?? ''}`;
    if (before === null) return `   ${who}: was not there`;
    if (after === null) return `   ${who}: is not there any more`;
    return `   ${who}: ${fields.map((field) => `${field} ${before[field] ?? '–'} → ${after[field] ?? '–'}`).join(', ')}`;
  });

function headline({ close }: CloseStatus): string {
  const { month, gates, lock, locks, valid } = close;
  if (lock !== null)
    return `${month} is locked since ${shortInstant(lock.at)}, by ${lock.actor} (version ${lock.version}).`;
  const passed = gates.filter(({ decision }) => decision === 'pass').length;
  const reopened = locks.at(-1)?.reopened ?? null;
  const was = reopened === null ? '' : ` It was opened again by ${reopened.actor}: ${reopened.reason}`;
  if (passed < gates.length) return `${month} is open: ${passed} of ${gates.length} gates pass.${was}`;
  const next =
    valid.preparer === null
      ? 'the preparer can sign'
      : valid.reviewer === null
        ? 'the reviewer can sign'
        : 'it can be locked';
  return `${month} is open: all ${gates.length} gates pass, and ${next}.${was}`;
}

const shortInstant = (at: Parameters<typeof formatInstant>[0]): string =>
  `${formatInstant(at).slice(0, 16).replace('T', ' ')} UTC`;
