import { expect, test } from 'vitest';
import { runScenario } from '../../../shared/simulation/run-scenario.ts';
import { readScenario } from '../../../shared/simulation/scenario/read-scenario.ts';

/** What the random scenarios found, each as small as it gets: nobody is given back more than was charged. */

const price = (id: string, amount: string, months = 1) => ({
  id,
  currency: 'usd',
  billing_scheme: 'per_unit',
  unit_amount_decimal: amount,
  recurring: { interval: 'month', interval_count: months, usage_type: 'licensed' },
});

const SEAT = { id: 'si_seat', price: 'price_seat', quantity: 1 };
const KEPT = { id: 'si_kept', price: 'price_kept', quantity: 1 };

/** The seat costs 3,100, the other item nothing; removed or ended on 11 January, 21 of 31 days are left: 2,100. */
function totalsOf(of: {
  readonly items?: readonly object[];
  readonly subscription?: object;
  readonly action: object;
  readonly customer?: object;
}): readonly string[] {
  const items = of.items ?? [SEAT, KEPT];
  const scenario = readScenario({
    clock: { start: '2026-01-01T00:00:00Z' },
    catalog: {
      prices: [price('price_seat', '3100'), price('price_kept', '0'), price('price_long', '0', 2)],
      coupons: [{ id: 'half', percent_off: 50, duration: 'forever' }],
      tax_rates: [{ id: 'txr_20', percentage: 20, inclusive: false }],
    },
    customers: [{ id: 'cus_a', subscriptions: [{ id: 'sub_a', items, ...of.subscription }], ...of.customer }],
    actions: [{ at: '2026-01-11T00:00:00Z', subscription: 'sub_a', ...of.action }],
    advanceTo: ['2026-02-01T02:00:00Z'],
  });
  return runScenario(scenario).invoices.map(
    ({ reason, invoice }) => `${reason} ${invoice.subtotalMinor} tax ${invoice.taxMinor} total ${invoice.totalMinor}`,
  );
}

const REMOVAL = { do: 'update_subscription', items: [{ id: 'si_seat', deleted: true }] };

test('what is given back for a removed item keeps the discount of the item', () => {
  const items = [{ ...SEAT, discounts: [{ coupon: 'half' }] }, KEPT];
  expect(totalsOf({ items, action: REMOVAL })).toEqual([
    'creation 3100 tax 0 total 1550',
    'cycle -1050 tax 0 total -1050',
  ]);
});

test('what is given back for a removed item was taxed as the item was', () => {
  const items = [{ ...SEAT, tax_rates: ['txr_20'] }, KEPT];
  expect(totalsOf({ items, action: REMOVAL })).toEqual([
    'creation 3100 tax 620 total 3720',
    'cycle -2100 tax -420 total -2520',
  ]);
});

test('a cancellation at once gives back no more than up to the end that was planned', () => {
  const subscription = { cancel_at: '2026-01-21T00:00:00Z' };
  const action = { do: 'cancel_now', invoice_now: true, prorate: true };
  expect(totalsOf({ items: [SEAT], subscription, action })).toEqual([
    'creation 2000 tax 0 total 2000',
    'cancellation -1000 tax 0 total -1000',
  ]);
});

test('of periods that end together the earlier subscription comes first, however long they are', () => {
  const run = runScenario(
    readScenario({
      clock: { start: '2026-01-01T00:00:00Z' },
      gracePeriod: '0s',
      catalog: { prices: [price('price_month', '100'), price('price_long', '100', 2)] },
      customers: [
        {
          id: 'cus_a',
          balance: -350,
          subscriptions: [
            { id: 'sub_month', items: [{ id: 'si_month', price: 'price_month', quantity: 1 }] },
            { id: 'sub_long', items: [{ id: 'si_long', price: 'price_long', quantity: 1 }] },
          ],
        },
      ],
      advanceTo: ['2026-03-01T00:00:00Z'],
    }),
  );
  const due = run.invoices.map(({ invoice }) => `${invoice.subscriptionId} ${invoice.amountDueMinor}`);
  expect(due).toEqual(['sub_long 0', 'sub_month 0', 'sub_month 0', 'sub_long 100', 'sub_month 50']);
});

test('a subscription that is older than the clock keeps the beginning of its first period', () => {
  const scenario = readScenario({
    clock: { start: '2026-01-10T00:00:00Z' },
    catalog: { prices: [price('price_seat', '3100')] },
    customers: [
      {
        id: 'cus_a',
        subscriptions: [
          {
            id: 'sub_a',
            start_date: '2026-01-05T00:00:00Z',
            billing_cycle_anchor: '2026-02-01T00:00:00Z',
            items: [SEAT],
          },
        ],
      },
    ],
    advanceTo: ['2026-02-01T02:00:00Z'],
  });
  const [only, ...others] = runScenario(scenario).invoices;
  expect(others).toEqual([]);
  expect(only?.invoice.period.from).toBe(Date.UTC(2026, 0, 5));
});
