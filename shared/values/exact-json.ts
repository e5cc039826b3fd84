type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Part of JavaScript for some years; the type library does not know the third argument, nor `rawJSON`. */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;
const { rawJSON } = JSON as typeof JSON & { readonly rawJSON: (text: string) => unknown };

/**
 * `JSON.parse` that loses no digit: a plain integer that a number holds safely arrives as a number, every other number
 * as its source text (`0.10`, `1e-9`, twenty digits).
 * @throws SyntaxError where the text is no JSON
 */
export const parseExactJson = (text: string): unknown => parseWithSource(text, keepDigits);

const keepDigits: Reviver = (_, value, { source }) => {
  if (typeof value !== 'number' || source === undefined) return value;
  return Number.isSafeInteger(value) && String(value) === source ? value : source;
};

/** `JSON.stringify` that writes a bigint as a JSON integer with all its digits. @param indent spaces; 0: one line */
export const printExactJson = (value: unknown, indent = 0): string => JSON.stringify(value, writeDigits, indent);

const writeDigits = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? rawJSON(value.toString()) : value;
