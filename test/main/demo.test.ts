import { describe, expect, test } from 'vitest';
import { compareWithPlanted } from '../../main/sample/check.ts';
import type { PlantedCell } from '../../main/sample/faults.ts';
import { plannedFaults } from '../../main/sample/faults.ts';
import { SAMPLE_METERS } from '../../main/sample/meters.ts';
import { monthOfPushes } from '../../main/sample/pushes.ts';
import { hoursOf, SAMPLE_MONTHS, sampleCustomers } from '../../main/sample/world.ts';
import type { CellResult, Verdict } from '../../shared/reconciliation/result.ts';

const planted: PlantedCell = {
  month: '2026-05',
  meter: 'cpu_seconds',
  customer: 'cus_1',
  usageId: 'ws_1',
  verdict: 'under_reported',
  kind: 'missed_push',
  story: 'lost',
};

const row = (verdict: Verdict, more: Partial<CellResult> = {}): CellResult => ({
  customer: 'cus_1',
  usageId: 'ws_1',
  usageIds: ['ws_1'],
  name: 'Globex',
  meter: 'cpu_seconds',
  unit: 'CPU-seconds',
  measured: null,
  metered: null,
  billed: null,
  drift: null,
  verdict,
  isStructural: true,
  cause: null,
  billing: null,
  money: null,
  ...more,
});

const found = (...rows: CellResult[]) => compareWithPlanted([planted], [{ month: '2026-05', rows }]);

describe('the demo checks itself, and the check can fail', () => {
  test('the planted fault, found as planted', () => {
    expect(found(row('under_reported'), row('agree', { customer: 'cus_2' }))).toEqual([]);
  });

  test('a planted fault that came out as agreeing', () => {
    expect(found(row('agree'))).toEqual(['not found: 2026-05 cpu_seconds ws_1 should be under_reported (lost)']);
  });

  test('a planted fault with another verdict', () => {
    expect(found(row('over_reported'))).toHaveLength(1);
  });

  test('a fault that nobody planted', () => {
    expect(found(row('under_reported'), row('stale', { customer: 'cus_2', name: 'Initech' }))).toEqual([
      'not planted: 2026-05 cpu_seconds Initech is stale',
    ]);
  });

  test('a planted cell that is no row at all', () => {
    expect(found()).toHaveLength(1);
  });

  test('a cell without a customer is known by its usage id', () => {
    const unmapped = { ...planted, customer: null, verdict: 'unmapped' as const };
    const rows = [row('unmapped', { customer: null })];
    expect(compareWithPlanted([unmapped], [{ month: '2026-05', rows }])).toEqual([]);
  });
});

describe('the sample', () => {
  test('is the same for the same seed, and another for another', () => {
    const options = { seed: 7, scale: 1 };
    expect(sampleCustomers(options)).toEqual(sampleCustomers(options));
    expect(sampleCustomers(options)).not.toEqual(sampleCustomers({ ...options, seed: 8 }));
  });

  test('keeps its first customers at any scale, so that the faults stay where they are', () => {
    const [one, three] = [1, 3].map((scale) => sampleCustomers({ seed: 7, scale }));
    expect(three?.slice(0, 60)).toEqual(one);
    expect(new Set(three?.map(({ usageId }) => usageId)).size).toBe(180);
  });

  test('plants every kind of fault that a push can have', () => {
    expect(new Set(plannedFaults(SAMPLE_MONTHS).map(({ kind }) => kind)).size).toBe(10);
  });
});

describe('the push worker of the sample', () => {
  const [customer] = sampleCustomers({ seed: 7, scale: 1 });
  const month = SAMPLE_MONTHS[2];
  const { first, end } = hoursOf(month);
  const usage = new Map(Array.from({ length: end - first }, (_, hour) => [first + hour, 1_000_000n]));
  const [cpu] = SAMPLE_METERS;
  const egress = SAMPLE_METERS[3];
  const push = (meter: (typeof SAMPLE_METERS)[number], faults: Parameters<typeof monthOfPushes>[0]['faults'] = []) =>
    monthOfPushes({ customer: customer as NonNullable<typeof customer>, meter, month, usage, faults });
  const fault = (
    kind: 'missed_push' | 'duplicate_push' | 'final_push_missing',
    meter: 'cpu_seconds' | 'egress_public_gib',
  ) => [{ kind, month, customer: 0, meter, verdict: 'under_reported' as const, story: '' }];

  test('sends the month so far, the last one a second before the month ends', () => {
    const events = push(cpu);
    expect(events).toHaveLength(744);
    expect(events.at(0)?.value).toBe('1');
    expect(events.at(-1)).toMatchObject({ value: '744', timestamp: Date.UTC(2026, 4, 31, 23, 59, 59) });
  });

  test('sends increments inside their own hour', () => {
    const events = push(egress);
    expect(events).toHaveLength(744);
    expect(new Set(events.map(({ value }) => value)).size).toBe(1);
    expect(events.every(({ timestamp }) => timestamp < Date.UTC(2026, 5, 1))).toBe(true);
  });

  test.each([
    ['missed_push', 'egress_public_gib', 740],
    ['duplicate_push', 'egress_public_gib', 747],
    ['final_push_missing', 'cpu_seconds', 714],
  ] as const)('%s changes how many arrive', (kind, meter, count) => {
    expect(push(meter === 'cpu_seconds' ? cpu : egress, fault(kind, meter))).toHaveLength(count);
  });
});
