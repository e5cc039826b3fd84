import { expect, test } from 'vitest';
import type { Invoice } from '../../../shared/billing/invoice.ts';
import { builtInvoiceDocument, stripeInvoiceDocument } from '../../../shared/reports/invoice-json.ts';
import { printExactJson } from '../../../shared/values/exact-json.ts';
import { at, build, discountOf, grantOf, taxRateOf } from '../rating/invoice/invoice-maker.ts';

const parsed = (value: unknown): unknown => JSON.parse(printExactJson(value));

test('a built invoice, with every field of the interface in its order', () => {
  const invoice = build({
    items: [{ id: 'si_1', price: { unit: '0.5', id: 'price_1', productId: 'prod_1' }, used: '101' }],
    grants: [grantOf('credgr_1', { amount: '10', name: 'Welcome' })],
    taxRates: [taxRateOf('txr_1', '10')],
    subscription: { defaultTaxRateIds: ['txr_1'], discounts: [discountOf('di_1', { percentOff: '50' })] },
  });
  const document = builtInvoiceDocument(invoice);
  expect(Object.keys(document)).toEqual(
    'customer subscription period status currency lines subtotal discount credits tax inclusiveTax total startingBalance endingBalance amountDue steps complete notes'.split(
      ' ',
    ),
  );
  // 101 × 0.5 = 50.5 → 51; 50 % of 51 = 25.5 → 26; 10 of credit; 10 % of 15 = 1.5 → 2
  expect(parsed(document)).toMatchObject({
    customer: 'cus_1',
    subscription: 'sub_1',
    period: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
    status: 'draft',
    currency: 'usd',
    lines: [
      {
        type: 'usage',
        tier: 1,
        quantity: '101',
        unitAmount: '0.5',
        exact: '50.5',
        amount: 51,
        id: 'si_1/metered/usage/1',
        kind: 'metered',
        item: 'si_1',
        price: 'price_1',
        description: '101 × Product prod_1 (at 0.005 USD / month)',
        servicePeriod: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
        discounts: [{ discount: 'di_1', amount: 26 }],
        credits: [{ grant: 'credgr_1', amount: 10 }],
        taxes: [{ rate: 'txr_1', amount: 2, inclusive: false, taxable: 15 }],
      },
    ],
    subtotal: 51,
    discount: 26,
    credits: 10,
    tax: 2,
    inclusiveTax: 0,
    total: 17,
    startingBalance: 0,
    endingBalance: 0,
    amountDue: 17,
    complete: true,
    notes: [],
  });
  expect(document.steps?.map(({ type, amount, exact }) => [type, amount, exact])).toEqual([
    ['lines', 51n, '50.5'],
    ['discount', -26n, '-25.25'],
    ['credit', -10n, '-10'],
    // 10 % of 50.5 − 25.25 − 10
    ['tax', 2n, '1.525'],
  ]);
});

test('packages carry what was used beside what is priced', () => {
  const price = { unit: '3', transformQuantity: { divideBy: '100', round: 'up' as const } };
  const [line] = builtInvoiceDocument(build({ items: [{ id: 'a', price, used: '101' }] })).lines;
  expect(line).toMatchObject({ quantity: '2', rawQuantity: '101' });
});

test('amounts beyond what a number holds keep every digit', () => {
  const items = [{ id: 'a', price: { unit: '1' }, used: '9007199254740993' }];
  expect(printExactJson(builtInvoiceDocument(build({ items })))).toContain('"subtotal":9007199254740993,');
});

test("Stripe's own invoice in the same shape", () => {
  const invoice: Invoice = {
    id: 'in_1',
    number: 'A-1',
    customerId: 'cus_1',
    subscriptionId: 'sub_1',
    status: 'paid',
    currency: 'usd',
    billingReason: 'subscription_cycle',
    period: { from: at('05-01'), to: at('06-01') },
    created: at('06-01'),
    finalizedAt: at('06-01'),
    // Stripe takes the discounts of items off its subtotal
    subtotalMinor: 90n,
    totalMinor: 95n,
    amountDueMinor: 95n,
    startingBalanceMinor: 0n,
    endingBalanceMinor: 0n,
    isAutomaticTax: false,
    discountMinor: 10n,
    creditMinor: 5n,
    taxMinor: 14n,
    lines: [
      {
        id: 'il_1',
        invoiceId: 'in_1',
        amountMinor: 100n,
        currency: 'usd',
        description: '100 × calls',
        quantity: '100',
        unitAmount: '1',
        priceId: 'price_1',
        subscriptionId: 'sub_1',
        subscriptionItemId: 'si_1',
        servicePeriod: { from: at('05-01'), to: at('06-01') },
        isProration: false,
        discountMinor: 10n,
        discounts: [{ discountId: 'di_1', amountMinor: 10n }],
        creditMinor: 5n,
        taxes: [
          { taxRateId: 'txr_1', amountMinor: 10n, isInclusive: false, taxableMinor: 85n },
          { taxRateId: null, amountMinor: 4n, isInclusive: true, taxableMinor: null },
        ],
        origin: 'subscription_item',
      },
    ],
  };
  expect(parsed(stripeInvoiceDocument(invoice))).toEqual({
    customer: 'cus_1',
    subscription: 'sub_1',
    period: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
    status: 'paid',
    currency: 'usd',
    lines: [
      {
        type: null,
        tier: null,
        quantity: '100',
        unitAmount: '1',
        exact: null,
        amount: 100,
        id: 'il_1',
        kind: null,
        item: 'si_1',
        price: 'price_1',
        description: '100 × calls',
        servicePeriod: { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
        discounts: [{ discount: 'di_1', amount: 10 }],
        credits: [{ grant: null, amount: 5 }],
        taxes: [
          { rate: 'txr_1', amount: 10, inclusive: false, taxable: 85 },
          { rate: null, amount: 4, inclusive: true, taxable: null },
        ],
      },
    ],
    subtotal: 100,
    discount: 10,
    credits: 5,
    tax: 14,
    inclusiveTax: 4,
    total: 95,
    startingBalance: 0,
    endingBalance: 0,
    amountDue: 95,
  });
});
