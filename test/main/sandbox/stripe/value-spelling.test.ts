import { expect, test } from 'vitest';
import { asExponent, withNoise } from '../../../../main/sandbox/stripe/value-spelling.ts';
import { equals, parseDecimal } from '../../../../shared/values/decimal.ts';

test.each([
  ['12345000', '1.2345e+7'],
  ['0.000000000005', '5e-12'],
  ['-0.25', '-2.5e-1'],
  ['7', '7e+0'],
  ['0', '0'],
])('%s is %s in exponent notation', (plain, exponent) => {
  expect(asExponent(parseDecimal(plain))).toBe(exponent);
  expect(equals(parseDecimal(exponent), parseDecimal(plain))).toBe(true);
});

test.each([
  ['3600', '3600.000000000001'],
  ['0.1', '0.1000000000000001'],
  ['-2.5', '-2.500000000000001'],
  ['123456789012345678', '123456789012345778'],
  ['0', '0'],
])('%s with noise in the 16th digit is %s', (plain, noisy) => {
  expect(withNoise(parseDecimal(plain))).toBe(noisy);
});
