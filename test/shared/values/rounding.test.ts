import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideInteger } from '../../../shared/values/rounding.ts';
import { roundingMode, SEED } from './arbitraries.ts';
import { Exact, ORACLE_MODE } from './oracle.ts';

test('integer division agrees with an independent library, whatever the signs', () => {
  const integer = fc.oneof(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.bigInt({ min: -50n, max: 50n }));
  fc.assert(
    fc.property(integer, integer, roundingMode(), (numerator, denominator, mode) => {
      fc.pre(denominator !== 0n);
      const expected = new Exact(numerator.toString()).dividedBy(denominator.toString());
      expect(divideInteger(numerator, denominator, mode)).toBe(
        BigInt(expected.toDecimalPlaces(0, ORACLE_MODE[mode]).toFixed()),
      );
    }),
    SEED,
  );
});

test('there is no division by zero', () => {
  expect(() => divideInteger(1n, 0n, 'half_up')).toThrow(RangeError);
});
