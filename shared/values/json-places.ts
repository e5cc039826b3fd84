/** A value of a JSON text and where it stands: offsets into the text, `to` exclusive. */
export type JsonNode =
  | { readonly kind: 'object'; readonly from: number; readonly to: number; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly from: number; readonly to: number; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly from: number; readonly to: number; readonly value: string }
  /** A number, `true`, `false` or `null`; `value` is its source. */
  | { readonly kind: 'bare'; readonly from: number; readonly to: number; readonly value: string };

export type JsonMember = { readonly key: string; readonly from: number; readonly value: JsonNode };

export type TextPlace = { readonly line: number; readonly column: number };

/** Where a text stops being JSON. */
export class JsonTextError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'JsonTextError';
    this.offset = offset;
  }
}

/** Deeper nesting than any document of ours has; a stack has an end. */
const MOST_DEPTH = 200;

/** Reads a JSON text with the place of every value. @throws JsonTextError */
export function readJsonPlaces(text: string): JsonNode {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.end();
  return node;
}

/** Texts from this length on are looked at here and there only. */
const LONG = 500_000;

/**
 * The same, of a long text without reading what is in the entries of its lists until it is asked for. What is broken
 * within an entry is seen then only, as an entry with nothing in it.
 * @throws JsonTextError
 */
export function lookAtJson(text: string): JsonNode {
  if (text.length < LONG) return readJsonPlaces(text);
  const reader = new Reader(text, 0, true);
  const node = reader.value(0);
  reader.end();
  return node;
}

/** Line and column of an offset, both from 1. */
export function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: offset - lineStart + 1 };
}

/** `customers[0].items[2].id` → its keys and indexes. */
export const partsOfPath = (path: string): readonly (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (key ?? '') : Number(index),
  );

/** The value at a path; undefined where there is none. */
export function nodeAt(root: JsonNode, path: string): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const part of partsOfPath(path)) node = node === undefined ? undefined : childOf(node, part);
  return node;
}

/** The value at a path, or the nearest one around it that there is. */
export function nearestNode(root: JsonNode, path: string): JsonNode {
  let node = root;
  for (const part of partsOfPath(path)) {
    const next = childOf(node, part);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function childOf(node: JsonNode, part: string | number): JsonNode | undefined {
  if (node.kind === 'array') return typeof part === 'number' ? node.items[part] : undefined;
  // The last one of two alike is the one that counts.
  return node.kind === 'object' ? node.members.findLast(({ key }) => key === part)?.value : undefined;
}

const SPACE = /[ \t\n\r]*/y;
const BARE = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in text
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;

class Reader {
  readonly #text: string;
  readonly #isLazy: boolean;
  #at: number;

  constructor(text: string, from = 0, isLazy = false) {
    this.#text = text;
    this.#isLazy = isLazy;
    this.#at = from === 0 && text.startsWith('\uFEFF') ? 1 : from;
  }

  value(depth: number): JsonNode {
    this.#space();
    const from = this.#at;
    const first = this.#text[from];
    if (depth > MOST_DEPTH) throw new JsonTextError('this is nested too deeply', from);
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#string();
    const bare = this.#match(BARE);
    if (bare === null) {
      throw new JsonTextError(first === undefined ? 'the text ends too early' : 'a value is missing here', from);
    }
    return { kind: 'bare', from, to: this.#at, value: bare };
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) throw new JsonTextError('nothing may follow the document', this.#at);
  }

  #object(depth: number): JsonNode {
    const from = this.#at;
    const members: JsonMember[] = [];
    this.#list('}', () => {
      if (this.#text[this.#at] !== '"') throw new JsonTextError('a name in quotation marks is missing here', this.#at);
      const key = this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') throw new JsonTextError('a colon is missing here', this.#at);
      this.#at += 1;
      members.push({ key: key.value, from: key.from, value: this.value(depth + 1) });
    });
    return { kind: 'object', from, to: this.#at, members };
  }

  #array(depth: number): JsonNode {
    const from = this.#at;
    const items: JsonNode[] = [];
    this.#list(']', () => items.push(this.#isLazy && depth > 0 ? this.#entry(depth + 1) : this.value(depth + 1)));
    return { kind: 'array', from, to: this.#at, items };
  }

  /** An entry of a list whose inside is read when somebody asks. */
  #entry(depth: number): JsonNode {
    const from = this.#at;
    const first = this.#text[from];
    if (first !== '{' && first !== '[') return this.value(depth);
    const to = endOf(this.#text, from);
    this.#at = to;
    const text = this.#text;
    let inside: JsonNode | null = null;
    const read = (): JsonNode => {
      inside ??= attempt(text, from);
      return inside;
    };
    return first === '{'
      ? {
          kind: 'object',
          from,
          to,
          get members() {
            const node = read();
            return node.kind === 'object' ? node.members : [];
          },
        }
      : {
          kind: 'array',
          from,
          to,
          get items() {
            const node = read();
            return node.kind === 'array' ? node.items : [];
          },
        };
  }

  /** What stands between an opening and a closing sign, with commas between. */
  #list(closing: string, entry: () => void): void {
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === closing) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === closing) throw new JsonTextError('a comma too many', this.#at);
      entry();
      this.#space();
      const sign = this.#text[this.#at];
      if (sign !== ',' && sign !== closing) {
        throw new JsonTextError(sign === undefined ? 'the text ends too early' : 'a comma is missing here', this.#at);
      }
      this.#at += 1;
      if (sign === closing) return;
    }
  }

  #string(): Extract<JsonNode, { kind: 'string' }> {
    const from = this.#at;
    const source = this.#match(STRING);
    if (source === null) throw new JsonTextError('this text in quotation marks is not closed, or not allowed', from);
    return { kind: 'string', from, to: this.#at, value: source.includes('\\') ? parsed(source) : source.slice(1, -1) };
  }

  #space(): void {
    this.#match(SPACE);
  }

  #match(expression: RegExp): string | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }
}

const parsed = (source: string): string => String(JSON.parse(source));

/** Behind the sign that closes what opens at `from`. @throws JsonTextError where nothing does */
function endOf(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  throw new JsonTextError('the text ends too early', text.length);
}

const [QUOTE, BACKSLASH, OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/** The closing quotation mark: the first that no odd number of backslashes stands before. */
function endOfString(text: string, from: number): number {
  let at = from;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) throw new JsonTextError('this text in quotation marks is not closed, or not allowed', from);
    let before = at - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
}

function attempt(text: string, from: number): JsonNode {
  try {
    return new Reader(text, from).value(1);
  } catch (error) {
    if (error instanceof JsonTextError) return { kind: 'bare', from, to: from, value: 'null' };
    throw error;
  }
}
