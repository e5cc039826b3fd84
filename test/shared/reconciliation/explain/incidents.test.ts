import { describe, expect, test } from 'vitest';
import { type DriftingCell, NO_EVIDENCE } from '../../../../shared/reconciliation/explain/drifting-cell.ts';
import { type Explained, incidentsOf, toExplained } from '../../../../shared/reconciliation/explain/incidents.ts';
import { infer } from '../../../../shared/reconciliation/explain/infer.ts';
import { HOUR_MS, instant } from '../../../../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../../../../shared/values/period.ts';

const key = parseMonth('2026-05');
const period = monthPeriod(key);
const HOURS = 744;
const usage = (salt: number): bigint[] =>
  Array.from({ length: HOURS }, (_, at) => BigInt(500 + ((at * 7919 + salt * 613 + at * at) % 1013)));

function explained(
  name: { readonly customer: string; readonly meter?: string; readonly minor?: bigint },
  measured: readonly bigint[],
  change: (value: bigint, at: number) => bigint,
): Explained {
  const metered = measured.map(change);
  const sum = (hours: readonly bigint[]): bigint => hours.reduce((total, value) => total + value, 0n);
  const cell: DriftingCell = {
    period,
    pulledAt: instant(period.to + 50 * HOUR_MS),
    stalenessMs: 2 * HOUR_MS,
    unit: 'units',
    perUnit: 1n,
    isHeld: false,
    measured,
    metered,
    measuredTotal: sum(measured),
    meteredTotal: sum(metered),
    previousTotal: null,
    before: null,
    after: null,
    others: [],
    loose: [],
    evidence: NO_EVIDENCE,
  };
  const { customer, meter = 'cpu', minor = 100n } = name;
  const inference = infer(cell);
  const found =
    inference === null
      ? null
      : toExplained(
          { cell: `${customer}/${meter}`, customer, meter, money: { currency: 'usd', differenceMinor: minor } },
          { cell, inference },
        );
  if (found === null) throw new Error(`${customer} has no cause`);
  return found;
}

const missing =
  (from: number, to: number) =>
  (value: bigint, at: number): bigint =>
    at >= from && at < to ? 0n : value;
const missed = (customer: string, meter = 'cpu', minor = 100n): Explained =>
  explained(
    { customer, meter, minor },
    usage(customer.length * 7 + customer.charCodeAt(customer.length - 1)),
    missing(315, 319),
  );

describe('incidents', () => {
  test('the same hours are one incident, with one price tag', () => {
    const found = incidentsOf([missed('cus_a'), missed('cus_b', 'cpu', 711_220n), missed('cus_b', 'memory')], {
      key,
      period,
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      id: '2026-05/missed_push/315-319',
      code: 'missed_push',
      sentence: 'The pushes of 14 May 03:00–07:00 UTC are missing for 2 customers on 2 meters, worth 7,114.20 USD.',
      cells: ['cus_a/cpu', 'cus_b/cpu', 'cus_b/memory'],
      customers: 2,
      meters: ['cpu', 'memory'],
      hours: { from: 315, to: 319 },
      money: [{ currency: 'usd', differenceMinor: 711_420n }],
    });
    expect(found[0]?.quantities.map(({ meter }) => meter)).toEqual(['cpu', 'memory']);
    expect(found[0]?.remedy).toContain('35 days');
  });

  test('a customer that was idle for a part of the time belongs to it', () => {
    const idle = usage(3).map((value, at) => (at === 315 || at === 318 || at === 319 ? 0n : value));
    const found = incidentsOf([missed('cus_a'), explained({ customer: 'cus_idle' }, idle, missing(315, 319))], {
      key,
      period,
    });
    expect(found.map(({ cells }) => cells)).toEqual([['cus_a/cpu', 'cus_idle/cpu']]);
  });

  test('a customer whose pushes came in some of the hours does not', () => {
    const found = incidentsOf([missed('cus_a'), explained({ customer: 'cus_part' }, usage(3), missing(316, 318))], {
      key,
      period,
    });
    expect(found.map(({ id, cells }) => [id, cells])).toEqual([
      ['2026-05/missed_push/315-319', ['cus_a/cpu']],
      ['2026-05/missed_push/316-318', ['cus_part/cpu']],
    ]);
  });

  test('one factor is one incident, another factor another', () => {
    const found = incidentsOf(
      [
        explained({ customer: 'cus_a', minor: -900n }, usage(1), (value) => value * 60n),
        explained({ customer: 'cus_b', minor: -50n }, usage(2), (value) => value * 60n),
        explained({ customer: 'cus_c' }, usage(3), (value) => value * 1024n),
      ],
      { key, period },
    );
    expect(found.map(({ id, factor, sentence }) => [id, factor, sentence])).toEqual([
      ['2026-05/unit_scale/60', '60', 'Pushes are 60 times too large for 2 customers on 1 meter, worth 9.50 USD.'],
      ['2026-05/unit_scale/1024', '1024', 'Pushes are 1024 times too large for 1 customer on 1 meter, worth 1.00 USD.'],
    ]);
  });

  test('the order in which cells come does not matter', () => {
    const cells = [
      missed('cus_a'),
      missed('cus_b'),
      explained({ customer: 'cus_c' }, usage(3), (value) => value * 60n),
    ];
    expect(incidentsOf([...cells].reverse(), { key, period })).toEqual(incidentsOf(cells, { key, period }));
  });

  test('nothing explained, no incident', () => {
    expect(incidentsOf([], { key, period })).toEqual([]);
  });
});
