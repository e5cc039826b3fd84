import type { ErrorCode } from '../../errors.ts';
import { idOf, isAbsent, isRaw, type Raw, readInstant, readNumber, shownValue } from '../../rating/document/fields.ts';
import { ProblemList, shown } from '../../rating/problems.ts';
import { type Decimal, normalize } from '../../values/decimal.ts';
import { type Instant, parseDuration } from '../../values/instant.ts';
import { nearestWord } from '../../values/nearest-word.ts';

/** A value of a scenario and where it stands: `customers[0].subscriptions[1].items`. */
export type Placed = { readonly value: unknown; readonly path: string };

/** An object of ours, whose keys have been checked against the known ones. */
export type Section = {
  readonly path: string;
  /** The value of a key; undefined where it is absent. */
  readonly get: (key: string) => Placed;
};

const pathOf = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/**
 * An object of a scenario's own level. Its keys may be written with capitals (`trialEnd`) or, as Stripe does, with
 * underscores (`trial_end`); a key that is not known is said, with the one that was probably meant.
 */
export function readSection(
  { value, path }: Placed,
  keys: readonly string[],
  problems: ProblemList,
  what: string,
): Section | null {
  if (!isRaw(value)) {
    const message = isAbsent(value) ? `There is no ${what}.` : `${shownValue(value)} is no ${what}.`;
    problems.add('scenario.value_malformed', path === '' ? null : path, message, `Give an object with ${list(keys)}.`);
    return null;
  }
  const spelled = spellingsOf(keys);
  const given = new Map<string, Placed>();
  for (const [key, own] of Object.entries(value)) {
    const known = spelled.get(key);
    const place = pathOf(path, key);
    if (known === undefined) {
      const near = nearestWord(key, keys);
      const remedy = near === null ? `Known are ${list(keys)}.` : `Did you mean ${near}?`;
      problems.add('scenario.unknown_key', place, `The key "${shown(key)}" is not known.`, remedy);
    } else if (given.has(known)) {
      problems.add('scenario.contradictory', place, `${known} is given twice.`, 'Give it once.');
    } else {
      given.set(known, { value: own, path: place });
    }
  }
  return { path, get: (key) => given.get(key) ?? { value: undefined, path: pathOf(path, key) } };
}

const spellings = new WeakMap<readonly string[], ReadonlyMap<string, string>>();

/** Every way to write one of the keys → the key. Lists of keys are constants: each is looked at once. */
function spellingsOf(keys: readonly string[]): ReadonlyMap<string, string> {
  const found = spellings.get(keys);
  if (found !== undefined) return found;
  const made = new Map(keys.flatMap((key) => [key, camelOf(key), snakeOf(key)].map((spelling) => [spelling, key])));
  spellings.set(keys, made);
  return made;
}

const list = (keys: readonly string[]): string => keys.join(', ');
const camelOf = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const snakeOf = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Says that something is not there that must be. */
export const addMissing = (problems: ProblemList, path: string, what: string, remedy: string): void =>
  problems.add('scenario.missing', path, `There is no ${what}.`, remedy);

/** The entries of a list with their places; none where it is absent or something else, which is said. */
export function entriesOf({ value, path }: Placed, problems: ProblemList): readonly Placed[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value)) return value.map((entry: unknown, index) => ({ value: entry, path: `${path}[${index}]` }));
  const remedy = 'Write it in brackets, even a single one.';
  problems.add('scenario.value_malformed', path, `${shownValue(value)} is not a list.`, remedy);
  return [];
}

/** Text; null where it is absent or something else, which is said. */
export function textOf({ value, path }: Placed, problems: ProblemList): string | null {
  if (isAbsent(value)) return null;
  if (typeof value === 'string') return value;
  const remedy = 'Write it in quotation marks.';
  problems.add('scenario.value_malformed', path, `${shownValue(value)} is not text.`, remedy);
  return null;
}

/** The id of something, which must be there; an object stands for its id. Empty where it has none, which is said. */
export function requireId({ value, path }: Placed, what: string, problems: ProblemList): string {
  const id = idOf(value);
  if (id !== null && id !== '') return id;
  if (isAbsent(value) || id === '') addMissing(problems, path, what, `Give the id of the ${what} as text.`);
  else problems.add('scenario.value_malformed', path, `${shownValue(value)} is no ${what}.`, 'Give its id as text.');
  return '';
}

/** ISO text or Unix seconds; null where it is absent or no instant, which is said. */
export function instantOf({ value, path }: Placed, problems: ProblemList): Instant | null {
  const at = readInstant(value, path, new ProblemList());
  if (at !== null || isAbsent(value)) return at;
  const remedy = 'Write ISO-8601 with a zone, such as "2026-05-01T00:00:00Z", or Unix seconds.';
  problems.add('instant.malformed', path, `${shownValue(value)} is not an instant.`, remedy);
  return null;
}

/** As `instantOf`, of what must be there. */
export function requireInstant(placed: Placed, what: string, problems: ProblemList): Instant | null {
  if (isAbsent(placed.value))
    addMissing(problems, placed.path, what, 'Give an instant, such as "2026-05-01T00:00:00Z".');
  return instantOf(placed, problems);
}

/** `"1h"`, or a number of seconds; null where it is absent or no duration, which is said. May be negative. */
export function durationOf({ value, path }: Placed, problems: ProblemList): number | null {
  if (isAbsent(value)) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value * 1000;
  const text = typeof value === 'string' ? value.trim() : '';
  const isBelow = text.startsWith('-');
  try {
    const lengthMs = parseDuration(isBelow ? text.slice(1) : text, path);
    return isBelow ? -lengthMs : lengthMs;
  } catch {
    const remedy = 'Write a whole number and a unit: 90s, 2m, 1h or 3d.';
    problems.add('duration.malformed', path, `${shownValue(value)} is not a duration.`, remedy);
    return null;
  }
}

/** A decimal, as a JSON number or text; null where it is absent or none, which is said. */
export function decimalOf({ value, path }: Placed, problems: ProblemList): Decimal | null {
  if (isAbsent(value)) return null;
  const number = readNumber(value, path, new ProblemList())?.value ?? null;
  if (number !== null) return number;
  const remedy = 'Write digits with an optional sign and point, such as 3 or "0.5".';
  problems.add('decimal.malformed', path, `${shownValue(value)} is not a decimal number.`, remedy);
  return null;
}

/** A whole number of minor units; null where it is absent or none, which is said. */
export function minorOf(placed: Placed, problems: ProblemList): bigint | null {
  const number = decimalOf(placed, problems);
  if (number === null) return null;
  const { coefficient, scale } = normalize(number);
  if (scale === 0) return coefficient;
  const remedy = 'Give an integer in minor units, such as cents.';
  const message = `${shownValue(placed.value)} is not a whole number of minor units.`;
  problems.add('scenario.value_malformed', placed.path, message, remedy);
  return null;
}

/** True or false; `fallback` where it is absent or something else, which is said. */
export function flagOf({ value, path }: Placed, fallback: boolean, problems: ProblemList): boolean {
  if (isAbsent(value)) return fallback;
  if (typeof value === 'boolean') return value;
  problems.add(
    'scenario.value_malformed',
    path,
    `${shownValue(value)} is neither true nor false.`,
    'Give true or false.',
  );
  return fallback;
}

/** One of some words; `fallback` where it is absent or another, which is said. */
export function choiceOf<Word extends string>(
  { value, path }: Placed,
  words: readonly Word[],
  fallback: Word,
  problems: ProblemList,
): Word {
  if (isAbsent(value)) return fallback;
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  const near = typeof value === 'string' ? nearestWord(value, words) : null;
  const remedy = near === null ? `Known are ${words.join(', ')}.` : `Did you mean ${near}?`;
  problems.add('scenario.value_malformed', path, `${shownValue(value)} is not known here.`, remedy);
  return fallback;
}

/** Says that an id names nothing in the scenario, and which one was probably meant. */
export function addUnknown(
  problems: ProblemList,
  path: string,
  of: { readonly code: ErrorCode; readonly what: string; readonly id: string; readonly known: Iterable<string> },
): void {
  const known = [...of.known];
  const near = nearestWord(of.id, known);
  const remedy =
    near !== null
      ? `Did you mean ${near}?`
      : known.length === 0
        ? `The scenario has no ${of.what}; add it.`
        : `There are ${known.slice(0, NAMED).map(shown).join(', ')}${known.length > NAMED ? ', …' : ''}.`;
  problems.add(of.code, path, `The ${of.what} ${shownValue(of.id)} does not exist in the scenario.`, remedy);
}

const NAMED = 8;

/** Ids of one kind, each only once. */
export class Ids {
  readonly #what: string;
  readonly #places = new Map<string, string>();

  constructor(what: string) {
    this.#what = what;
  }

  /** An id that stands there a second time is said. */
  add(id: string, path: string, problems: ProblemList): void {
    if (id === '') return;
    const first = this.#places.get(id);
    if (first === undefined) {
      this.#places.set(id, path);
      return;
    }
    const message = `The ${this.#what} ${shownValue(id)} stands at ${first} already.`;
    problems.add('scenario.duplicate_id', path, message, 'Give every one an id of its own.');
  }
}

/** The field of a Stripe object, with its place. */
export const fieldOf = (raw: Raw, path: string, name: string): Placed => ({
  value: raw[name],
  path: pathOf(path, name),
});
