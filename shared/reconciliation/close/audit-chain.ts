import { type Canonical, canonicalJson } from '../../values/canonical-json.ts';
import { formatInstant, type Instant } from '../../values/instant.ts';

/** Of UTF-8 text, in lower-case hex. */
export type Sha256 = (text: string) => string;

/** What somebody did, as it is written into the log. */
export type AuditEntry = {
  readonly at: Instant;
  readonly actor: string;
  readonly action: string;
  /** `2026-05`, or null where it concerns no month. */
  readonly month: string | null;
  readonly body: { readonly [key: string]: Canonical };
};

/** An entry in its place: `hash` covers everything before it. */
export type AuditEvent = AuditEntry & {
  /** From 1, without a gap. */
  readonly seq: number;
  readonly previousHash: string;
  readonly hash: string;
};

/** Before the first entry. */
export const CHAIN_START = '0'.repeat(64);

/** @param last the newest event, null for the first one */
export function chained(last: AuditEvent | null, entry: AuditEntry, sha256: Sha256): AuditEvent {
  const seq = (last?.seq ?? 0) + 1;
  const previousHash = last?.hash ?? CHAIN_START;
  return { ...entry, seq, previousHash, hash: hashOf({ ...entry, seq, previousHash }, sha256) };
}

/** The text that is hashed is the previous hash, then the canonical entry with its place. */
function hashOf(event: Omit<AuditEvent, 'hash'>, sha256: Sha256): string {
  const { seq, at, actor, action, month, body, previousHash } = event;
  return sha256(previousHash + canonicalJson({ seq, at: formatInstant(at), actor, action, month, body }));
}

export type ChainProblem = {
  readonly seq: number;
  readonly problem: 'missing' | 'changed' | 'detached' | 'unreadable';
  readonly message: string;
};

/**
 * Everything that was edited, taken out or put in since the events were written; oldest first. Events that were taken
 * off the end are found only by whoever kept a later `head`.
 * @param head what the last hash is known to be, or null
 */
export function chainProblems(
  events: readonly AuditEvent[],
  sha256: Sha256,
  head: string | null = null,
): readonly ChainProblem[] {
  const problems: ChainProblem[] = [];
  let previousHash = CHAIN_START;
  let expected = 1;
  for (const event of events) {
    const { seq } = event;
    if (seq !== expected) {
      const message = `Entry ${expected} of the audit log is missing: entry ${seq} stands in its place.`;
      problems.push({ seq: expected, problem: 'missing', message });
    }
    const found = readableHash(event, sha256);
    if (found === null) {
      problems.push({ seq, problem: 'unreadable', message: `Entry ${seq} of the audit log cannot be read.` });
    } else if (found !== event.hash) {
      const message = `Entry ${seq} of the audit log was changed: its hash is not that of its content.`;
      problems.push({ seq, problem: 'changed', message });
    } else if (event.previousHash !== previousHash) {
      const message = `Entry ${seq} of the audit log does not follow the one before it, which was changed or replaced.`;
      problems.push({ seq, problem: 'detached', message });
    }
    previousHash = event.hash;
    expected = seq + 1;
  }
  if (head !== null && head !== previousHash) {
    const message = `The audit log does not end where it is known to: entries after ${expected - 1} were taken off.`;
    problems.push({ seq: expected, problem: 'missing', message });
  }
  return problems;
}

function readableHash(event: AuditEvent, sha256: Sha256): string | null {
  try {
    return hashOf(event, sha256);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}
