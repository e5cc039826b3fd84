import type { Instant } from '../../values/instant.ts';
import { rateDocument } from './rate-document.ts';

/** The answer to a document of any kind, and whether all of it could be rated. */
export type DocumentAnswer = { readonly answer: object; readonly isRated: boolean };

/**
 * What `tieout rate` answers to one document (interfaces.md section 3).
 * @param raw what `parseExactJson` gives
 * @param now when credits are used, where the document does not say it
 * @throws TieoutError with everything that is wrong with the document
 */
export function answerDocument(raw: unknown, now: Instant | null): DocumentAnswer {
  return { answer: rateDocument(raw, now), isRated: true };
}
