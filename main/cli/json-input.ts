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
  const lines = linesOf(stream);
  const { held, isLines } = await readOpening(lines);
  if (!isLines) {
    await lines.return(null);
    yield read(held.includes(null) ? null : held.join('\n'), true);
    return;
  }
  for (const line of held) if (!isBlank(line)) yield read(line, false);
  for await (const line of lines) if (!isBlank(line)) yield read(line, false);
}

/** What was read until it was clear what the input is; a single document is then read to its end. */
type Opening = { readonly held: readonly Line[]; readonly isLines: boolean };

async function readOpening(lines: AsyncGenerator<Line>): Promise<Opening> {
  const prefix = new JsonPrefix();
  const held: Line[] = [];
  let heldLength = 0;
  let opensDocument = false;
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const line = next.value;
    // Blank lines within a document are kept, so that an error names the right line.
    if (held.length === 0 && isBlank(line)) continue;
    held.push(line);
    if (isBlank(line)) continue;
    const state = line === null ? 'invalid' : prefix.read(line);
    heldLength += line?.length ?? 0;
    if (held.length === 1) opensDocument = state === 'incomplete';
    else if (state === 'invalid' && (!opensDocument || heldLength > MAX_UNCLEAR || isDocumentLine(line))) {
      return { held, isLines: true };
    }
    if (state !== 'invalid' && heldLength > MAX_DOCUMENT) return { held: [null], isLines: false };
  }
  return { held, isLines: false };
}

const isBlank = (line: Line): boolean => line !== null && line.trim() === '';

function read(text: Line, isAlone: boolean): JsonInput {
  if (text === null) return { isAlone, value: null, error: tooLarge() };
  try {
    return { isAlone, value: parseExactJson(text), error: null };
  } catch (error) {
    return { isAlone, value: null, error: notJson(text, error, isAlone) };
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

/** The parser counts lines within what it was given, which of JSON Lines is always the first. */
const OWN_LINE = / \(line 1 column \d+\)$/;

function notJson(text: string, cause: unknown, isAlone: boolean): TieoutError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const reason = isAlone ? said : said.replace(OWN_LINE, '');
  return new TieoutError('document-malformed', {
    message: text.trim() === '' ? 'There is no document: the input is empty.' : `This is no JSON: ${reason}.`,
    remedy: 'Give one JSON document, or one on each line.',
    cause,
  });
}
