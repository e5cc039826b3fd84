import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { errorDocument, isTieoutError, TieoutError } from '../../shared/errors.ts';
import { answerDocument } from '../../shared/rating/document/answer-document.ts';
import { printExactJson } from '../../shared/values/exact-json.ts';
import type { Cli } from '../cli.ts';
import { type Io, reportError, write } from './io.ts';
import { type JsonInput, readJsonInput } from './json-input.ts';
import { type RateMonthFlags, rateMonth, withMonthOptions } from './rate-month.ts';

export const registerRate = (program: Command, cli: Cli): Command =>
  withMonthOptions(
    program
      .command('rate')
      .description('rate what a quantity costs under a Stripe price: one document, or one on each line')
      .argument('<file>', 'a rating document (JSON) or many (JSON Lines); - for standard input'),
  ).action(async (file: string, flags: RateMonthFlags) => {
    if (flags.month !== undefined || flags.price !== undefined) return rateMonth(cli, file, flags);
    const isFine = await rateInput(cli.io, openInput(cli.io, file));
    cli.exit(isFine ? 0 : 2);
  });

const openInput = (io: Io, file: string): Readable =>
  file === '-' ? io.stdin() : createReadStream(resolve(io.cwd, file), { highWaterMark: READ_BYTES });

const READ_BYTES = 256 * 1024;
/** Answers are written in pieces of this many characters. */
const WRITE_CHARACTERS = 64 * 1024;

/** Answers one document, or every line of many in order. The output is JSON. @returns whether all were rated */
async function rateInput(io: Io, input: Readable): Promise<boolean> {
  let isFine = true;
  let text = '';
  io.signal.addEventListener('abort', () => input.destroy());
  try {
    for await (const one of readJsonInput(input)) {
      const { answer, isRated } = answerOf(one);
      isFine &&= isRated;
      text += `${printExactJson(answer, one.isAlone ? 2 : 0)}\n`;
      if (text.length < WRITE_CHARACTERS) continue;
      await write(io.stdout, text);
      text = '';
    }
    await write(io.stdout, text);
  } catch (error) {
    await write(io.stdout, text);
    if (io.signal.aborted) return false;
    await reportError(io, asUnreadable(error), true);
    return false;
  }
  return isFine;
}

function answerOf(input: JsonInput): { readonly answer: object; readonly isRated: boolean } {
  try {
    if (input.error !== null) throw input.error;
    return answerDocument(input.value);
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    const document = errorDocument(error);
    const answer = input.isAlone ? { tieout: 1, kind: 'error', error: document } : { error: document };
    return { answer, isRated: false };
  }
}

function asUnreadable(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error) || isTieoutError(error)) return error;
  return new TieoutError('input.unreadable', {
    message: `The input cannot be read: ${error.message}.`,
    remedy: 'Name a file that exists and may be read, or - for standard input.',
    cause: error,
  });
}
