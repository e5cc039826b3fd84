import type { Readable } from 'node:stream';
import { TieoutError } from '../../shared/errors.ts';
import { parseExactJson } from '../../shared/values/exact-json.ts';
import { JsonPrefix } from './json-prefix.ts';

/** A document, or a line of JSON Lines; or what stands in the place of one that could not be read. */
export type JsonInput = {
  /** The only one of its input, over however many lines. */
  readonly isAlone: boolean;
  readonly value: unknown;
  readonly error: TieoutError | null;
};

/** More characters than any document needs, few enough to be held at once. */
const MAX_DOCUMENT = 64 * 1024 * 1024;
/** Characters held while it is not clear whether they are one broken document or bad lines before good ones. */
const MAX_UNCLEAR = 1024 * 1024;

/** Null: a line that is longer than `MAX_DOCUMENT`, of which nothing is held. */
type Line = string | null;

/**
 * Input that parses as one JSON document is one, over however many lines; otherwise it is JSON Lines, blank ones
 * skipped (interfaces.md section 3). No more is held than one document.
 *
 * Broken input is told apart by what people write: where the first line opens a document and no line after it is one
 * of its own, all of it was meant to be one, and is said to be broken once.
 */
export async function* readJsonInput(stream: Readable): AsyncGenerator<JsonInput> {
  const prefix = new JsonPrefix();
  let held: Line[] = [];
  let heldLength = 0;
  let opensDocument = false;
  let isLines = false;
  for await (const line of linesOf(stream)) {
    if (line !== null && line.trim() === '') continue;
    if (isLines) {
      yield read(line, false);
      continue;
    }
    const state = line === null ? 'invalid' : prefix.read(line);
    held.push(line);
    heldLength += line?.length ?? 0;
    if (held.length === 1) opensDocument = state === 'incomplete';
    else if (state === 'invalid') isLines = !opensDocument || heldLength > MAX_UNCLEAR || isDocumentLine(line);
    if (state !== 'invalid' && heldLength > MAX_DOCUMENT) {
      yield read(null, true);
      return;
    }
    if (!isLines) continue;
    for (const one of held) yield read(one, false);
    held = [];
  }
  if (!isLines) yield read(held.includes(null) ? null : held.join('\n'), true);
}

function read(text: Line, isAlone: boolean): JsonInput {
  if (text === null) return { isAlone, value: null, error: tooLarge() };
  try {
    return { isAlone, value: parseExactJson(text), error: null };
  } catch (error) {
    return { isAlone, value: null, error: notJson(text, error) };
  }
}

/** Whether a line holds a rating document of its own, and so is none of the lines of a larger one. */
function isDocumentLine(line: Line): boolean {
  const { value } = read(line, false);
  return typeof value === 'object' && value !== null && ('price' in value || 'mode' in value);
}

async function* linesOf(stream: Readable): AsyncGenerator<Line> {
  stream.setEncoding('utf8');
  let pieces: string[] = [];
  let length = 0;
  let isFirst = true;
  const take = (): Line => {
    const line = length > MAX_DOCUMENT ? null : pieces.join('');
    pieces = [];
    length = 0;
    return line;
  };
  for await (const chunk of stream as AsyncIterable<string>) {
    let start = isFirst && chunk.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
    isFirst = false;
    for (let end = chunk.indexOf('\n', start); end !== -1; end = chunk.indexOf('\n', start)) {
      hold(chunk.slice(start, end));
      yield take();
      start = end + 1;
    }
    hold(chunk.slice(start));
  }
  yield take();

  function hold(piece: string): void {
    length += piece.length;
    if (length <= MAX_DOCUMENT) pieces.push(piece);
    else pieces = [];
  }
}

const BYTE_ORDER_MARK = '\uFEFF';

const tooLarge = (): TieoutError =>
  new TieoutError('document-too-large', {
    message: `The document is longer than ${MAX_DOCUMENT} characters.`,
    remedy: 'Put each document on a line of its own (JSON Lines); quantities may be summed before.',
  });

function notJson(text: string, cause: unknown): TieoutError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TieoutError('document-malformed', {
    message: text.trim() === '' ? 'There is no document: the input is empty.' : `This is no JSON: ${reason}.`,
    remedy: 'Give one JSON document, or one on each line.',
    cause,
  });
}
