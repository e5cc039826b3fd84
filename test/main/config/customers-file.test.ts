import { expect, test } from 'vitest';
import { parseCustomersFile } from '../../../main/config/customers-file.ts';
import { TieoutError } from '../../../shared/errors.ts';

const HEADER = 'usage_id,stripe_customer\r\n';

const problemsOf = (text: string): string[] => {
  try {
    parseCustomersFile(text, 'customers.csv');
  } catch (error) {
    if (error instanceof TieoutError) return error.problems.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
};

test('reads quoted fields, line ends of every kind and a last line without one', () => {
  const text = `\uFEFF${HEADER}ws_1,cus_1\n"ws ""2"", b",cus_1\r\n\r\n"ws\n3",cus_2\rws_4,cus_3`;
  expect(parseCustomersFile(text, 'customers.csv')).toEqual([
    { usageId: 'ws_1', customerId: 'cus_1' },
    { usageId: 'ws "2", b', customerId: 'cus_1' },
    { usageId: 'ws\n3', customerId: 'cus_2' },
    { usageId: 'ws_4', customerId: 'cus_3' },
  ]);
});

test('takes the columns in either order', () => {
  expect(parseCustomersFile('stripe_customer,usage_id\ncus_1,ws_1\n', 'c')).toEqual([
    { usageId: 'ws_1', customerId: 'cus_1' },
  ]);
});

test('a repeated link counts once; a usage id with two customers is kept for the tie-out to call ambiguous', () => {
  expect(parseCustomersFile(`${HEADER}a,cus_1\na,cus_1\na,cus_2\n`, 'c')).toEqual([
    { usageId: 'a', customerId: 'cus_1' },
    { usageId: 'a', customerId: 'cus_2' },
  ]);
});

test('a header alone maps nobody', () => {
  expect(parseCustomersFile(HEADER, 'c')).toEqual([]);
});

test('every bad line is named', () => {
  expect(problemsOf(`${HEADER}a,cus_1,x\n"b\nc",cus_2\n,cus_3\nd,\ne\n`)).toEqual([
    'customers.csv:2 3 fields instead of 2.',
    'customers.csv:5 The usage id is empty.',
    'customers.csv:6 The Stripe customer is empty.',
    'customers.csv:7 1 fields instead of 2.',
  ]);
});

test.each([
  ['', 'customers.csv:1 The first line must be the header usage_id,stripe_customer.'],
  ['id,customer\na,b\n', 'customers.csv:1 The first line must be the header usage_id,stripe_customer.'],
  [
    'usage_id,stripe_customer,note\na,b,c\n',
    'customers.csv:1 The first line must be the header usage_id,stripe_customer.',
  ],
  [`${HEADER}a,cus_1\n"b,cus_2\n`, 'customers.csv:3 A quote is out of place or is never closed.'],
  [`${HEADER}a"b,cus_1\n`, 'customers.csv:2 A quote is out of place or is never closed.'],
])('%j is refused', (text, problem) => {
  expect(problemsOf(text)).toContain(problem);
});

test('the last field of a file may be empty', () => {
  expect(problemsOf(`${HEADER}a,`)).toEqual(['customers.csv:2 The Stripe customer is empty.']);
});
