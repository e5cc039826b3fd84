import { expect, test } from 'vitest';
import { intervalOf, usagePeriods } from '../../../../main/api/invoices/periods.ts';
import type { Subscription } from '../../../../shared/billing/subscription.ts';
import { formatInstant, parseInstant } from '../../../../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../../../../shared/values/period.ts';

const MONTHLY = { unit: 'month', count: 1 } as const;

function subscription(of: {
  start: string;
  anchor?: string;
  ended?: string;
  cancelAt?: string;
  trial?: readonly [string, string];
}): Subscription {
  return {
    id: 'sub_1',
    customerId: 'cus_1',
    status: 'active',
    currency: 'usd',
    billingCycleAnchor: parseInstant(of.anchor ?? of.start),
    startedAt: parseInstant(of.start),
    endedAt: of.ended === undefined ? null : parseInstant(of.ended),
    canceledAt: null,
    cancelAt: of.cancelAt === undefined ? null : parseInstant(of.cancelAt),
    trial: {
      from: of.trial === undefined ? null : parseInstant(of.trial[0]),
      to: of.trial === undefined ? null : parseInstant(of.trial[1]),
    },
    items: [],
    discounts: [],
    defaultTaxRateIds: [],
    isAutomaticTax: false,
    pausedCollection: null,
    created: parseInstant(of.start),
  };
}

const day = (text: string): string => text.replace('T00:00:00Z', '');

const periods = (
  of: Parameters<typeof subscription>[0],
  month: string,
  interval: Parameters<typeof usagePeriods>[1] = MONTHLY,
) =>
  usagePeriods(subscription(of), interval, monthPeriod(parseMonth(month))).map(
    ({ period, kind }) => `${day(formatInstant(period.from))} ${day(formatInstant(period.to))} ${kind}`,
  );

test.each([
  ['anchored on the first', { start: '2026-01-01' }, '2026-05', ['2026-05-01 2026-06-01 whole']],
  ['anchored on the 15th', { start: '2026-01-15' }, '2026-05', ['2026-05-15 2026-06-15 whole']],
  ['anchored on the 31st, a short month before', { start: '2026-01-31' }, '2026-05', ['2026-05-31 2026-06-30 whole']],
  ['anchored on the 31st, in February', { start: '2026-01-31' }, '2026-02', ['2026-02-28 2026-03-31 whole']],
  [
    'anchored to the second',
    { start: '2026-01-07T10:23:45Z' },
    '2026-05',
    ['2026-05-07T10:23:45Z 2026-06-07T10:23:45Z whole'],
  ],
  [
    'started in the month',
    { start: '2026-05-10', anchor: '2026-06-01' },
    '2026-05',
    ['2026-05-10 2026-05-10 creation', '2026-05-10 2026-06-01 whole'],
  ],
  ['the month before it began', { start: '2026-05-10' }, '2026-04', []],
  ['ended at a period’s end', { start: '2026-01-01', ended: '2026-06-01' }, '2026-05', ['2026-05-01 2026-06-01 whole']],
  ['ended before the period', { start: '2026-01-01', ended: '2026-05-01' }, '2026-05', []],
  ['cancelled at once', { start: '2026-01-01', ended: '2026-05-20' }, '2026-05', ['2026-05-01 2026-05-20 cut']],
  [
    'cancelled as planned within the period',
    { start: '2026-01-01', ended: '2026-05-20', cancelAt: '2026-05-20' },
    '2026-05',
    ['2026-05-01 2026-05-20 whole'],
  ],
  [
    'to be cancelled within the period',
    { start: '2026-01-01', cancelAt: '2026-05-20' },
    '2026-05',
    ['2026-05-01 2026-05-20 whole'],
  ],
  [
    'a trial that ends in the month',
    { start: '2026-05-02', anchor: '2026-05-16', trial: ['2026-05-02', '2026-05-16'] as const },
    '2026-05',
    ['2026-05-02 2026-05-02 creation', '2026-05-02 2026-05-16 whole', '2026-05-16 2026-06-16 whole'],
  ],
  [
    'a trial over two months is one period',
    { start: '2026-03-01', anchor: '2026-05-01', trial: ['2026-03-01', '2026-05-01'] as const },
    '2026-04',
    [],
  ],
  [
    'after such a trial',
    { start: '2026-03-01', anchor: '2026-05-01', trial: ['2026-03-01', '2026-05-01'] as const },
    '2026-05',
    ['2026-05-01 2026-06-01 whole'],
  ],
  [
    'anchored in the future of its start',
    { start: '2026-04-20', anchor: '2026-05-05' },
    '2026-04',
    ['2026-04-20 2026-04-20 creation', '2026-04-20 2026-05-05 whole'],
  ],
] as const)('%s', (_, of, month, expected) => {
  expect(periods(of, month)).toEqual(expected);
});

test('weeks begin several times a month, years once in twelve', () => {
  expect(periods({ start: '2026-04-29' }, '2026-05', { unit: 'week', count: 2 })).toEqual([
    '2026-05-13 2026-05-27 whole',
    '2026-05-27 2026-06-10 whole',
  ]);
  expect(periods({ start: '2025-03-05' }, '2026-05', { unit: 'year', count: 1 })).toEqual([]);
  expect(periods({ start: '2025-05-05' }, '2026-05', { unit: 'year', count: 1 })).toEqual([
    '2026-05-05 2027-05-05 whole',
  ]);
});

test('items of several intervals are invoiced at the ends of the shortest', () => {
  const item = (priceId: string) => ({
    id: `si_${priceId}`,
    subscriptionId: 'sub_1',
    priceId,
    quantity: null,
    currentPeriod: null,
    discounts: [],
    taxRateIds: [],
    created: parseInstant('2026-01-01'),
  });
  const prices = new Map([
    ['y', { interval: { unit: 'year', count: 1 } as const }],
    ['m', { interval: MONTHLY }],
    ['once', { interval: null }],
  ]);
  const of = (ids: readonly string[]) =>
    intervalOf({ ...subscription({ start: '2026-01-01' }), items: ids.map(item) }, prices);
  expect(of(['y', 'm', 'once'])).toEqual(MONTHLY);
  expect(of(['once'])).toBeNull();
});
