import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExactJson, printExactJson } from '../../../shared/values/exact-json.ts';

test('numbers arrive as they are written; safe integers as numbers', () => {
  const text = '[1,-7,0,9007199254740991,9007199254740992,0.10,1e3,1E-9,-0,12345678901234567890,"1.0",true,null]';
  expect(parseExactJson(text)).toEqual([
    1,
    -7,
    0,
    9007199254740991,
    '9007199254740992',
    '0.10',
    '1e3',
    '1E-9',
    '-0',
    '12345678901234567890',
    '1.0',
    true,
    null,
  ]);
});

test('integers of any size are written with all their digits and come back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.constantFrom(0, 2), (integer, indent) => {
      const text = printExactJson({ amount: integer }, indent);
      expect(text.replace(/\s/g, '')).toBe(`{"amount":${integer}}`);
      expect(BigInt((parseExactJson(text) as { amount: string | number }).amount)).toBe(integer);
    }),
    { numRuns: 500, seed: 5 },
  );
});

test('what is no JSON is a SyntaxError', () => {
  expect(() => parseExactJson('{"a":NaN}')).toThrow(SyntaxError);
});
