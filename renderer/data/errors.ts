import { TRPCClientError } from '@trpc/client';
import type { ErrorDocument, Problem } from '../../shared/errors.ts';

/** An error as screens show it; `problems` may be there and undefined, as tRPC's inferred outputs have it. */
export type ShownError = Pick<ErrorDocument, 'code' | 'message' | 'path' | 'remedy'> & {
  readonly problems?: readonly Pick<Problem, 'code' | 'path' | 'message'>[] | undefined;
};

const isDocument = (value: unknown): value is ErrorDocument =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'remedy' in value;

const shapeDocument = (shape: unknown): unknown =>
  typeof shape === 'object' && shape !== null && 'tieout' in shape ? shape.tieout : undefined;

/** What went wrong, as the contract tells it; a host that does not answer at all gets a document of its own. */
export function documentOf(error: unknown): ErrorDocument {
  if (error instanceof TRPCClientError) {
    const document = shapeDocument(error.shape);
    if (isDocument(document)) return document;
    return {
      code: 'host.not_found',
      message: 'Tieout does not answer.',
      path: null,
      remedy: 'Check that the program is still running, then try again. Nothing that was pulled is lost.',
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'job.failed', message, path: null, remedy: null };
}

/** The document as text, to paste into a ticket. */
export function documentText(document: ShownError): string {
  const lines = [`${document.code}: ${document.message}`];
  if (document.path !== null) lines.push(`at ${document.path}`);
  if (document.remedy !== null) lines.push(`remedy: ${document.remedy}`);
  for (const problem of document.problems ?? []) {
    lines.push(`- ${problem.code}${problem.path === null ? '' : ` ${problem.path}`}: ${problem.message}`);
  }
  return lines.join('\n');
}
