import { describe, expect, test } from 'vitest';
import { parityAlert, parityBucket } from '../../../../shared/reconciliation/pipelines/parity.ts';
import { soak } from '../../../../shared/reconciliation/pipelines/soak.ts';
import { formatDecimal, parseDecimal } from '../../../../shared/values/decimal.ts';
import { HOUR_MS, instant } from '../../../../shared/values/instant.ts';

const SETTINGS = {
  tolerance: parseDecimal('0.02'),
  alertShare: parseDecimal('0.1'),
  floor: parseDecimal('100'),
  minimumCustomers: 3,
};

const pair = (customer: string, reference: string | null, candidate: string | null, isCompared = true) => ({
  customer,
  isCompared,
  reference: reference === null ? null : parseDecimal(reference),
  candidate: candidate === null ? null : parseDecimal(candidate),
});

const told = (pairs: readonly ReturnType<typeof pair>[]): string => {
  const found = parityBucket(pairs, SETTINGS);
  const lists = [found.flagged, found.material, found.oneSided, found.unverified].map((names) => names.join(''));
  return `${lists.join('|')} ${formatDecimal(found.aggregate)} ${found.isSystemic} ${found.isClean}`;
};

describe('one hour', () => {
  test.each([
    ['exactly at the tolerance', [pair('a', '1000', '1020')], '||| 0.02 false true'],
    ['a hair over it', [pair('a', '1000', '1020.000001')], 'a||| 0.020000001 false false'],
    ['exactly at the alert', [pair('a', '1000', '900')], 'a||| -0.1 false false'],
    ['a hair over the alert', [pair('a', '1000', '899.999999')], 'a|a|| -0.100000001 true false'],
    ['over it, below the floor', [pair('a', '99.999', '50')], 'a||| -0.49999499995 false true'],
    [
      'a total that matters needs the reference at three floors',
      [pair('a', '299', '400')],
      'a|a|| 0.33779264214 false false',
    ],
    ['… and has it', [pair('a', '300', '400')], 'a|a|| 0.333333333333 true false'],
    ['nothing on either side', [pair('a', '0.0000001', '0')], '||| 0 false true'],
    ['nothing against little', [pair('a', '0', '5')], 'a||| 1 false true'],
    ['no row is nothing measured', [pair('a', '500', null)], 'a|a|a| -1 true false'],
    ['what cannot be read is listed and not compared', [pair('a', null, '500')], '|||a 0 false false'],
    ['a plan that is left out', [pair('a', '500', '5', false)], '||| 0 false true'],
    ['nobody', [], '||| 0 false true'],
    [
      'small ones that add up',
      Array.from({ length: 10 }, (_, index) => pair(String(index), '30', '31')),
      '0123456789||| 0.033333333333 false false',
    ],
  ])('%s', (_name, pairs, expected) => {
    expect(told(pairs)).toBe(expected);
  });
});

test('an alert repeats while the run lasts', () => {
  const hour = (candidate: string) => ({
    materialCustomers: 0,
    reference: parseDecimal('1000'),
    candidate: parseDecimal(candidate),
  });
  const steps = parityAlert([hour('1200'), hour('1200'), hour('1200'), hour('1100'), hour('1200')], {
    ...SETTINGS,
    consecutive: 2,
  });
  expect(steps.map(({ streak, isAlert }) => `${streak}${isAlert ? '!' : ''}`)).toEqual(['1', '2!', '3!', '0', '1']);
});

test.each([
  ['as soon as the grace is over', 0, 3, true, 3, null],
  ['a second before', -1, 3, false, 2, 'missing_bucket'],
  ['nothing required', 0, 0, true, 0, null],
])('a soak is ready %s', (_name, offset, required, isReady, cleanHours, reason) => {
  const start = Date.UTC(2026, 10, 12, 6);
  const hours = [0, 1, 2].map((hour) => ({ start: instant(start + hour * HOUR_MS), isClean: true }));
  const now = instant(start + 3 * HOUR_MS + 600_000 + offset * 1000);
  const found = soak(hours, { now, graceMs: 600_000, requiredHours: required });
  expect([found.isReady, found.cleanHours, found.reason]).toEqual([isReady, cleanHours, reason]);
});
