import { z } from 'zod';
import { instantText, monthText, periodText } from './schemas.ts';

/** What must hold before a month is locked (docs/close.md), in the order in which it is looked at. */
export const CLOSE_GATES = [
  'pull_complete',
  'pull_recent',
  'unconfigured_meters',
  'incomplete_cells',
  'structural_drift',
  'data_quality',
  'late_usage',
  'engine_proof',
  'invoices_aligned',
] as const;
export const closeGateName = z.enum(CLOSE_GATES);
export const closeDecision = z.enum(['pass', 'blocked', 'unknown']);
export const closeRole = z.enum(['preparer', 'reviewer']);

export const closeGate = z.object({
  gate: closeGateName,
  decision: closeDecision,
  /** One sentence: what was found. */
  detail: z.string(),
  remedy: z.string().nullable(),
  open: z.number().int(),
  explained: z.number().int(),
  /** Whether a note may explain what is open. */
  isExplainable: z.boolean(),
});

/** One thing that a gate looks at; a note explains it, or it goes away. */
export const closeItem = z.object({
  gate: closeGateName,
  customer: z.string().nullable(),
  usageId: z.string().nullable(),
  meter: z.string().nullable(),
  name: z.string().nullable(),
  digest: z.string(),
  /** Where the evidence is. */
  at: z.enum(['cell', 'invoice', 'proof', 'quality', 'settings', 'late']),
  sentence: z.string(),
  isExplained: z.boolean(),
});

export const closeNote = z.object({
  id: z.number().int(),
  at: instantText,
  author: z.string(),
  customer: z.string().nullable(),
  usageId: z.string().nullable(),
  meter: z.string().nullable(),
  gate: closeGateName.nullable(),
  /** The customer's, where it is about one. */
  name: z.string().nullable(),
  body: z.string(),
  explains: z.boolean(),
  /** How much it explained, and how much of that still is as it was. */
  covers: z.number().int(),
  current: z.number().int(),
});

export const closeSignOff = z.object({
  role: closeRole,
  name: z.string(),
  at: instantText,
  /** `lapsed`: the figures are others now, or the month was opened again. */
  state: z.enum(['valid', 'lapsed']),
});

export const closeLock = z.object({
  version: z.number().int(),
  at: instantText,
  actor: z.string(),
  contentHash: z.string(),
  reopened: z.object({ at: instantText, actor: z.string(), reason: z.string() }).nullable(),
});

const lockedCell = z.object({
  measured: z.string().nullable(),
  metered: z.string().nullable(),
  billed: z.string().nullable(),
  verdict: z.string(),
  currency: z.string().nullable(),
  measuredAmount: z.string().nullable(),
  meteredAmount: z.string().nullable(),
  billedAmount: z.string().nullable(),
});

/** A cell that is not as it was locked; absent on a side: it is not there. */
export const closeChange = z.object({
  customer: z.string().nullable(),
  usageId: z.string().nullable(),
  meter: z.string(),
  name: z.string().nullable(),
  unit: z.string(),
  fields: z.array(z.string()),
  before: lockedCell.nullable(),
  after: lockedCell.nullable(),
});

export const auditRecord = z.object({
  seq: z.number().int(),
  at: instantText,
  actor: z.string(),
  action: z.string(),
  month: monthText.nullable(),
  /** What was done, in a sentence without its subject. */
  sentence: z.string(),
  hash: z.string(),
});

export const closeMonth = z.object({
  month: monthText,
  period: periodText,
  state: z.enum(['open', 'reopened', 'locked']),
  /** The worst of the gates. */
  decision: closeDecision,
  gates: z.array(closeGate),
  /** At most 500 of them, open ones first. */
  items: z.array(closeItem),
  itemsTotal: z.number().int(),
  /** Newest first. */
  notes: z.array(closeNote),
  /** Newest first. */
  signOffs: z.array(closeSignOff),
  preparer: closeSignOff.nullable(),
  reviewer: closeSignOff.nullable(),
  samePerson: z.boolean(),
  /** Of the figures that a sign-off stands under. */
  figures: z.string(),
  /** The lock in force. */
  lock: closeLock.nullable(),
  /** Every lock, newest first. */
  locks: z.array(closeLock),
  /** Null where the month is not locked. */
  since: z
    .object({
      hasChanged: z.boolean(),
      sentence: z.string().nullable(),
      /** At most 500 of them. */
      changes: z.array(closeChange),
      total: z.number().int(),
    })
    .nullable(),
  /** Newest first, at most 100. */
  audit: z.array(auditRecord),
});

/** How far each month is, for the list of months. */
export const closeStates = z.array(
  z.object({ month: monthText, state: z.enum(['locked', 'reopened']), version: z.number().int(), at: instantText }),
);

export const NOTE_LENGTH = 4000;
export const NAME_LENGTH = 120;
const name = z.string().trim().min(1).max(NAME_LENGTH);

const noteScope = {
  customer: z.string().nullable(),
  usageId: z.string().nullable(),
  meter: z.string().nullable(),
  gate: closeGateName.nullable(),
};

export const noteRequest = z.object({
  month: monthText,
  ...noteScope,
  author: name,
  body: z.string().trim().min(1).max(NOTE_LENGTH),
  explains: z.boolean(),
});

export const cellNotesRequest = z.object({
  month: monthText,
  customer: z.string().nullable(),
  usageId: z.string().nullable(),
  meter: z.string(),
});

/** Notes on one cell, and on what it belongs to. */
export const cellNotes = z.object({
  /** Newest first. */
  notes: z.array(closeNote),
  /** Whether something of the cell stands in the way of the close, and whether a note explains all of it. */
  state: z.enum(['nothing', 'open', 'explained']),
  isLocked: z.boolean(),
});

/** `figures`: the hash of the figures that the person saw. */
export const signOffRequest = z.object({ month: monthText, role: closeRole, name, figures: z.string() });
export const lockRequest = z.object({ month: monthText, actor: name, figures: z.string() });
export const reopenRequest = z.object({
  month: monthText,
  actor: name,
  reason: z.string().trim().min(1).max(NOTE_LENGTH),
});

export const verification = z.object({
  ok: z.boolean(),
  checked: z.record(z.string(), z.number().int()),
  problems: z.array(z.object({ path: z.string(), problem: z.string(), message: z.string() })),
});

export type CloseGateName = z.infer<typeof closeGateName>;
export type CloseGate = z.infer<typeof closeGate>;
export type CloseItemRow = z.infer<typeof closeItem>;
export type CloseNote = z.infer<typeof closeNote>;
export type CloseSignOff = z.infer<typeof closeSignOff>;
export type CloseChange = z.infer<typeof closeChange>;
export type AuditRecord = z.infer<typeof auditRecord>;
export type CloseMonthView = z.infer<typeof closeMonth>;
export type CloseStates = z.infer<typeof closeStates>;
export type NoteRequest = z.infer<typeof noteRequest>;
export type CellNotesRequest = z.infer<typeof cellNotesRequest>;
export type CellNotes = z.infer<typeof cellNotes>;
export type SignOffRequest = z.infer<typeof signOffRequest>;
export type LockRequest = z.infer<typeof lockRequest>;
export type ReopenRequest = z.infer<typeof reopenRequest>;
export type VerificationResult = z.infer<typeof verification>;
