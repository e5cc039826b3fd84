import { expect, test } from 'vitest';
import { passesFilter } from '../../../../main/api/invoices/invoice-order.ts';
import {
  INVOICE_COLUMNS,
  INVOICE_LINE_COLUMNS,
  invoiceLinesCsv,
  invoicesCsv,
} from '../../../../main/api/invoices/invoices-csv.ts';
import { catalogOf, previewMonth } from '../../../../main/api/invoices/preview-month.ts';
import { type BillingWorld, billingWorld, callsPrice, invoice, item, line, subscription } from './world.ts';

const sub = (name: string) =>
  subscription({
    id: `sub_${name}`,
    customerId: `cus_${name}`,
    items: [item(`si_${name}`, 'price_calls', { subscriptionId: `sub_${name}` })],
  });

const bill = (name: string, amount: bigint, quantity: string) =>
  invoice(
    [
      line(`il_${name}`, amount, {
        quantity,
        unitAmount: '0.5',
        subscriptionId: `sub_${name}`,
        subscriptionItemId: `si_${name}`,
      }),
    ],
    { id: `in_${name}`, number: `N-${name}`, customerId: `cus_${name}`, subscriptionId: `sub_${name}` },
  );

/** a matches, b differs by −25 cents, c has no invoice. */
const WORLD: BillingWorld = {
  customers: [{ id: 'cus_a', name: 'Zenith, Inc' }, { id: 'cus_b', name: '=cmd()' }, { id: 'cus_c' }],
  prices: [callsPrice()],
  subscriptions: ['a', 'b', 'c'].map(sub),
  metered: { '2026-05': { cus_a: '200', cus_b: '150', cus_c: '40' } },
  invoices: [bill('a', 100n, '200'), bill('b', 100n, '200')],
};

/** Fields of a line in which only names are quoted. */
const fieldsOf = (text: string): readonly string[] =>
  [...text.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, -1).map(([, field = '']) => field.replaceAll('"', ''));

const under = (columns: readonly string[], text: string): Record<string, string> => {
  const fields = fieldsOf(text.trimEnd());
  return Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '?']));
};

test('an invoice is a row with both totals; a name that would run in a spreadsheet does not', () => {
  const { request } = billingWorld(WORLD);
  const [head, ...lines] = [...invoicesCsv('2026-05', previewMonth(request))];
  expect(head).toBe(`${INVOICE_COLUMNS.join(',')}\r\n`);
  const rows = lines.map((text) => under(INVOICE_COLUMNS, text));
  expect(rows).toMatchObject([
    {
      customer: 'cus_a',
      name: 'Zenith, Inc',
      total: '1.00',
      stripe_invoice: 'in_a',
      difference: '0.00',
      state: 'matches',
    },
    { customer: 'cus_b', name: "'=cmd()", total: '0.75', stripe_total: '1.00', difference: '-0.25', state: 'differs' },
    { customer: 'cus_c', name: '', total: '0.20', stripe_invoice: '', stripe_total: '', difference: '' },
  ]);
});

test('a line stands beside Stripe’s with the names of what differs; the filter is that of the table', () => {
  const { db, request } = billingWorld(WORLD);
  const context = { catalog: catalogOf(db), meterOf: () => null };
  const previews = [...previewMonth(request)].filter((each) => passesFilter(each, { states: ['differs'] }));
  const [head, ...lines] = [...invoiceLinesCsv('2026-05', previews, context)];
  expect(head).toBe(`${INVOICE_LINE_COLUMNS.join(',')}\r\n`);
  expect(lines.map((text) => under(INVOICE_LINE_COLUMNS, text))).toMatchObject([
    {
      customer: 'cus_b',
      price: 'price_calls',
      quantity: '150',
      unit_amount: '0.005',
      amount: '0.75',
      stripe_line: 'il_b',
      stripe_quantity: '200',
      stripe_amount: '1.00',
      difference: '-0.25',
      differs: 'quantity amount',
    },
  ]);
  expect([...previewMonth(request)].filter((each) => passesFilter(each, { search: 'ZENITH' }))).toHaveLength(1);
  expect([...previewMonth(request)].filter((each) => passesFilter(each, { minDifference: '0.26' }))).toHaveLength(0);
});
