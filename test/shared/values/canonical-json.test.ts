import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Canonical, canonicalJson } from '../../../shared/values/canonical-json.ts';

describe('the one text of a value', () => {
  test.each<[string, Canonical, string]>([
    ['keys in byte order', { b: 1, a: 2, B: 3 }, '{"B":3,"a":2,"b":1}'],
    // UTF-16 would put the emoji, which begins with a surrogate, before the private-use letter.
    ['byte order beyond the BMP', { '😀': 1, '\uE000': 2 }, '{"\uE000":2,"😀":1}'],
    ['absent keys', { a: undefined, b: null }, '{"b":null}'],
    ['lists keep their order', [3, 1, 2], '[3,1,2]'],
    ['whole numbers of any size', 123456789012345678901234567890n, '123456789012345678901234567890'],
    ['a negative zero is zero', -0, '0'],
    ['control characters', 'a\n"\u0001', '"a\\n\\"\\u0001"'],
    ['nested', { a: [{ c: true, b: '0.10' }] }, '{"a":[{"b":"0.10","c":true}]}'],
  ])('%s', (_name, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each<[string, Canonical]>([
    ['a fraction', 0.1],
    ['a number past the safe ones', 2 ** 53],
    ['not a number', Number.NaN],
    ['half a surrogate pair', 'a\uD800'],
  ])('%s has none', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(RangeError);
  });
});

const json = fc.letrec<{ value: Canonical }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 5 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ) as fc.Arbitrary<Canonical>,
})).value;

test('it reads back as the value, whatever the order in which the keys were written', () => {
  const reversed = (value: Canonical): Canonical => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value as Record<string, Canonical>)
        .reverse()
        .map(([key, member]) => [key, reversed(member)]),
    );
  };
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text) as Canonical)).toBe(text);
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
    { numRuns: 300 },
  );
});
