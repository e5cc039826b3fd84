import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathOf, withAdded, without, withValue } from '../../../shared/values/edit-json.ts';
import {
  type JsonNode,
  JsonTextError,
  lookAtJson,
  nearestNode,
  nodeAt,
  placeAt,
  readJsonPlaces,
} from '../../../shared/values/json-places.ts';

/** The value that a tree stands for, put together anew. */
function builtFrom(node: JsonNode): unknown {
  if (node.kind === 'array') return node.items.map(builtFrom);
  if (node.kind === 'object') return Object.fromEntries(node.members.map(({ key, value }) => [key, builtFrom(value)]));
  return node.kind === 'string' ? node.value : JSON.parse(node.value);
}

const anyJson = fc
  .jsonValue({ maxDepth: 4, noUnicodeString: false })
  .filter((value) => !JSON.stringify(value).includes('__proto__'));

test('a text is read as JSON.parse reads it, and every value stands where it says', () => {
  fc.assert(
    fc.property(anyJson, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const root = readJsonPlaces(text);
      expect(builtFrom(root)).toEqual(JSON.parse(text));
      expect(text.slice(root.from, root.to)).toBe(text);
    }),
    { numRuns: 150 },
  );
});

test('what is broken is said where it breaks, exactly where JSON.parse refuses it', () => {
  fc.assert(
    fc.property(anyJson, fc.nat(), (value, cut) => {
      const whole = JSON.stringify(value);
      const text = whole.slice(0, cut % (whole.length + 1));
      const isJson = (() => {
        try {
          JSON.parse(text);
          return true;
        } catch {
          return false;
        }
      })();
      if (isJson) expect(builtFrom(readJsonPlaces(text))).toEqual(JSON.parse(text));
      else expect(() => readJsonPlaces(text)).toThrow(JsonTextError);
    }),
    { numRuns: 150 },
  );
});

test('a long text is looked at here and there, and gives the same', () => {
  const padding = 'x'.repeat(500_000);
  fc.assert(
    fc.property(fc.array(anyJson, { minLength: 1, maxLength: 4 }), (list) => {
      const value = { padding, list, inner: { list: [list, { list }] } };
      const text = JSON.stringify(value);
      expect(builtFrom(lookAtJson(text))).toEqual(JSON.parse(text));
      expect(JSON.parse(withValue(text, 'list[0]', '7')).list[0]).toBe(7);
      expect(JSON.parse(without(text, 'list[0]')).list).toEqual(JSON.parse(text).list.slice(1));
    }),
    { numRuns: 25 },
  );
  const broken = `{"padding":"${padding}","list":[{"a" 1},{"b":"\\\\"}]}`;
  expect(builtFrom(lookAtJson(broken))).toEqual({ padding, list: [{}, { b: '\\' }] });
  expect(() => lookAtJson(`{"padding":"${padding}","list":[{"a":1}`)).toThrow(JsonTextError);
  expect(() => lookAtJson(`{"padding":"${padding}","list":[{"a":"1}]}`)).toThrow(JsonTextError);
});

test.each([
  ['{ "a": 1, }', 'a comma too many', { line: 1, column: 11 }],
  ['{\n  "a" 1 }', 'a colon is missing here', { line: 2, column: 7 }],
  ['[1 2]', 'a comma is missing here', { line: 1, column: 4 }],
  ['{ "a": tru }', 'a value is missing here', { line: 1, column: 8 }],
  ['{ "a": "\n" }', 'this text in quotation marks is not closed, or not allowed', { line: 1, column: 8 }],
  ['{ "a": [1', 'the text ends too early', { line: 1, column: 10 }],
  ['{} {}', 'nothing may follow the document', { line: 1, column: 4 }],
  ['[01]', 'a comma is missing here', { line: 1, column: 3 }],
  ['['.repeat(300), 'this is nested too deeply', { line: 1, column: 202 }],
])('%j is no JSON: %s', (text, message, place) => {
  const error = (() => {
    try {
      readJsonPlaces(text);
      return null;
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({ message });
  expect(placeAt(text, (error as JsonTextError).offset)).toEqual(place);
});

test('a path leads to its value, and a missing one to the nearest around it', () => {
  const text = '{"a":[{"b":1},{"b":2,"b":3}]}';
  const root = readJsonPlaces(text);
  const source = (node: JsonNode | undefined): string | null =>
    node === undefined ? null : text.slice(node.from, node.to);
  expect(source(nodeAt(root, 'a[1].b'))).toBe('3');
  expect(source(nodeAt(root, 'a[2]'))).toBeNull();
  expect(source(nearestNode(root, 'a[0].c.d'))).toBe('{"b":1}');
});

describe('a change leaves everything else as it stands', () => {
  const text = `{
  "name": "x",   "odd" : 1.50e2,
  "list": [
    { "id": 1 },
    { "id": 2 }
  ],
  "short": [1, 2]
}`;
  test.each([
    ['a value', withValue(text, 'name', '"y"'), text.replace('"x"', '"y"')],
    ['a value in a list', withValue(text, 'list[1].id', '7'), text.replace('"id": 2', '"id": 7')],
    ['a new member', withValue(text, 'list[0].more', 'true'), text.replace('{ "id": 1 }', '{ "id": 1, "more": true }')],
    [
      'members on the way',
      withValue(text, 'list[0].a.b', '1'),
      text.replace('{ "id": 1 }', '{ "id": 1, "a": { "b": 1 } }'),
    ],
    [
      'one more entry',
      withAdded(text, 'list', '{ "id": 3 }'),
      text.replace('{ "id": 2 }', '{ "id": 2 },\n    { "id": 3 }'),
    ],
    ['one more in a line', withAdded(text, 'short', '3'), text.replace('[1, 2]', '[1, 2, 3]')],
    ['a list that was not there', withAdded(text, 'new', '1'), text.replace('[1, 2]', '[1, 2],\n  "new": [1]')],
    ['the first entry gone', without(text, 'list[0]'), text.replace('{ "id": 1 },\n    ', '')],
    ['the last entry gone', without(text, 'list[1]'), text.replace(',\n    { "id": 2 }', '')],
    ['a member gone', without(text, 'odd'), text.replace('"odd" : 1.50e2,\n  ', '')],
    ['what is not there stays away', without(text, 'list[9]'), text],
  ])('%s', (_, changed, expected) => {
    expect(changed).toBe(expected);
  });

  test('into what is empty', () => {
    expect(withAdded('{\n  "a": []\n}', 'a', '{\n  "b": 1\n}')).toBe('{\n  "a": [\n    {\n      "b": 1\n    }\n  ]\n}');
    expect(withValue('{}', 'a', '1')).toBe('{"a": 1}');
    expect(without('{ "a": 1 }', 'a')).toBe('{}');
  });

  test('whatever is written at a path is read there, and the rest is what it was', () => {
    const keys = fc.constantFrom('a', 'b', 'c');
    const tree = fc.dictionary(
      keys,
      fc.oneof(fc.integer(), fc.array(fc.dictionary(keys, fc.integer()), { maxLength: 3 })),
    );
    const path = fc.tuple(keys, fc.option(fc.tuple(fc.nat(2), keys), { nil: null }));
    fc.assert(
      fc.property(tree, path, fc.integer(), fc.constantFrom(0, 2), (value, [key, inner], wanted, indent) => {
        const before = JSON.stringify(value, null, indent);
        const list = value[key];
        const [index, name] = inner ?? [0, ''];
        const isInner = inner !== null && Array.isArray(list) && index < list.length;
        const parts = isInner ? [key, index, name] : [key];
        const after = JSON.parse(withValue(before, pathOf(parts), String(wanted)));
        const expected = structuredClone(value) as Record<string, unknown>;
        if (isInner) (expected[key] as Record<string, number>[])[index] = { ...(list[index] ?? {}), [name]: wanted };
        else expected[key] = wanted;
        expect(after).toEqual(expected);
        const gone = JSON.parse(without(before, pathOf(parts)));
        const left = structuredClone(value) as Record<string, unknown>;
        if (isInner) delete (left[key] as Record<string, number>[])[index]?.[name];
        else delete left[key];
        expect(gone).toEqual(left);
      }),
      { numRuns: 200 },
    );
  });
});
