import { rateLateDocument } from '../late/document.ts';
import { isAbsent, isRaw } from './fields.ts';
import { rateDocument } from './rate-document.ts';

/** The answer to a document of any kind, and whether all of it could be rated. */
export type DocumentAnswer = { readonly answer: object; readonly isRated: boolean };

/**
 * What `tieout rate` answers to one document (interfaces.md section 3): one quantity under a price, or with a `mode`
 * the runs of a charge with late usage (rating-late-usage.md section 12).
 * @param raw what `parseExactJson` gives
 * @throws TieoutError with everything that is wrong with the document
 */
export function answerDocument(raw: unknown): DocumentAnswer {
  if (!isLateDocument(raw)) return { answer: rateDocument(raw), isRated: true };
  const answer = rateLateDocument(raw);
  return { answer, isRated: answer.phases.every((phase) => !('error' in phase)) };
}

/** A document with `phases` means late usage also where its mode was forgotten. */
const isLateDocument = (raw: unknown): boolean => isRaw(raw) && (!isAbsent(raw.mode) || !isAbsent(raw.phases));
