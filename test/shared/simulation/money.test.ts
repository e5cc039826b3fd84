import { expect, test } from 'vitest';
import { type Close, played, printInvoices, printTimeline } from './close-maker.ts';

const CREATED = 'creation 01-01 to 01-01 paid 3100';
const coupon = (duration: string, more: object = {}) => [{ id: 'tenth', percent_off: 10, duration, ...more }];
const grant = (id: string, value: number, more: object = {}) => ({
  id,
  amount: { type: 'monetary', monetary: { value, currency: 'usd' } },
  applicability_config: { scope: { price_type: 'metered' } },
  category: 'paid',
  ...more,
});

type Case = Close & { readonly name: string; readonly invoices: readonly string[] };

/** A seat costs 3,100 a month, a tenth less 2,790. */
const DISCOUNTS: readonly Case[] = [
  {
    name: 'a coupon that applies once',
    coupons: coupon('once'),
    subscription: { discounts: ['tenth'] },
    to: '02-01T02:00',
    invoices: ['creation 01-01 to 01-01 paid 2790', 'cycle 01-01 to 02-01 paid 3100'],
  },
  {
    name: 'one that repeats for two months: its end is exclusive',
    coupons: coupon('repeating', { duration_in_months: 2 }),
    subscription: { discounts: ['tenth'] },
    to: '03-01T02:00',
    invoices: ['creation 01-01 to 01-01 paid 2790', 'cycle 01-01 to 02-01 paid 2790', 'cycle 02-01 to 03-01 paid 3100'],
  },
  {
    name: 'one for good, of the customer',
    coupons: coupon('forever'),
    customer: { discounts: ['tenth'] },
    to: '02-01T02:00',
    invoices: ['creation 01-01 to 01-01 paid 2790', 'cycle 01-01 to 02-01 paid 2790'],
  },
  {
    name: 'one that is applied, and one that is removed, within a period',
    coupons: coupon('forever'),
    actions: [
      { at: '2026-01-10T00:00:00Z', do: 'apply_coupon', coupon: 'tenth' },
      { at: '2026-02-10T00:00:00Z', do: 'remove_coupon', coupon: 'tenth' },
    ],
    to: '03-01T02:00',
    invoices: [CREATED, 'cycle 01-01 to 02-01 paid 2790', 'cycle 02-01 to 03-01 paid 3100'],
  },
  {
    name: 'a draft keeps the coupon that it was made with',
    coupons: coupon('forever'),
    subscription: { discounts: ['tenth'] },
    actions: [{ at: '2026-02-01T00:30:00Z', do: 'remove_coupon' }],
    to: '02-01T02:00',
    invoices: ['creation 01-01 to 01-01 paid 2790', 'cycle 01-01 to 02-01 paid 2790'],
  },
];

test.each(DISCOUNTS)('discounts: $name', (close) => {
  expect(printInvoices(played({ items: ['seat'], ...close }))).toEqual(close.invoices);
});

test('discounts: beginnings and ends are noted once', () => {
  const run = played({
    items: ['seat'],
    coupons: coupon('repeating', { duration_in_months: 1 }),
    actions: [{ at: '2026-01-10T00:00:00Z', do: 'apply_coupon', coupon: 'tenth' }],
    to: '03-02',
  });
  expect(printTimeline(run, 'discount_started', 'discount_ended')).toEqual([
    '01-10 discount_started',
    '02-10 discount_ended',
  ]);
});

/** 400 calls a month cost 200. */
const usage = ['01-05 400', '02-05 400'];
const GRANTS: readonly Case[] = [
  {
    name: 'what is left is kept for the next invoice',
    customer: { creditGrants: [grant('a', 250)] },
    to: '03-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 0', 'cycle 02-01 to 03-01 paid 150'],
  },
  {
    name: 'a draft shows none',
    customer: { creditGrants: [grant('a', 250)] },
    to: '02-01T00:30',
    invoices: ['cycle 01-01 to 02-01 draft 200'],
  },
  {
    name: 'one that expires at the finalisation comes too late',
    customer: { creditGrants: [grant('a', 250, { expires_at: '2026-02-01T01:00:00Z' })] },
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 200'],
  },
  {
    name: 'one that expires a second later does not',
    customer: { creditGrants: [grant('a', 250, { expires_at: '2026-02-01T01:00:01Z' })] },
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 0'],
  },
  {
    name: 'one that is effective at the finalisation is in time',
    customer: { creditGrants: [grant('a', 50, { effective_at: '2026-02-01T01:00:00Z' })] },
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 150'],
  },
  {
    name: 'it pays no seats',
    items: ['seat', 'calls'],
    customer: { creditGrants: [grant('a', 250)] },
    to: '02-01T02:00',
    invoices: [CREATED, 'cycle 01-01 to 02-01 paid 3100'],
  },
  {
    name: 'one that is voided pays nothing any more',
    customer: { creditGrants: [grant('a', 250)] },
    actions: [{ at: '2026-02-10T00:00:00Z', do: 'void_credit_grant', grant: 'a' }],
    to: '03-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 0', 'cycle 02-01 to 03-01 paid 200'],
  },
  {
    name: 'one that is added later',
    actions: [{ at: '2026-02-10T00:00:00Z', do: 'add_credit_grant', customer: 'cus', grant: grant('a', 250) }],
    to: '03-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 200', 'cycle 02-01 to 03-01 paid 0'],
  },
];

test.each(GRANTS)('credits: $name', (close) => {
  expect(printInvoices(played({ usage, ...close }))).toEqual(close.invoices);
});

test('credits: priority first, then expiry; what each gave and what lapsed is noted', () => {
  const creditGrants = [
    grant('later', 100),
    grant('soon', 100, { expires_at: '2026-02-15T00:00:00Z' }),
    grant('first', 50, { priority: 0 }),
  ];
  const run = played({ usage: ['01-05 220'], customer: { creditGrants }, to: '03-02' });
  const said = run.timeline.flatMap((entry) =>
    'grantId' in entry ? [`${entry.type} ${entry.grantId} ${entry.amountMinor}`] : [],
  );
  expect(said).toEqual([
    'credit_granted later 100',
    'credit_granted soon 100',
    'credit_granted first 50',
    'credit_used first 50',
    'credit_used soon 60',
    'credit_expired soon 40',
  ]);
});

const voiding = [{ at: '2026-02-05T00:00:00Z', do: 'void_invoice', period: { from: '2026-01-01T00:00:00Z' } }];
const MONEY: readonly Case[] = [
  {
    name: 'credit of the balance is used up, invoice by invoice',
    customer: { balance: -250 },
    to: '03-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 200 due 0', 'cycle 02-01 to 03-01 paid 200 due 150'],
  },
  {
    name: 'a debt is added',
    customer: { balance: 30 },
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 200 due 230'],
  },
  {
    name: 'nobody pays: open',
    customer: { payment: 'none' },
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 open 200'],
  },
  {
    name: 'a payment that fails: open',
    customer: { payment: 'fails' },
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 open 200'],
  },
  {
    name: 'given up',
    customer: { payment: 'uncollectible' },
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 uncollectible 200'],
  },
  {
    name: 'an invoice that is voided gives back its balance and its credits',
    customer: { payment: 'none', balance: -20, creditGrants: [grant('a', 50)] },
    actions: voiding,
    to: '03-01T02:00',
    invoices: ['cycle 01-01 to 02-01 void 150 due 130', 'cycle 02-01 to 03-01 open 150 due 130'],
  },
  {
    name: 'collection that is paused: the invoice stays a draft, also after it goes on',
    actions: [
      { at: '2026-01-20T00:00:00Z', do: 'pause', behavior: 'keep_as_draft' },
      { at: '2026-02-20T00:00:00Z', do: 'resume' },
    ],
    to: '03-01T02:00',
    invoices: ['cycle 01-01 to 02-01 draft 200', 'cycle 02-01 to 03-01 paid 200'],
  },
  {
    name: 'paused and void: credits and balance stay; it goes on by itself',
    customer: { balance: -20, creditGrants: [grant('a', 50)] },
    actions: [{ at: '2026-01-20T00:00:00Z', do: 'pause', behavior: 'void', resumes_at: '2026-03-01T00:00:00Z' }],
    to: '03-01T02:00',
    invoices: ['cycle 01-01 to 02-01 void 200 due 180', 'cycle 02-01 to 03-01 paid 150 due 130'],
  },
  {
    name: 'paused and uncollectible',
    actions: [{ at: '2026-01-20T00:00:00Z', do: 'pause', behavior: 'mark_uncollectible' }],
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 uncollectible 200'],
  },
];

test.each(MONEY)('money: $name', (close) => {
  expect(printInvoices(played({ usage, ...close }))).toEqual(close.invoices);
});

test('a failed payment is noted, and so is what is given up', () => {
  const run = played({ usage, customer: { payment: 'uncollectible' }, to: '02-01T02:00' });
  expect(printTimeline(run, 'invoice_finalized', 'payment_failed', 'invoice_uncollectible')).toEqual([
    '02-01T01:00 invoice_finalized',
    '02-01T01:00 payment_failed',
    '02-01T01:00 invoice_uncollectible',
  ]);
});

test('taxes of the customer are those of a subscription that names none', () => {
  const run = played({
    usage,
    taxRates: [{ id: 'txr_20', percentage: 20, inclusive: false }],
    customer: { taxRates: ['txr_20'] },
    to: '02-01T02:00',
  });
  expect(printInvoices(run)).toEqual(['cycle 01-01 to 02-01 paid 240']);
});
