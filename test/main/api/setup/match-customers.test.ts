import { expect, test } from 'vitest';
import { type MatchCustomer, matchCustomers } from '../../../../main/api/setup/match-customers.ts';

const customer = (id: string, rest: Partial<MatchCustomer> = {}): MatchCustomer => ({
  id,
  name: null,
  email: null,
  metadata: {},
  ...rest,
});

const CUSTOMERS = [
  customer('cus_1', { name: 'Globex', metadata: { ws: 'ws_1', old: 'a' }, email: 'ada@globex.example' }),
  customer('cus_2', { metadata: { ws: 'WS-2 ' } }),
  customer('cus_3', { metadata: { ws: 'ws_3' } }),
  customer('cus_4', { metadata: { ws: 'ws_3', old: 'ws_9' } }),
];
const by = (rule: Partial<Parameters<typeof matchCustomers>[0]['rule']>) => ({
  by: 'metadata' as const,
  key: '',
  file: '',
  ...rule,
});
const match = (
  usageIds: readonly string[],
  rule = by({ key: 'ws' }),
  links: { usageId: string; customerId: string }[] | null = null,
) => matchCustomers({ usageIds, customers: CUSTOMERS, rule, links });

test('n of m match, the unmatched are named, and what differs in case or spacing alone is shown beside them', () => {
  const { chosen } = match(['ws_1', 'ws_2', 'ws_3', 'ws_nobody']);
  expect(chosen).toEqual({
    rule: by({ key: 'ws' }),
    matched: 2,
    customers: 4,
    ambiguous: 1,
    missed: [
      { usageId: 'ws_2', near: { customer: 'cus_2', name: null, id: 'WS-2 ' } },
      { usageId: 'ws_nobody', near: null },
    ],
  });
});

test('every other rule that matches anything is told, the best first', () => {
  const { rules } = match(['ws_1', 'ws_3', 'ws_9', 'cus_2'], by({ by: 'email' }));
  expect(rules.map(({ rule, matched }) => [rule.by, rule.key, matched])).toEqual([
    ['metadata', 'ws', 2],
    ['id', '', 1],
    ['metadata', 'old', 1],
  ]);
});

test('a file maps by its lines, to customers that exist', () => {
  const links = [
    { usageId: 'a', customerId: 'cus_1' },
    { usageId: 'b', customerId: 'cus_gone' },
  ];
  expect(match(['a', 'b'], by({ by: 'file', file: 'customers.csv' }), links).chosen).toMatchObject({
    matched: 1,
    missed: [{ usageId: 'b', near: null }],
  });
});

test('nothing measured is nothing missed', () => {
  expect(match([]).chosen).toMatchObject({ matched: 0, missed: [], ambiguous: 0 });
});
