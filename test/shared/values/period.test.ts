import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatInstant, instant, parseInstant } from '../../../shared/values/instant.ts';
import {
  addMonths,
  contains,
  daysIn,
  hoursIn,
  monthOf,
  monthPeriod,
  nextMonth,
  overlaps,
  parseMonth,
  previousMonth,
  requireBegun,
} from '../../../shared/values/period.ts';
import { SEED } from './arbitraries.ts';

const at = (text: string) => parseInstant(text);

test.each([
  ['2026-05', '2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z', 31, 744],
  ['2024-02', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z', 29, 696],
  ['2026-02', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z', 28, 672],
  ['2100-02', '2100-02-01T00:00:00Z', '2100-03-01T00:00:00Z', 28, 672],
  ['2026-12', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z', 31, 744],
  ['0050-01', '0050-01-01T00:00:00Z', '0050-02-01T00:00:00Z', 31, 744],
])('%s', (text, from, to, days, hours) => {
  const month = parseMonth(text);
  const period = monthPeriod(month);
  expect([formatInstant(period.from), formatInstant(period.to)]).toEqual([from, to]);
  expect([daysIn(month), hoursIn(period)]).toEqual([days, hours]);
});

test.each([
  '',
  '2026-13',
  '2026-00',
  '2026-5',
  '26-05',
  '2026-3-1',
  '2026-05-01',
  ' 2026-05',
  '2026-05\n',
  '２０２６-05',
])('%j is no month', (text) => {
  expect(() => parseMonth(text, 'month')).toThrowError(
    expect.objectContaining({ code: 'period.malformed', path: 'month' }),
  );
});

test('an event exactly at the end belongs to the next month, to the millisecond', () => {
  const may = monthPeriod(parseMonth('2026-05'));
  expect(contains(may, may.from)).toBe(true);
  expect(contains(may, instant(may.to - 1))).toBe(true);
  expect(contains(may, may.to)).toBe(false);
  expect([monthOf(instant(may.to - 1)), monthOf(may.to)]).toEqual(['2026-05', '2026-06']);
});

test('neighbours do not overlap', () => {
  const [may, june] = [monthPeriod(parseMonth('2026-05')), monthPeriod(parseMonth('2026-06'))];
  expect(overlaps(may, june)).toBe(false);
  expect(overlaps(may, { from: instant(may.to - 1), to: june.to })).toBe(true);
});

test('months follow each other without a gap, and every instant is in exactly its own', () => {
  const years = fc.tuple(fc.integer({ min: 1, max: 9998 }), fc.integer({ min: 1, max: 12 }));
  const month = years.map(([year, index]) =>
    parseMonth(`${String(year).padStart(4, '0')}-${String(index).padStart(2, '0')}`),
  );
  fc.assert(
    fc.property(
      month,
      fc.integer({ min: -120, max: 120 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (key, steps, share) => {
        const period = monthPeriod(key);
        expect(monthPeriod(nextMonth(key)).from).toBe(period.to);
        expect(previousMonth(nextMonth(key))).toBe(key);
        expect(monthOf(instant(period.from + Math.floor((period.to - period.from - 1) * share)))).toBe(key);
        fc.pre(Number(key.slice(0, 4)) > 10 && Number(key.slice(0, 4)) < 9980);
        expect(addMonths(addMonths(key, steps), -steps)).toBe(key);
      },
    ),
    SEED,
  );
});

test('a month that cannot be written in four digits is refused', () => {
  expect(() => nextMonth(parseMonth('9999-12'))).toThrowError(expect.objectContaining({ code: 'period.malformed' }));
  expect(() => previousMonth(parseMonth('0000-01'))).toThrowError(
    expect.objectContaining({ code: 'period.malformed' }),
  );
});

describe('a month in the future', () => {
  const may = parseMonth('2026-05');

  test('is refused until its first instant', () => {
    expect(() => requireBegun(may, at('2026-04-30T23:59:59.999Z'))).toThrowError(
      expect.objectContaining({ code: 'period.in_future', remedy: 'Choose 2026-04 or an earlier month.' }),
    );
    expect(() => requireBegun(may, at('2026-05-01'))).not.toThrow();
  });
});
