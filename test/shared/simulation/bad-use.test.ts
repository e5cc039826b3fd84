import { expect, test } from 'vitest';
import { isTieoutError } from '../../../shared/errors.ts';
import { runScenario } from '../../../shared/simulation/run-scenario.ts';
import type { ScenarioAction, ScenarioSubscription } from '../../../shared/simulation/scenario.ts';
import { Simulation } from '../../../shared/simulation/simulation.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { type Close, closeOf, iso } from './close-maker.ts';

const at = (text: string) => parseInstant(iso(text));

function errorOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isTieoutError(error)) return `${error.code} ${error.path ?? ''}`.trim();
    throw error;
  }
  return 'none';
}

/** A simulation of one customer that stands at 10 January. */
function begun(close: Partial<Close> = {}): Simulation {
  const { start, gracePeriodMs, catalog, rating, customers } = closeOf({ to: '01-10', ...close });
  const simulation = new Simulation({ start, gracePeriodMs, catalog, rating });
  for (const customer of customers) simulation.addCustomer(customer);
  simulation.advanceTo(at('01-10'));
  return simulation;
}

const subscription = (more: Partial<ScenarioSubscription> = {}): ScenarioSubscription => {
  const [customer] = closeOf({ to: '01-10' }).customers;
  const [given] = customer?.subscriptions ?? [];
  if (given === undefined) throw new Error('a close has a subscription');
  return { ...given, id: 'sub_2', startAt: at('01-10'), ...more };
};
const item = { id: 'si', priceId: 'price_calls', quantity: null, discounts: [], taxRateIds: [] };
const discount = { id: 'di', couponId: 'gone', start: null, end: null };

test.each<[string, (simulation: Simulation) => unknown, string]>([
  ['the clock is moved back', (one) => one.advanceTo(at('01-09')), 'scenario.clock_backwards'],
  ['a customer is not known', (one) => one.addSubscription('cus_b', subscription()), 'scenario.unknown_customer'],
  ['an id is taken', (one) => one.addSubscription('cus', subscription({ id: 'sub' })), 'scenario.duplicate_id'],
  ['no items', (one) => one.addSubscription('cus', subscription({ items: [] })), 'scenario.no_items'],
  [
    'one item twice',
    (one) => one.addSubscription('cus', subscription({ items: [item, item] })),
    'scenario.duplicate_id',
  ],
  ['two currencies', (one) => one.addSubscription('cus', subscription({ currency: 'eur' })), 'scenario.two_currencies'],
  [
    'a price is not known',
    (one) => one.addSubscription('cus', subscription({ items: [{ ...item, priceId: 'gone' }] })),
    'scenario.unknown_price',
  ],
  [
    'a coupon is not known',
    (one) => one.addSubscription('cus', subscription({ discounts: [discount] })),
    'scenario.unknown_coupon',
  ],
  [
    'a tax rate is not known',
    (one) => one.addSubscription('cus', subscription({ defaultTaxRateIds: ['gone'] })),
    'scenario.unknown_tax_rate',
  ],
  [
    'it ends before it starts',
    (one) => one.addSubscription('cus', subscription({ cancelAt: at('01-09') })),
    'scenario.contradictory',
  ],
])('%s', (_, act, code) => {
  expect(errorOf(() => act(begun()))).toBe(code);
});

const update = (more: object) =>
  ({ do: 'update_subscription', subscriptionId: 'sub', items: [], prorationBehavior: 'none', ...more }) as const;

test.each<[string, object, string]>([
  ['a subscription is not known', { do: 'resume', subscriptionId: 'gone' }, 'scenario.unknown_subscription'],
  ['an item is not known', update({ items: [{ id: 'gone', isDeleted: true }] }), 'scenario.unknown_item'],
  ['an item is added without a price', update({ items: [{ id: 'new' }] }), 'scenario.unknown_item'],
  ['the last item is removed', update({ items: [{ id: 'si_calls', isDeleted: true }] }), 'scenario.no_items'],
  ['a grant is not known', { do: 'void_credit_grant', grantId: 'gone' }, 'scenario.unknown_credit_grant'],
  [
    'a coupon that is not there is removed',
    { do: 'remove_coupon', owner: { subscriptionId: 'sub' }, couponId: 'gone' },
    'simulation.coupon_not_applied',
  ],
  [
    'an invoice that is not there is voided',
    { do: 'void_invoice', subscriptionId: 'sub', periodFrom: at('01-01') },
    'simulation.invoice_not_open',
  ],
])('%s: nothing has happened', (_, action, code) => {
  const simulation = begun();
  const before = simulation.snapshot();
  expect(errorOf(() => simulation.apply({ at: at('01-10'), ...action } as ScenarioAction))).toBe(code);
  expect(simulation.snapshot()).toEqual(before);
});

test.each<[string, Close, string]>([
  [
    'a subscription that is over is changed',
    {
      actions: [
        { at: '2026-01-05T00:00:00Z', do: 'cancel_now' },
        { at: '2026-01-06T00:00:00Z', do: 'cancel_now' },
      ],
      to: '01-10',
    },
    'simulation.not_running actions[1]',
  ],
  [
    'one that has not started is cancelled',
    {
      subscription: { start_date: '2026-01-20T00:00:00Z' },
      actions: [{ at: '2026-01-06T00:00:00Z', do: 'cancel_at_period_end' }],
      to: '02-10',
    },
    'simulation.not_running actions[0]',
  ],
  [
    'an invoice that is paid is voided',
    {
      actions: [{ at: '2026-02-05T00:00:00Z', do: 'void_invoice', period: { from: '2026-01-01T00:00:00Z' } }],
      to: '02-10',
    },
    'simulation.invoice_not_open actions[0]',
  ],
])('in a scenario the action is named: %s', (_, close, said) => {
  expect(errorOf(() => runScenario(closeOf(close)))).toBe(said);
});

test('a grace period is at most 72 hours', () => {
  const { start, catalog, rating } = closeOf({ to: '01-10' });
  const make = (gracePeriodMs: number) => errorOf(() => new Simulation({ start, gracePeriodMs, catalog, rating }));
  expect([make(72 * 3_600_000), make(72 * 3_600_000 + 1), make(-1)]).toEqual([
    'none',
    'scenario.grace_period',
    'scenario.grace_period',
  ]);
});

test('what is received for a customer or a meter that is not there is refused, as by Stripe', () => {
  const simulation = begun();
  const event = { eventName: 'calls', customerId: 'cus', value: '1', timestamp: at('01-10'), sentAt: at('01-10') };
  simulation.receive({ ...event, customerId: 'cus_b', identifier: null });
  simulation.receive({ ...event, eventName: 'gone', identifier: null });
  const reasons = simulation.snapshot().timeline.flatMap((one) => (one.type === 'usage_refused' ? [one.reason] : []));
  expect(reasons).toEqual(['meter_event_customer_not_found', 'no_meter']);
});

test('a meter that is deactivated takes no more reports, and they are measured all the same', () => {
  const simulation = begun();
  const [meter] = closeOf({ to: '01-10' }).catalog.meters;
  const event = { eventName: 'calls', customerId: 'cus', value: '1', timestamp: at('01-10'), sentAt: at('01-10') };
  simulation.receive({ ...event, identifier: null });
  simulation.addToCatalog({ meters: meter === undefined ? [] : [{ ...meter, status: 'inactive' }] });
  simulation.receive({ ...event, identifier: null });
  const { timeline, usage } = simulation.snapshot();
  expect(timeline.flatMap((one) => (one.type === 'usage_refused' ? [one.reason] : []))).toEqual(['archived_meter']);
  expect(usage.map(({ measured, metered }) => [measured.coefficient, metered.coefficient])).toEqual([[2n, 1n]]);
});
