import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HourValue } from '../../../main/cache/hour-pack.ts';
import { HourTotals } from '../../../main/cache/hour-totals.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';

const UNIT = 10n ** 12n;

const value = fc.record({
  hour: fc.nat(20),
  whole: fc.oneof(
    fc.integer({ min: -1000, max: 1000 }),
    fc.maxSafeInteger(),
    fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 60n }),
    fc.bigInt({ min: -(2n ** 60n), max: -(2n ** 53n) }),
  ),
  frac: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999_999 })),
});
const cells = fc.array(fc.uniqueArray(value, { selector: ({ hour }) => hour, maxLength: 8 }), { maxLength: 12 });

const unitsOf = ({ whole, frac, text }: HourValue): bigint => {
  if (text === undefined) return BigInt(whole) * UNIT + BigInt(frac);
  const { coefficient, scale } = parseDecimal(text);
  return coefficient * 10n ** BigInt(12 - scale);
};

test('hours of many cells are added up exactly, whatever leaves plain numbers', () => {
  fc.assert(
    fc.property(cells, (list) => {
      const totals = new HourTotals(0);
      const expected = new Map<number, bigint>();
      for (const hours of list) {
        totals.add(hours);
        for (const one of hours) expected.set(one.hour, (expected.get(one.hour) ?? 0n) + unitsOf(one));
      }
      const found = totals.totals() ?? [];
      expect(found.map((one) => [one.hour, unitsOf(one)])).toEqual([...expected].sort(([a], [b]) => a - b));
      for (const { whole, frac } of found) {
        if (typeof whole === 'number') expect(Number.isSafeInteger(whole)).toBe(true);
        expect(frac).toBeGreaterThanOrEqual(0);
        expect(frac).toBeLessThan(1e12);
      }
    }),
    { numRuns: 1_000, seed: 20260601 },
  );
});

const odd = (hour: number, text: string): HourValue => ({ hour, whole: 0, frac: 0, text });

test.each<[string, number, readonly HourValue[], HourValue]>([
  [
    'a decimal that fits no two integers',
    0,
    [odd(3, '0.0000000000001'), { hour: 3, whole: 2, frac: 0 }],
    odd(3, '2.0000000000001'),
  ],
  ['texts that together fit', 0, [odd(3, '1.5'), { hour: 3, whole: 2, frac: 0 }], { hour: 3, whole: 3, frac: 5e11 }],
  ['no number', 0, [{ hour: 3, whole: 2, frac: 0 }, odd(3, 'nan'), odd(3, '1')], odd(3, 'nan')],
  ['a text of another unit', 2, [{ hour: 3, whole: 2, frac: 0 }, odd(3, '99')], odd(3, '99 does not fit 64 bits')],
  [
    'more than 64 bits of another unit',
    2,
    [
      { hour: 3, whole: 2n ** 63n - 1n, frac: 0 },
      { hour: 3, whole: 2n ** 63n - 1n, frac: 0 },
    ],
    odd(3, '18446744073709551614 does not fit 64 bits'),
  ],
])('%s', (_, exponent, values, expected) => {
  const totals = new HourTotals(exponent);
  for (const one of values) totals.add([one]);
  expect(totals.totals()).toEqual([expected]);
});

test('a cell without hours leaves no totals', () => {
  const totals = new HourTotals(0);
  totals.add([{ hour: 1, whole: 1, frac: 0 }]);
  expect(totals.totals()).toHaveLength(1);
  totals.add(null);
  expect(totals.totals()).toBeNull();
});
