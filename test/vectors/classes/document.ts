import { answerDocument } from '../../../shared/rating/document/answer-document.ts';
import { type Decimal, decimal, formatDecimal, parseDecimal, sum } from '../../../shared/values/decimal.ts';
import { parseExactJson, printExactJson } from '../../../shared/values/exact-json.ts';
import { type Json, type JsonObject, list, MalformedVector, object, text } from '../vector.ts';

/** The answer of `tieout rate` to a document, by the very path from text to text. Numbers keep all their digits. */
export function answerTo(document: JsonObject): JsonObject {
  const { answer } = answerDocument(parseExactJson(JSON.stringify(document)));
  return object(parseExactJson(printExactJson(answer)) as Json, 'answer');
}

/** The sums of an answer, `subtotal` or `total`: exact, and the integer that is charged, in minor units. */
export function sumOf(
  answer: JsonObject,
  name: 'subtotal' | 'total',
): { readonly exact: string; readonly minor: string } {
  const { exact, amount } = object(answer[name], name);
  return { exact: text(exact, 'exact'), minor: String(amount) };
}

/** The lines of an answer as objects. */
export const linesOf = (answer: JsonObject): readonly JsonObject[] =>
  list(answer.lines, 'lines').map((line) => object(line, 'line'));

/** Minor units → major units of a currency with two decimals, exact. */
export const toMajor = (minor: string): string => formatDecimal(shifted(parseDecimal(minor), 2));

/** Major units → minor units of a currency with two decimals, exact. */
export const toMinor = (major: Json | undefined, name: string): string =>
  formatDecimal(shifted(parseDecimal(text(major, name)), -2));

/** value × 10^-places, exact. */
export const shifted = (value: Decimal, places: number): Decimal =>
  value.scale + places >= 0
    ? decimal(value.coefficient, value.scale + places)
    : decimal(value.coefficient * 10n ** BigInt(-places - value.scale));

export const decimalOf = (value: Json | undefined, name: string): Decimal => parseDecimal(text(value, name));

/** The exact sum of decimals as text. */
export const addUp = (values: readonly string[]): string =>
  formatDecimal(sum(values.map((value) => parseDecimal(value))));

export function oneOf<T extends string>(value: Json | undefined, choices: readonly T[], name: string): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new MalformedVector(`${name} is none of ${choices.join(', ')}`);
}

export const pick = (from: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
