import { assert } from '../../errors.ts';
import { type Decimal, decimal, isNegative, normalize, powerOfTen, tryParseDecimal } from '../../values/decimal.ts';
import { fromUnixSeconds, type Instant, parseInstant } from '../../values/instant.ts';
import type { Placed } from '../check-price.ts';
import { addMalformed, type ProblemList, shown } from '../problems.ts';

/** A JSON object as `parseExactJson` gives it. */
export type Raw = { readonly [key: string]: unknown };

export const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Stripe writes a field without a value as null; one that is left out says the same. */
export const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

/** Input as a message shows it, whatever it is. */
export const shownValue = (value: unknown): string =>
  shown(typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'nothing'));

/** As many digits before the point have no amount or quantity; doubles end at 308. */
const TOO_LARGE = 10n ** 100n;

/** Whether a number is beyond what anything can be used or cost. */
const isTooLarge = ({ coefficient, scale }: Decimal): boolean => {
  const limit = scale === 0 ? TOO_LARGE : TOO_LARGE * powerOfTen(scale);
  return coefficient >= limit || -coefficient >= limit;
};

/** A JSON number or decimal text, with all its digits; null where it is absent. */
export function readNumber(value: unknown, path: string, problems: ProblemList): Placed | null {
  if (isAbsent(value)) return null;
  if (typeof value === 'number') {
    assert(Number.isSafeInteger(value), `numbers of a document are parsed with their digits (${path})`);
    return { value: decimal(BigInt(value)), path };
  }
  const parsed = typeof value === 'string' ? tryParseDecimal(value) : null;
  if (parsed !== null && !isTooLarge(parsed)) return { value: parsed, path };
  addMalformed(problems, typeof value === 'string' ? value : shownValue(value), path);
  return { value: null, path };
}

/** A whole number of minor units, at least 0; null where it is absent or was no such number, which is said. */
export function readWhole(
  value: unknown,
  of: { readonly path: string; readonly negative: 'amount-off-negative' | 'credit-amount-negative' },
  problems: ProblemList,
): bigint | null {
  const number = readNumber(value, of.path, problems)?.value ?? null;
  if (number === null) return null;
  const { coefficient, scale } = normalize(number);
  if (scale > 0) {
    const remedy = 'Give an integer in minor units, such as cents.';
    problems.add('number-not-whole', of.path, `${shownValue(value)} is not a whole number of minor units.`, remedy);
  }
  if (isNegative(number)) {
    problems.add(of.negative, of.path, `The amount is ${shownValue(value)}.`, 'Give the amount as at least 0.');
  }
  return scale > 0 || coefficient < 0n ? null : coefficient;
}

/** An object; null where it is absent or something else, which is said. */
export function readObject(value: unknown, path: string, problems: ProblemList): Raw | null {
  if (isAbsent(value)) return null;
  if (isRaw(value)) return value;
  problems.add(
    'value-malformed',
    path,
    `${shownValue(value)} is not an object.`,
    'Give an object as Stripe returns it.',
  );
  return null;
}

/** A list; empty where it is absent or something else, which is said. */
export function readList(value: unknown, path: string, problems: ProblemList): readonly unknown[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value)) return value;
  problems.add(
    'value-malformed',
    path,
    `${shownValue(value)} is not a list.`,
    'Write it in brackets, even a single one.',
  );
  return [];
}

/** Text; null where it is absent or something else, which is said. */
export function readText(value: unknown, path: string, problems: ProblemList): string | null {
  if (isAbsent(value)) return null;
  if (typeof value === 'string') return value;
  problems.add('value-malformed', path, `${shownValue(value)} is not text.`, 'Write it in quotation marks.');
  return null;
}

/** The id of an object that may be given in full or by its id alone. */
export const idOf = (value: unknown): string | null => {
  const id = isRaw(value) ? value.id : value;
  return typeof id === 'string' ? id : null;
};

/** Ten digits of seconds last until the year 2286; milliseconds have more. */
const UNIX_SECONDS = /^-?\d{1,11}$/;

/** ISO-8601 text, or Unix seconds as Stripe writes them; null where it is absent or no instant, which is said. */
export function readInstant(value: unknown, path: string, problems: ProblemList): Instant | null {
  if (isAbsent(value)) return null;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  if (UNIX_SECONDS.test(text)) return fromUnixSeconds(Number(text));
  try {
    return parseInstant(text, path);
  } catch {
    const remedy = 'Write ISO-8601 with a zone, such as "2026-05-01T00:00:00Z", or Unix seconds.';
    problems.add('instant-malformed', path, `${shownValue(value)} is not an instant.`, remedy);
    return null;
  }
}
