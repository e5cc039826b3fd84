import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../../../main/sandbox/stripe/faults.ts';
import { RateLimit } from '../../../../main/sandbox/stripe/rate-limit.ts';
import type { StripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import { at, client, startSmall } from './world.ts';

let sandbox: StripeSandbox;
beforeEach(async () => {
  sandbox = await startSmall();
});
afterEach(() => sandbox.stop());

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('no failure');
    },
    (error: unknown) => error,
  );

describe('keys', () => {
  test('an unknown key is a 401 that shows no more than its end', async () => {
    const error = await failure(client(sandbox, { key: 'sk_test_wrongwrongwrong9999' }).customers.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error).toMatchObject({ statusCode: 401, message: 'Invalid API Key provided: sk_test_********9999' });
  });

  test('a restricted key is told the permission that it lacks', async () => {
    const stripe = client(sandbox, { key: sandbox.keys.restricted });
    await expect(stripe.customers.list()).resolves.toBeDefined();
    const error = await failure(stripe.customers.create({ name: 'x' }));
    expect(error).toBeInstanceOf(Stripe.errors.StripePermissionError);
    expect(error).toMatchObject({ statusCode: 403, message: expect.stringContaining("'rak_customer_write'") });
    expect(String(error)).not.toContain(sandbox.keys.restricted);
  });

  test('permissions are configurable', async () => {
    const own = await startSmall({ keys: [{ key: 'rk_test_only', permissions: ['customer_read'] }] });
    const stripe = client(own, { key: 'rk_test_only' });
    await expect(stripe.customers.list()).resolves.toBeDefined();
    await expect(stripe.billing.meters.list()).rejects.toMatchObject({
      statusCode: 403,
      message: expect.stringContaining("'rak_billing_meter_read'"),
    });
    await own.stop();
  });

  test('Basic authentication works, none at all does not', async () => {
    const basic = Buffer.from(`${sandbox.keys.full}:`).toString('base64');
    const url = `${sandbox.url}/v1/account`;
    const answer = await fetch(url, {
      headers: { authorization: `Basic ${basic}`, 'stripe-version': '2026-10-28.endive' },
    });
    expect([answer.status, answer.headers.get('stripe-version')]).toEqual([200, '2026-10-28.endive']);
    expect(answer.headers.get('request-id')).toMatch(/^req_/);
    expect((await fetch(url)).status).toBe(401);
  });
});

describe('idempotency keys', () => {
  test('the same request acts once and gets the same answer', async () => {
    const stripe = client(sandbox);
    const first = await stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'k-1' });
    const second = await stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'k-1' });
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    const other = await failure(stripe.customers.create({ name: 'Twice' }, { idempotencyKey: 'k-1' }));
    expect(other).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  });

  test('a connection that is reset after the request took effect doubles nothing', async () => {
    sandbox.faults.add({ kind: 'reset', after: true, method: 'POST' });
    await client(sandbox, { retries: 2 }).billing.meterEvents.create({
      event_name: 'calls',
      payload: { stripe_customer_id: 'cus_1', value: '3' },
      identifier: 'only-once',
    });
    expect(sandbox.state.ledger.eventCount).toBe(1);
    expect(sandbox.requests.counts.get('POST /v1/billing/meter_events')).toBe(2);
  });
});

describe('faults', () => {
  test('429 carries Retry-After', async () => {
    sandbox.faults.add({ kind: 'rate_limited', retryAfterSeconds: 7, path: /^\/v1\/customers$/ });
    const error = await failure(client(sandbox).customers.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
    expect(error).toMatchObject({ statusCode: 429, code: 'rate_limit', headers: { 'retry-after': '7' } });
    await expect(client(sandbox).customers.list()).resolves.toBeDefined();
  });

  test('500 in the shape of Stripe', async () => {
    sandbox.faults.add({ kind: 'server_error', status: 503 });
    const error = await failure(client(sandbox).customers.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeAPIError);
    expect(error).toMatchObject({ statusCode: 503, type: 'StripeAPIError' });
  });

  test('reset, truncated and malformed answers are failures, never the end of the data', async () => {
    const stripe = client(sandbox);
    // The SDK itself tries once more after a reset, whatever it was told about retries.
    sandbox.faults.add({ kind: 'reset', times: 2 });
    expect(await failure(stripe.customers.list())).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    sandbox.faults.add({ kind: 'truncated', afterBytes: 40 });
    expect(await failure(stripe.customers.list())).toBeInstanceOf(Error);
    sandbox.faults.add({ kind: 'malformed' });
    expect(await failure(stripe.customers.list())).toBeInstanceOf(Stripe.errors.StripeAPIError);
    expect(sandbox.requests.log.slice(-4).map(({ fault, status }) => [fault, status])).toEqual([
      ['reset', 0],
      ['reset', 0],
      ['truncated', 0],
      ['malformed', 200],
    ]);
  });

  test('a slow answer is still waiting when the sandbox stops', async () => {
    const own = await startSmall();
    own.faults.add({ kind: 'slow', delayMs: 60_000 });
    const pending = failure(client(own).customers.list());
    while (own.requests.total === 0) await new Promise((resolve) => setImmediate(resolve));
    await own.stop();
    expect(await pending).toBeInstanceOf(Error);
  });

  test('strike by path, method, place, number and probability', () => {
    const faults = new Faults();
    const struck = (method: string, path: string, count: number): number[] =>
      Array.from({ length: count }, (_, index) => index).filter(() => faults.strike(method, path) !== null);
    faults.add({ kind: 'reset', path: /prices/, method: 'GET', skip: 2, times: 3 });
    expect(struck('GET', '/v1/prices', 8)).toEqual([2, 3, 4]);
    expect(struck('POST', '/v1/prices', 8)).toEqual([]);
    expect(struck('GET', '/v1/customers', 8)).toEqual([]);
    faults.clear();
    const draw = (seed: number): number[] => {
      faults.clear();
      faults.add({ kind: 'reset', times: Number.POSITIVE_INFINITY, probability: 0.25, seed });
      return struck('GET', '/', 400);
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7).length).toBeGreaterThan(60);
    expect(draw(7).length).toBeLessThan(140);
  });
});

test('the request limit counts the last second, on a clock that can be held', () => {
  let now = 0;
  const limit = new RateLimit(2, () => now);
  limit.admit();
  now = 500;
  limit.admit();
  expect(() => limit.admit()).toThrow('rate limit');
  now = 1000;
  limit.admit();
  expect(() => limit.admit()).toThrow('rate limit');
});

test('a request limit is answered with 429 over HTTP', async () => {
  const own = await startSmall({ requestsPerSecond: 3 });
  const answers = await Promise.allSettled(Array.from({ length: 12 }, () => client(own).customers.list()));
  expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(3);
  expect(answers.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  await own.stop();
});

describe('what a client may make', () => {
  test('meters, products, prices, coupons and subscriptions, with the forms of the SDK', async () => {
    const stripe = client(sandbox);
    const meter = await stripe.billing.meters.create({
      display_name: 'GiB out',
      event_name: 'egress',
      default_aggregation: { formula: 'last' },
      customer_mapping: { event_payload_key: 'who', type: 'by_id' },
      event_time_window: 'day',
    });
    expect(meter).toMatchObject({ event_time_window: 'day', customer_mapping: { event_payload_key: 'who' } });
    const again = { display_name: 'x', event_name: 'egress', default_aggregation: { formula: 'sum' as const } };
    await expect(stripe.billing.meters.create(again)).rejects.toMatchObject({ param: 'event_name' });
    const product = await stripe.products.create({ name: 'Egress', metadata: { team: 'net' } });
    const price = await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      billing_scheme: 'tiered',
      tiers_mode: 'volume',
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
      tiers: [
        { up_to: 10, unit_amount_decimal: Stripe.Decimal.from('0.5'), flat_amount: 100 },
        { up_to: 'inf', unit_amount: 1 },
      ],
      expand: ['tiers'],
    });
    expect(price.tiers?.map((tier) => [tier.up_to, tier.unit_amount_decimal?.toString(), tier.flat_amount])).toEqual([
      [10, '0.5', 100],
      [null, '1', null],
    ]);
    const coupon = await stripe.coupons.create({ amount_off: 500, currency: 'usd', duration: 'once' });
    const customer = await stripe.customers.create({ name: 'Hooli', metadata: { workspace: 'ws_9' } });
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }, { price: 'price_seat', quantity: 3 }],
      discounts: [{ coupon: coupon.id }],
    });
    expect(subscription.items.data.map((item) => [item.price.id, item.quantity])).toEqual([
      [price.id, undefined],
      ['price_seat', 3],
    ]);
    expect(subscription).toMatchObject({ status: 'active', billing_cycle_anchor: at('2026-05-20T12:00:00Z') / 1000 });
    await stripe.customers.del(customer.id);
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
  });

  test('a deactivated meter refuses events, a reactivated one takes them', async () => {
    const stripe = client(sandbox);
    const send = () =>
      stripe.billing.meterEvents.create({ event_name: 'calls', payload: { stripe_customer_id: 'cus_1', value: '1' } });
    expect(await stripe.billing.meters.deactivate('mtr_sum')).toMatchObject({
      status: 'inactive',
      status_transitions: { deactivated_at: at('2026-05-20T12:00:00Z') / 1000 },
    });
    await send();
    expect(sandbox.state.ledger.errorReports.map(({ reason }) => reason)).toEqual(['archived_meter']);
    expect((await stripe.billing.meters.list({ status: 'active' })).data.map(({ id }) => id)).not.toContain('mtr_sum');
    await stripe.billing.meters.reactivate('mtr_sum');
    await send();
    expect(sandbox.state.ledger.eventCount).toBe(1);
  });
});
