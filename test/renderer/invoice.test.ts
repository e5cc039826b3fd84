import { describe, expect, test } from 'vitest';
import { previewsOf } from '../../renderer/screens/cell/billed-lines.ts';
import {
  differenceWords,
  differingLines,
  exactBeyond,
  invoiceSentence,
  itemUnitAmount,
  lineWord,
  negated,
  proofSentence,
  stepDetail,
  stripeSays,
  totalRows,
  unfoldedAtFirst,
  wordsOfLines,
} from '../../renderer/screens/invoice/invoice-view.ts';
import type {
  InvoiceDetail,
  InvoiceItemView,
  InvoiceLineView,
  InvoiceStepView,
} from '../../shared/contract/invoice-schemas.ts';

const line = (part: Partial<InvoiceLineView> = {}): InvoiceLineView => ({
  key: 'l1',
  type: 'usage',
  tier: null,
  upTo: null,
  description: '3 × CPU (at 0.5)',
  ours: { quantity: '3', unitAmount: '0.5', exact: '1.5', amount: '1.50' },
  stripe: { id: 'il_1', quantity: '3', unitAmount: '0.5', amount: '1.50' },
  difference: '0',
  differences: [],
  ...part,
});

const item = (lines: InvoiceLineView[], part: Partial<InvoiceItemView> = {}): InvoiceItemView => ({
  key: 'i1',
  description: 'CPU time',
  kind: 'metered',
  meter: 'cpu_seconds',
  unit: 'CPU-seconds',
  price: 'price_1',
  servicePeriod: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
  quantity: '3',
  exact: '1.5',
  amount: '1.50',
  stripeAmount: '1.50',
  difference: '0',
  lines,
  ...part,
});

type Total = InvoiceDetail['totals'][number];
const total = (field: Total['field'], ours: string, stripe: string | null, difference: string | null): Total => ({
  field,
  ours,
  stripe,
  difference,
});

const invoice = (part: Partial<InvoiceDetail> = {}, lines: InvoiceLineView[] = [line()]): InvoiceDetail => ({
  key: { month: '2026-05', customer: 'cus_1', subscription: 'sub_1', from: '2026-05-01T00:00:00Z' },
  seller: 'Acme Cloud',
  customer: { id: 'cus_1', name: 'Globex', email: null },
  period: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
  currency: 'usd',
  state: 'matches',
  asOf: { clickhouse: null, stripe: null },
  stripe: { id: 'in_1', number: 'A-1', status: 'open', createdAt: null, finalizedAt: null },
  groups: [
    {
      product: { id: 'prod_1', name: 'Compute' },
      items: [item(lines)],
      amount: '1.50',
      stripeAmount: '1.50',
      difference: '0',
    },
  ],
  steps: [],
  totals: [total('total', '1.50', '1.50', '0')],
  inclusiveTax: null,
  notes: [],
  proof: null,
  ...part,
});

const differing = line({ key: 'l2', differences: [{ field: 'amount', ours: '1.50', stripe: '1.49' }] });

describe('the sentence of an invoice', () => {
  test('agrees line by line', () =>
    expect(invoiceSentence(invoice())).toBe('This invoice comes to $1.50, line by line as Stripe has it.'));
  test('says which side has more, and in how many lines', () => {
    const more = { state: 'differs' as const, totals: [total('total', '1.50', '2.00', '-0.50')] };
    expect(invoiceSentence(invoice(more, [differing, line()]))).toBe(
      'This invoice comes to $1.50; Stripe’s says $2.00, $0.50 more. 1 line differs.',
    );
    const less = { ...more, totals: [total('total', '1.50', '1.00', '0.50')] };
    expect(invoiceSentence(invoice(less))).toBe('This invoice comes to $1.50; Stripe’s says $1.00, $0.50 less.');
  });
  test('does not hide lines behind a total that agrees', () => {
    expect(invoiceSentence(invoice({ state: 'differs' }, [differing, differing]))).toBe(
      'This invoice comes to $1.50, as at Stripe, but 2 lines differ.',
    );
    expect(invoiceSentence(invoice({ state: 'differs' }))).toBe(
      'This invoice comes to $1.50, as at Stripe, but not in all of its sums.',
    );
  });
  test('says that Stripe has none, or that something is missing', () => {
    expect(invoiceSentence(invoice({ state: 'no_invoice', stripe: null }))).toBe(
      'This invoice will come to $1.50. Stripe holds none for the period yet.',
    );
    expect(invoiceSentence(invoice({ state: 'incomplete' }))).toBe(
      'So far this invoice comes to $1.50, but something that it needs is missing.',
    );
  });
});

describe('lines', () => {
  const tiers = [
    line({ key: 'a', tier: 1, upTo: '1000' }),
    line({ key: 'b', tier: 1, upTo: '1000', type: 'flat' }),
    line({ key: 'c', tier: 2, upTo: null }),
  ];
  test('are called by their tier', () => {
    expect(tiers.map((each) => lineWord(item(tiers), each).replaceAll('\u202f', ' '))).toEqual([
      'Tier 1, up to 1 000',
      'Flat fee of tier 1',
      'Tier 2, above 1 000',
    ]);
    expect(lineWord(item([line()]), line())).toBe('The whole quantity');
    expect(lineWord(item([line()]), line({ type: 'flat' }))).toBe('Flat fee');
    // The tier that a volume price reached stands alone.
    expect(lineWord(item([line({ tier: 3 })]), line({ tier: 3 }))).toBe('Tier 3');
  });
  test('tell themselves where Stripe alone has them, or where they are a part of a period', () => {
    expect(lineWord(item([]), line({ ours: null, description: 'Workshop' }))).toBe('Workshop');
    expect(lineWord(item([], { kind: 'proration' }), line({ description: 'Unused time' }))).toBe('Unused time');
  });
  test('are named in the steps by item and tier', () => {
    const words = wordsOfLines(invoice({}, tiers));
    expect(words.get('b')).toBe('CPU time, flat fee of tier 1');
    expect(wordsOfLines(invoice()).get('l1')).toBe('CPU time');
  });
  test('that differ are counted, and their items unfolded', () => {
    expect(differingLines(invoice({}, [differing, line()]))).toBe(1);
    expect([...unfoldedAtFirst(invoice({}, [differing]))]).toEqual(['i1']);
    expect([...unfoldedAtFirst(invoice())]).toEqual([]);
  });
  test('have a unit price in common only where there is one line', () => {
    expect(itemUnitAmount(item([line()]))).toBe('0.5');
    expect(itemUnitAmount(item(tiers))).toBeNull();
    expect(itemUnitAmount(item([line({ ours: null })]))).toBe('0.5');
  });
});

test('what Stripe says stands in the column that it belongs to, the rest in words', () => {
  const off = line({
    differences: [
      { field: 'quantity', ours: '3', stripe: '12000' },
      { field: 'unitAmount', ours: '0.5', stripe: '0.4' },
      { field: 'amount', ours: '1.5', stripe: '1.2' },
      { field: 'servicePeriod', ours: null, stripe: '2026-04-01T00:00:00Z/2026-05-01T00:00:00Z' },
      { field: 'tax', ours: '0.1', stripe: null },
    ],
  });
  expect(stripeSays(off, 'quantity', 'usd')?.replaceAll('\u202f', ' ')).toBe('12 000');
  expect(stripeSays(off, 'unitAmount', 'usd')).toBe('$0.40');
  expect(stripeSays(line(), 'quantity', 'usd')).toBeNull();
  expect(differenceWords(off, 'usd')).toEqual(['service period Apr 2026 at Stripe', 'tax absent at Stripe']);
  expect(differenceWords(line({ differences: [{ field: 'line', ours: 'x', stripe: null }] }), 'usd')).toEqual([
    'Stripe has no such line',
  ]);
  expect(differenceWords(line({ differences: [{ field: 'line', ours: null, stripe: 'x' }] }), 'usd')).toEqual([
    'only Stripe has this line',
  ]);
});

test('sums print what is taken off with a minus, and stress what is to be paid', () => {
  const rows = totalRows([
    total('subtotal', '10', '10', '0'),
    total('discount', '2.00', '1.50', '0.50'),
    total('credits', '0', null, null),
    total('amountDue', '8', '8.5', '-0.5'),
  ]);
  expect(rows.map(({ ours, stripe, difference }) => [ours, stripe, difference])).toEqual([
    ['10', '10', '0'],
    ['-2.00', '-1.50', '-0.50'],
    ['0', null, null],
    ['8', '8.5', '-0.5'],
  ]);
  expect(rows.filter(({ isStrong }) => isStrong).map(({ word }) => word)).toEqual(['Amount due']);
  expect(negated('-3')).toBe('3');
});

test.each([
  ['1.5', '1.50', null],
  ['1.5049', '1.50', '1.5049'],
  ['100', '100.00', null],
  ['100', '10', '100'],
  [null, '1', null],
])('the exact amount %s beside the printed %s', (exact, amount, shown) => {
  expect(exactBeyond(exact, amount)).toBe(shown);
});

test('the footer says what a preview is worth', () => {
  const licensed = { lines: 0, exact: 0 };
  expect(proofSentence({ lines: 1284, exact: 1284, licensed })).toBe(
    'Rated by the engine that re-rated 1,284 of 1,284 finalised lines exactly.',
  );
  expect(proofSentence(null)).toMatch(/has not been held against history/);
  expect(proofSentence({ lines: 0, exact: 0, licensed })).toBe(proofSentence(null));
});

test('steps tell what a grant keeps and what a tax is of', () => {
  const step: InvoiceStepView = {
    type: 'credit',
    id: 'credgr_1',
    label: 'Commit',
    exact: '-3',
    amount: '-3.00',
    running: '0',
    stripeAmount: null,
    difference: null,
    note: null,
    applied: [],
    grant: { amount: '500', applied: '3.00', left: '497' },
    tax: null,
  };
  expect(stepDetail(step, 'usd')).toBe('$3.00 of $500.00 applied, $497.00 left');
  const tax = { percentage: '19', isInclusive: false, taxable: '100' };
  expect(stepDetail({ ...step, grant: null, tax }, 'usd')).toBe('19 % of $100.00, on top');
  expect(stepDetail({ ...step, grant: null, tax: { ...tax, isInclusive: true } }, 'usd')).toMatch(
    /part of the prices$/,
  );
  expect(stepDetail({ ...step, grant: null }, 'usd')).toBeNull();
});

test('a cell leads to each invoice of its lines once', () => {
  const billed = {
    id: 'il_1',
    invoice: 'in_1',
    number: null,
    status: 'paid',
    subscription: 'sub_1',
    servicePeriod: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
    quantity: '1',
    amount: '1',
    currency: 'usd',
  };
  expect(previewsOf([billed, { ...billed, id: 'il_2' }, { ...billed, subscription: null }])).toEqual([
    { subscription: 'sub_1', from: '2026-05-01T00:00:00Z' },
  ]);
});
