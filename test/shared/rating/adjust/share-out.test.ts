import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundTogether, toMinorUnits } from '../../../../shared/rating/adjust/money-rounding.ts';
import { shareOut, shareOutExact } from '../../../../shared/rating/adjust/share-out.ts';
import { equals, formatDecimal, parseDecimal, sum } from '../../../../shared/values/decimal.ts';
import { parseFraction } from '../../../../shared/values/fraction.ts';

const SEED = { seed: 20_260_611, numRuns: 1_500 };
const sharing = fc.constantFrom('largest_remainder' as const, 'last_line' as const, 'in_order' as const);
const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 8 });
const total = (list: readonly bigint[]): bigint => list.reduce((sumSoFar, item) => sumSoFar + item, 0n);

test.each([
  ['in proportion', 'largest_remainder', 100n, [300n, 100n], [75n, 25n]],
  // 100 ÷ 3 = 33.3…: the unit that remains goes to the earliest of equals.
  ['a remainder of equals', 'largest_remainder', 100n, [50n, 50n, 50n], [34n, 33n, 33n]],
  // 10 × 1/7 = 1.43, × 2/7 = 2.86, × 4/7 = 5.71: the two units go to .86 and .71.
  ['remainders that differ', 'largest_remainder', 10n, [100n, 200n, 400n], [1n, 3n, 6n]],
  ['all of it', 'largest_remainder', 7n, [3n, 0n, 4n], [3n, 0n, 4n]],
  ['a line of 0 takes no part', 'largest_remainder', 5n, [0n, 9n], [0n, 5n]],
  ['nothing to share over', 'largest_remainder', 0n, [0n, 0n], [0n, 0n]],
  ['the last line takes what remains', 'last_line', 100n, [50n, 50n, 50n], [33n, 33n, 34n]],
  ['as far as it goes', 'last_line', 149n, [50n, 50n, 50n], [49n, 50n, 50n]],
  ['in order', 'in_order', 100n, [70n, 50n, 50n], [70n, 30n, 0n]],
] as const)('%s', (_, how, amount, list, shares) => {
  expect(shareOut(amount, list, how)).toEqual(shares);
});

test('more than there is cannot be shared out', () => {
  expect(() => shareOut(6n, [5n], 'largest_remainder')).toThrow(RangeError);
  expect(() => shareOut(-1n, [5n], 'in_order')).toThrow(RangeError);
});

test('shares sum to the amount, none above its weight, and a proportional one is within a unit of its part', () => {
  fc.assert(
    fc.property(weights, fc.bigInt({ min: 0n, max: 1_000_000n }), sharing, (list, part, how) => {
      const whole = total(list);
      const amount = (whole * part) / 1_000_000n;
      const shares = shareOut(amount, list, how);
      expect(total(shares)).toBe(amount);
      for (const [index, share] of shares.entries()) {
        const weight = list[index] ?? 0n;
        expect(share >= 0n && share <= weight).toBe(true);
        const off = share * whole - amount * weight;
        if (how === 'largest_remainder') expect(off < whole && off > -whole - (whole === 0n ? 1n : 0n)).toBe(true);
      }
    }),
    SEED,
  );
});

test('who stands where decides nothing but ties', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.bigInt({ min: 1n, max: 10n ** 9n }), { minLength: 2, maxLength: 6 }), (list) => {
      const whole = total(list);
      const amount = whole / 3n;
      const remainders = list.map((weight) => (amount * weight) % whole);
      fc.pre(new Set(remainders).size === remainders.length);
      const forwards = shareOut(amount, list, 'largest_remainder');
      const backwards = shareOut(amount, [...list].reverse(), 'largest_remainder');
      expect([...backwards].reverse()).toEqual(forwards);
    }),
    SEED,
  );
});

test('unrounded shares sum to the amount to the last digit', () => {
  const list = ['0.1', '0.2', '1e-20'].map((text) => parseDecimal(text));
  const shares = shareOutExact(parseDecimal('0.1'), list, 'largest_remainder');
  expect(formatDecimal(sum(shares))).toBe('0.1');
  const thirds = shareOutExact(parseDecimal('1'), Array(3).fill(parseDecimal('1')), 'largest_remainder');
  expect(thirds.map(formatDecimal)).toEqual(['0.333333333334', '0.333333333333', '0.333333333333']);
  expect(equals(sum(thirds), parseDecimal('1'))).toBe(true);
});

test.each([
  ['half_up', ['1/2', '1/2'], [1n, 0n]],
  ['half_up', ['1/3', '1/3', '1/3'], [1n, 0n, 0n]],
  ['half_up', ['0.4', '0.6'], [0n, 1n]],
  ['half_up', ['-1/2', '1/4'], [0n, 0n]],
  ['half_up', ['-3/2', '1/2'], [-1n, 0n]],
  ['up', ['0.1', '0.1'], [1n, 0n]],
  ['down', ['0.9', '0.9'], [1n, 0n]],
] as const)('rounded together, %s: %j', (mode, list, amounts) => {
  expect(
    roundTogether(
      list.map((text) => parseFraction(text)),
      toMinorUnits(mode),
    ),
  ).toEqual(amounts);
});

test('amounts are multiples of the unit that is asked for', () => {
  const exacts = ['12', '15', '4'].map((text) => parseFraction(text));
  expect(roundTogether(exacts, { mode: 'half_up', unitMinor: 10n })).toEqual([10n, 20n, 0n]);
});
