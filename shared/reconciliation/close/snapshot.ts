import type { Canonical } from '../../values/canonical-json.ts';
import { formatInstant, type Instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import type { Gate } from './gate.ts';
import type { Role } from './sign-off.ts';

/** What is locked of a month. Its canonical text (`canonicalJson`) is stored, hashed and exported as it is. */
export type SnapshotInput = {
  readonly workspace: string;
  readonly month: string;
  readonly version: number;
  readonly period: Period;
  readonly lockedAt: Instant;
  readonly lockedBy: string;
  readonly toolVersion: string;
  /** Of the figures that were signed, and of the settings that they rest on. */
  readonly figures: string;
  readonly settings: string;
  /** The pulls in force. */
  readonly pulls: readonly {
    readonly meter: string;
    readonly source: string;
    readonly startedAt: Instant;
    readonly fingerprint: string;
    readonly queryHash: string | null;
    readonly contentHash: string | null;
  }[];
  /** Sums of the month as plain JSON, quantities and money as text. */
  readonly totals: Canonical;
  /** All cells as CSV (interfaces.md section 5): how many, and the hash of the text. */
  readonly cells: { readonly count: number; readonly sha256: string };
  /** Every cell that does not plainly agree, as rows of interfaces.md section 2. */
  readonly exceptions: readonly Canonical[];
  readonly gates: readonly Gate[];
  readonly notes: readonly {
    readonly id: number;
    readonly at: Instant;
    readonly author: string;
    readonly customer: string | null;
    readonly usageId: string | null;
    readonly meter: string | null;
    readonly gate: string | null;
    readonly body: string;
    readonly explains: boolean;
  }[];
  readonly signOffs: readonly {
    readonly role: Role;
    readonly name: string;
    readonly at: Instant;
    readonly contentHash: string;
  }[];
  readonly proof: { readonly lines: number; readonly exact: number; readonly isOfMonth: boolean };
  /** The end of the audit log when the month was locked. */
  readonly audit: { readonly seq: number; readonly hash: string };
};

/** The snapshot in its published shape; instants are text. */
export const snapshotOf = (input: SnapshotInput): Canonical => ({
  tieout: 1,
  kind: 'close_snapshot',
  workspace: input.workspace,
  month: input.month,
  version: input.version,
  period: { from: formatInstant(input.period.from), to: formatInstant(input.period.to) },
  lockedAt: formatInstant(input.lockedAt),
  lockedBy: input.lockedBy,
  toolVersion: input.toolVersion,
  figures: input.figures,
  settings: input.settings,
  pulls: input.pulls.map((pull) => ({ ...pull, startedAt: formatInstant(pull.startedAt) })),
  totals: input.totals,
  cells: input.cells,
  exceptions: input.exceptions,
  gates: input.gates.map(({ gate, decision, detail, explained }) => ({ gate, decision, detail, explained })),
  notes: input.notes.map((note) => ({ ...note, at: formatInstant(note.at) })),
  signOffs: input.signOffs.map((signOff) => ({ ...signOff, at: formatInstant(signOff.at) })),
  proof: input.proof,
  audit: input.audit,
});
