import { expect, test } from 'vitest';
import { type Close, played, printInvoices, printUsage } from './close-maker.ts';

/** A seat costs 3,100 a month, a call half a cent: every total can be added up by eye. */
const CLOSES: readonly (Close & { readonly name: string; readonly invoices: readonly string[] })[] = [
  {
    name: 'usage in arrears, the next period of a seat in advance',
    items: ['calls', 'seat'],
    usage: ['01-05 100', '02-05 300'],
    to: '03-01T02:00',
    invoices: ['creation 01-01 to 01-01 paid 3100', 'cycle 01-01 to 02-01 paid 3150', 'cycle 02-01 to 03-01 paid 3250'],
  },
  {
    name: 'a metered period without usage is listed, a creation without lines is not',
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 0'],
  },
  {
    name: 'an anchor on the 31st is the last day of shorter months',
    start: '01-31',
    to: '05-01',
    invoices: ['cycle 01-31 to 02-28 paid 0', 'cycle 02-28 to 03-31 paid 0', 'cycle 03-31 to 04-30 paid 0'],
  },
  {
    name: 'in a leap year that is 29 February',
    start: '2028-01-31',
    to: '2028-04-01',
    invoices: ['cycle 2028-01-31 to 2028-02-29 paid 0', 'cycle 2028-02-29 to 2028-03-31 paid 0'],
  },
  {
    name: 'a year from 29 February ends on the 28th, and in the next leap year on the 29th',
    start: '2028-02-29',
    items: ['seatyear'],
    to: '2032-03-01',
    invoices: [
      'creation 2028-02-29 to 2028-02-29 paid 36500',
      'cycle 2028-02-29 to 2029-02-28 paid 36500',
      'cycle 2029-02-28 to 2030-02-28 paid 36500',
      'cycle 2030-02-28 to 2031-02-28 paid 36500',
      'cycle 2031-02-28 to 2032-02-29 paid 36500',
    ],
  },
  {
    name: 'every two weeks',
    items: ['seat2w'],
    to: '01-30',
    invoices: ['creation 01-01 to 01-01 paid 1400', 'cycle 01-01 to 01-15 paid 1400', 'cycle 01-15 to 01-29 paid 1400'],
  },
  {
    name: 'every day',
    items: ['callsday'],
    usage: ['01-01T23:59:59 10', '01-02 20'],
    to: '01-03T02:00',
    invoices: ['cycle 01-01 to 01-02 paid 5', 'cycle 01-02 to 01-03 paid 10'],
  },
  {
    name: 'several intervals: each item bills at its own ends, together where they meet',
    start: '02-01',
    items: ['callsweek', 'seat'],
    usage: ['02-03 100', '02-10 200', '02-17 300', '02-24 400'],
    to: '03-01T02:00',
    invoices: [
      'creation 02-01 to 02-01 paid 3100',
      'cycle 02-01 to 02-08 paid 50',
      'cycle 02-08 to 02-15 paid 100',
      'cycle 02-15 to 02-22 paid 150',
      'cycle 02-22 to 03-01 paid 3300',
    ],
  },
  {
    // 16 of the 31 days from 16 January to 16 February.
    name: 'a later anchor: a part of a period first',
    start: '01-16',
    items: ['seat'],
    subscription: { billing_cycle_anchor: '2026-02-01T00:00:00Z' },
    to: '02-02',
    invoices: ['creation 01-16 to 01-16 paid 1600', 'cycle 01-16 to 02-01 paid 3100'],
  },
  {
    name: 'a trial is free, usage included, and the first charge comes when it ends',
    items: ['calls', 'seat'],
    subscription: { trial_end: '2026-01-15T00:00:00Z' },
    usage: ['01-05 100', '01-20 200'],
    to: '02-15T02:00',
    invoices: ['cycle 01-01 to 01-15 paid 3100', 'cycle 01-15 to 02-15 paid 3200'],
  },
  {
    name: 'cancelled at the period end: the last usage is billed, no seat any more',
    items: ['calls', 'seat'],
    usage: ['01-05 100', '02-02 100'],
    actions: [{ at: '2026-01-20T00:00:00Z', do: 'cancel_at_period_end' }],
    to: '03-02',
    invoices: ['creation 01-01 to 01-01 paid 3100', 'cycle 01-01 to 02-01 paid 50'],
  },
  {
    name: 'of several intervals the first period end ends all',
    items: ['callsweek', 'seat'],
    usage: ['01-05 100'],
    subscription: { cancel_at_period_end: true },
    to: '03-02',
    invoices: ['creation 01-01 to 01-01 paid 3100', 'cycle 01-01 to 01-08 paid 50'],
  },
  {
    name: 'a planned end within a period: 15.5 of 31 days of the seat, then the last usage',
    items: ['calls', 'seat'],
    subscription: { cancel_at: '2026-01-16T12:00:00Z' },
    usage: ['01-05 100', '01-17 100'],
    to: '03-02',
    invoices: ['creation 01-01 to 01-01 paid 1550', 'cycle 01-01 to 01-16T12:00 paid 50'],
  },
  {
    name: 'cancelled now: pending usage is dropped',
    items: ['calls', 'seat'],
    usage: ['01-05 100'],
    actions: [{ at: '2026-01-16T12:00:00Z', do: 'cancel_now' }],
    to: '03-02',
    invoices: ['creation 01-01 to 01-01 paid 3100'],
  },
  {
    name: 'cancelled now and invoiced: usage so far, and 15.5 days of the seat given back',
    items: ['calls', 'seat'],
    usage: ['01-05 100', '01-17 100'],
    actions: [{ at: '2026-01-16T12:00:00Z', do: 'cancel_now', invoice_now: true, prorate: true }],
    to: '03-02',
    invoices: ['creation 01-01 to 01-01 paid 3100', 'cancellation 01-01 to 01-16T12:00 paid -1500 due 0'],
  },
  {
    name: 'a subscription that is older than the run: no invoice at creation, the whole period at its end',
    items: ['calls', 'seat'],
    start: '01-10',
    subscription: { continued: true, billing_cycle_anchor: '2025-12-01T00:00:00Z' },
    usage: ['01-15 100'],
    to: '02-01T02:00',
    invoices: ['cycle 01-01 to 02-01 paid 3150'],
  },
  {
    name: 'a subscription that starts later',
    items: ['seat'],
    subscription: { start_date: '2026-01-20T00:00:00Z' },
    to: '02-21',
    invoices: ['creation 01-20 to 01-20 paid 3100', 'cycle 01-20 to 02-20 paid 3100'],
  },
];

test.each(CLOSES)('$name', (close) => {
  expect(printInvoices(played(close))).toEqual(close.invoices);
});

test('usage that was dropped has a row that nothing bills, and so has what a period holds so far', () => {
  const usage = ['01-05 100', '01-20 7'];
  const cancelled = played({ usage, actions: [{ at: '2026-01-16T12:00:00Z', do: 'cancel_now' }], to: '03-02' });
  expect(printUsage(cancelled)).toEqual(['mtr_calls 01-01 to 01-16T12:00: 100, 100, none']);
  expect(printUsage(played({ usage, to: '01-25' }))).toEqual(['mtr_calls 01-01 to 02-01: 107, 107, none']);
});

test('what was used in a trial is on the invoice, for nothing', () => {
  const run = played({ subscription: { trial_end: '2026-01-15T00:00:00Z' }, usage: ['01-05 100'], to: '01-16' });
  expect(printInvoices(run)).toEqual(['cycle 01-01 to 01-15 paid 0']);
  expect(printUsage(run)).toEqual(['mtr_calls 01-01 to 01-15: 100, 100, 100', 'mtr_calls 01-15 to 02-15: 0, 0, none']);
});

test('the grace period is from nothing to 72 hours', () => {
  const statuses = (grace: string) =>
    ['01-31', '02-01', '02-03T23:59', '02-04'].map((to) => printInvoices(played({ grace, to })).join());
  expect(statuses('72h')).toEqual([
    '',
    'cycle 01-01 to 02-01 draft 0',
    'cycle 01-01 to 02-01 draft 0',
    'cycle 01-01 to 02-01 paid 0',
  ]);
  expect(statuses('0s').slice(0, 2)).toEqual(['', 'cycle 01-01 to 02-01 paid 0']);
});
