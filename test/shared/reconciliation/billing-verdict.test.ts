import { expect, test } from 'vitest';
import { type BillingInput, type BillingLine, decideBilling } from '../../../shared/reconciliation/billing-verdict.ts';
import type { BillingVerdict } from '../../../shared/reconciliation/result.ts';
import { type Decimal, divide, multiply, parseDecimal } from '../../../shared/values/decimal.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';

const period = (from: string, to: string): Period => ({ from: parseInstant(from), to: parseInstant(to) });
const MAY = period('2026-05-01', '2026-06-01');
const UNTIL_10 = period('2026-05-01', '2026-05-10');
const SINCE_10 = period('2026-05-10', '2026-06-01');

/** Two minor units a unit. */
const line = (id: string, quantity: string | null, amount: number, more: Partial<BillingLine> = {}): BillingLine => ({
  id,
  invoiceId: 'in_1',
  status: 'paid',
  priceId: 'price_1',
  subscriptionItemId: 'si_1',
  subscriptionId: 'sub_1',
  servicePeriod: MAY,
  quantity: quantity === null ? null : parseDecimal(quantity),
  amountMinor: BigInt(amount),
  currency: 'usd',
  isProration: false,
  ...more,
});

const TWO = parseDecimal('2');
const whole = (value: Decimal): bigint => divide(value, parseDecimal('1'), 0, 'half_up').coefficient;

const decide = (metered: string | null | undefined, lines: readonly BillingLine[], more: Partial<BillingInput> = {}) =>
  decideBilling({
    month: MAY,
    lines,
    metered: metered === undefined ? null : { value: metered === null ? null : parseDecimal(metered) },
    itemPriceIds: new Set(['price_1']),
    isOwed: () => false,
    owedItemIds: () => [],
    shownOf: (_, quantity) => quantity,
    rate: (_, shown) => whole(multiply(shown, TWO)),
    ...more,
  });

type Case = readonly [
  name: string,
  metered: string | null | undefined,
  lines: readonly BillingLine[],
  expected: readonly [BillingVerdict, string | null] | null,
];

test.each<Case>([
  ['what was metered is billed', '100', [line('a', '100', 200)], ['billed_agree', 'a']],
  ['decimals of any length', '100.000000000001', [line('a', '100.000000000001', 200)], ['billed_agree', 'a']],
  [
    'tiers add up, flat lines show nothing',
    '100',
    [line('a', '60', 100), line('b', '40', 70), line('c', '0', 30)],
    ['billed_agree', 'a'],
  ],
  ['one part in a trillion is a difference', '100.000000000001', [line('a', '100', 200)], ['quantity_differs', 'a']],
  ['billed more than metered', '90', [line('a', '100', 200)], ['quantity_differs', 'a']],
  ['billed, and nothing metered', null, [line('a', '100', 200)], ['quantity_differs', 'a']],
  ['nothing billed of nothing', null, [line('a', '0', 0)], ['billed_agree', 'a']],
  ['a net negative month is billed as nothing', '-5', [line('a', '0', 0)], ['billed_agree', 'a']],
  ['another price', '100', [line('a', '100', 200, { priceId: 'price_2' })], ['price_differs', 'a']],
  ['quantity before price', '90', [line('a', '100', 200, { priceId: 'price_2' })], ['quantity_differs', 'a']],
  ['an edited amount', '100', [line('a', '100', 201)], ['amount_differs', 'a']],
  ['tiers whose sum was edited', '100', [line('a', '60', 120), line('b', '40', 81)], ['amount_differs', 'a']],
  ['a line without quantity is judged by its amount', '100', [line('a', null, 200)], ['billed_agree', 'a']],
  ['and found wrong by it', '100', [line('a', null, 150)], ['amount_differs', 'a']],
  [
    'what was metered is not known: price and amount are judged',
    undefined,
    [line('a', '70', 140)],
    ['billed_agree', 'a'],
  ],
  ['and found wrong', undefined, [line('a', '70', 141)], ['amount_differs', 'a']],
  [
    'an uncollectible invoice counts',
    '100',
    [line('a', '100', 200, { status: 'uncollectible' })],
    ['billed_agree', 'a'],
  ],
  [
    'two items are each charged all of it',
    '100',
    [line('a', '100', 200), line('b', '100', 200, { subscriptionItemId: 'si_2' })],
    ['billed_agree', 'a'],
  ],
  [
    'one of two items is short',
    '100',
    [line('a', '100', 200), line('b', '90', 180, { subscriptionItemId: 'si_2' })],
    ['quantity_differs', 'b'],
  ],
  [
    'items that follow one another share it',
    '100',
    [
      line('a', '40', 80, { servicePeriod: UNTIL_10 }),
      line('b', '60', 120, { servicePeriod: SINCE_10, subscriptionItemId: 'si_2' }),
    ],
    ['billed_agree', 'a'],
  ],
  [
    'one item in two periods',
    '100',
    [
      line('a', '40', 80, { servicePeriod: UNTIL_10 }),
      line('b', '60', 120, { servicePeriod: SINCE_10, invoiceId: 'in_2' }),
    ],
    ['billed_agree', 'a'],
  ],
  [
    'and not enough together',
    '100',
    [
      line('a', '40', 80, { servicePeriod: UNTIL_10 }),
      line('b', '50', 100, { servicePeriod: SINCE_10, subscriptionItemId: 'si_2' }),
    ],
    ['quantity_differs', 'a'],
  ],
  [
    'charged by two invoices',
    '100',
    [line('a', '100', 200), line('b', '100', 200, { invoiceId: 'in_2' })],
    ['line_twice', 'b'],
  ],
  [
    'charged again by hand, on a line without an item',
    '100',
    [line('a', '100', 200), line('b', '100', 200, { invoiceId: 'in_2', subscriptionItemId: null })],
    ['line_twice', 'b'],
  ],
  [
    'charged again by hand, on the same invoice',
    '100',
    [line('a', '100', 200), line('b', '100', 200, { subscriptionItemId: null })],
    ['line_twice', 'b'],
  ],
  [
    'charged again by hand, for a moment of the month',
    '100',
    [
      line('a', '100', 200),
      line('b', '100', 200, { subscriptionItemId: null, servicePeriod: period('2026-05-20', '2026-05-20') }),
    ],
    ['quantity_differs', 'a'],
  ],
  [
    'a line that stands twice on its invoice',
    '100',
    [line('a', '100', 200), line('b', '100', 200)],
    ['line_twice', 'b'],
  ],
  [
    'tiers that stand twice on their invoice',
    '100',
    [
      line('a', '60', 120),
      line('b', '40', 80),
      line('c', '0', 0),
      line('d', '60', 120),
      line('e', '40', 80),
      line('f', '0', 0),
    ],
    ['line_twice', 'd'],
  ],
  ['two tiers of the same size', '100', [line('a', '50', 100), line('b', '50', 100)], ['billed_agree', 'a']],
  ['lines of nothing are no repetition', '100', [line('a', '0', 0), line('b', '0', 0)], ['quantity_differs', 'a']],
  [
    'the rest was charged by hand',
    '100',
    [line('a', '80', 160), line('b', '20', 40, { subscriptionItemId: null, invoiceId: 'in_2' })],
    ['billed_agree', 'a'],
  ],
  [
    'too much was given back by hand',
    '90',
    [line('a', '100', 200), line('b', '-10', -20, { subscriptionItemId: null, invoiceId: 'in_2' })],
    ['billed_agree', 'a'],
  ],
  [
    'at an amount of its own',
    '90',
    [line('a', '100', 200), line('b', '-10', -25, { subscriptionItemId: null, invoiceId: 'in_2' })],
    ['amount_differs', 'a'],
  ],
  [
    'a price that the subscribed one took the place of',
    '100',
    [
      line('a', '40', 80, { servicePeriod: UNTIL_10, priceId: 'price_2' }),
      line('b', '60', 120, { servicePeriod: SINCE_10 }),
    ],
    ['billed_agree', 'a'],
  ],
  [
    'a price that took the place of the subscribed one',
    '100',
    [
      line('a', '40', 80, { servicePeriod: UNTIL_10 }),
      line('b', '60', 120, { servicePeriod: SINCE_10, priceId: 'price_2' }),
    ],
    ['price_differs', 'b'],
  ],
  [
    'the first one void',
    '100',
    [line('a', '100', 200, { status: 'void' }), line('b', '100', 200, { invoiceId: 'in_2' })],
    ['billed_agree', 'b'],
  ],
  [
    'a period that reaches out',
    '100',
    [line('a', '100', 200, { servicePeriod: period('2026-04-15', '2026-05-15') })],
    ['misaligned', 'a'],
  ],
  [
    'twice before misaligned',
    '100',
    [
      line('a', '1', 2),
      line('b', '1', 2, { invoiceId: 'in_2' }),
      line('c', '1', 2, { servicePeriod: period('2026-05-15', '2026-06-15') }),
    ],
    ['line_twice', 'b'],
  ],
  ['a draft', '100', [line('a', '100', 200, { status: 'draft' })], ['not_final', 'a']],
  ['a void one', '100', [line('a', '100', 200, { status: 'void' })], ['not_final', 'a']],
  [
    'a draft before a void one',
    '100',
    [line('a', '1', 2, { status: 'void' }), line('b', '100', 200, { status: 'draft' })],
    ['not_final', 'b'],
  ],
  [
    'a draft beside what counts',
    '100',
    [line('a', '100', 200), line('b', '5', 10, { status: 'draft', invoiceId: 'in_2' })],
    ['billed_agree', 'a'],
  ],
  ['nothing', '100', [], null],
  ['a proration alone', '100', [line('a', '1', 50, { isProration: true })], ['quantity_differs', 'a']],
  ['a proration of nothing metered', null, [line('a', '1', 50, { isProration: true })], ['billed_agree', 'a']],
])('%s', (_, metered, lines, expected) => {
  const found = decide(metered, lines);
  expect(found === null ? null : [found.verdict, found.line]).toEqual(expected);
});

test('a line is missing where a finalised invoice covers the month and something is owed', () => {
  const isOwed = () => true;
  expect(decide('100', [], { isOwed })).toEqual({ verdict: 'line_missing', line: null });
  expect(decide('100', [line('a', '100', 200, { status: 'void' })], { isOwed })).toEqual({
    verdict: 'line_missing',
    line: null,
  });
  expect(decide('100', [line('a', '100', 200, { status: 'draft' })], { isOwed })?.verdict).toBe('not_final');
  expect(decide('100', [line('a', '100', 200)], { isOwed })?.verdict).toBe('billed_agree');
});

test('of several items one was left out', () => {
  const owedItemIds = () => ['si_1', 'si_2'];
  const first = line('a', '100', 200);
  expect(decide('100', [first], { owedItemIds })).toEqual({ verdict: 'line_missing', line: null });
  const second = line('b', '100', 200, { subscriptionItemId: 'si_2' });
  expect(decide('100', [first, second], { owedItemIds })?.verdict).toBe('billed_agree');
  expect(decide('100', [first, { ...second, status: 'draft' }], { owedItemIds })).toEqual({
    verdict: 'not_final',
    line: 'b',
  });
  // A line of an item that is gone, or by hand, may be what is looked for.
  for (const subscriptionItemId of ['si_gone', null]) {
    expect(decide('100', [{ ...first, subscriptionItemId }], { owedItemIds })?.verdict).toBe('billed_agree');
  }
  expect(decide('90', [first], { owedItemIds })?.verdict).toBe('quantity_differs');
  expect(decide(undefined, [first], { owedItemIds })?.verdict).toBe('billed_agree');
});

test('packages are compared as the lines show them', () => {
  const hundred = parseDecimal('100');
  const shownOf = (_: BillingLine, quantity: Decimal): Decimal => divide(quantity, hundred, 0, 'ceiling');
  expect(decide('101', [line('a', '2', 4)], { shownOf })?.verdict).toBe('billed_agree');
  expect(decide('101', [line('a', '101', 4)], { shownOf })?.verdict).toBe('quantity_differs');
});

test('a price that cannot be rated leaves the amount unjudged', () => {
  expect(decide('100', [line('a', '100', 999)], { rate: () => null })?.verdict).toBe('billed_agree');
});
