import { compareBytes } from './order.ts';

/** What has one canonical text. Quantities and money are decimal text or integers; a fraction has no place in it. */
export type Canonical =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined };

/**
 * The one JSON text of a value: keys in byte order, no white space, whole numbers with all their digits, absent keys
 * left out. Equal values have equal text, so that its hash says whether anything changed.
 * @throws RangeError of a number that is not a safe integer, and of text with half a surrogate pair
 */
export function canonicalJson(value: Canonical): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return canonicalText(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isSafeInteger(value)) throw new RangeError(`${value} has no canonical text: give it as decimal text`);
      return String(value === 0 ? 0 : value);
    default:
      return isList(value) ? `[${value.map(canonicalJson).join(',')}]` : canonicalObject(value);
  }
}

const isList = (value: Canonical): value is readonly Canonical[] => Array.isArray(value);

function canonicalObject(value: { readonly [key: string]: Canonical | undefined }): string {
  const members = Object.keys(value)
    .sort(compareBytes)
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${canonicalText(key)}:${canonicalJson(member)}`];
    });
  return `{${members.join(',')}}`;
}

/** Two texts with half a pair would be one and the same once they are written as UTF-8. */
function canonicalText(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('Text with half a surrogate pair has no canonical form');
  return JSON.stringify(text);
}
