import { describe, expect, test } from 'vitest';
import { ladderOf } from '../../renderer/screens/cell/ladder.ts';
import { chartData, differing, explanationAt } from '../../renderer/screens/cell/series.ts';
import type { CellDetail, HourPoint } from '../../shared/contract/schemas.ts';

type Line = NonNullable<CellDetail['priceImpact']>['measured'][number];
const line = (
  tier: number,
  upTo: string | null,
  quantity: string,
  amount: string,
  type: Line['type'] = 'usage',
): Line => ({
  price: 'price_1',
  tier,
  type,
  upTo,
  unitAmount: '0.5',
  quantity,
  exact: amount,
  amount,
});

describe('the ladder', () => {
  const steps = ladderOf({
    currency: 'usd',
    measured: [line(1, '1000', '1000', '0'), line(1, '1000', '1', '10', 'flat'), line(2, null, '500', '250')],
    metered: [line(1, '1000', '250', '0')],
  });

  test('puts both sides on each tier', () => {
    expect(steps.map(({ tier, from, upTo }) => ({ tier, from, upTo }))).toEqual([
      { tier: 1, from: null, upTo: '1000' },
      { tier: 2, from: '1000', upTo: null },
    ]);
    expect(steps[0]).toMatchObject({ flatMeasured: '10', flatMetered: null, fillMeasured: 1, fillMetered: 0.25 });
    expect(steps[1]).toMatchObject({ metered: null, fillMeasured: 1, fillMetered: 0 });
    expect(steps[1]?.measured?.amount).toBe('250');
    expect(steps.map(({ difference, flatDifference }) => [difference, flatDifference])).toEqual([
      ['0', '10'],
      ['250', '0'],
    ]);
  });

  test('keeps prices apart', () => {
    const other = { ...line(1, null, '1', '1'), price: 'price_0' };
    expect(
      ladderOf({ currency: 'usd', measured: [line(1, null, '1', '1'), other], metered: [] }).map(({ price }) => price),
    ).toEqual(['price_0', 'price_1']);
  });
});

describe('hours', () => {
  const hour = (at: string, measured: string | null, metered: string | null, difference: string | null): HourPoint => ({
    at,
    measured,
    metered,
    measuredCumulative: measured,
    meteredCumulative: metered,
    difference,
  });
  const hours = [
    hour('2026-05-14T02:00:00Z', '90', '90', '0'),
    hour('2026-05-14T03:00:00Z', '90', '0', '90'),
    hour('2026-05-14T04:00:00Z', null, null, null),
  ];

  test('that differ are picked by sign, not by size', () => {
    expect(differing(hours).map(({ at }) => at)).toEqual(['2026-05-14T03:00:00Z']);
  });

  test('lie in half-open ranges', () => {
    const ranges = [{ from: '2026-05-14T03:00:00Z', to: '2026-05-14T04:00:00Z', label: 'missed' }];
    expect(hours.map(({ at }) => explanationAt(at, ranges))).toEqual([null, 'missed', null]);
  });

  test('leave gaps in the chart where nothing is known', () => {
    expect(chartData(hours, 'hourly').measured).toEqual([90, 90, null]);
    expect(chartData(hours, 'hourly').at[0]).toBe(Date.parse('2026-05-14T02:00:00Z') / 1000);
  });
});
