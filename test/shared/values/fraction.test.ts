import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import {
  formatFraction,
  fraction,
  multiplyFractions,
  parseFraction,
  scaleBy,
} from '../../../shared/values/fraction.ts';
import { decimalText, roundingMode, SEED } from './arbitraries.ts';
import { Exact, ORACLE_MODE, plain } from './oracle.ts';

test.each([
  ['0.000001', '1/1000000'],
  ['1', '1'],
  ['1/3600', '1/3600'],
  [' 2 / 4 ', '1/2'],
  ['1/1073741824000', '1/1073741824000'],
  ['1.5/0.5', '3'],
  ['-1/2', '-1/2'],
  ['1/-2', '-1/2'],
  ['0/7', '0'],
  ['1e-6', '1/1000000'],
])('%s is %s', (text, expected) => {
  expect(formatFraction(parseFraction(text))).toBe(expected);
});

test.each(['', '/', '1/', '/2', '1/0', '1/0.0', '1/2/3', 'a', '1 2', '1/x'])('%j is refused', (text) => {
  expect(() => parseFraction(text, 'scale')).toThrowError(
    expect.objectContaining({ code: 'fraction.malformed', path: 'scale' }),
  );
});

const nonZero = decimalText().filter((text) => !new Exact(text).isZero());

test('lowest terms, with a positive denominator', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.bigInt({ min: 1n, max: 10n ** 30n }), (n, d) => {
      const { numerator, denominator } = fraction(n, -d);
      expect(denominator > 0n).toBe(true);
      expect(numerator * -d).toBe(n * denominator);
      expect(fraction(numerator, denominator)).toEqual({ numerator, denominator });
    }),
    SEED,
  );
});

test('scaling rounds once, as the exact quotient would', () => {
  fc.assert(
    fc.property(decimalText(), decimalText(), nonZero, roundingMode(), (value, above, below, mode) => {
      const expected = new Exact(value).times(above).dividedBy(below).toDecimalPlaces(12, ORACLE_MODE[mode]);
      expect(formatDecimal(scaleBy(parseDecimal(value), parseFraction(`${above}/${below}`), 12, mode))).toBe(
        plain(expected),
      );
    }),
    SEED,
  );
});

test('multiplying fractions is scaling twice', () => {
  fc.assert(
    fc.property(nonZero, nonZero, nonZero, nonZero, (a, b, c, d) => {
      const product = multiplyFractions(parseFraction(`${a}/${b}`), parseFraction(`${c}/${d}`));
      expect(product).toEqual(parseFraction(`${plain(new Exact(a).times(c))}/${plain(new Exact(b).times(d))}`));
    }),
    SEED,
  );
});
