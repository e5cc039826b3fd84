import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineHours } from '../../../main/pull/combine-hours.ts';
import type { UsageHour } from '../../../main/sources/usage-source.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';

const UNIT = 10n ** 12n;

const whole = fc.oneof(
  fc.integer({ min: -100, max: 100 }),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).filter((value) => value >= 2n ** 53n || value <= -(2n ** 53n)),
);
const hours = fc
  .array(fc.record({ whole, frac: fc.integer({ min: 0, max: 999_999_999_999 }) }), { minLength: 1, maxLength: 50 })
  .map((list) => list.map((value, hour): UsageHour => ({ hour, ...value })));

const scaled = ({ whole, frac }: { readonly whole: number | bigint; readonly frac: number }): bigint =>
  BigInt(whole) * UNIT + BigInt(frac);

const fits = (value: bigint): boolean => value >= -(2n ** 63n) * UNIT && value < 2n ** 63n * UNIT;

test('sums, last values and maxima agree with arbitrary precision', () => {
  fc.assert(
    fc.property(hours, (list) => {
      const values = list.map(scaled);
      const sum = values.reduce((a, b) => a + b, 0n);
      const total = combineHours(list, 'sum', 0);
      if (fits(sum)) {
        expect(total === null ? null : scaled(total)).toBe(sum);
        expect(total?.invalid).toBeNull();
        expect(total?.frac).toBeLessThan(1_000_000_000_000);
        expect(total?.frac).toBeGreaterThanOrEqual(0);
      } else {
        expect(total?.invalid).toBe(formatDecimal({ coefficient: sum, scale: 12 }));
        expect(combineHours(list, 'sum', 6)?.invalid).toMatch(/does not fit/);
      }
      const last = combineHours(list, 'last', 0);
      expect(last === null ? null : scaled(last)).toBe(values.at(-1));
      const max = combineHours(list, 'max', 0);
      expect(max === null ? null : scaled(max)).toBe([...values].sort((a, b) => (a < b ? -1 : 1)).at(-1));
    }),
    { numRuns: 3_000, seed: 20260605 },
  );
});

test('no hour is no value; zero is one', () => {
  expect(combineHours([], 'sum', 0)).toBeNull();
  expect(combineHours([{ hour: 3, whole: 0, frac: 0 }], 'sum', 0)).toEqual({ whole: 0, frac: 0, invalid: null });
});

test('an hour that is no number spoils a sum and a maximum; of levels only the last hour counts', () => {
  const list: readonly UsageHour[] = [
    { hour: 0, whole: 0, frac: 0, invalid: 'inf' },
    { hour: 1, whole: 5, frac: 1 },
  ];
  expect(combineHours(list, 'sum', 0)?.invalid).toBe('inf');
  expect(combineHours(list, 'max', 0)?.invalid).toBe('inf');
  expect(combineHours(list, 'last', 0)).toEqual({ whole: 5, frac: 1, invalid: null });
});

test('hours that two integers do not hold are combined as the decimals that they are', () => {
  const list: readonly UsageHour[] = [
    { hour: 0, whole: 0, frac: 0, invalid: '18446744073709551615' },
    { hour: 1, whole: 1, frac: 500_000_000_000 },
    { hour: 2, whole: 0, frac: 0, invalid: '0.1234567890125' },
  ];
  expect(combineHours(list, 'sum', 0)?.invalid).toBe('18446744073709551616.6234567890125');
  expect(combineHours(list, 'max', 0)?.invalid).toBe('18446744073709551615');
  expect(combineHours(list, 'last', 0)?.invalid).toBe('0.1234567890125');
  expect(combineHours(list.slice(1), 'max', 0)).toEqual({ whole: 1n, frac: 500_000_000_000, invalid: null });
  // Stored values of another unit cannot be added to texts of the native one.
  expect(combineHours(list, 'sum', 6)?.invalid).toBe('18446744073709551615 does not fit 64 bits');
});
