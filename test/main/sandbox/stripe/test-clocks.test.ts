import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type StripeSandbox, startStripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import { toUnixSeconds } from '../../../../shared/values/instant.ts';
import { at, client } from './world.ts';

const START = '2026-01-01T00:00:00Z';
const seconds = (text: string): number => toUnixSeconds(at(text));

let sandbox: StripeSandbox;
beforeEach(async () => {
  sandbox = await startStripeSandbox({ clock: at('2026-05-20T12:00:00Z') });
});
afterEach(() => sandbox.stop());

/** A clock with one customer on a daily and a monthly price. */
async function world() {
  const stripe = client(sandbox);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: seconds(START), name: 'mine' });
  const customer = await stripe.customers.create({ email: 'a@example.com', test_clock: clock.id });
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  });
  await stripe.products.create({ id: 'prod_1', name: 'Calls' });
  const priceOf = (interval: 'day' | 'month') =>
    stripe.prices.create({
      currency: 'usd',
      product: 'prod_1',
      unit_amount: 2,
      recurring: { interval, usage_type: 'metered', meter: meter.id },
    });
  const [daily, monthly] = [await priceOf('day'), await priceOf('month')];
  const subscribe = (price: string) =>
    stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price }],
      collection_method: 'send_invoice',
      days_until_due: 30,
    });
  const advance = async (text: string) => {
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: seconds(text) });
    for (let polls = 0; polls < 9; polls += 1) {
      const found = await stripe.testHelpers.testClocks.retrieve(clock.id);
      if (found.status !== 'advancing') return found;
    }
    throw new Error('still advancing');
  };
  const use = (value: string, timestamp: string, identifier: string) =>
    stripe.billing.meterEvents.create({
      event_name: 'calls',
      identifier,
      timestamp: seconds(timestamp),
      payload: { stripe_customer_id: customer.id, value },
    });
  return { stripe, clock, customer, meter, daily, monthly, subscribe, advance, use };
}

describe('a clock', () => {
  test('is made, listed, and advances while it is asked', async () => {
    const { stripe, clock } = await world();
    expect(clock).toMatchObject({ object: 'test_helpers.test_clock', status: 'ready', name: 'mine', livemode: false });
    expect((await stripe.testHelpers.testClocks.list()).data.map(({ id }) => id)).toEqual([clock.id]);
    sandbox.state.clocks.pollsUntilReady = 2;
    const target = seconds('2026-03-01T00:00:00Z');
    const begun = await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: target });
    expect(begun).toMatchObject({ status: 'advancing', frozen_time: seconds(START) });
    expect(begun.status_details.advancing?.target_frozen_time).toBe(target);
    const look = async () => (await stripe.testHelpers.testClocks.retrieve(clock.id)).status;
    expect([await look(), await look(), await look()]).toEqual(['advancing', 'advancing', 'ready']);
  });

  test('lets nothing be changed while it advances', async () => {
    const { stripe, clock, subscribe, monthly } = await world();
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: seconds('2026-01-02T00:00:00Z') });
    await expect(subscribe(monthly.id)).rejects.toMatchObject({ statusCode: 429, code: 'rate_limit' });
    await expect(stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: 2e9 })).rejects.toMatchObject({
      statusCode: 429,
    });
  });

  test('moves forwards only, by at most two intervals of the shortest subscription', async () => {
    const { subscribe, advance, daily, monthly } = await world();
    await expect(advance('2025-12-31T00:00:00Z')).rejects.toMatchObject({ statusCode: 400, param: 'frozen_time' });
    await expect(advance('2028-01-02T00:00:00Z')).rejects.toThrow('two years');
    await subscribe(monthly.id);
    await expect(advance('2026-03-01T00:00:01Z')).rejects.toThrow('two intervals of its shortest subscription');
    await subscribe(daily.id);
    await expect(advance('2026-01-03T00:00:01Z')).rejects.toThrow('two intervals of its shortest subscription');
    expect(await advance('2026-01-03T00:00:00Z')).toMatchObject({ status: 'ready' });
  });

  test('may fail, and then can only be deleted', async () => {
    const { stripe, clock, advance, subscribe, monthly } = await world();
    sandbox.state.clocks.failures = 1;
    expect(await advance('2026-01-05T00:00:00Z')).toMatchObject({ status: 'internal_failure' });
    await expect(subscribe(monthly.id)).rejects.toThrow('has failed');
    await expect(advance('2026-01-06T00:00:00Z')).rejects.toThrow('has failed');
    expect(await stripe.testHelpers.testClocks.del(clock.id)).toMatchObject({ id: clock.id, deleted: true });
  });

  test('has at most three customers, and each at most three subscriptions', async () => {
    const { stripe, clock, subscribe, monthly } = await world();
    const another = () => stripe.customers.create({ test_clock: clock.id });
    await Promise.all([another(), another()]);
    await expect(another()).rejects.toMatchObject({ statusCode: 400, param: 'test_clock' });
    for (let made = 0; made < 3; made += 1) await subscribe(monthly.id);
    await expect(subscribe(monthly.id)).rejects.toMatchObject({ statusCode: 400, param: 'customer' });
  });

  test('takes its customers, and what hangs on them, with it', async () => {
    const { stripe, clock, customer, subscribe, monthly, advance } = await world();
    const subscription = await subscribe(monthly.id);
    await advance('2026-02-01T02:00:00Z');
    const [invoice] = (await stripe.invoices.list({ customer: customer.id })).data;
    await stripe.testHelpers.testClocks.del(clock.id);
    for (const gone of [
      stripe.testHelpers.testClocks.retrieve(clock.id),
      stripe.customers.retrieve(customer.id),
      stripe.subscriptions.retrieve(subscription.id),
      stripe.invoices.retrieve(invoice?.id ?? ''),
    ]) {
      await expect(gone).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
    }
  });

  test('is advanced once for one idempotency key', async () => {
    const { stripe, clock } = await world();
    const options = { idempotencyKey: 'once' };
    const target = { frozen_time: seconds('2026-01-02T00:00:00Z') };
    const first = await stripe.testHelpers.testClocks.advance(clock.id, target, options);
    const again = await stripe.testHelpers.testClocks.advance(clock.id, target, options);
    expect(again.status).toBe(first.status);
    const other = { frozen_time: seconds('2026-01-03T00:00:00Z') };
    await expect(stripe.testHelpers.testClocks.advance(clock.id, other, options)).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
    });
  });

  test('needs the permission to write', async () => {
    const stripe = client(sandbox, { key: sandbox.keys.restricted });
    await expect(stripe.testHelpers.testClocks.create({ frozen_time: seconds(START) })).rejects.toThrow(
      'rak_test_clock_write',
    );
  });
});

describe('billing on a clock', () => {
  test('usage is judged by the frozen time, a draft takes it until it is final, and identifiers hold for a day', async () => {
    const { stripe, customer, meter, subscribe, monthly, advance, use } = await world();
    await subscribe(monthly.id);
    await expect(use('1', '2026-01-01T00:05:01Z', 'early')).rejects.toMatchObject({ code: 'timestamp_in_future' });
    await advance('2026-01-31T23:59:59Z');
    await use('10', '2026-01-20T00:00:00Z', 'a');
    await expect(use('10', '2026-01-20T00:00:00Z', 'a')).rejects.toMatchObject({ code: 'duplicate_meter_event' });
    await advance('2026-02-01T00:30:00Z');
    await use('5', '2026-01-31T23:00:00Z', 'b');
    const draft = (await stripe.invoices.list({ customer: customer.id, status: 'draft' })).data[0];
    expect(draft).toMatchObject({ total: 30, period_start: seconds(START), billing_reason: 'subscription_cycle' });
    await advance('2026-02-01T01:00:01Z');
    await use('100', '2026-01-31T23:00:00Z', 'late');
    await use('7', '2026-02-01T00:00:00Z', 'next');
    expect((await stripe.invoices.list({ customer: customer.id })).data).toMatchObject([{ status: 'open', total: 30 }]);
    const summaries = await stripe.billing.meters.listEventSummaries(meter.id, {
      customer: customer.id,
      start_time: seconds(START),
      end_time: seconds('2026-02-01T00:00:00Z'),
    });
    expect(summaries.data.map(({ aggregated_value }) => aggregated_value)).toEqual([115]);
    await advance('2026-02-03T00:00:00Z');
    // The same identifier, more than 24 hours of the clock's time later.
    await use('1', '2026-02-02T00:00:00Z', 'a');
  });

  test('an invoice can wait longer, be paid, given up, or voided', async () => {
    const { stripe, customer, subscribe, monthly, advance, use } = await world();
    await subscribe(monthly.id);
    await use('10', START, 'a');
    await advance('2026-02-01T00:00:00Z');
    const [draft] = (await stripe.invoices.list({ customer: customer.id })).data;
    const id = draft?.id ?? '';
    await expect(stripe.invoices.pay(id, { paid_out_of_band: true })).rejects.toThrow('draft');
    const tooLate = seconds('2026-02-04T00:00:01Z');
    await expect(stripe.invoices.update(id, { automatically_finalizes_at: tooLate })).rejects.toMatchObject({
      param: 'automatically_finalizes_at',
    });
    await stripe.invoices.update(id, { automatically_finalizes_at: seconds('2026-02-03T00:00:00Z') });
    await advance('2026-02-02T23:59:59Z');
    expect((await stripe.invoices.retrieve(id)).status).toBe('draft');
    await advance('2026-02-03T00:00:00Z');
    await expect(stripe.invoices.pay(id, {})).rejects.toMatchObject({ param: 'paid_out_of_band' });
    expect((await stripe.invoices.markUncollectible(id)).status).toBe('uncollectible');
    expect((await stripe.invoices.voidInvoice(id)).status).toBe('void');
    await expect(stripe.invoices.pay(id, { paid_out_of_band: true })).rejects.toThrow('void');
  });

  test('what is invoiced at once and sent is a draft for an hour, or until it is made final', async () => {
    const { stripe, customer, advance } = await world();
    const price = await stripe.prices.create({
      currency: 'usd',
      product: 'prod_1',
      unit_amount: 700,
      recurring: { interval: 'month' },
    });
    const subscribe = () =>
      stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        collection_method: 'send_invoice',
        days_until_due: 30,
      });
    const statuses = async () =>
      (await stripe.invoices.list({ customer: customer.id })).data.map(({ status }) => status);
    await subscribe();
    const [first] = (await stripe.invoices.list({ customer: customer.id })).data;
    expect(first).toMatchObject({ status: 'draft', total: 700, automatically_finalizes_at: seconds(START) + 3600 });
    expect((await stripe.invoices.finalizeInvoice(first?.id ?? '')).status).toBe('open');
    await expect(stripe.invoices.finalizeInvoice(first?.id ?? '')).rejects.toMatchObject({ statusCode: 400 });
    await subscribe();
    expect(await statuses()).toEqual(['draft', 'open']);
    await advance('2026-01-01T01:00:00Z');
    expect(await statuses()).toEqual(['open', 'open']);
  });

  test('a clocked customer is hidden from lists that do not name the clock', async () => {
    const { stripe, clock, customer, subscribe, monthly } = await world();
    await subscribe(monthly.id);
    expect((await stripe.customers.list()).data).toEqual([]);
    expect((await stripe.subscriptions.list()).data).toEqual([]);
    expect((await stripe.customers.list({ test_clock: clock.id })).data.map(({ id }) => id)).toEqual([customer.id]);
    expect((await stripe.subscriptions.list({ test_clock: clock.id })).data).toHaveLength(1);
  });

  test('a subscription is changed, paused and ended, and says so', async () => {
    const { stripe, subscribe, monthly, daily } = await world();
    const { id, items } = await subscribe(monthly.id);
    const other = await stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]?.id ?? '', deleted: true }, { price: daily.id }],
      proration_behavior: 'none',
    });
    expect(other.items.data.map(({ price }) => price.id)).toEqual([daily.id]);
    const paused = await stripe.subscriptions.update(id, { pause_collection: { behavior: 'void' } });
    expect(paused.pause_collection).toMatchObject({ behavior: 'void' });
    expect((await stripe.subscriptions.update(id, { pause_collection: '' })).pause_collection).toBeNull();
    expect((await stripe.subscriptions.update(id, { cancel_at_period_end: true })).cancel_at_period_end).toBe(true);
    expect((await stripe.subscriptions.cancel(id)).status).toBe('canceled');
    await expect(stripe.subscriptions.cancel(id)).rejects.toMatchObject({ code: 'resource_missing' });
  });

  test.each([
    ['an item that is not there', { items: [{ id: 'si_none', quantity: 2 }] }, 'resource_missing'],
    ['a new item without a price', { items: [{ quantity: 2 }] }, undefined],
    ['a price that is not there', { items: [{ price: 'price_none' }] }, 'resource_missing'],
    ['a coupon that is not there', { discounts: [{ coupon: 'none' }] }, 'resource_missing'],
  ])('%s is refused, and nothing changes', async (_, params, code) => {
    const { stripe, subscribe, monthly } = await world();
    const before = await subscribe(monthly.id);
    await expect(stripe.subscriptions.update(before.id, params)).rejects.toMatchObject({ statusCode: 400, code });
    expect(await stripe.subscriptions.retrieve(before.id)).toMatchObject({ items: before.items });
  });
});
