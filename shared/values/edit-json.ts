import { type JsonNode, lookAtJson, nodeAt, partsOfPath } from './json-places.ts';

/**
 * Changes of a JSON text that leave everything else of it as it stands: digits, spaces, order, fields that nobody knows.
 * `source` is the JSON of a value. Each throws a `JsonTextError` where the text is no JSON.
 */

/** Writes a value at a path; objects on the way that are not there are made. */
export function withValue(text: string, path: string, source: string): string {
  const root = lookAtJson(text);
  const node = nodeAt(root, path);
  if (node !== undefined) return splice(text, node.from, node.to, source);
  const parts = partsOfPath(path);
  for (let length = parts.length - 1; length >= 0; length -= 1) {
    const parent = nodeAt(root, pathOf(parts.slice(0, length)));
    if (parent === undefined) continue;
    const rest = parts.slice(length);
    const value = rest
      .slice(1)
      .reduceRight<string>(
        (inner, part) => (typeof part === 'number' ? `[${inner}]` : `{ ${JSON.stringify(part)}: ${inner} }`),
        source,
      );
    const [first = ''] = rest;
    return parent.kind === 'array' ? withItem(text, parent, value) : withMember(text, parent, String(first), value);
  }
  return text;
}

/** Adds a value at the end of the list at a path; a list that is not there is made. */
export function withAdded(text: string, path: string, source: string): string {
  const list = nodeAt(lookAtJson(text), path);
  return list?.kind === 'array' ? withItem(text, list, source) : withValue(text, path, `[${source}]`);
}

/** Takes a member of an object or an entry of a list out; what is not there stays away. */
export function without(text: string, path: string): string {
  const root = lookAtJson(text);
  const parts = partsOfPath(path);
  const last = parts.at(-1);
  const parent = nodeAt(root, pathOf(parts.slice(0, -1)));
  if (parent?.kind === 'array' && typeof last === 'number') return cut(text, parent, parent.items, last);
  if (parent?.kind !== 'object') return text;
  const spans = parent.members.map(({ from, value }) => ({ from, to: value.to }));
  return cut(
    text,
    parent,
    spans,
    parent.members.findLastIndex(({ key }) => key === last),
  );
}

export const pathOf = (parts: readonly (string | number)[]): string =>
  parts.reduce<string>((path, part) => {
    if (typeof part === 'number') return `${path}[${part}]`;
    return path === '' ? part : `${path}.${part}`;
  }, '');

type Span = { readonly from: number; readonly to: number };

const splice = (text: string, from: number, to: number, between: string): string =>
  text.slice(0, from) + between + text.slice(to);

function cut(text: string, parent: Span, spans: readonly Span[], index: number): string {
  const span = spans[index];
  if (span === undefined) return text;
  const before = spans[index - 1];
  const after = spans[index + 1];
  if (after !== undefined) return splice(text, span.from, after.from, '');
  return before === undefined ? splice(text, parent.from + 1, parent.to - 1, '') : splice(text, before.to, span.to, '');
}

function withMember(text: string, parent: JsonNode, key: string, source: string): string {
  if (parent.kind !== 'object') return text;
  const spans = parent.members.map(({ from, value }) => ({ from, to: value.to }));
  return withEntry(text, parent, spans, `${JSON.stringify(key)}: ${source}`);
}

const withItem = (text: string, list: JsonNode, source: string): string =>
  list.kind === 'array' ? withEntry(text, list, list.items, source) : text;

/** One more entry, on a line of its own where the others are. */
function withEntry(text: string, parent: Span, spans: readonly Span[], source: string): string {
  const last = spans.at(-1);
  const first = spans[0];
  const indent = indentOf(text, parent.from);
  if (last === undefined || first === undefined) {
    const opened = source.includes('\n') ? `\n${indented(source, `${indent}  `, true)}\n${indent}` : source;
    return splice(text, parent.from + 1, parent.to - 1, opened);
  }
  const gap = text.slice(parent.from + 1, first.from);
  const inner = gap.includes('\n') ? gap.slice(gap.lastIndexOf('\n') + 1) : '';
  const between = gap.includes('\n') ? `,\n${inner}` : ', ';
  return splice(text, last.to, last.to, between + indented(source, inner, false));
}

const indentOf = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset))?.[0] ?? '';

const indented = (source: string, indent: string, isFirst: boolean): string =>
  (isFirst ? indent : '') + source.replaceAll('\n', `\n${indent}`);
