import { expect, test } from 'vitest';
import { type Completeness, completenessOfMonth } from '../../../shared/reconciliation/arrival.ts';
import { completenessDocument, completenessLine } from '../../../shared/reports/completeness.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { UNIT_FRACTION } from '../../../shared/values/fraction.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { parseMonth } from '../../../shared/values/period.ts';

const METER = { key: 'cpu_seconds', unit: 'CPU-seconds' };
const MAY = parseMonth('2026-05');

const nothing = completenessOfMonth([], { month: MAY, scale: UNIT_FRACTION, combine: 'sum' });
const learned: Completeness = {
  asOf: parseInstant('2026-06-01T00:30:00Z'),
  watermark: parseInstant('2026-05-31T22:00:00Z'),
  allInFrom: parseInstant('2026-06-01T02:00:00Z'),
  expectedMissing: parseDecimal('12.500'),
  why: null,
  learned: { ...nothing.learned, pulls: 6, hours: 1488, months: 3, isPulledAgain: true },
};

test.each<[string, Partial<Completeness>, string | null]>([
  ['some is missing', {}, 'was complete up to 31 May 22:00 UTC; about 12.5 CPU-seconds are still expected'],
  [
    'much of it',
    { expectedMissing: parseDecimal('1234.56789') },
    'was complete up to 31 May 22:00 UTC; about 1234.568 CPU-seconds are still expected',
  ],
  [
    'next to nothing',
    { expectedMissing: parseDecimal('0.000000000001') },
    'was complete up to 31 May 22:00 UTC; less than 0.001 CPU-seconds are still expected',
  ],
  ['nothing', { expectedMissing: parseDecimal('0') }, 'was complete up to 31 May 22:00 UTC; nothing more is expected'],
  [
    'taken back',
    { expectedMissing: parseDecimal('-3') },
    'was complete up to 31 May 22:00 UTC; about 3 CPU-seconds are expected to be taken back',
  ],
  ['a level', { expectedMissing: null, why: 'level' }, 'was complete up to 31 May 22:00 UTC'],
  [
    'never settling',
    { watermark: null, allInFrom: null },
    'changes by more than 0.1 % at every age; about 12.5 CPU-seconds are still expected',
  ],
])('the line for people: %s', (_, change, expected) => {
  expect(completenessLine(METER, { ...learned, ...change })).toBe(
    `Usage of cpu_seconds ${expected} (learned from 6 pulls of 3 months).`,
  );
});

test('where nothing was learned there is no line', () => {
  expect(completenessLine(METER, nothing)).toBeNull();
  expect(completenessLine(METER, { ...learned, asOf: null })).toBeNull();
});

test('the entry of a document says what the figure stands on, or why there is none', () => {
  expect(completenessDocument(METER, learned)).toEqual({
    meter: 'cpu_seconds',
    unit: 'CPU-seconds',
    asOf: '2026-06-01T00:30:00Z',
    watermark: '2026-05-31T22:00:00Z',
    allInFrom: '2026-06-01T02:00:00Z',
    expectedMissing: '12.5',
    basis: 'Learned from 6 pulls of 3 months: how much of 1488 settled hours earlier pulls had found at which age.',
    learned: { pulls: 6, hours: 1488, months: 3, ages: [] },
  });
  expect(completenessDocument(METER, { ...learned, expectedMissing: parseDecimal('-1') }).basis).toContain(
    'More is expected to be taken back than to come.',
  );
  expect(completenessDocument(METER, nothing)).toMatchObject({ asOf: null, watermark: null, expectedMissing: null });
});

test.each([
  ['not_pulled', /^No pull of the month for all customers/],
  ['one_pull', /^One pull only: nothing can be said/],
  ['not_settled', /again 96 hours after its end/],
  ['too_young', /younger than any that were learned/],
  ['too_little', /^Less than half/],
  ['no_number', /no number/],
  ['level', /level and no sum/],
] as const)('%s is said in words', (why, words) => {
  expect(completenessDocument(METER, { ...learned, expectedMissing: null, why }).basis).toMatch(words);
});
