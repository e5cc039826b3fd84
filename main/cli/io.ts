import type { Readable, Writable } from 'node:stream';
import { errorDocument, TieoutError } from '../../shared/errors.ts';
import type { Instant } from '../../shared/values/instant.ts';

/** What a command may touch; tests hand in their own. */
export type Io = {
  /** Asked for only by commands that read it. */
  readonly stdin: () => Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly isTerminal: boolean;
  /** The wall clock, or the instant given with --now. */
  readonly now: () => Instant;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Waits so long, or until Ctrl-C. */
  readonly sleep: (durationMs: number) => Promise<void>;
};

/** Writes and waits until the text is taken, so that a slow reader bounds memory. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** One JSON document on stdout. */
export const printJson = (io: Io, document: unknown): Promise<void> =>
  write(io.stdout, `${JSON.stringify(document, null, 2)}\n`);

/** A line for people, on stderr. */
export const say = (io: Io, line: string): Promise<void> => write(io.stderr, `${line}\n`);

/** Prints an error for people, or as the document of interfaces.md with --json. Always exit code 2. */
export async function reportError(io: Io, error: unknown, isJson: boolean): Promise<2> {
  const document = errorDocument(error);
  if (isJson) {
    await printJson(io, { tieout: 1, kind: 'error', error: document });
    return 2;
  }
  const listed = (document.problems ?? []).map((problem) => {
    const place = problem.path === null ? '' : `${problem.path}: `;
    const remedy = problem.remedy === undefined ? '' : `\n    → ${problem.remedy}`;
    return `  ${problem.severity === 'warning' ? 'warning: ' : ''}${place}${problem.message}${remedy}`;
  });
  const isPlaced = document.path === null || document.message.includes(document.path) || listed.length > 0;
  const place = isPlaced ? '' : `${document.path}: `;
  // One problem is the error itself; only several need a heading.
  const lines =
    listed.length === 1 ? [`tieout: ${listed[0]?.trim()}`] : [`tieout: ${place}${document.message}`, ...listed];
  if (document.remedy !== null && listed.length === 0) lines.push(`  → ${document.remedy}`);
  lines.push(`  (${document.code})`);
  await say(io, lines.join('\n'));
  if (!(error instanceof TieoutError) && io.env.TIEOUT_DEBUG !== undefined && error instanceof Error) {
    await say(io, error.stack ?? '');
  }
  return 2;
}
