import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare, equals, formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { FRAC_UNIT, fromStored, reported, requireStored, toStored } from '../../../shared/values/quantity.ts';
import { SEED } from './arbitraries.ts';
import { Exact, plain } from './oracle.ts';

/** Within 18 digits before the point and 12 after it. */
const storable = () =>
  fc
    .tuple(fc.bigInt({ min: -(10n ** 30n) + 1n, max: 10n ** 30n - 1n }), fc.integer({ min: 0, max: 30 }))
    .map(([scaled, cut]) => `${scaled / 10n ** BigInt(cut)}e-12`);

test.each([
  ['0', 0n, 0n],
  ['1', 1n, 0n],
  ['0.000000000001', 0n, 1n],
  ['-0.000000000001', -1n, FRAC_UNIT - 1n],
  ['-1', -1n, 0n],
  ['-1.25', -2n, 750_000_000_000n],
  ['999999999999999999.999999999999', 999_999_999_999_999_999n, FRAC_UNIT - 1n],
  ['9223372036854775807.5', 2n ** 63n - 1n, 500_000_000_000n],
  ['-9223372036854775808', -(2n ** 63n), 0n],
  ['1.5000000000000000', 1n, 500_000_000_000n],
])('%s is stored as two integers', (text, whole, frac) => {
  expect(toStored(parseDecimal(text))).toEqual({ whole, frac });
  expect(formatDecimal(fromStored(whole, frac))).toBe(plain(new Exact(text)));
});

test.each(['0.0000000000001', '9223372036854775808', '-9223372036854775808.1', '1e40'])('%s does not fit', (text) => {
  expect(toStored(parseDecimal(text))).toBeNull();
  expect(() => requireStored(parseDecimal(text), 'row 7')).toThrowError(
    expect.objectContaining({ code: 'decimal.out_of_range', path: 'row 7' }),
  );
});

test('stored quantities come back exactly and sort as what they stand for', () => {
  fc.assert(
    fc.property(storable(), storable(), (a, b) => {
      const [left, right] = [requireStored(parseDecimal(a)), requireStored(parseDecimal(b))];
      expect(equals(fromStored(left.whole, left.frac), parseDecimal(a))).toBe(true);
      expect(left.frac >= 0n && left.frac < FRAC_UNIT).toBe(true);
      const order = left.whole === right.whole ? left.frac - right.frac : left.whole - right.whole;
      expect(Math.sign(Number(order))).toBe(compare(parseDecimal(a), parseDecimal(b)));
    }),
    SEED,
  );
});

test.each([
  ['0.0000000000005', '0.000000000001'],
  ['-0.0000000000005', '-0.000000000001'],
  ['0.00000000000049', '0'],
  ['1.9999999999995', '2'],
])('%s is reported as %s', (text, expected) => {
  expect(formatDecimal(reported(parseDecimal(text)))).toBe(expected);
});
