import { type Decimal, normalize, ZERO } from '../../values/decimal.ts';
import { type Instant, instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import { isAbsent, type Raw, readInstant, readNumber, readObject, readText, shownValue } from '../document/fields.ts';
import { type ProblemList, shown } from '../problems.ts';

/** Our own objects are strict: a key that is not known is said, with those that are. */
export function refuseUnknownKeys(raw: Raw, known: readonly string[], path: string, problems: ProblemList): void {
  for (const key of Object.keys(raw)) {
    if (known.includes(key)) continue;
    const place = path === '' ? key : `${path}.${key}`;
    problems.add('unknown-key', place, `The key "${shown(key)}" is not known.`, `Known are ${known.join(', ')}.`);
  }
}

/** What something that must be there is read as where it is not; the document is refused then. */
const NOWHERE: Instant = instant(0);

export function requireNumber(value: unknown, path: string, problems: ProblemList): Decimal {
  if (isAbsent(value)) problems.add('value-malformed', path, 'A number is missing.', 'Give it as decimal text.');
  return readNumber(value, path, problems)?.value ?? ZERO;
}

export const optionalNumber = (value: unknown, path: string, problems: ProblemList): Decimal | null =>
  readNumber(value, path, problems)?.value ?? null;

export function requireText(value: unknown, path: string, problems: ProblemList): string {
  if (isAbsent(value)) problems.add('value-malformed', path, 'A text is missing.', 'Write it in quotation marks.');
  return readText(value, path, problems) ?? '';
}

/** A whole number that fits a JavaScript number, such as a count of digits; null where it is absent or none. */
export function readCount(value: unknown, path: string, problems: ProblemList): number | null {
  const number = readNumber(value, path, problems)?.value ?? null;
  if (number === null) return null;
  const { coefficient, scale } = normalize(number);
  const count = Number(coefficient);
  if (scale === 0 && Number.isSafeInteger(count)) return count;
  problems.add('value-malformed', path, `${shownValue(value)} is not a whole number.`, 'Give a whole number.');
  return null;
}

export function readFlag(value: unknown, path: string, problems: ProblemList): boolean | null {
  if (isAbsent(value)) return null;
  if (typeof value === 'boolean') return value;
  problems.add('value-malformed', path, `${shownValue(value)} is neither true nor false.`, 'Give true or false.');
  return null;
}

/** `{ "from", "to" }`; null where it is absent. */
export function readPeriod(value: unknown, path: string, problems: ProblemList): Period | null {
  const raw = readObject(value, path, problems);
  if (raw === null) return null;
  refuseUnknownKeys(raw, ['from', 'to'], path, problems);
  return { from: endOf(raw.from, `${path}.from`, problems), to: endOf(raw.to, `${path}.to`, problems) };
}

function endOf(value: unknown, path: string, problems: ProblemList): Instant {
  if (isAbsent(value)) {
    const remedy = 'Give both ends of a period, as ISO-8601 with a zone.';
    problems.add('instant-malformed', path, 'An end of the period is missing.', remedy);
  }
  return readInstant(value, path, problems) ?? NOWHERE;
}

export function requirePeriod(value: unknown, path: string, problems: ProblemList): Period {
  const period = readPeriod(value, path, problems);
  if (period !== null) return period;
  if (isAbsent(value)) problems.add('value-malformed', path, 'A period is missing.', 'Give { "from", "to" }.');
  return { from: NOWHERE, to: NOWHERE };
}
