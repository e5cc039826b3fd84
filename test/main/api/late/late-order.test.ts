import { describe, expect, test } from 'vitest';
import { orderLate, totalsOfLate } from '../../../../main/api/late/late-order.ts';
import type { LateFilter, LateRow, LateSort } from '../../../../shared/contract/late-schemas.ts';

const row = (customer: string, part: Partial<LateRow> = {}): LateRow => ({
  customer,
  name: null,
  meter: 'cpu_seconds',
  unit: 'CPU-seconds',
  currency: 'usd',
  booked: { quantity: '100', amount: '10' },
  late: '5',
  driftAtBilling: '0',
  correction: '0.50',
  invoiced: '0',
  state: 'undecided',
  decision: null,
  digest: customer,
  problem: null,
  ...part,
});

const ROWS: readonly LateRow[] = [
  row('e', { state: 'nothing_due', correction: '0', late: '2' }),
  row('d', { state: 'invoiced', correction: '0', invoiced: '9', late: '90' }),
  row('c', { name: 'Ärmel', correction: '-3.00', late: '-30' }),
  row('b', { name: 'Zeta', state: 'waived', correction: '0.20', late: '2.5', meter: 'egress' }),
  row('a', { state: 'incomplete', correction: null, late: null }),
  row('f', { currency: 'jpy', correction: '400', booked: { quantity: null, amount: '9000' } }),
  row('g', { correction: '12.40', late: '124', state: 'carried_forward', invoiced: '1' }),
];
const DEFAULT: LateSort = { by: 'default', direction: 'ascending' };
const ids = (filter: LateFilter, sort: LateSort = DEFAULT): string =>
  orderLate(ROWS, filter, sort)
    .map(({ customer }) => customer)
    .join('');

describe('corrections', () => {
  test.each<[string, LateSort, string]>([
    ['what is to be decided first, then by currency and size', DEFAULT, 'fcagbde'],
    ['names as people sort them, ids where there is none', { by: 'customer', direction: 'ascending' }, 'adefgbc'],
    ['meters, ties by customer', { by: 'meter', direction: 'ascending' }, 'acdefgb'],
    ['late quantities, unknown ones last', { by: 'late', direction: 'descending' }, 'gdfbeca'],
    ['late quantities upwards, unknown ones last too', { by: 'late', direction: 'ascending' }, 'cebfdga'],
    ['corrections, with what was invoiced', { by: 'correction', direction: 'descending' }, 'fgdbeca'],
    ['booked amounts', { by: 'booked', direction: 'descending' }, 'fabcdeg'],
    ['states', { by: 'state', direction: 'ascending' }, 'cfagbde'],
  ])('are ordered by %s', (_, sort, expected) => {
    expect(ids({}, sort)).toBe(expected);
  });

  test.each<[string, LateFilter, string]>([
    ['state', { states: ['undecided', 'waived'] }, 'fcb'],
    ['meter', { meters: ['egress'] }, 'b'],
    ['currency', { currency: 'jpy' }, 'f'],
    ['size, whatever the sign', { minAmount: '3' }, 'fcgd'],
    ['part of a name', { search: 'ZET' }, 'b'],
    ['part of an id', { search: 'g' }, 'g'],
    ['several at once', { search: 'g', states: ['waived'] }, ''],
  ])('are filtered by %s', (_, filter, expected) => {
    expect(ids(filter)).toBe(expected);
  });

  test('add up per currency, the most used one first', () => {
    expect(totalsOfLate(ROWS)).toEqual([
      {
        currency: 'usd',
        rows: 6,
        total: '19.60',
        more: '22.60',
        less: '-3.00',
        undecided: '-3.00',
        carriedForward: '12.40',
        waived: '0.20',
        invoiced: '10.00',
      },
      {
        currency: 'jpy',
        rows: 1,
        total: '400',
        more: '400',
        less: '0',
        undecided: '400',
        carriedForward: '0',
        waived: '0',
        invoiced: '0',
      },
    ]);
  });
});
