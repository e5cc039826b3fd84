import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ErrorCode, Problem } from '../../shared/errors.ts';
import { TieoutError } from '../../shared/errors.ts';
import { type Decimal, tryParseDecimal, ZERO } from '../../shared/values/decimal.ts';
import { type Fraction, parseFraction, UNIT_FRACTION } from '../../shared/values/fraction.ts';
import { parseDuration } from '../../shared/values/instant.ts';
import { nearestWord } from '../../shared/values/nearest-word.ts';
import { type Environment, expandReferences, notSetMessage, notSetRemedy, Setting } from './setting.ts';

/** A value in the file: its node, its place (`tieout.yaml:14:7 meters[0].usage.scale`) and its name. */
export type Field = { readonly node: Node | null; readonly name: string; readonly path: string };

/** A mapping whose keys have been checked against the known ones. */
export type Section = {
  readonly path: string;
  /** null where the key is absent or empty. */
  readonly get: (key: string) => Field | null;
  /** As `get`, but reports an absent key. */
  readonly require: (key: string) => Field | null;
  readonly keys: readonly string[];
};

/**
 * Reads a YAML document and reports everything that is wrong, each with its position, rather than the first. The
 * readers give a harmless value where they report a problem; `finish` throws before anyone can use it.
 */
export class YamlReader {
  readonly problems: { readonly offset: number; readonly problem: Problem }[] = [];
  readonly warnings: Problem[] = [];
  /** Texts whose references are not set and that nobody needed while reading. */
  readonly unset: Setting[] = [];
  readonly root: Field;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #fileName: string;
  readonly #env: Environment;

  /** @throws TieoutError `config.syntax`, `config.duplicate` where the text is not one YAML document */
  constructor(text: string, { fileName, env }: { readonly fileName: string; readonly env: Environment }) {
    this.#fileName = fileName;
    this.#env = env;
    this.#document = parseDocument(text.replace(/^\uFEFF/, ''), {
      lineCounter: this.#lines,
      prettyErrors: false,
      strict: true,
    });
    this.#reportSyntax(text);
    const isBroken = this.#document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
    this.root = { node: this.#document.contents, name: '', path: this.#place(0, '') };
    if (isBroken) this.finish();
  }

  /** @throws TieoutError the first problem's code, with all `problems` in the order of the file */
  finish(): void {
    const ordered = [...this.problems].sort((a, b) => a.offset - b.offset).map(({ problem }) => problem);
    const [first] = ordered;
    if (first === undefined) return;
    const message = ordered.length === 1 ? first.message : `${this.#fileName} has ${ordered.length} problems.`;
    throw new TieoutError(first.code, {
      message,
      path: first.path,
      remedy: ordered.length === 1 ? (first.remedy ?? null) : 'Correct each of the places named.',
      problems: ordered,
    });
  }

  problem(field: Field, code: ErrorCode, message: string, remedy?: string): void {
    this.#add(this.#offset(field), field.name, { code, message, ...(remedy === undefined ? {} : { remedy }) });
  }

  warn(field: Field, code: ErrorCode, message: string, remedy: string): void {
    this.warnings.push({ code, path: field.path, message, remedy });
  }

  /** A mapping with the keys given and no other; null (reported) where the value is no mapping. */
  section(field: Field, known: readonly string[]): Section | null {
    const fields = this.mapping(field);
    if (fields === null) return null;
    for (const [key, found] of fields) {
      if (known.includes(key)) continue;
      const meant = nearestWord(key, known);
      this.#add(this.#keyOffset(found), found.name, {
        code: 'config.unknown_key',
        message: `"${key}" is not a key that Tieout knows here.${meant === null ? '' : ` Did you mean "${meant}"?`}`,
        remedy: `Known keys: ${known.join(', ')}.`,
      });
    }
    const get = (key: string): Field | null => {
      const found = fields.get(key);
      return found === undefined || isEmpty(found.node) ? null : found;
    };
    const require = (key: string): Field | null => {
      const found = get(key);
      if (found === null) {
        const name = joinName(field.name, key);
        this.problem({ ...field, name }, 'config.missing_key', `"${name}" is missing.`, `Add the key "${key}".`);
      }
      return found;
    };
    return { path: field.path, get, require, keys: [...fields.keys()] };
  }

  /** The entries of a mapping with free keys; null (reported) where the value is no mapping. */
  mapping(field: Field): ReadonlyMap<string, Field> | null {
    const node = this.#resolve(field.node);
    if (!isMap(node)) {
      this.#wrongType(field, 'a mapping of keys');
      return null;
    }
    const fields = new Map<string, Field>();
    for (const pair of node.items) {
      const keyNode = pair.key as Node;
      const key = isScalar(keyNode) ? (keyNode.source ?? String(keyNode.value)) : '?';
      const name = joinName(field.name, key);
      const value = pair.value as Node | null;
      const offset = (isEmpty(value) ? keyNode.range : value?.range)?.[0] ?? 0;
      const entry: Field = { node: value, name, path: this.#place(offset, name) };
      this.#keyOffsets.set(entry, keyNode.range?.[0] ?? 0);
      fields.set(key, entry);
    }
    return fields;
  }

  /** The elements of a list; none (reported) where the value is no list. */
  list(field: Field): readonly Field[] {
    const node = this.#resolve(field.node);
    if (!isSeq(node)) {
      this.#wrongType(field, 'a list');
      return [];
    }
    return node.items.map((item, index) => {
      const element = item as Node;
      const name = `${field.name}[${index}]`;
      return { node: element, name, path: this.#place(element.range?.[0] ?? 0, name) };
    });
  }

  /** One text, or a list of one or more. */
  texts(field: Field): readonly Field[] {
    if (!isSeq(this.#resolve(field.node))) return [field];
    const elements = this.list(field);
    if (elements.length === 0) this.problem(field, 'config.invalid_value', `"${field.name}" needs at least one entry.`);
    return elements;
  }

  /** Text whose references stay unread until `Setting.read`. */
  setting(field: Field): Setting {
    const source = this.#source(field, 'text');
    const expansion = expandReferences(source, this.#env);
    this.#reportMalformed(field, expansion.malformed);
    const setting = new Setting(source, field.path, expansion);
    if (!setting.isSet) this.unset.push(setting);
    return setting;
  }

  /** Text for people; a reference that is not set is left as it is written and listed. */
  label(field: Field): string {
    const setting = this.setting(field);
    const text = setting.isSet ? setting.read() : setting.source;
    if (text.trim() === '') this.problem(field, 'config.invalid_value', `"${field.name}" is empty.`);
    return text;
  }

  /** Text that is needed to read the file: a reference that is not set is a problem. Empty where one was reported. */
  text(field: Field, expected = 'text'): string {
    const source = this.#source(field, expected);
    const { value, missing, malformed } = expandReferences(source, this.#env);
    this.#reportMalformed(field, malformed);
    if (value === null) this.problem(field, 'config.env_not_set', notSetMessage(missing), notSetRemedy(missing));
    return value ?? '';
  }

  /** The value as a message may quote it: as written, so that no variable's value gets out, and not endless. */
  shown(field: Field): string {
    const node = this.#resolve(field.node);
    const source = isScalar(node) ? (typeof node.value === 'string' ? node.value : (node.source ?? '')) : '';
    const masked = source.replace(STRIPE_KEY, '[secret]');
    return masked.length > 60 ? `${masked.slice(0, 60)}…` : masked;
  }

  /** A text, a number or a truth value by its text: a value that a column is compared with. */
  word(field: Field): string {
    const node = this.#resolve(field.node);
    return isScalar(node) && typeof node.value === 'boolean' ? String(node.value) : this.text(field);
  }

  /** Text exactly as it stands, without references: an SQL query. */
  verbatim(field: Field): string {
    const text = this.#source(field, 'text');
    const [reference] = expandReferences(text, {}).names;
    if (reference !== undefined) {
      this.problem(
        field,
        'config.invalid_value',
        `\${${reference}} stands in a query, and no value is ever spliced into SQL.`,
        'Write the value itself, or use the bound parameters {from:DateTime}, {to:DateTime} and {customers:Array(String)}.',
      );
    }
    if (text.trim() === '') this.problem(field, 'config.invalid_value', `"${field.name}" is empty.`);
    return text;
  }

  choice<T extends string>(field: Field, choices: readonly T[], fallback: T): T {
    const before = this.problems.length;
    const text = this.text(field, 'a word');
    const found = choices.find((candidate) => candidate === text);
    if (found !== undefined) return found;
    if (this.problems.length > before) return fallback;
    const meant = nearestWord(text, choices);
    this.problem(
      field,
      'config.invalid_value',
      `"${this.shown(field)}" is not one of ${choices.join(', ')}.${meant === null ? '' : ` Did you mean "${meant}"?`}`,
      `Choose one of ${choices.join(', ')}.`,
    );
    return fallback;
  }

  /** Whether the value is this one word; says nothing where it is not. */
  isWord(field: Field, word: string): boolean {
    const node = this.#resolve(field.node);
    return isScalar(node) && node.value === word;
  }

  flag(field: Field): boolean {
    const node = this.#resolve(field.node);
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    this.#wrongType(field, 'true or false');
    return false;
  }

  /** A decimal ≥ 0, taken from its text: a YAML number never passes through a double. */
  decimal(field: Field): Decimal {
    const before = this.problems.length;
    const text = this.text(field, 'a decimal');
    const value = tryParseDecimal(text.trim());
    if (value !== null && value.coefficient >= 0n) return value;
    if (this.problems.length === before) {
      this.problem(
        field,
        'config.invalid_value',
        value === null ? `"${this.shown(field)}" is not a decimal number.` : `"${this.shown(field)}" is negative.`,
        'Write a decimal of 0 or more, such as "0.001".',
      );
    }
    return ZERO;
  }

  /** An exact decimal or fraction above 0. */
  fraction(field: Field): Fraction {
    const before = this.problems.length;
    const text = this.text(field, 'a decimal or fraction');
    if (this.problems.length > before) return UNIT_FRACTION;
    const value = attempt(() => parseFraction(text));
    if (value !== null && value.numerator > 0n) return value;
    this.problem(
      field,
      'config.invalid_value',
      value === null
        ? `"${this.shown(field)}" is neither a decimal nor a fraction.`
        : `"${this.shown(field)}" is not above 0.`,
      'Write an exact decimal such as "0.000001" or a fraction such as "1/3600".',
    );
    return UNIT_FRACTION;
  }

  /** Milliseconds. */
  duration(field: Field, { minimumMs }: { readonly minimumMs: number }): number {
    const before = this.problems.length;
    const text = this.text(field, 'a duration');
    if (this.problems.length > before) return minimumMs;
    const durationMs = attempt(() => parseDuration(text));
    if (durationMs !== null && durationMs >= minimumMs) return durationMs;
    this.problem(
      field,
      'config.invalid_value',
      durationMs === null ? `"${this.shown(field)}" is not a duration.` : `"${this.shown(field)}" is too short.`,
      'Write a whole number and a unit: 500ms, 90s, 2m, 1h or 3d.',
    );
    return minimumMs;
  }

  integer(field: Field, { minimum, maximum }: { readonly minimum: number; readonly maximum: number }): number {
    const before = this.problems.length;
    const text = this.text(field, 'a whole number');
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    if (this.problems.length === before) {
      this.problem(
        field,
        'config.invalid_value',
        `"${this.shown(field)}" is not a whole number from ${minimum} to ${maximum}.`,
        `Write a whole number from ${minimum} to ${maximum}.`,
      );
    }
    return minimum;
  }

  /** Where the key of a field stands, for fields that came from a mapping. */
  readonly #keyOffsets = new WeakMap<Field, number>();

  #keyOffset(field: Field): number {
    return this.#keyOffsets.get(field) ?? this.#offset(field);
  }

  #offset(field: Field): number {
    if (!isEmpty(field.node) && field.node?.range) return field.node.range[0];
    return this.#keyOffsets.get(field) ?? 0;
  }

  #place(offset: number, name: string): string {
    const { line, col } = this.#lines.linePos(offset);
    const position = `${this.#fileName}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
    return name === '' ? position : `${position} ${name}`;
  }

  /** Repeated keys, and the first mistake of syntax alone: what a YAML parser says after one is mostly its echo. */
  #reportSyntax(text: string): void {
    const lines = text.split(/\r\n|\n|\r/);
    let isBroken = false;
    for (const error of [...this.#document.errors, ...this.#document.warnings]) {
      const [offset] = error.pos;
      if (error.code === 'DUPLICATE_KEY') {
        this.#add(offset, '', {
          code: 'config.duplicate',
          message: 'This key stands twice in the same mapping.',
          remedy: 'Keep one of the two.',
        });
        continue;
      }
      if (isBroken) continue;
      isBroken = true;
      const { line } = this.#lines.linePos(offset);
      this.#add(offset, '', {
        code: 'config.syntax',
        message: `Not valid YAML: ${withoutSource(error.message)}.`,
        remedy: /[{,].*\$\{/.test(lines[line - 1] ?? '')
          ? `Inside { … } a reference must stand between quotes: "\${NAME}".`
          : 'Mind the indentation, quotes and brackets at this place.',
      });
    }
  }

  #add(offset: number, name: string, problem: Omit<Problem, 'path'>): void {
    this.problems.push({ offset, problem: { ...problem, path: this.#place(offset, name) } });
  }

  #resolve(node: Node | null): Node | null | undefined {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  /** The scalar as written (numbers keep every digit of their text). */
  #source(field: Field, expected: string): string {
    const node = this.#resolve(field.node);
    if (isScalar(node)) {
      if (typeof node.value === 'string') return node.value;
      if (typeof node.value === 'number' || typeof node.value === 'bigint') return node.source ?? String(node.value);
    }
    this.#wrongType(field, expected);
    return '';
  }

  #wrongType(field: Field, expected: string): void {
    const node = this.#resolve(field.node);
    const name = field.name === '' ? 'The file' : `"${field.name}"`;
    this.problem(field, 'config.invalid_value', `${name} is ${kindOf(node)} where ${expected} is expected.`);
  }

  #reportMalformed(field: Field, malformed: readonly string[]): void {
    for (const name of malformed) {
      this.problem(
        field,
        'config.invalid_value',
        `\${${name}} is not a reference to an environment variable.`,
        `Write \${NAME} with letters, digits and underscores, or $\${…} for the text itself.`,
      );
    }
  }
}

const STRIPE_KEY = /\b(sk|rk)_(live|test)_\w*/g;

/** The parser's words without the piece of the file that they quote, which may be a password. */
const withoutSource = (message: string): string =>
  message
    .replace(/^(Unresolved tag|Unexpected .* token in YAML \w+|Not a YAML token|.* extra characters): .*$/s, '$1')
    .replace(/\.$/, '');

const joinName = (parent: string, key: string): string => (parent === '' ? key : `${parent}.${key}`);

const isEmpty = (node: Node | null | undefined): boolean =>
  node === null || node === undefined || (isScalar(node) && node.value === null);

function kindOf(node: Node | null | undefined): string {
  if (isEmpty(node)) return 'empty';
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (isScalar(node) && typeof node.value === 'boolean') return 'true or false';
  if (isScalar(node) && typeof node.value === 'number') return 'a number';
  return 'text';
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof TieoutError) return null;
    throw error;
  }
}
