import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import {
  addMoney,
  allocate,
  formatMinorAsMajor,
  formatMoney,
  minorDigits,
  money,
  negateMoney,
  parseCurrency,
  roundToMoney,
  subtractMoney,
} from '../../../shared/values/money.ts';
import { decimalText, roundingMode, SEED } from './arbitraries.ts';
import { Exact, ORACLE_MODE } from './oracle.ts';

const usd = parseCurrency('usd');

test.each([
  ['USD', 'usd'],
  ['eur', 'eur'],
])('%s is the currency %s', (text, expected) => {
  expect(parseCurrency(text)).toBe(expected);
});

test.each(['', 'us', 'usdx', 'u$d', 'ｕｓｄ'])('%j is no currency', (text) => {
  expect(() => parseCurrency(text, 'price.currency')).toThrowError(
    expect.objectContaining({ code: 'money.unknown_currency', path: 'price.currency' }),
  );
});

test.each([
  ['usd', 84n, '0.84'],
  ['usd', 350n, '3.50'],
  ['usd', -5n, '-0.05'],
  ['usd', 0n, '0.00'],
  ['jpy', 350n, '350'],
  ['kwd', 1_234n, '1.234'],
  ['kwd', 10n, '0.010'],
  ['isk', 100n, '1.00'],
  ['usd', 10n ** 20n + 1n, '1000000000000000000.01'],
])('%s %s minor units', (currency, minor, expected) => {
  expect(formatMinorAsMajor(minor, currency)).toBe(expected);
});

test.each<[string, bigint, string]>([
  ['usd', 97_785n, '977.85 USD'],
  ['usd', 14_357_643n, '143,576.43 USD'],
  ['usd', -123_456n, '-1,234.56 USD'],
  ['jpy', 1_000n, '1,000 JPY'],
  ['kwd', 1_234_567n, '1,234.567 KWD'],
])('in a sentence %s %s minor units are %s', (currency, minor, expected) => {
  expect(formatMoney(minor, currency)).toBe(expected);
});

test('zero- and three-decimal currencies are those that Stripe lists', () => {
  const zero = 'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' ');
  const three = 'bhd jod kwd omr tnd'.split(' ');
  expect(zero.map(minorDigits).every((digits) => digits === 0)).toBe(true);
  expect(three.map(minorDigits).every((digits) => digits === 3)).toBe(true);
  expect(['usd', 'eur', 'isk', 'ugx'].map(minorDigits)).toEqual([2, 2, 2, 2]);
});

test('amounts of two currencies are not added', () => {
  const [dollars, yen] = [money(usd, 1n), money(parseCurrency('jpy'), 1n)];
  for (const mix of [addMoney, subtractMoney]) {
    expect(() => mix(dollars, yen)).toThrowError(expect.objectContaining({ code: 'money.currency_mismatch' }));
  }
});

test('adding and taking away again changes nothing', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
      const sum = addMoney(money(usd, a), money(usd, b));
      expect(subtractMoney(sum, money(usd, b))).toEqual(money(usd, a));
      expect(addMoney(sum, negateMoney(sum)).minor).toBe(0n);
    }),
    SEED,
  );
});

test('rounding to minor units agrees with an independent library', () => {
  fc.assert(
    fc.property(decimalText(), roundingMode(), (text, mode) => {
      const expected = new Exact(text).toDecimalPlaces(0, ORACLE_MODE[mode]).toFixed();
      expect(roundToMoney(usd, parseDecimal(text), mode).minor).toBe(BigInt(expected));
    }),
    SEED,
  );
});

describe('allocate', () => {
  test.each([
    [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
    [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
    [1n, [0n, 3n, 3n], [0n, 1n, 0n]],
    [5n, [0n, 0n, 1n], [0n, 0n, 5n]],
    [10n, [5n, 3n, 2n], [5n, 3n, 2n]],
    [101n, [50n, 30n, 20n], [51n, 30n, 20n]],
    [0n, [1n, 2n], [0n, 0n]],
  ])('%s over the weights given', (total, weights, expected) => {
    expect(allocate(total, weights)).toEqual(expected);
  });

  test('parts add up, none is a whole unit from its exact share, and nothing goes to a weight of zero', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), weights, (total, shares) => {
        const whole = shares.reduce((accumulated, share) => accumulated + share, 0n);
        fc.pre(whole > 0n);
        const parts = allocate(total, shares);
        expect(parts.reduce((accumulated, part) => accumulated + part, 0n)).toBe(total);
        parts.forEach((part, index) => {
          const share = shares[index] ?? 0n;
          const error = part * whole - total * share;
          expect(error < whole && error > -whole).toBe(true);
          if (share === 0n) expect(part).toBe(0n);
        });
      }),
      SEED,
    );
  });

  test('needs a weight', () => {
    expect(() => allocate(1n, [])).toThrow(RangeError);
    expect(() => allocate(1n, [0n, 0n])).toThrow(RangeError);
  });
});
