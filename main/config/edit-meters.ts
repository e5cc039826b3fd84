import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { MeterDraft } from '../../shared/contract/meter-schemas.ts';
import { TieoutError } from '../../shared/errors.ts';
import { type DraftEntry, type DraftValue, draftOf, entriesOf } from './meter-draft.ts';

/** The meters of the file, as drafts. */
export function readDrafts(text: string): readonly MeterDraft[] {
  const { meters } = read(withoutMark(text));
  return (meters?.items ?? []).map((item) => draftOf(item as YAMLMap));
}

/** The text of a meter as it would stand in the file. */
export const meterText = (draft: MeterDraft): string => blockLines(entriesOf(draft), '').join('\n');

/**
 * tieout.yaml with one meter changed, added (`index` null) or removed (`draft` null). Only the values that change are
 * written: comments, order and layout of everything else stay byte for byte.
 * @throws TieoutError `config.not_editable` where the meter is written in a way that cannot be changed in place
 */
export function withMeter(text: string, index: number | null, draft: MeterDraft | null): string {
  const plain = withoutMark(text);
  const isCrlf = plain.includes('\r\n') && !/(^|[^\r])\n/.test(plain);
  const edited = editChecked(isCrlf ? plain.replaceAll('\r\n', '\n') : plain, index, draft);
  return `${text.slice(0, text.length - plain.length)}${isCrlf ? edited.replaceAll('\n', '\r\n') : edited}`;
}

/** Without the byte order mark that some editors write. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

function editChecked(text: string, index: number | null, draft: MeterDraft | null): string {
  const edited = attempt(() => edit(text, index, draft)) ?? attempt(() => editTree(text, index, draft));
  if (edited !== null && isAsWanted(text, edited, { index, draft })) return edited;
  throw new TieoutError('config.not_editable', {
    message:
      'This meter is written in a way that the form cannot change without changing more, with an anchor perhaps.',
    path: 'tieout.yaml meters',
    remedy: 'Change it in the file itself.',
  });
}

function edit(text: string, index: number | null, draft: MeterDraft | null): string {
  if (draft === null) return withoutItem(text, index ?? -1);
  if (index === null) return withItem(text, draft);
  const before = entriesOf(readDrafts(text)[index] ?? draft);
  const after = entriesOf(draft);
  const changed = after.filter(({ path, value }) => !isDeepStrictEqual(valueAt(before, path), value));
  const gone = before.filter(({ path }) => valueAt(after, path) === undefined);
  let edited = text;
  for (const { path, value } of changed) edited = withValue(edited, index, { path, value });
  for (const { path } of gone) edited = withoutValue(edited, index, path);
  return edited;
}

const valueAt = (entries: readonly DraftEntry[], path: readonly string[]): DraftValue | undefined =>
  entries.find((entry) => isDeepStrictEqual(entry.path, path))?.value;

/**
 * The same for a draft that may be wrong: what a reader of the file would say of it. The layout is another one.
 * @param index null: one more
 */
export function withDraft(text: string, index: number | null, draft: MeterDraft): string {
  const edited = editTree(withoutMark(text), index, draft);
  if (draft.usage.template === 'sql' || entriesOf(draft).some(({ path }) => path[1] === 'columns')) return edited;
  // Each column that is missing is said to be, not the mapping that holds them.
  const { document, meters } = read(edited);
  document.setIn(['meters', index ?? (meters?.items.length ?? 1) - 1, 'usage', 'columns'], document.createNode({}));
  return document.toString({ lineWidth: 0 });
}

/** The same through the document tree, which lays the file out anew but keeps its comments and its order. */
function editTree(text: string, index: number | null, draft: MeterDraft | null): string {
  const { document } = read(text);
  if (draft === null) document.deleteIn(['meters', index]);
  else if (index === null) document.addIn(['meters'], document.createNode(plainOf(entriesOf(draft))));
  else {
    const after = entriesOf(draft);
    const before = entriesOf(readDrafts(text)[index] ?? draft);
    for (const { path } of before) {
      if (valueAt(after, path) === undefined) document.deleteIn(['meters', index, ...path]);
    }
    for (const { path, value } of after) {
      if (!isDeepStrictEqual(valueAt(before, path), value)) document.setIn(['meters', index, ...path], value);
    }
  }
  return document.toString({ lineWidth: 0 });
}

/** The meter reads as wanted, and nothing else of the file reads otherwise. */
function isAsWanted(
  before: string,
  after: string,
  { index, draft }: { readonly index: number | null; readonly draft: MeterDraft | null },
): boolean {
  const [old, next] = [read(before), read(after)];
  const [oldMeters, nextMeters] = [metersOf(old.document), metersOf(next.document)];
  const place = index ?? oldMeters.length;
  const others = (meters: readonly unknown[], isLess: boolean): readonly unknown[] =>
    isLess ? meters.filter((_, at) => at !== place) : meters;
  return (
    isDeepStrictEqual(restOf(old.document), restOf(next.document)) &&
    isDeepStrictEqual(others(oldMeters, index !== null), others(nextMeters, draft !== null)) &&
    (draft === null || isDeepStrictEqual(entriesOf(readDrafts(after)[place] ?? draft), entriesOf(draft)))
  );
}

const metersOf = (document: Document.Parsed): readonly unknown[] =>
  (document.toJS() as { meters?: unknown[] })?.meters ?? [];

function restOf(document: Document.Parsed): unknown {
  const { meters: _meters, ...rest } = document.toJS() as Record<string, unknown>;
  return rest;
}

type Parsed = { readonly document: Document.Parsed; readonly meters: YAMLSeq | null };

/** @throws TieoutError `config.not_editable` where the text is no YAML */
function read(text: string): Parsed {
  const document = parseDocument(text, { strict: true });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(error.message);
  const meters = document.get('meters', true);
  return { document, meters: isSeq(meters) ? meters : null };
}

function itemOf(text: string, index: number): YAMLMap {
  const item = read(text).meters?.items[index];
  if (isMap(item)) return item;
  throw new Error(`no mapping at meters[${index}]`);
}

/** In the order of the keys that a meter has. */
const ORDER = ['key', 'stripe', 'unit', 'tolerance', 'usage'];
const USAGE_ORDER = [
  'template',
  'table',
  'columns',
  'query',
  'aggregate',
  'gauge',
  'final',
  'scale',
  'maxGap',
  'bucket',
  'grace',
  'end',
  'visibility',
  'keep',
  'filter',
  'combine',
];

function withValue(text: string, index: number, { path, value }: DraftEntry): string {
  let map = itemOf(text, index);
  for (const [depth, key] of path.entries()) {
    const pair = pairOf(map, key);
    const isLast = depth === path.length - 1;
    if (pair === undefined || pair.value === null) {
      if (pair !== undefined) throw new Error(`${key} is empty`);
      return inserted(text, map, {
        key,
        value: nested(path.slice(depth + 1), value),
        order: depth === 0 ? ORDER : USAGE_ORDER,
      });
    }
    if (isLast) return replaced(text, map, pair, value);
    if (!isMap(pair.value)) throw new Error(`${key} is no mapping`);
    map = pair.value;
  }
  return text;
}

type Nested = DraftValue | { readonly [key: string]: Nested };
const nested = (path: readonly string[], value: DraftValue): Nested =>
  path.reduceRight<Nested>((inner, key) => ({ [key]: inner }), value);

type NodePair = Pair<Node, Node | null>;
const pairOf = (map: YAMLMap, key: string): NodePair | undefined =>
  (map.items as NodePair[]).find((pair) => isScalar(pair.key) && String(pair.key.value) === key);

function replaced(text: string, map: YAMLMap, pair: NodePair, value: DraftValue): string {
  const [from] = rangeOf(pair.value);
  const to = endOf(pair.value);
  const written =
    map.flow === true
      ? flow(value)
      : block(String((pair.key as { value?: unknown }).value), value, indentOf(text, map));
  // A block of text ends behind its last line.
  return splice(text, from, to, text[to - 1] === '\n' ? `${written}\n` : written);
}

function inserted(
  text: string,
  map: YAMLMap,
  { key, value, order }: { readonly key: string; readonly value: Nested; readonly order: readonly string[] },
): string {
  const pairs = map.items as NodePair[];
  const place = order.indexOf(key);
  const before = pairs.findLast((pair) => {
    const at = order.indexOf(String((pair.key as { value?: unknown }).value));
    return at >= 0 && at < place;
  });
  const after = before ?? pairs.at(-1);
  if (after === undefined) throw new Error('an empty mapping');
  if (map.flow === true) return splice(text, endOf(after.value), endOf(after.value), `, ${key}: ${flow(value)}`);
  const indent = indentOf(text, map);
  const at = afterLine(text, endOf(after.value));
  const start = text[at - 1] === '\n' ? '' : '\n';
  return splice(text, at, at, `${start}${indent}${key}: ${block(key, value, indent)}\n`);
}

function withoutValue(text: string, index: number, path: readonly string[]): string {
  let map = itemOf(text, index);
  const parents: { readonly map: YAMLMap; readonly pair: NodePair }[] = [];
  for (const key of path) {
    const pair = pairOf(map, key);
    if (pair === undefined) return text;
    parents.push({ map, pair });
    if (isMap(pair.value)) map = pair.value;
  }
  // A mapping that would be left empty goes with its last key.
  let last = parents.length - 1;
  while (last > 0 && parents[last]?.map.items.length === 1) last -= 1;
  const target = parents[last];
  return target === undefined ? text : withoutPair(text, target.map, target.pair);
}

function withoutPair(text: string, map: YAMLMap, pair: NodePair): string {
  const pairs = map.items as NodePair[];
  const place = pairs.indexOf(pair);
  const [from] = rangeOf(pair.key);
  const next = pairs[place + 1];
  if (map.flow === true) {
    const previous = pairs[place - 1];
    if (previous !== undefined) return splice(text, endOf(previous.value), endOf(pair.value), '');
    return next === undefined ? text : splice(text, from, rangeOf(next.key)[0], '');
  }
  // The first key of a list's element stands behind the dash.
  if (place === 0 && next !== undefined) return splice(text, from, rangeOf(next.key)[0], '');
  return splice(text, lineStart(text, from), afterLine(text, endOf(pair.value)), '');
}

function withItem(text: string, draft: MeterDraft): string {
  const { meters } = read(text);
  if (meters === null || (meters.flow === true && meters.items.length > 0)) throw new Error('no list of lines');
  const lines = (indent: string): string =>
    blockLines(entriesOf(draft), '  ')
      .map((line, at) => (at === 0 ? `${indent}- ${line.trimStart()}` : line === '' ? '' : `${indent}${line}`))
      .join('\n');
  const last = meters.items.at(-1);
  if (last === undefined) {
    const [from] = rangeOf(meters);
    return splice(text, from, endOf(meters), `\n${lines('  ')}`);
  }
  const [from] = rangeOf(last as Node);
  const dash = text.slice(lineStart(text, from), from);
  const at = afterLine(text, endOf(last as Node));
  const start = text[at - 1] === '\n' ? '' : '\n';
  return splice(text, at, at, `${start}${lines(/^\s*/.exec(dash)?.[0] ?? '')}\n`);
}

function withoutItem(text: string, index: number): string {
  const { meters } = read(text);
  const item = meters?.items[index] as Node | undefined;
  if (meters === null || item === undefined || meters.flow === true) throw new Error('no such line');
  if (meters.items.length === 1) {
    const start = rangeOf(meters)[0];
    const end = endOf(item);
    // `meters:` stays, with an empty list behind it.
    const colon = text.lastIndexOf(':', start) + 1;
    const comment = text.slice(colon, lineEnd(text, colon));
    return splice(text, colon, afterLine(text, end), ` []${comment.trimEnd()}\n`);
  }
  return splice(text, lineStart(text, rangeOf(item)[0]), afterLine(text, endOf(item)), '');
}

/** The lines of a meter: sub-mappings of short values on one line, `usage` below each other. */
function blockLines(entries: readonly DraftEntry[], indent: string): readonly string[] {
  const lines: string[] = [];
  const tree = plainOf(entries);
  for (const [key, value] of Object.entries(tree)) {
    if (key !== 'usage' || !isMapping(value)) {
      lines.push(`${indent}${key}: ${block(key, value, indent)}`);
      continue;
    }
    lines.push(`${indent}usage:`);
    for (const [setting, inner] of Object.entries(value)) {
      lines.push(...`${indent}  ${setting}: ${block(setting, inner, `${indent}  `)}`.split('\n'));
    }
  }
  return lines;
}

function plainOf(entries: readonly DraftEntry[]): Record<string, Nested> {
  const tree: Record<string, Nested> = {};
  for (const { path, value } of entries) {
    let at: Record<string, Nested> = tree;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, Nested>;
    }
    at[path.at(-1) ?? ''] = value;
  }
  return tree;
}

const isMapping = (value: Nested): value is { readonly [key: string]: Nested } =>
  typeof value === 'object' && !Array.isArray(value);

/** A query of several lines as a block, everything else on one line. */
function block(key: string, value: Nested, indent: string): string {
  const isBlock = key === 'query' && typeof value === 'string' && /^[^\n].*\n/.test(value);
  if (!isBlock || /[^\P{C}\n]/u.test(value)) return flow(value);
  const lines = value.split('\n').map((line) => (line === '' ? '' : `${indent}  ${line}`));
  return `|${/^\s/.test(value) ? '2' : ''}\n${lines.join('\n')}`;
}

function flow(value: Nested): string {
  if (typeof value === 'string') return scalar(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(scalar).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${flow(inner)}`)
    .join(', ')} }`;
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_.-]*$|^\d+(ms|s|m|h|d)$/;
const RESERVED = /^(true|false|null|yes|no|on|off|y|n)$/i;
const scalar = (text: string): string => (PLAIN.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text));

const rangeOf = (node: Node | null): readonly [number, number] => {
  const range = node?.range;
  if (range === null || range === undefined) throw new Error('a node without a place');
  return [range[0], range[1]];
};

/** Where the value itself ends: behind the last scalar of a block, not behind the comments that follow it. */
function endOf(node: Node | null): number {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last = node.items.at(-1);
    const inner = isMap(node) ? (last as NodePair | undefined)?.value : (last as Node | undefined);
    if (inner !== undefined && inner !== null) return endOf(inner);
  }
  return rangeOf(node)[1];
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;
const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
};

/** Behind the line in which a value ends; blocks end behind theirs already. */
const afterLine = (text: string, offset: number): number =>
  text[offset - 1] === '\n' ? offset : Math.min(text.length, lineEnd(text, offset) + 1);

const indentOf = (text: string, map: YAMLMap): string => {
  const [from] = rangeOf((map.items[0] as NodePair).key);
  return ' '.repeat(from - lineStart(text, from));
};

const splice = (text: string, from: number, to: number, insert: string): string =>
  `${text.slice(0, from)}${insert}${text.slice(to)}`;

/** A piece of text that cannot be cut as planned is no failure yet: there is a second way. */
function attempt(work: () => string): string | null {
  try {
    return work();
  } catch {
    return null;
  }
}
