type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** `JSON.parse` with the source text of primitives (Node ≥ 22); the type library does not know the third argument. */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

/**
 * Some servers write a total that is not finite as a bare word, which JSON does not have. The quote before the colon
 * cannot be escaped here, so text inside a string never matches.
 */
const BARE_NON_FINITE = /"aggregated_value"(\s*):(\s*)(-?(?:NaN|Infinity|inf|nan))(?=\s*[,}])/g;

/**
 * Parses an answer of Stripe without losing a digit: a number that a double does not hold exactly as it was written,
 * and every `aggregated_value`, arrives as its source text; plain safe integers stay numbers.
 * @throws SyntaxError where the text is no JSON
 */
export function parseExact(text: string): unknown {
  try {
    return parseWithSource(text, keepDigits);
  } catch (error) {
    const quoted = text.replace(BARE_NON_FINITE, '"aggregated_value"$1:$2"$3"');
    if (quoted === text) throw error;
    return parseWithSource(quoted, keepDigits);
  }
}

const keepDigits: Reviver = (key, value, { source }) => {
  if (typeof value !== 'number' || source === undefined) return value;
  const isExact = Number.isSafeInteger(value) && String(value) === source;
  return isExact && key !== 'aggregated_value' ? value : source;
};
