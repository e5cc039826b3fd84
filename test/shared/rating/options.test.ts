import { expect, test } from 'vitest';
import { moneyRounding, RATING_CHOICES, STRIPE_RATING } from '../../../shared/rating/options.ts';

test('the default of every option is its first choice', () => {
  const firsts = Object.entries(RATING_CHOICES).map(([key, choices]) => [key, choices[0]]);
  expect(Object.entries(STRIPE_RATING).sort()).toEqual(firsts.sort());
});

test.each([
  ['usd', 'minor', 1n],
  ['kwd', 'minor', 1n],
  ['usd', 'currency', 1n],
  ['jpy', 'currency', 1n],
  ['kwd', 'currency', 10n],
  ['isk', 'currency', 100n],
  ['ugx', 'currency', 100n],
] as const)('amounts in %s, smallest amount %s: multiples of %d', (currency, smallestAmount, unitMinor) => {
  const rounding = moneyRounding({ rounding: 'half_even', smallestAmount }, currency);
  expect(rounding).toEqual({ mode: 'half_even', unitMinor });
});
