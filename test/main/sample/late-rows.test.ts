import { expect, test } from 'vitest';
import { type CheckedLate, compareLate } from '../../../main/sample/check.ts';
import { plantedLate } from '../../../main/sample/late-rows.ts';
import { sampleCustomers } from '../../../main/sample/world.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';

const planted = plantedLate(sampleCustomers({ seed: 1, scale: 1 }));

const found = (): CheckedLate[] =>
  planted.map(({ customer, meter, quantity }) => ({
    customerId: customer,
    meter,
    late: parseDecimal(quantity),
    state: 'undecided',
  }));

test('half an hour of an instance: 30 × 360 CPU-seconds, 40 GiB × 1800 s, for customers of two currencies', () => {
  expect(planted).toHaveLength(6);
  expect(planted.slice(0, 2)).toEqual([
    { month: '2026-04', customer: 'cus_Sample00000002', meter: 'cpu_seconds', quantity: '10800' },
    { month: '2026-04', customer: 'cus_Sample00000002', meter: 'memory_gib_seconds', quantity: '72000' },
  ]);
});

test('every copy of the sample has the late usage of the first one', () => {
  expect(plantedLate(sampleCustomers({ seed: 1, scale: 2 }))).toEqual(planted);
});

test('exactly what was planted passes; what cannot be told does not count', () => {
  expect(compareLate(planted, found())).toEqual([]);
  const unknown: CheckedLate = { customerId: 'cus_9', meter: 'cpu_seconds', late: null, state: 'incomplete' };
  expect(compareLate(planted, [...found(), unknown])).toEqual([]);
});

test.each<[string, (rows: CheckedLate[]) => CheckedLate[], number]>([
  ['one is missing', (rows) => rows.slice(1), 1],
  ['one came that was not planted', (rows) => [...rows, { ...(rows[0] as CheckedLate), customerId: 'cus_9' }], 1],
  ['another quantity', ([first, ...rest]) => [{ ...(first as CheckedLate), late: parseDecimal('10801') }, ...rest], 2],
  ['decided already', ([first, ...rest]) => [{ ...(first as CheckedLate), state: 'waived' }, ...rest], 2],
])('%s: said', (_, change, mismatches) => {
  expect(compareLate(planted, change(found()))).toHaveLength(mismatches);
});
