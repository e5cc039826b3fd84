import { expect, test } from 'vitest';
import { type PlainCell, plainCause } from '../../../shared/reconciliation/plain-cause.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { monthPeriod, parseMonth } from '../../../shared/values/period.ts';

const period = monthPeriod(parseMonth('2026-05'));

function input(more: Partial<PlainCell>): PlainCell {
  return {
    verdict: 'under_reported',
    byRounding: false,
    measured: null,
    metered: null,
    unit: 'CPU-seconds',
    period,
    isOver: true,
    heldHour: 743,
    previousMeasured: null,
    partner: null,
    ambiguous: null,
    incomplete: null,
    invalid: null,
    hasUsageId: true,
    meterName: 'deploy_cpu_seconds',
    ...more,
  };
}

test.each<[string, Partial<PlainCell>, object]>([
  ['rounding', { verdict: 'agree', byRounding: true }, { code: 'rounding' }],
  ['a young value', { verdict: 'stale' }, { code: 'late_push', confidence: 'high' }],
  ['no customer', { verdict: 'unmapped' }, { code: 'unmapped' }],
  [
    'two customers',
    { verdict: 'unmapped', ambiguous: ['cus_a', 'cus_b'] },
    { code: 'ambiguous_mapping', evidence: 'ambiguous: cus_a, cus_b' },
  ],
  ['no meter', { verdict: 'no_meter' }, { code: 'meter_missing' }],
  ['not a number', { verdict: 'invalid', invalid: { side: 'measured', text: 'nan' } }, { code: 'not_a_number' }],
  [
    'negative',
    { verdict: 'invalid', metered: parseDecimal('-5') },
    { code: 'net_negative_corrections', evidence: 'net negative corrections: Stripe holds -5 CPU-seconds.' },
  ],
  [
    'changed settings',
    { verdict: 'incomplete', incomplete: { code: 'settings_changed', evidence: 'x' } },
    { code: 'settings_changed', evidence: 'x' },
  ],
  [
    'usage without a customer',
    { verdict: 'missing_usage', metered: parseDecimal('5'), partner: { name: 'ws_9', isExact: true } },
    { code: 'unmapped', confidence: 'high' },
  ],
  [
    'a customer without a usage id',
    { verdict: 'missing_usage', metered: parseDecimal('5'), hasUsageId: false },
    { code: 'unmapped', confidence: 'high' },
  ],
  ['nothing pushed', { verdict: 'missing_stripe', measured: parseDecimal('5') }, { code: 'missed_push' }],
  [
    'a unit error in the total',
    { verdict: 'over_reported', measured: parseDecimal('7'), metered: parseDecimal('7168') },
    {
      code: 'unit_scale',
      confidence: 'high',
      evidence: 'Stripe holds exactly 1024 times the measured quantity (×1024).',
    },
  ],
  [
    'a small unit in the total',
    { measured: parseDecimal('600'), metered: parseDecimal('10') },
    { code: 'unit_scale', evidence: 'Stripe holds exactly the measured quantity divided by 60 (÷60).' },
  ],
  [
    'the total of the month before',
    {
      verdict: 'over_reported',
      measured: parseDecimal('5'),
      metered: parseDecimal('99999999'),
      previousMeasured: parseDecimal('99999999'),
    },
    { code: 'wrong_period' },
  ],
  [
    'twice the total',
    { verdict: 'over_reported', measured: parseDecimal('5.5'), metered: parseDecimal('11') },
    { code: 'duplicate_push', confidence: 'medium' },
  ],
  [
    'the final push of the month',
    { verdict: 'stale_overdue', heldHour: 740, measured: parseDecimal('5'), metered: parseDecimal('4') },
    { code: 'final_push_missing', confidence: 'medium' },
  ],
  ['an overdue value', { verdict: 'stale_overdue', isOver: false }, { code: 'late_push', confidence: 'medium' }],
  [
    'usage that may be pushed to somebody else',
    { verdict: 'missing_stripe', measured: parseDecimal('5'), partner: { name: 'cus_9', isExact: false } },
    { code: 'unmapped', confidence: 'medium' },
  ],
  [
    'nothing known',
    { verdict: 'under_reported', measured: parseDecimal('5'), metered: parseDecimal('3') },
    { code: 'unexplained' },
  ],
])('%s', (_title, more, cause) => {
  expect(plainCause(input(more))).toMatchObject(cause);
});

test('agreement has no cause', () => {
  expect(plainCause(input({ verdict: 'agree' }))).toBeNull();
  expect(plainCause(input({ verdict: 'agree_zero' }))).toBeNull();
});
