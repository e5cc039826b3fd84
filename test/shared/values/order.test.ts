import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from '../../../shared/values/order.ts';
import { SEED } from './arbitraries.ts';

test('is the order of the UTF-8 bytes', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.string({
      unit: fc.constantFrom('a', 'é', '\u{ffff}', '\u{e000}', '\u{d7ff}', '\u{10000}', '\u{1f600}'),
      maxLength: 4,
    }),
  );
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(compareBytes(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    SEED,
  );
});

test.each([
  ['', '', 0],
  ['', 'a', -1],
  ['a', 'B', 1],
  ['cus_10', 'cus_9', -1],
  ['z', 'é', -1],
  ['\u{ffff}', '\u{10000}', -1],
])('%j and %j', (a, b, expected) => {
  expect(compareBytes(a, b)).toBe(expected);
});
