import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BillingInterval,
  billingPeriodAt,
  billingPeriods,
  boundaryAt,
  fullPeriodFrom,
  isBoundary,
} from '../../../../shared/rating/invoice/billing-periods.ts';
import { DAY_MS, formatInstant, fromUnixSeconds, instant, parseInstant } from '../../../../shared/values/instant.ts';

const MONTHLY: BillingInterval = { unit: 'month', count: 1 };
const boundaries = (anchor: string, interval: BillingInterval, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    formatInstant(boundaryAt({ anchor: parseInstant(anchor), interval }, index)),
  );

describe('boundaries', () => {
  test.each([
    ['the 31st clamps and comes back', '2026-01-31T00:00:00Z', MONTHLY, '2026-01-31 2026-02-28 2026-03-31 2026-04-30'],
    ['in a leap year too', '2028-01-31T00:00:00Z', MONTHLY, '2028-01-31 2028-02-29 2028-03-31 2028-04-30'],
    ['the 30th', '2026-01-30T00:00:00Z', MONTHLY, '2026-01-30 2026-02-28 2026-03-30'],
    ['quarters', '2026-11-30T00:00:00Z', { unit: 'month', count: 3 }, '2026-11-30 2027-02-28 2027-05-30'],
    [
      'years from a leap day',
      '2024-02-29T00:00:00Z',
      { unit: 'year', count: 1 },
      '2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29',
    ],
    ['every second year', '2024-02-29T00:00:00Z', { unit: 'year', count: 2 }, '2024-02-29 2026-02-28 2028-02-29'],
    ['weeks', '2026-02-20T00:00:00Z', { unit: 'week', count: 1 }, '2026-02-20 2026-02-27 2026-03-06'],
    ['every tenth day', '2026-02-20T00:00:00Z', { unit: 'day', count: 10 }, '2026-02-20 2026-03-02 2026-03-12'],
  ] as const)('%s', (_, anchor, interval, days) => {
    const expected = days.split(' ').map((day) => `${day}T00:00:00Z`);
    expect(boundaries(anchor, interval, expected.length)).toEqual(expected);
  });

  test('to the second, before the anchor too', () => {
    const schedule = { anchor: parseInstant('2026-03-31T13:14:15Z'), interval: MONTHLY };
    expect(formatInstant(boundaryAt(schedule, -1))).toBe('2026-02-28T13:14:15Z');
    expect(isBoundary(schedule, parseInstant('2026-04-30T13:14:15Z'))).toBe(true);
    expect(isBoundary(schedule, parseInstant('2026-04-30T13:14:16Z'))).toBe(false);
  });
});

describe('the periods of a subscription', () => {
  const list = (start: string, anchor: string, range: [string, string]): string[] =>
    [
      ...billingPeriods(
        { anchor: parseInstant(anchor), interval: MONTHLY, start: parseInstant(start) },
        { from: parseInstant(range[0]), to: parseInstant(range[1]) },
      ),
    ].map(({ from, to }) => `${formatInstant(from).slice(0, 10)}/${formatInstant(to).slice(0, 10)}`);

  test.each([
    [
      'from the start',
      '2026-01-01',
      '2026-01-01',
      ['2026-01-01', '2026-03-01'],
      ['2026-01-01/2026-02-01', '2026-02-01/2026-03-01'],
    ],
    [
      'the first one is shorter',
      '2026-01-10',
      '2026-02-01',
      ['2026-01-01', '2026-03-01'],
      ['2026-01-10/2026-02-01', '2026-02-01/2026-03-01'],
    ],
    [
      'those that end in the range',
      '2026-01-15',
      '2026-01-15',
      ['2026-03-01', '2026-04-01'],
      ['2026-02-15/2026-03-15'],
    ],
    [
      'an end at the start of the range belongs before it',
      '2026-01-01',
      '2026-01-01',
      ['2026-02-01', '2026-03-01'],
      ['2026-02-01/2026-03-01'],
    ],
    ['none before the start', '2026-05-01', '2026-05-01', ['2026-01-01', '2026-05-01'], []],
  ] as const)('%s', (_, start, anchor, range, periods) => {
    expect(list(start, anchor, [...range])).toEqual(periods);
  });
});

describe('whatever the anchor', () => {
  const SEED = { seed: 20_260_617, numRuns: 1_500 };
  const second = fc.integer({ min: 0, max: 4_000_000_000 }).map(fromUnixSeconds);
  const interval = fc.record({
    unit: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'year' as const),
    count: fc.integer({ min: 1, max: 4 }),
  });

  test('a period holds its instant and meets its neighbours', () => {
    fc.assert(
      fc.property(second, interval, second, (anchor, every, at) => {
        const schedule = { anchor, interval: every };
        const { from, to } = billingPeriodAt(schedule, at);
        expect(from <= at && at < to).toBe(true);
        expect(billingPeriodAt(schedule, to).from).toBe(to);
        expect(billingPeriodAt(schedule, instant(from - 1)).to).toBe(from);
      }),
      SEED,
    );
  });

  test('months clamp to the last day and no other', () => {
    fc.assert(
      fc.property(second, fc.integer({ min: -200, max: 200 }), (anchor, index) => {
        const [day, found] = [new Date(anchor), new Date(boundaryAt({ anchor, interval: MONTHLY }, index))];
        const isLastDay = new Date(found.getTime() + DAY_MS).getUTCDate() === 1;
        expect(found.getUTCDate() === day.getUTCDate() || (isLastDay && found.getUTCDate() < day.getUTCDate())).toBe(
          true,
        );
        expect(found.toISOString().slice(11)).toBe(day.toISOString().slice(11));
        const months = (date: Date): number => date.getUTCFullYear() * 12 + date.getUTCMonth();
        expect(months(found) - months(day)).toBe(index);
      }),
      SEED,
    );
  });

  test('a full period from a boundary is the period', () => {
    const from = parseInstant('2026-02-15');
    expect(fullPeriodFrom(from, MONTHLY)).toEqual({ from, to: parseInstant('2026-03-15') });
  });
});
