import { afterEach, describe, expect, test } from 'vitest';
import { at, collect, MAY, never, sourceAt } from './collect.ts';
import {
  page,
  type ScriptedReply,
  type ScriptedRequest,
  type ScriptedStripe,
  startScriptedStripe,
  stripeError,
} from './scripted-stripe.ts';

let server: ScriptedStripe;
afterEach(() => server.close());

const serve = async (script: (request: ScriptedRequest) => ScriptedReply | undefined, settings = {}) => {
  server = await startScriptedStripe(script);
  return sourceAt(server.url, settings);
};

/** Answers by path; a function may look at the request. */
const paths =
  (table: Readonly<Record<string, unknown>>) =>
  (request: ScriptedRequest): ScriptedReply | undefined => {
    const body = table[request.path];
    if (body === undefined) return undefined;
    return typeof body === 'function' ? body(request) : { body };
  };

describe('meters', () => {
  test('with and without what a compatible base may leave out', async () => {
    const source = await serve(
      paths({
        '/v1/billing/meters': page(
          {
            id: 'mtr_1',
            display_name: 'CPU',
            event_name: 'cpu',
            default_aggregation: { formula: 'last' },
            status: 'inactive',
            event_time_window: 'hour',
            customer_mapping: { event_payload_key: 'customer', type: 'by_id' },
            value_settings: { event_payload_key: 'amount' },
            created: at('2026-01-01T00:00:00Z'),
          },
          { id: 'mtr_2', event_name: 'mem', default_aggregation: { formula: 'sum' } },
        ),
      }),
    );
    expect(await collect(source.meters(never))).toEqual([
      {
        id: 'mtr_1',
        displayName: 'CPU',
        eventName: 'cpu',
        formula: 'last',
        status: 'inactive',
        eventTimeWindow: 'hour',
        customerPayloadKey: 'customer',
        valuePayloadKey: 'amount',
        created: at('2026-01-01T00:00:00Z') * 1000,
      },
      {
        id: 'mtr_2',
        displayName: 'mem',
        eventName: 'mem',
        formula: 'sum',
        status: 'active',
        eventTimeWindow: null,
        customerPayloadKey: 'stripe_customer_id',
        valuePayloadKey: 'value',
        created: 0,
      },
    ]);
  });

  test('one with an unknown formula is left out aloud; the others stay', async () => {
    const source = await serve(
      paths({
        '/v1/billing/meters': page(
          { id: 'mtr_1', event_name: 'a', default_aggregation: { formula: 'median' } },
          { id: 'mtr_2', event_name: 'b', default_aggregation: { formula: 'count' } },
        ),
      }),
    );
    expect((await collect(source.meters(never))).map(({ id }) => id)).toEqual(['mtr_2']);
    expect(source.warnings()).toMatchObject([{ path: 'mtr_1.default_aggregation.formula', severity: 'warning' }]);
  });

  test('one without an id stops the pull', async () => {
    const source = await serve(paths({ '/v1/billing/meters': page({ event_name: 'a' }) }));
    await expect(collect(source.meters(never))).rejects.toMatchObject({ code: 'stripe.bad_answer' });
  });
});

describe('customers', () => {
  const plain = {
    id: 'cus_1',
    name: 'Globex',
    email: 'a@b.c',
    metadata: { workspace_id: 'ws_1', n: 5 },
    balance: -9007199254740993n,
  };
  const text = JSON.stringify(page({ ...plain, balance: 0 })).replace('"balance":0', '"balance":-9007199254740993');

  test('keep metadata as text and the balance exact', async () => {
    const source = await serve(paths({ '/v1/customers': () => ({ body: text }) }));
    expect(await collect(source.customers(never))).toEqual([
      {
        id: 'cus_1',
        name: 'Globex',
        email: 'a@b.c',
        metadata: { workspace_id: 'ws_1', n: '5' },
        currency: null,
        balanceMinor: -9007199254740993n,
        discount: null,
        taxExempt: 'none',
        isDeleted: false,
        testClock: null,
        created: null,
      },
    ]);
  });

  test('one by one: there, deleted, unknown', async () => {
    const source = await serve(
      paths({
        '/v1/customers/cus_1': { id: 'cus_1', object: 'customer' },
        '/v1/customers/cus_2': { id: 'cus_2', object: 'customer', deleted: true },
        '/v1/customers/cus_3': () => stripeError(404, { code: 'resource_missing', message: 'No such customer' }),
      }),
    );
    expect(await source.customer('cus_1', never)).toMatchObject({ id: 'cus_1', isDeleted: false });
    expect(await source.customer('cus_2', never)).toMatchObject({ id: 'cus_2', isDeleted: true });
    expect(await source.customer('cus_3', never)).toBeNull();
  });

  const clocked = paths({
    '/v1/test_helpers/test_clocks': page({ id: 'clock_1' }),
    '/v1/customers': ({ query }: ScriptedRequest) => ({
      body:
        query.get('test_clock') === 'clock_1'
          ? page({ id: 'cus_c', test_clock: 'clock_1' })
          : page({ id: 'cus_1' }, { id: 'cus_c', test_clock: 'clock_1' }, { id: 'cus_d', deleted: true }),
    }),
    '/v1/subscriptions': page(
      { id: 'sub_1', customer: 'cus_1', items: [] },
      { id: 'sub_c', customer: 'cus_c', items: [] },
    ),
    '/v1/invoices': ({ query }: ScriptedRequest) => ({
      body: page({
        id: query.get('customer') === null ? 'in_1' : 'in_c',
        customer: query.get('customer') ?? 'cus_1',
        currency: 'usd',
        created: at('2026-06-01T01:00:00Z'),
        lines: page({
          id: 'il_1',
          amount: 5,
          period: { start: at('2026-05-01T00:00:00Z'), end: at('2026-06-01T00:00:00Z') },
        }),
      }),
    }),
  });

  test('on test clocks are not asked for unless wanted; what hangs on one that is listed all the same is left out', async () => {
    const source = await serve(clocked);
    expect((await collect(source.customers(never))).map(({ id, testClock }) => [id, testClock])).toEqual([
      ['cus_1', null],
      ['cus_c', 'clock_1'],
    ]);
    expect((await collect(source.subscriptions(never))).map(({ id }) => id)).toEqual(['sub_1']);
    expect((await collect(source.invoices(MAY, never))).map(({ id }) => id)).toEqual(['in_1']);
    expect(server.requests.some(({ path }) => path.includes('test_clocks'))).toBe(false);
  });

  test('on test clocks take part once where they are asked for', async () => {
    const source = await serve(clocked, { testClocks: true });
    expect((await collect(source.customers(never))).map(({ id }) => id)).toEqual(['cus_1', 'cus_c']);
    expect((await collect(source.subscriptions(never))).map(({ id }) => id)).toEqual(['sub_1', 'sub_c']);
    expect((await collect(source.invoices(MAY, never))).map(({ id }) => id)).toEqual(['in_1', 'in_c']);
  });

  test('a live key has no test clocks to ask for', async () => {
    const source = await serve(clocked, { testClocks: true, apiKey: 'rk_live_1' });
    await collect(source.customers(never));
    expect(server.requests.some(({ path }) => path.includes('test_clocks'))).toBe(false);
    expect(source.warnings()).toMatchObject([{ code: 'stripe.not_test_mode' }]);
  });
});

describe('prices', () => {
  test('exact amounts, tiers, other currencies, packages and meters', async () => {
    const text = `{"object":"list","has_more":false,"data":[
      {"id":"price_1","active":true,"billing_scheme":"tiered","tiers_mode":"graduated","currency":"usd","product":"prod_1","created":1,
       "recurring":{"interval":"month","interval_count":1,"usage_type":"metered","meter":"mtr_1"},
       "tiers":[{"up_to":1000,"flat_amount":1000,"flat_amount_decimal":"1000","unit_amount":null,"unit_amount_decimal":"0.000000000001"},
                {"up_to":null,"unit_amount":7}],
       "currency_options":{"usd":{"unit_amount":1},"eur":{"tiers":[{"up_to":"inf","unit_amount_decimal":"0.50"}]}}},
      {"id":"price_2","active":false,"billing_scheme":"per_unit","currency":"JPY","product":{"id":"prod_2"},"unit_amount":9007199254740993,
       "transform_quantity":{"divide_by":1000,"round":"up"},"recurring":null,"nickname":"Pack"}]}`;
    const source = await serve(({ path, query }) =>
      path === '/v1/prices'
        ? {
            body:
              query.get('active') === 'false'
                ? page({ id: 'price_2' }, { id: 'price_3', currency: 'usd', active: false })
                : text,
          }
        : undefined,
    );
    const prices = await collect(source.prices(never));
    expect(prices).toHaveLength(3);
    expect(prices[0]).toEqual({
      id: 'price_1',
      productId: 'prod_1',
      nickname: null,
      isActive: true,
      billingScheme: 'tiered',
      tiersMode: 'graduated',
      transformQuantity: null,
      usageType: 'metered',
      meterId: 'mtr_1',
      interval: { unit: 'month', count: 1 },
      currency: 'usd',
      unitAmount: null,
      tiers: [
        { upTo: '1000', unitAmount: '0.000000000001', flatAmount: '1000' },
        { upTo: null, unitAmount: '7', flatAmount: null },
      ],
      currencyOptions: [
        { currency: 'eur', unitAmount: null, tiers: [{ upTo: null, unitAmount: '0.5', flatAmount: null }] },
      ],
      taxBehavior: 'unspecified',
      created: 1000,
    });
    expect(prices[1]).toMatchObject({
      currency: 'jpy',
      unitAmount: '9007199254740993',
      transformQuantity: { divideBy: '1000', round: 'up' },
      usageType: null,
      isActive: false,
      productId: 'prod_2',
      nickname: 'Pack',
    });
    expect(prices[2]?.id).toBe('price_3');
  });

  test('tiers that a list leaves out are fetched one price at a time', async () => {
    const bare = { id: 'price_1', billing_scheme: 'tiered', tiers_mode: 'volume', currency: 'usd' };
    const source = await serve(
      paths({
        '/v1/prices': page(bare),
        '/v1/prices/price_1': ({ query }: ScriptedRequest) => ({
          body: [...query.values()].includes('tiers') ? { ...bare, tiers: [{ up_to: null, unit_amount: 3 }] } : bare,
        }),
      }),
    );
    expect((await collect(source.prices(never)))[0]?.tiers).toEqual([
      { upTo: null, unitAmount: '3', flatAmount: null },
    ]);
    expect(server.requests.filter(({ path }) => path === '/v1/prices/price_1')).toHaveLength(1);
  });

  test('tiers that are nowhere are a warning', async () => {
    const bare = { id: 'price_1', billing_scheme: 'tiered', currency: 'usd' };
    const source = await serve(paths({ '/v1/prices': page(bare), '/v1/prices/price_1': bare }));
    expect((await collect(source.prices(never)))[0]).toMatchObject({ tiers: null, billingScheme: 'tiered' });
    expect(source.warnings()).toMatchObject([{ path: 'price_1.tiers' }]);
  });

  test('the barest metered price', async () => {
    const source = await serve(
      paths({ '/v1/prices': page({ id: 'price_1', unit_amount_decimal: '0.05', recurring: { meter: 'mtr_1' } }) }),
    );
    expect((await collect(source.prices(never)))[0]).toMatchObject({
      billingScheme: 'per_unit',
      currency: 'usd',
      unitAmount: '0.05',
      usageType: 'metered',
      meterId: 'mtr_1',
      tiersMode: null,
    });
    expect(source.warnings()).toMatchObject([{ path: 'price_1.currency', severity: 'warning' }]);
  });

  test('amounts in every spelling, and one that is none', async () => {
    const amounts = ['"0.000000000001"', '"1e-7"', '0.05', '5', '"123456789012345678901234567890123.5"'];
    const text = (amount: string, index: number) =>
      `{"id":"price_${index}","currency":"usd","unit_amount_decimal":${amount}}`;
    const source = await serve(paths({ '/v1/prices': () => ({ body: `{"data":[${amounts.map(text).join()}]}` }) }));
    expect((await collect(source.prices(never))).map(({ unitAmount }) => unitAmount)).toEqual([
      '0.000000000001',
      '0.0000001',
      '0.05',
      '5',
      '123456789012345678901234567890123.5',
    ]);
    await server.close();
    const broken = await serve(paths({ '/v1/prices': () => ({ body: `{"data":[${text('"much"', 1)}]}` }) }));
    await expect(collect(broken.prices(never))).rejects.toMatchObject({ code: 'stripe.bad_answer' });
  });

  test('one that cannot be read keeps its id and its meter, aloud; the others stay', async () => {
    const metered = { currency: 'usd', recurring: { interval: 'month', usage_type: 'metered', meter: 'mtr_1' } };
    const odd = [
      { billing_scheme: 'auction' },
      { transform_quantity: { round: 'up' } },
      { transform_quantity: { divide_by: 'ten', round: 'up' } },
      { billing_scheme: 'tiered', tiers: ['free'] },
      { billing_scheme: 'tiered', tiers: [{ up_to: 'soon' }] },
      { recurring: { ...metered.recurring, interval: 'fortnight' } },
      { recurring: { ...metered.recurring, interval_count: 'many' } },
      { unit_amount: {} },
      { currency_options: { eur: { unit_amount: 'much' } } },
      { created: 'yesterday' },
    ].map((shape, index) => ({ id: `price_${index}`, ...metered, ...shape }));
    const source = await serve(paths({ '/v1/prices': page(...odd, { id: 'price_fine', ...metered, unit_amount: 5 }) }));
    const prices = await collect(source.prices(never));
    expect(prices.map(({ id, meterId, usageType, currency }) => [id, meterId, usageType, currency])).toEqual(
      [...odd.map(({ id }) => id), 'price_fine'].map((id) => [id, 'mtr_1', 'metered', 'usd']),
    );
    expect(prices.map(({ unitAmount, tiers }) => unitAmount ?? tiers)).toEqual([...odd.map(() => null), '5']);
    expect(source.warnings()).toHaveLength(odd.length);
  });

  test('tiers of other currencies are expanded by currency, and left out aloud where that is refused', async () => {
    const bare = {
      id: 'price_1',
      billing_scheme: 'tiered',
      tiers_mode: 'volume',
      currency: 'usd',
      tiers: [{ up_to: null, unit_amount: 3 }],
      currency_options: { eur: { unit_amount: null } },
    };
    const whole = { ...bare, currency_options: { eur: { tiers: [{ up_to: null, unit_amount: 2 }] } } };
    const serves = (single: ScriptedReply) =>
      serve(paths({ '/v1/prices': page(bare), '/v1/prices/price_1': () => single }));
    const willing = await serves({ body: whole });
    expect((await collect(willing.prices(never)))[0]?.currencyOptions[0]?.tiers).toMatchObject([{ unitAmount: '2' }]);
    expect([...(server.requests.find(({ path }) => path === '/v1/prices/price_1')?.query.values() ?? [])]).toContain(
      'currency_options.eur.tiers',
    );
    await server.close();
    const unwilling = await serves(stripeError(400, { message: 'This property cannot be expanded' }));
    expect((await collect(unwilling.prices(never)))[0]).toMatchObject({
      tiers: [{ unitAmount: '3' }],
      currencyOptions: [{ tiers: null }],
    });
    expect(unwilling.warnings()).toMatchObject([{ path: 'price_1.currency_options' }]);
  });

  test('one that no list gives can be asked for', async () => {
    const source = await serve(paths({ '/v1/prices/price_1': { id: 'price_1', currency: 'usd', unit_amount: 2 } }));
    expect(await source.price('price_1', never)).toMatchObject({ unitAmount: '2' });
    expect(await source.price('price_2', never)).toBeNull();
  });
});

describe('subscriptions', () => {
  test('items beyond the embedded ones, periods on the item, discounts with their coupons', async () => {
    const item = (index: number) => ({
      id: `si_${index}`,
      price: { id: `price_${index}`, currency: 'eur' },
      current_period_start: at('2026-05-10T00:00:00Z'),
      current_period_end: at('2026-06-10T00:00:00Z'),
      created: at('2026-01-10T00:00:00Z'),
      ...(index === 0 ? { quantity: 3 } : {}),
    });
    const source = await serve(
      paths({
        '/v1/subscriptions': page({
          id: 'sub_1',
          customer: { id: 'cus_1' },
          status: 'past_due',
          billing_cycle_anchor: at('2026-01-10T00:00:00Z'),
          start_date: at('2026-01-10T00:00:00Z'),
          created: at('2026-01-09T00:00:00Z'),
          trial_start: at('2026-01-10T00:00:00Z'),
          trial_end: at('2026-02-10T00:00:00Z'),
          cancel_at_period_end: true,
          items: { data: [item(0)], has_more: true },
          discounts: [
            { id: 'di_1', start: 100, end: null, source: { type: 'coupon', coupon: { id: 'TEN', percent_off: 10 } } },
            { id: 'di_2', start: 100, source: { type: 'coupon', coupon: 'FIVE' } },
          ],
        }),
        '/v1/subscription_items': page(item(0), item(1)),
        '/v1/coupons/TEN': () => ({
          body: '{"id":"TEN","percent_off":12.5,"duration":"repeating","duration_in_months":3,"applies_to":{"products":["prod_1"]}}',
        }),
        '/v1/coupons/FIVE': () => stripeError(404, { code: 'resource_missing', message: 'No such coupon' }),
      }),
    );
    expect(await collect(source.subscriptions(never))).toEqual([
      {
        id: 'sub_1',
        customerId: 'cus_1',
        status: 'past_due',
        currency: 'eur',
        billingCycleAnchor: at('2026-01-10T00:00:00Z') * 1000,
        startedAt: at('2026-01-10T00:00:00Z') * 1000,
        endedAt: null,
        canceledAt: null,
        cancelAt: at('2026-06-10T00:00:00Z') * 1000,
        trial: { from: at('2026-01-10T00:00:00Z') * 1000, to: at('2026-02-10T00:00:00Z') * 1000 },
        defaultTaxRateIds: [],
        isAutomaticTax: false,
        pausedCollection: null,
        created: at('2026-01-09T00:00:00Z') * 1000,
        items: [
          {
            id: 'si_0',
            subscriptionId: 'sub_1',
            priceId: 'price_0',
            quantity: '3',
            currentPeriod: { from: at('2026-05-10T00:00:00Z') * 1000, to: at('2026-06-10T00:00:00Z') * 1000 },
            discounts: [],
            taxRateIds: [],
            created: at('2026-01-10T00:00:00Z') * 1000,
          },
          {
            id: 'si_1',
            subscriptionId: 'sub_1',
            priceId: 'price_1',
            quantity: null,
            currentPeriod: { from: at('2026-05-10T00:00:00Z') * 1000, to: at('2026-06-10T00:00:00Z') * 1000 },
            discounts: [],
            taxRateIds: [],
            created: at('2026-01-10T00:00:00Z') * 1000,
          },
        ],
        discounts: [
          {
            id: 'di_1',
            coupon: {
              id: 'TEN',
              name: null,
              percentOff: '12.5',
              amountOff: null,
              currency: null,
              duration: 'repeating',
              durationInMonths: 3,
              productIds: ['prod_1'],
            },
            start: 100_000,
            end: null,
          },
          { id: 'di_2', coupon: null, start: 100_000, end: null },
        ],
      },
    ]);
    expect(server.requests[0]?.query.get('status')).toBe('all');
    expect(source.warnings()).toMatchObject([{ path: 'FIVE.applies_to' }]);
  });

  test('the older shape: period and discount on the subscription', async () => {
    const source = await serve(
      paths({
        '/v1/subscriptions': page({
          id: 'sub_1',
          customer: 'cus_1',
          current_period_start: 1000,
          current_period_end: 2000,
          discount: { id: 'di_1', start: 50, coupon: { id: 'A', amount_off: 500, currency: 'usd', applies_to: null } },
          items: { data: [{ id: 'si_1', plan: { id: 'plan_1' } }] },
        }),
      }),
    );
    expect(await collect(source.subscriptions(never))).toMatchObject([
      {
        status: 'active',
        billingCycleAnchor: 1_000_000,
        items: [{ priceId: 'plan_1', currentPeriod: { from: 1_000_000, to: 2_000_000 } }],
        discounts: [{ coupon: { amountOff: '500', duration: 'forever' } }],
      },
    ]);
  });
});

describe('invoices', () => {
  const may = { start: at('2026-05-01T00:00:00Z'), end: at('2026-06-01T00:00:00Z') };
  const june = { start: at('2026-06-01T00:00:00Z'), end: at('2026-07-01T00:00:00Z') };
  const invoice = {
    id: 'in_1',
    customer: 'cus_1',
    currency: 'usd',
    status: 'open',
    created: at('2026-06-01T01:00:00Z'),
    total: 350,
  };

  test('with all lines, exact quantities, new and old shapes of a line', async () => {
    const lines = `{"object":"list","has_more":false,"data":[
      {"id":"il_1","amount":9007199254740993,"currency":"usd","description":"CPU","quantity":1,"quantity_decimal":"1.000000000001",
       "discount_amounts":[{"amount":20,"discount":"di_1"},{"amount":5,"discount":"di_2"}],
       "parent":{"type":"subscription_item_details","subscription_item_details":{"subscription":"sub_1","subscription_item":"si_1","proration":false}},
       "pricing":{"type":"price_details","unit_amount_decimal":"0.05","price_details":{"price":"price_1","product":"prod_1"}},
       "period":{"start":${may.start},"end":${may.end}}},
      {"id":"il_2","amount":-100,"quantity":2,"price":{"id":"price_2","unit_amount":-50},"subscription":"sub_1","subscription_item":"si_2","proration":true,
       "period":{"start":${june.start},"end":${june.end}}}]}`;
    const source = await serve(
      paths({
        '/v1/invoices': page({ ...invoice, lines: { data: [], has_more: true } }),
        '/v1/invoices/in_1/lines': () => ({ body: lines }),
      }),
    );
    const invoices = await collect(source.invoices(MAY, never));
    expect(invoices).toHaveLength(1);
    expect(invoices[0]).toMatchObject({ totalMinor: 350n, amountDueMinor: 350n, status: 'open', subscriptionId: null });
    expect(invoices[0]?.lines).toEqual([
      {
        id: 'il_1',
        invoiceId: 'in_1',
        amountMinor: 9007199254740993n,
        currency: 'usd',
        description: 'CPU',
        quantity: '1.000000000001',
        unitAmount: '0.05',
        priceId: 'price_1',
        subscriptionId: 'sub_1',
        subscriptionItemId: 'si_1',
        servicePeriod: MAY,
        isProration: false,
        origin: 'subscription_item',
        discountMinor: 25n,
        discounts: [
          { discountId: 'di_1', amountMinor: 20n },
          { discountId: 'di_2', amountMinor: 5n },
        ],
        creditMinor: 0n,
        taxes: [],
      },
      {
        id: 'il_2',
        invoiceId: 'in_1',
        amountMinor: -100n,
        currency: 'usd',
        description: null,
        quantity: '2',
        unitAmount: '-50',
        priceId: 'price_2',
        subscriptionId: 'sub_1',
        subscriptionItemId: 'si_2',
        servicePeriod: { from: june.start * 1000, to: june.end * 1000 },
        isProration: true,
        origin: 'unknown',
        discountMinor: 0n,
        discounts: [],
        creditMinor: 0n,
        taxes: [],
      },
    ]);
  });

  test('only those with a line in the period, searched from its start to well after its end', async () => {
    const line = (period: object) => page({ id: 'il_1', amount: 1, period });
    const source = await serve(
      paths({
        '/v1/invoices': page(
          { ...invoice, lines: line(may) },
          { ...invoice, id: 'in_2', lines: line(june) },
          { ...invoice, id: 'in_3', lines: line({ start: may.start, end: may.start }) },
          { ...invoice, id: 'in_4', lines: line({ start: may.end, end: may.end }) },
        ),
      }),
    );
    expect((await collect(source.invoices(MAY, never))).map(({ id }) => id)).toEqual(['in_1', 'in_3']);
    const { query } = server.requests[0] ?? { query: new URLSearchParams() };
    expect(query.get('created[gte]')).toBe(String(may.start));
    expect(Number(query.get('created[lt]'))).toBeGreaterThanOrEqual(at('2026-08-01T00:00:00Z'));
  });

  test('a yearly metered price reaches further', async () => {
    const source = await serve(
      paths({
        '/v1/prices': page({
          id: 'price_1',
          currency: 'usd',
          unit_amount: 1,
          recurring: { interval: 'year', usage_type: 'metered', meter: 'mtr_1' },
        }),
        '/v1/invoices': page(),
      }),
    );
    await collect(source.prices(never));
    await collect(source.invoices(MAY, never));
    expect(Number(server.requests.at(-1)?.query.get('created[lt]'))).toBeGreaterThanOrEqual(at('2027-06-02T00:00:00Z'));
  });
});

describe('credit grants and tax rates', () => {
  test('are read exactly', async () => {
    const source = await serve(
      paths({
        '/v1/billing/credit_grants': page(
          {
            id: 'credgr_1',
            customer: 'cus_1',
            name: 'Promo',
            category: 'promotional',
            amount: { type: 'monetary', monetary: { currency: 'usd', value: 1000 } },
            applicability_config: { scope: { prices: [{ id: 'price_1' }] } },
            priority: 10,
            effective_at: 100,
            expires_at: 200,
            voided_at: null,
            created: 90,
          },
          { id: 'credgr_2', customer: 'cus_1', amount: { type: 'custom_pricing_unit' } },
          {
            id: 'credgr_3',
            customer: 'cus_1',
            amount: { type: 'monetary', monetary: { currency: 'usd', value: 5 } },
            applicability_config: { scope: { price_type: 'metered' } },
          },
        ),
        '/v1/tax_rates': () => ({
          body: '{"data":[{"id":"txr_1","display_name":"VAT","percentage":8.875,"inclusive":true,"active":false}]}',
        }),
      }),
    );
    expect(await collect(source.creditGrants(never))).toEqual([
      {
        id: 'credgr_1',
        customerId: 'cus_1',
        name: 'Promo',
        category: 'promotional',
        currency: 'usd',
        amount: '1000',
        priority: 10,
        effectiveAt: 100_000,
        expiresAt: 200_000,
        voidedAt: null,
        priceIds: ['price_1'],
        created: 90_000,
      },
      expect.objectContaining({ id: 'credgr_3', priceIds: null, category: 'paid', priority: 50 }),
    ]);
    expect(await collect(source.taxRates(never))).toEqual([
      { id: 'txr_1', displayName: 'VAT', percentage: '8.875', isInclusive: true, isActive: false },
    ]);
  });

  test('what a base does not serve is empty, with a warning; what is necessary fails', async () => {
    const source = await serve(() => undefined);
    expect(await collect(source.products(never))).toEqual([]);
    expect(await collect(source.invoices(MAY, never))).toEqual([]);
    expect(await collect(source.creditGrants(never))).toEqual([]);
    expect(await collect(source.taxRates(never))).toEqual([]);
    await collect(source.taxRates(never));
    expect(source.warnings().map(({ code, path, severity }) => [code, path, severity])).toEqual(
      ['/v1/products', '/v1/invoices', '/v1/billing/credit_grants', '/v1/tax_rates'].map((path) => [
        'stripe.not_served',
        path,
        'warning',
      ]),
    );
    for (const list of [source.meters, source.customers, source.prices, source.subscriptions]) {
      await expect(collect<unknown>(list(never))).rejects.toMatchObject({ code: 'stripe.not_served' });
    }
  });
});
