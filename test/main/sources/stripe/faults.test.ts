import { afterEach, describe, expect, test } from 'vitest';
import { createStripeSource } from '../../../../main/sources/stripe/source.ts';
import { isTieoutError } from '../../../../shared/errors.ts';
import { collect, MAY, never, sourceAt } from './collect.ts';
import {
  page,
  type ScriptedReply,
  type ScriptedRequest,
  type ScriptedStripe,
  startScriptedStripe,
  stripeError,
} from './scripted-stripe.ts';
import { createVirtualClock } from './virtual-clock.ts';

let server: ScriptedStripe;
afterEach(() => server.close());

const meter = { id: 'mtr_1', event_name: 'cpu', default_aggregation: { formula: 'sum' } };
const meters = { body: page(meter) };

const serve = async (script: (request: ScriptedRequest) => ScriptedReply | undefined, settings = {}) => {
  server = await startScriptedStripe(script);
  return sourceAt(server.url, settings);
};

const failureOf = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isTieoutError(error)) throw new Error(`expected a TieoutError, got ${String(error)}`);
  return error;
};

describe('what passes is repeated', () => {
  test.each<[string, ScriptedReply]>([
    ['429', stripeError(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'slow down' })],
    ['500', stripeError(500, { type: 'api_error', message: 'oops' })],
    ['503 with a page of HTML', { status: 503, body: '<html>down</html>' }],
    ['409', stripeError(409, { type: 'invalid_request_error', code: 'lock_timeout', message: 'locked' })],
    ['a reset', { breakOff: 'before' }],
    ['a body cut off by the connection', { ...meters, breakOff: 'halfway' }],
    ['a body cut off before the connection', { body: '{"object":"list","data":[{"id":"mt' }],
  ])('%s', async (_name, fault) => {
    const source = await serve(({ earlier }) => (earlier < 2 ? fault : meters));
    expect(await collect(source.meters(never))).toHaveLength(1);
    expect(source.counts()).toEqual({ requests: 3, retries: 2 });
    expect(server.requests).toHaveLength(3);
    await source.close();
  });

  test('a slow answer', async () => {
    const source = await serve(({ earlier }) => (earlier < 1 ? { hang: true } : meters), { timeoutMs: 80 });
    expect(await collect(source.meters(never))).toHaveLength(1);
    expect(source.counts()).toEqual({ requests: 2, retries: 1 });
    await source.close();
  });

  test('Retry-After is waited out', async () => {
    const clock = createVirtualClock();
    const limited = { ...stripeError(429, { message: 'slow down' }), headers: { 'retry-after': '7' } };
    const source = await serve(({ earlier }) => (earlier < 1 ? limited : meters), { clock });
    await collect(source.meters(never));
    const waited = clock.sleeps.reduce((total, ms) => total + ms, 0);
    expect(waited).toBeGreaterThanOrEqual(7000);
    await source.close();
  });
});

describe('what does not pass is one clear sentence with a remedy', () => {
  test.each<[string, ScriptedReply, string, RegExp]>([
    [
      '401',
      stripeError(401, { message: 'Invalid API Key provided: rk_test_1234567890' }),
      'stripe.unauthorized',
      /refused the key/,
    ],
    [
      '403',
      stripeError(403, { message: "The provided key 'rk_test_1234567890' lacks 'rak_billing_meter_read'." }),
      'stripe.not_permitted',
      /may not read meters/,
    ],
    ['429', stripeError(429, { message: 'slow down' }), 'stripe.rate_limited', /limited the rate/],
    ['500', stripeError(500, { message: 'oops for jane@example.com' }), 'stripe.failed', /HTTP 500/],
    ['400', stripeError(400, { message: 'bad rk_test_1234567890' }), 'stripe.failed', /HTTP 400/],
    ['404', stripeError(404, { message: 'Unrecognized request URL' }), 'stripe.not_served', /does not serve meters/],
    ['a reset', { breakOff: 'before' }, 'stripe.broken_off', /broke off/],
    ['a cut body', { ...meters, breakOff: 'halfway' }, 'stripe.broken_off', /broke off/],
    ['HTML', { body: '<html>' }, 'stripe.bad_answer', /not a JSON object/],
    ['a list', { body: '[]' }, 'stripe.bad_answer', /not a JSON object/],
    ['no data', { body: '{}' }, 'stripe.bad_answer', /no "data"/],
  ])('%s', async (_name, fault, code, sentence) => {
    const source = await serve(() => fault, { maxRetries: 2 });
    const error = await failureOf(collect(source.meters(never)));
    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
    expect(error.remedy).toBeTruthy();
    expect(`${error.message} ${error.remedy}`).not.toMatch(/rk_test_1234567890|jane@example/);
    await source.close();
  });

  test('the missing permission is named', async () => {
    const source = await serve(() =>
      stripeError(403, { message: "Having the 'rak_billing_meter_read' permission would help." }),
    );
    const error = await failureOf(collect(source.meters(never)));
    expect(error.remedy).toContain('"Billing meters" (rak_billing_meter_read)');
  });

  test('a base that does not answer is given up at once', async () => {
    const source = await serve(() => meters);
    await server.close();
    expect(await failureOf(collect(source.meters(never)))).toMatchObject({
      code: 'stripe.unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(source.counts()).toEqual({ requests: 1, retries: 0 });
  });

  test('a base that never finishes is a timeout', async () => {
    const source = await serve(() => ({ hang: true }), { timeoutMs: 50, maxRetries: 1 });
    expect(await failureOf(collect(source.meters(never)))).toMatchObject({ code: 'stripe.timeout' });
    await source.close();
  });

  test('without a key nothing is sent', async () => {
    const source = await serve(() => meters, { apiKey: ' ' });
    expect(await failureOf(collect(source.meters(never)))).toMatchObject({ code: 'stripe.unauthorized' });
    expect(server.requests).toHaveLength(0);
  });

  test('a base that is no URL is a configuration error', async () => {
    await serve(() => meters);
    expect(() =>
      createStripeSource({ apiKey: 'x', apiBase: 'stripe.example', testClocks: false, random: () => 0 }),
    ).toThrow(/apiBase is not an http/);
  });
});

test('an abort ends a request in flight at once, with its reason', async () => {
  const source = await serve(() => ({ hang: true }));
  const controller = new AbortController();
  const reason = new Error('cancelled');
  const pending = source.monthSummary({
    meterId: 'mtr_1',
    customerId: 'cus_1',
    period: MAY,
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(reason), 20);
  await expect(pending).rejects.toBe(reason);
  await source.close();
});

test('an abort ends a wait of real time at once, with its reason', async () => {
  server = await startScriptedStripe(() => ({ ...stripeError(429, {}), headers: { 'retry-after': '60' } }));
  const source = createStripeSource({ apiKey: 'rk_test_1', apiBase: server.url, testClocks: false, random: () => 0.5 });
  const controller = new AbortController();
  const reason = new Error('cancelled');
  const pending = collect(source.meters(controller.signal));
  setTimeout(() => controller.abort(reason), 50);
  const startedMs = performance.now();
  await expect(pending).rejects.toBe(reason);
  expect(performance.now() - startedMs).toBeLessThan(2000);
  expect(source.counts().retries).toBe(0);
  await source.close();
});

test('a base may have a path prefix', async () => {
  server = await startScriptedStripe(({ path }) => (path === '/gateway/stripe/v1/billing/meters' ? meters : undefined));
  for (const suffix of ['/gateway/stripe', '/gateway/stripe/', '/gateway/stripe/v1']) {
    const source = sourceAt(`${server.url}${suffix}`);
    expect(await collect(source.meters(never))).toHaveLength(1);
    await source.close();
  }
});

test('only GET requests are ever sent', async () => {
  const source = await serve(({ path }) => (path.startsWith('/v1/') ? { body: page() } : undefined), {
    testClocks: true,
  });
  await source.check(MAY.to);
  for (const list of [
    source.meters,
    source.customers,
    source.products,
    source.prices,
    source.subscriptions,
    source.creditGrants,
    source.taxRates,
  ]) {
    await collect<unknown>(list(never));
  }
  await collect(source.invoices(MAY, never));
  expect(new Set(server.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
});
