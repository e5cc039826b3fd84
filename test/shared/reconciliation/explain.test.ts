import { describe, expect, test } from 'vitest';
import { explain } from '../../../shared/reconciliation/explain.ts';
import type { ExplainInput } from '../../../shared/reconciliation/explanation.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { monthPeriod, parseMonth } from '../../../shared/values/period.ts';

const HOURS = 744;
const period = monthPeriod(parseMonth('2026-05'));
const total = (hours: readonly (bigint | null)[]): bigint =>
  hours.reduce<bigint>((sum, value) => sum + (value ?? 0n), 0n);
/** Uneven, so that no shift fits by accident. */
const usage = Array.from({ length: HOURS }, (_, hour) => BigInt(50 + ((hour * 7919) % 101)));

function input(more: Partial<ExplainInput>): ExplainInput {
  return {
    verdict: 'under_reported',
    byRounding: false,
    measured: null,
    metered: null,
    unit: 'CPU-seconds',
    period,
    isOver: true,
    formula: 'sum',
    combine: 'sum',
    series: null,
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

const summed = (metered: (bigint | null)[], more: Partial<ExplainInput> = {}): ExplainInput =>
  input({
    verdict: total(metered) < total(usage) ? 'under_reported' : 'over_reported',
    measured: { coefficient: total(usage), scale: 0 },
    metered: { coefficient: total(metered), scale: 0 },
    series: { perUnit: 1n, measured: usage, metered, before: null, after: null },
    ...more,
  });

describe('meters that add up their pushes', () => {
  test('missed pushes, to the hour and the unit', () => {
    const metered = usage.map((value, hour) => (hour >= 315 && hour < 319 ? null : value));
    const { cause, explainedBy } = explain(summed(metered));
    const worth = total(usage.slice(315, 319));
    expect(cause).toEqual({
      code: 'missed_push',
      confidence: 'high',
      evidence: `4 of 744 hourly pushes absent, worth exactly ${worth} CPU-seconds: 14 May 03:00–07:00 UTC`,
    });
    expect(explainedBy).toEqual([{ from: 315, to: 319, label: 'not pushed' }]);
  });

  test('a push that was counted twice', () => {
    const metered = usage.map((value, hour) => (hour === 100 ? value * 2n : value));
    expect(explain(summed(metered)).cause).toMatchObject({ code: 'duplicate_push', confidence: 'high' });
  });

  test('a rounded push that was counted twice is a little less than twice the measured one', () => {
    const fine = usage.map((value) => value * 1_000_000_000n + 7n);
    const metered = fine.map((value, hour) => (hour === 100 ? value * 2n - 9n : value));
    const { cause } = explain(
      input({
        verdict: 'over_reported',
        measured: { coefficient: total(fine), scale: 9 },
        metered: { coefficient: total(metered), scale: 9 },
        series: { perUnit: 1_000_000_000n, measured: fine, metered, before: null, after: null },
      }),
    );
    expect(cause).toMatchObject({ code: 'duplicate_push', confidence: 'high' });
  });

  test('a unit error in some hours', () => {
    const metered = usage.map((value, hour) => (hour >= 700 ? value * 60n : value));
    const { cause } = explain(summed(metered));
    expect(cause).toMatchObject({ code: 'unit_scale', confidence: 'high' });
    expect(cause?.evidence).toContain('×60');
  });

  test('hours that lie beside the measured ones', () => {
    const metered = usage.map((_, hour) => (hour < 5 ? 1_000_000n : (usage[hour - 5] ?? null)));
    const { cause } = explain(summed(metered));
    expect(cause).toMatchObject({ code: 'zone_shift' });
    expect(cause?.evidence).toContain('5 hours after');
  });

  test('hours of the month after that were stamped into this one', () => {
    const after = usage.slice(0, 24).map((value) => value + 1000n);
    const metered = usage.map((value, hour) => (hour >= 738 ? value + (after[hour - 738] ?? 0n) : value));
    const given = summed(metered);
    const { cause } = explain({ ...given, series: given.series === null ? null : { ...given.series, after } });
    expect(cause).toMatchObject({ code: 'wrong_period', confidence: 'high' });
    expect(cause?.evidence).toContain('6 hours of a neighbouring month');
  });

  test('several causes together: the largest first, the others named', () => {
    const metered = usage.map((value, hour) => (hour < 20 ? null : hour === 500 ? value * 2n : value));
    expect(explain(summed(metered)).cause).toMatchObject({
      code: 'missed_push',
      confidence: 'high',
      also: ['duplicate_push'],
    });
  });

  test('hours sent later in one push are no drift', () => {
    const metered: (bigint | null)[] = usage.map((value, hour) => (hour === 10 || hour === 11 ? null : value));
    metered[12] = total(usage.slice(10, 13));
    metered[400] = null;
    expect(explain(summed(metered)).cause?.evidence).toMatch(/^1 of 744/);
  });

  test('a deficit in every hour has no known cause', () => {
    const metered = usage.map((value) => value - 7n);
    expect(explain(summed(metered)).cause).toMatchObject({ code: 'unexplained', confidence: 'low' });
  });

  test('rounded pushes do not hide a missed one', () => {
    const fine = usage.map((value) => value * 1_000_000n + 3n);
    const metered = fine.map((value, hour) => (hour === 30 ? null : value - 3n));
    const { cause } = explain(
      input({
        measured: { coefficient: total(fine), scale: 6 },
        metered: { coefficient: total(metered), scale: 6 },
        series: { perUnit: 1_000_000n, measured: fine, metered, before: null, after: null },
      }),
    );
    expect(cause).toMatchObject({ code: 'missed_push', confidence: 'high' });
  });
});

describe('meters that hold the month to date', () => {
  const levels = (drop: (hour: number) => bigint): (bigint | null)[] => {
    let sum = 0n;
    return usage.map((value, hour) => {
      sum += value;
      return sum - drop(hour);
    });
  };
  const last = (metered: (bigint | null)[], more: Partial<ExplainInput> = {}): ExplainInput => {
    const held = metered.findLast((value) => value !== null) ?? 0n;
    return summed(metered, { formula: 'last', metered: { coefficient: held, scale: 0 }, ...more });
  };

  test('a month that begins at another midnight', () => {
    const dropped = total(usage.slice(0, 5));
    const { cause, explainedBy } = explain(last(levels(() => dropped)));
    expect(cause).toMatchObject({ code: 'zone_shift', confidence: 'high' });
    expect(explainedBy[0]).toMatchObject({ from: 0, to: 5 });
  });

  test('a month that was begun before it', () => {
    const before = usage.slice(0, 48);
    const extra = total(before.slice(-3));
    const given = last(
      levels(() => -extra),
      { verdict: 'over_reported' },
    );
    const series = given.series === null ? null : { ...given.series, before };
    expect(explain({ ...given, series }).cause).toMatchObject({ code: 'zone_shift', confidence: 'high' });
  });

  test('the total of the month before', () => {
    const given = last(
      levels(() => 0n),
      { verdict: 'over_reported', metered: parseDecimal('99999999') },
    );
    expect(explain({ ...given, previousMeasured: parseDecimal('99999999') }).cause).toMatchObject({
      code: 'wrong_period',
    });
  });

  test('a unit error in the total', () => {
    const metered = levels(() => 0n).map((value) => (value === null ? null : value * 1024n));
    expect(explain(last(metered, { verdict: 'over_reported' })).cause?.evidence).toContain('×1024');
  });

  test('usage that is counted twice from some hour on: the hour is named', () => {
    const extra = (hour: number): bigint => (hour < 360 ? 0n : -total(usage.slice(360, hour + 1)) / 3n);
    const { cause, explainedBy } = explain(last(levels(extra), { verdict: 'over_reported' }));
    expect(cause).toMatchObject({ code: 'unexplained', confidence: 'low' });
    expect(cause?.evidence).toContain('16 May 00:00 UTC');
    expect(explainedBy[0]).toMatchObject({ from: 360 });
  });

  test('the final push of the month', () => {
    const metered = levels(() => 0n).map((value, hour) => (hour > 740 ? null : value));
    const { cause, explainedBy } = explain(last(metered, { verdict: 'stale_overdue', heldHour: 740 }));
    expect(cause).toMatchObject({ code: 'final_push_missing', confidence: 'high' });
    expect(explainedBy).toEqual([{ from: 741, to: 744, label: 'not pushed' }]);
  });
});

describe('what needs no hours', () => {
  test.each<[string, Partial<ExplainInput>, object]>([
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
      'nothing known',
      { verdict: 'under_reported', measured: parseDecimal('5'), metered: parseDecimal('3') },
      { code: 'unexplained' },
    ],
  ])('%s', (_title, more, cause) => {
    expect(explain(input(more)).cause).toMatchObject(cause);
  });

  test('agreement has no cause', () => {
    expect(explain(input({ verdict: 'agree' })).cause).toBeNull();
    expect(explain(input({ verdict: 'agree_zero' })).cause).toBeNull();
  });
});
