import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type StripeSandbox, startStripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import { createStripeSource } from '../../../../main/sources/stripe/source.ts';
import type { StripeSourceConfig } from '../../../../main/sources/stripe/stripe-client.ts';
import { HOUR_MS, instant, parseInstant } from '../../../../shared/values/instant.ts';
import { collect, MAY, never, sourceAt } from './collect.ts';

const NOW = parseInstant('2026-06-02T00:00:00Z');
const JANUARY = parseInstant('2026-01-01T00:00:00Z');
const hourAt = (hour: number) => instant(MAY.from + hour * HOUR_MS);

let sandbox: StripeSandbox;
beforeEach(async () => {
  sandbox = await startStripeSandbox({ clock: NOW });
});
afterEach(() => sandbox.stop());

const source = (settings: Partial<StripeSourceConfig> = {}) =>
  sourceAt(sandbox.url, { apiKey: sandbox.keys.restricted, requestsPerSecond: 1000, ...settings });

const seedOne = () =>
  sandbox.seed({
    customers: [{ id: 'cus_1', name: 'Globex', metadata: { workspace_id: 'ws_1' } }],
    products: [{ id: 'prod_1', name: 'Compute' }],
    meters: [{ id: 'mtr_cpu', eventName: 'cpu_seconds', formula: 'sum' }],
    prices: [
      {
        id: 'price_cpu',
        product: 'prod_1',
        meter: 'mtr_cpu',
        tiersMode: 'graduated',
        tiers: [
          { upTo: 100, unitAmount: '10', flatAmount: '500' },
          { upTo: null, unitAmount: '7.5' },
        ],
      },
      { id: 'price_seat', product: 'prod_1', unitAmount: '1500', active: false },
    ],
  });

const push = (hours: Iterable<number>, value: (hour: number) => string) =>
  sandbox.load(
    [...hours].map((hour) => ({
      meterId: 'mtr_cpu',
      customerId: 'cus_1',
      timestamp: hourAt(hour),
      receivedAt: hourAt(hour),
      value: value(hour),
    })),
  );

const ask = { meterId: 'mtr_cpu', customerId: 'cus_1', period: MAY, signal: never };

describe('summaries', () => {
  test('the total and its 744 hours, page by page, add up exactly', async () => {
    seedOne();
    push(
      Array.from({ length: 744 }, (_, hour) => hour),
      () => '0.000000000001',
    );
    const stripe = source();
    expect((await stripe.monthSummary(ask))?.value).toBe('0.000000000744');
    const hours = await stripe.hourSummaries(ask);
    expect(hours).toHaveLength(744);
    expect(hours.map(({ from }) => from)).toEqual(Array.from({ length: 744 }, (_, hour) => hourAt(hour)));
    expect(new Set(hours.map(({ value }) => value))).toEqual(new Set(['0.000000000001']));
    expect(stripe.counts()).toEqual({ requests: 9, retries: 0 });
  });

  test('hours without events are absent, and so is a month', async () => {
    seedOne();
    const stripe = source();
    expect(await stripe.monthSummary(ask)).toBeNull();
    push([3, 700], (hour) => String(hour));
    expect((await stripe.hourSummaries(ask)).map(({ from, value }) => [from, value])).toEqual([
      [hourAt(3), '3'],
      [hourAt(700), '700'],
    ]);
  });

  test.each([
    ['1e3', '1000'],
    ['123456789012345678.123456789012', '123456789012345678.123456789012'],
    ['9007199254740993', '9007199254740993'],
    ['null', 'null'],
    ['"NaN"', 'NaN'],
  ])('a total spelled %s is %s', async (spelled, value) => {
    seedOne();
    push([1], () => '1');
    sandbox.writeValues(() => spelled);
    expect((await source().monthSummary(ask))?.value).toBe(value);
  });

  test('an unknown customer holds nothing, a deleted one what it had', async () => {
    seedOne();
    push([1], () => '5');
    sandbox.deleteCustomer('cus_1');
    const stripe = source();
    expect((await stripe.monthSummary(ask))?.value).toBe('5');
    expect(await stripe.monthSummary({ ...ask, customerId: 'cus_unknown' })).toBeNull();
    expect(stripe.warnings()).toMatchObject([{ code: 'stripe.not_found' }]);
    expect(await stripe.customer('cus_1', never)).toMatchObject({ isDeleted: true });
    expect(await stripe.customer('cus_unknown', never)).toBeNull();
    expect(await collect(stripe.customers(never))).toEqual([]);
  });
});

describe('catalog', () => {
  test('prices with tiers, inactive ones too', async () => {
    seedOne();
    const prices = await collect(source().prices(never));
    expect(prices.map(({ id }) => id).sort()).toEqual(['price_cpu', 'price_seat']);
    expect(prices.find(({ id }) => id === 'price_cpu')).toMatchObject({
      billingScheme: 'tiered',
      tiersMode: 'graduated',
      meterId: 'mtr_cpu',
      usageType: 'metered',
      tiers: [
        { upTo: '100', unitAmount: '10', flatAmount: '500' },
        { upTo: null, unitAmount: '7.5' },
      ],
    });
    expect(prices.find(({ id }) => id === 'price_seat')).toMatchObject({ isActive: false, unitAmount: '1500' });
  });

  test('more rows than a page holds, none lost and none twice', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => `cus_${index}`);
    sandbox.seed({ customers: ids.map((id) => ({ id })) });
    const customers = await collect(source().customers(never));
    expect(customers.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(sandbox.requests.counts.get('GET /v1/customers')).toBe(3);
  });

  test('a subscription with more items than are embedded, its discount and coupon, also when canceled', async () => {
    seedOne();
    sandbox.seed({
      coupons: [{ id: 'ten', percentOff: '10' }],
      prices: Array.from({ length: 24 }, (_, index) => ({ id: `price_${index}`, product: 'prod_1', unitAmount: '1' })),
      subscriptions: [
        {
          id: 'sub_1',
          customer: 'cus_1',
          start: JANUARY,
          items: Array.from({ length: 24 }, (_, index) => ({
            id: `si_${index}`,
            price: `price_${index}`,
            quantity: 2,
          })),
          discounts: [{ coupon: 'ten' }],
        },
        {
          id: 'sub_2',
          customer: 'cus_1',
          start: JANUARY,
          items: [{ id: 'si_m', price: 'price_cpu' }],
          status: 'canceled',
          endedAt: MAY.from,
        },
      ],
    });
    const subscriptions = await collect(source().subscriptions(never));
    const first = subscriptions.find(({ id }) => id === 'sub_1');
    expect(first?.items.map(({ id }) => id).sort()).toEqual(
      Array.from({ length: 24 }, (_, index) => `si_${index}`).sort(),
    );
    expect(first?.items.every(({ quantity, currentPeriod }) => quantity === '2' && currentPeriod !== null)).toBe(true);
    expect(first?.discounts).toMatchObject([{ coupon: { id: 'ten', percentOff: '10' } }]);
    expect(subscriptions.find(({ id }) => id === 'sub_2')).toMatchObject({
      status: 'canceled',
      endedAt: MAY.from,
      items: [{ quantity: null, priceId: 'price_cpu' }],
    });
  });

  test('invoices with exact quantities and lines beyond the embedded ones, grants and tax rates', async () => {
    seedOne();
    sandbox.seed({
      taxRates: [{ id: 'txr_1', displayName: 'VAT', percentage: '8.875' }],
      subscriptions: [{ id: 'sub_1', customer: 'cus_1', start: JANUARY, items: [{ id: 'si_1', price: 'price_cpu' }] }],
      creditGrants: [{ customer: 'cus_1', amountMinor: 5000n }],
      invoices: [
        {
          id: 'in_1',
          customer: 'cus_1',
          subscription: 'sub_1',
          status: 'paid',
          period: MAY,
          lines: Array.from({ length: 15 }, (_, index) => ({
            price: 'price_cpu',
            quantity: `${index}.000000000001`,
            amountMinor: BigInt(index),
            subscriptionItem: 'si_1',
          })),
        },
      ],
    });
    const stripe = source();
    const [invoice, ...others] = await collect(stripe.invoices(MAY, never));
    expect(others).toEqual([]);
    expect(invoice).toMatchObject({ id: 'in_1', status: 'paid', customerId: 'cus_1', subscriptionId: 'sub_1' });
    expect(invoice?.lines).toHaveLength(15);
    expect(invoice?.lines.map(({ quantity, amountMinor }) => `${quantity} ${amountMinor}`).sort()).toEqual(
      Array.from({ length: 15 }, (_, index) => `${index}.000000000001 ${index}`).sort(),
    );
    expect(invoice?.lines[0]).toMatchObject({ priceId: 'price_cpu', subscriptionItemId: 'si_1', servicePeriod: MAY });
    expect(await collect(stripe.creditGrants(never))).toMatchObject([{ amount: '5000', currency: 'usd' }]);
    expect(await collect(stripe.taxRates(never))).toMatchObject([{ percentage: '8.875' }]);
    expect(await collect(stripe.products(never))).toMatchObject([{ name: 'Compute' }]);
    expect(stripe.warnings()).toEqual([]);
  });

  test('everything that an invoice depends on besides prices and usage', async () => {
    seedOne();
    sandbox.seed({
      coupons: [
        { id: 'ten', percentOff: '10', products: ['prod_1'] },
        { id: 'five', amountOff: 500n },
      ],
      taxRates: [{ id: 'txr_1', displayName: 'VAT', percentage: '20', inclusive: true }],
      products: [{ id: 'prod_gone', name: 'Old', deleted: true }],
      prices: [
        { id: 'price_gone', product: 'prod_gone', unitAmount: '5', taxBehavior: 'inclusive' },
        { id: 'price_pack', product: 'prod_1', unitAmount: '5', transformQuantity: { divideBy: 100, round: 'up' } },
      ],
      customers: [{ id: 'cus_2', balanceMinor: -300n, taxExempt: 'exempt', discount: { id: 'di_c', coupon: 'five' } }],
      subscriptions: [
        {
          id: 'sub_2',
          customer: 'cus_2',
          start: JANUARY,
          defaultTaxRates: ['txr_1'],
          automaticTax: true,
          pauseCollection: { behavior: 'void', resumesAt: MAY.to },
          items: [
            { id: 'si_1', price: 'price_cpu', discounts: [{ id: 'di_i', coupon: 'ten' }], taxRates: ['txr_1'] },
            { id: 'si_2', price: 'price_pack', quantity: 3 },
          ],
        },
      ],
      creditGrants: [
        { id: 'credgr_1', customer: 'cus_2', amountMinor: 5000n },
        { id: 'credgr_2', customer: 'cus_2', amountMinor: 900n, priority: 10, prices: ['price_cpu'] },
      ],
      invoices: (['open', 'void', 'draft'] as const).map((status) => ({
        id: `in_${status}`,
        customer: 'cus_2',
        subscription: 'sub_2',
        status,
        period: MAY,
        startingBalanceMinor: -300n,
        automaticTax: true,
        lines: [
          {
            price: 'price_cpu',
            quantity: '7',
            amountMinor: 1000n,
            subscriptionItem: 'si_1',
            discounts: [{ discount: 'di_i', amountMinor: 100n }],
            credits: [
              { grant: 'credgr_2', amountMinor: 150n },
              { grant: 'credgr_1', amountMinor: 50n },
            ],
            taxes: [{ taxRate: 'txr_1', amountMinor: 117n, taxableMinor: 583n, inclusive: true }],
          },
          { amountMinor: -600n },
        ],
      })),
    });
    const stripe = source();
    const customers = await collect(stripe.customers(never));
    expect(customers.find(({ id }) => id === 'cus_2')).toMatchObject({
      balanceMinor: -300n,
      taxExempt: 'exempt',
      discount: { id: 'di_c', coupon: { amountOff: '500', currency: 'usd', productIds: null } },
    });
    expect(await collect(stripe.products(never))).toHaveLength(1);
    expect(await stripe.product('prod_gone', never)).toMatchObject({ isDeleted: true });
    const prices = await collect(stripe.prices(never));
    expect(prices.find(({ id }) => id === 'price_gone')).toMatchObject({ taxBehavior: 'inclusive' });
    expect(prices.find(({ id }) => id === 'price_pack')?.transformQuantity).toEqual({ divideBy: '100', round: 'up' });
    expect(await collect(stripe.subscriptions(never))).toMatchObject([
      {
        defaultTaxRateIds: ['txr_1'],
        isAutomaticTax: true,
        pausedCollection: { behavior: 'void', resumesAt: MAY.to },
        items: [
          {
            taxRateIds: ['txr_1'],
            discounts: [{ id: 'di_i', coupon: { percentOff: '10', productIds: ['prod_1'] } }],
          },
          { quantity: '3', taxRateIds: [], discounts: [] },
        ],
      },
    ]);
    const invoices = await collect(stripe.invoices(MAY, never));
    expect(invoices.find(({ id }) => id === 'in_open')).toMatchObject({
      subtotalMinor: 400n,
      discountMinor: 100n,
      creditMinor: 200n,
      taxMinor: 117n,
      totalMinor: 100n,
      startingBalanceMinor: -300n,
      endingBalanceMinor: -200n,
      amountDueMinor: 0n,
      isAutomaticTax: true,
      lines: [
        {
          origin: 'subscription_item',
          discounts: [{ discountId: 'di_i', amountMinor: 100n }],
          creditMinor: 200n,
          taxes: [{ taxRateId: 'txr_1', amountMinor: 117n, isInclusive: true, taxableMinor: 583n }],
        },
        { origin: 'invoice_item', discounts: [], creditMinor: 0n, taxes: [] },
      ],
    });
    expect(invoices.find(({ id }) => id === 'in_draft')?.endingBalanceMinor).toBeNull();
    // The void invoice gave back what it took, and a draft takes nothing yet.
    expect(await stripe.creditsApplied('cus_2', never)).toEqual(
      new Map([
        ['credgr_1', 50n],
        ['credgr_2', 150n],
      ]),
    );
    expect(await stripe.creditsApplied('cus_1', never)).toEqual(new Map());
    expect(stripe.warnings()).toEqual([]);
  });

  test('customers on a test clock take part with their subscriptions and invoices only where asked for', async () => {
    seedOne();
    sandbox.seed({
      testClocks: [{ id: 'clock_1', frozenTime: NOW }],
      customers: [{ id: 'cus_c', testClock: 'clock_1' }],
      subscriptions: [{ id: 'sub_c', customer: 'cus_c', start: JANUARY, items: [{ price: 'price_cpu' }] }],
      creditGrants: [{ customer: 'cus_c', amountMinor: 1n, testClock: 'clock_1' }],
      invoices: [
        {
          id: 'in_c',
          customer: 'cus_c',
          subscription: 'sub_c',
          status: 'open',
          period: MAY,
          lines: [{ price: 'price_cpu', quantity: '1', amountMinor: 1n }],
        },
      ],
    });
    const idsOf = async (testClocks: boolean) => {
      const stripe = source({ testClocks });
      const customers = await collect(stripe.customers(never));
      const subscriptions = await collect(stripe.subscriptions(never));
      const invoices = await collect(stripe.invoices(MAY, never));
      const grants = await collect(stripe.creditGrants(never));
      return [...[...customers, ...subscriptions, ...invoices].map(({ id }) => id), grants.length];
    };
    expect(await idsOf(false)).toEqual(['cus_1', 0]);
    expect(await idsOf(true)).toEqual(['cus_1', 'cus_c', 'sub_c', 'in_c', 1]);
  });
});

describe('faults', () => {
  test('of every passing kind cost repeats and no summary', async () => {
    seedOne();
    push(
      Array.from({ length: 744 }, (_, hour) => hour),
      () => '1',
    );
    const path = /event_summaries/;
    sandbox.faults.add({ kind: 'rate_limited', retryAfterSeconds: 1, path });
    sandbox.faults.add({ kind: 'server_error', path, skip: 1 });
    sandbox.faults.add({ kind: 'reset', path, skip: 2 });
    sandbox.faults.add({ kind: 'truncated', afterBytes: 200, path, skip: 3 });
    const stripe = source();
    expect(await stripe.hourSummaries(ask)).toHaveLength(744);
    expect(stripe.counts().retries).toBe(4);
  });

  test('that stay end in their own error', async () => {
    seedOne();
    const expected = [
      [{ kind: 'rate_limited', retryAfterSeconds: 0 }, 'stripe.rate_limited'],
      [{ kind: 'server_error' }, 'stripe.failed'],
      [{ kind: 'reset' }, 'stripe.broken_off'],
      [{ kind: 'truncated', afterBytes: 20 }, 'stripe.broken_off'],
      [{ kind: 'slow', delayMs: 2000 }, 'stripe.timeout'],
    ] as const;
    for (const [fault, code] of expected) {
      sandbox.faults.clear();
      sandbox.faults.add({ ...fault, times: Number.POSITIVE_INFINITY });
      const stripe = source({ maxRetries: 1, timeoutMs: 100 });
      await expect(collect(stripe.meters(never))).rejects.toMatchObject({ code });
      await stripe.close();
    }
  });

  test('a rate limit of the server is met without one refusal', async () => {
    await sandbox.stop();
    sandbox = await startStripeSandbox({ clock: NOW, requestsPerSecond: 50 });
    seedOne();
    const stripe = createStripeSource({
      apiKey: sandbox.keys.restricted,
      apiBase: sandbox.url,
      requestsPerSecond: 40,
      testClocks: false,
      random: () => 0.5,
    });
    await Promise.all(Array.from({ length: 60 }, () => stripe.monthSummary(ask)));
    expect(stripe.counts()).toEqual({ requests: 60, retries: 0 });
  });
});

describe('check', () => {
  test('a restricted key is fine, a full one is warned about, a narrow one is told what it lacks', async () => {
    seedOne();
    expect((await source().check(NOW)).problems).toEqual([]);
    expect((await source({ apiKey: sandbox.keys.full }).check(NOW)).problems).toMatchObject([
      { code: 'stripe.full_secret_key', severity: 'warning' },
    ]);
    expect((await source({ apiKey: 'rk_test_wrong' }).check(NOW)).problems).toMatchObject([
      { code: 'stripe.unauthorized' },
    ]);
  });
});
