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

/** Answers by path; a function may look at the request. */
const serve = async (table: Readonly<Record<string, unknown>>) => {
  server = await startScriptedStripe((request: ScriptedRequest): ScriptedReply | undefined => {
    const body = table[request.path];
    if (body === undefined) return undefined;
    return typeof body === 'function' ? body(request) : { body };
  });
  return sourceAt(server.url);
};

const expanded = (path: string): readonly string[] =>
  server.requests
    .filter((request) => request.path === path)
    .flatMap(({ query }) => [...query].filter(([name]) => name.startsWith('expand')).map(([, value]) => value));

const TEN = { id: 'TEN', percent_off: 10, duration: 'forever' };
const discount = (id: string, coupon: unknown) => ({ id, start: 100, end: null, source: { type: 'coupon', coupon } });

describe('customers', () => {
  test('their discount with its coupon and what that applies to, and their tax exemption', async () => {
    const source = await serve({
      '/v1/customers': page(
        { id: 'cus_1', tax_exempt: 'reverse', discount: discount('di_1', TEN) },
        { id: 'cus_2', discount: { id: 'di_2', start: 100, coupon: { id: 'GONE', amount_off: 500, currency: 'usd' } } },
        { id: 'cus_3', discount: discount('di_3', TEN) },
      ),
      '/v1/coupons/TEN': { ...TEN, applies_to: { products: ['prod_1'] } },
      '/v1/coupons/GONE': () => stripeError(404, { code: 'resource_missing', message: 'No such coupon' }),
    });
    expect(await collect(source.customers(never))).toMatchObject([
      {
        taxExempt: 'reverse',
        discount: { id: 'di_1', start: 100_000, coupon: { percentOff: '10', productIds: ['prod_1'] } },
      },
      { taxExempt: 'none', discount: { id: 'di_2', coupon: { amountOff: '500', productIds: null } } },
      { discount: { id: 'di_3', coupon: { id: 'TEN' } } },
    ]);
    expect(expanded('/v1/customers')).toEqual(['data.discount.source.coupon']);
    expect(server.requests.filter(({ path }) => path === '/v1/coupons/TEN')).toHaveLength(1);
  });

  test('a base that refuses the expansion is asked without', async () => {
    const source = await serve({
      '/v1/customers': ({ query }: ScriptedRequest) =>
        [...query.keys()].some((name) => name.startsWith('expand'))
          ? stripeError(400, { message: 'This property cannot be expanded (source).' })
          : { body: page({ id: 'cus_1', discount: discount('di_1', 'TEN') }) },
      '/v1/coupons/TEN': TEN,
    });
    expect(await collect(source.customers(never))).toMatchObject([{ discount: { coupon: { percentOff: '10' } } }]);
    expect(source.warnings()).toEqual([]);
  });

  test('one that cannot be read keeps who it is, aloud; one without an id is left out; the others stay', async () => {
    const odd = { id: 'cus_1', name: 'Odd', metadata: { workspace_id: 'ws_1' }, balance: 'much' };
    const source = await serve({
      '/v1/customers': page(odd, { name: 'nobody' }, { id: 'cus_2', balance: -5 }),
      '/v1/customers/cus_3': { ...odd, id: 'cus_3', tax_exempt: 'maybe' },
    });
    expect(await collect(source.customers(never))).toMatchObject([
      { id: 'cus_1', name: 'Odd', metadata: { workspace_id: 'ws_1' }, balanceMinor: 0n },
      { id: 'cus_2', balanceMinor: -5n },
    ]);
    expect(await source.customer('cus_3', never)).toMatchObject({ id: 'cus_3', name: 'Odd', balanceMinor: 0n });
    expect(source.warnings()).toMatchObject([
      { code: 'stripe.bad_answer', path: 'cus_1.balance', severity: 'warning' },
      { path: '(unnamed).id' },
      { path: 'cus_3.balance' },
    ]);
  });
});

describe('subscriptions', () => {
  test('tax rates, automatic tax and paused collection', async () => {
    const source = await serve({
      '/v1/subscriptions': page(
        {
          id: 'sub_1',
          customer: 'cus_1',
          start_date: 100,
          default_tax_rates: [{ id: 'txr_1' }, { id: 'txr_2' }],
          automatic_tax: { enabled: true, liability: null },
          pause_collection: { behavior: 'void', resumes_at: 200 },
          items: page({ id: 'si_1', price: { id: 'price_1', currency: 'usd' }, tax_rates: [{ id: 'txr_3' }] }),
        },
        {
          id: 'sub_2',
          customer: 'cus_1',
          start_date: 100,
          automatic_tax: { enabled: false },
          pause_collection: { behavior: 'keep_as_draft', resumes_at: null },
          items: page({ id: 'si_2', price: { id: 'price_1', currency: 'usd' }, tax_rates: null }),
        },
      ),
    });
    expect(await collect(source.subscriptions(never))).toMatchObject([
      {
        defaultTaxRateIds: ['txr_1', 'txr_2'],
        isAutomaticTax: true,
        pausedCollection: { behavior: 'void', resumesAt: 200_000 },
        items: [{ taxRateIds: ['txr_3'], discounts: [] }],
      },
      {
        defaultTaxRateIds: [],
        isAutomaticTax: false,
        pausedCollection: { behavior: 'keep_as_draft', resumesAt: null },
        items: [{ taxRateIds: [] }],
      },
    ]);
  });

  test('discounts of an item, which the list of subscriptions gives by their ids, never deeper than four levels', async () => {
    const item = { id: 'si_1', price: { id: 'price_1', currency: 'usd' } };
    const source = await serve({
      '/v1/subscriptions': page({
        id: 'sub_1',
        customer: 'cus_1',
        start_date: 100,
        items: page({ ...item, discounts: ['di_1', 'di_2'] }),
      }),
      '/v1/subscription_items': page({
        ...item,
        discounts: [discount('di_1', TEN), discount('di_2', { id: 'GONE', amount_off: 5, currency: 'usd' })],
      }),
      '/v1/coupons/TEN': { ...TEN, applies_to: { products: ['prod_1'] } },
      '/v1/coupons/GONE': () => stripeError(404, { code: 'resource_missing', message: 'No such coupon' }),
    });
    expect(await collect(source.subscriptions(never))).toMatchObject([
      {
        discounts: [],
        items: [
          {
            discounts: [
              { id: 'di_1', coupon: { percentOff: '10', productIds: ['prod_1'] } },
              { id: 'di_2', coupon: { amountOff: '5' } },
            ],
          },
        ],
      },
    ]);
    const asked = [...expanded('/v1/subscriptions'), ...expanded('/v1/subscription_items')];
    expect(asked).toEqual(['data.discounts.source.coupon', 'data.discounts.source.coupon']);
  });

  test('one that cannot be read is left out aloud; the others stay', async () => {
    const fine = { customer: 'cus_1', start_date: 100, items: page({ id: 'si_1', price: 'price_1' }) };
    const source = await serve({
      '/v1/subscriptions': page(
        { ...fine, id: 'sub_1', status: 'hovering' },
        { ...fine, id: 'sub_2', items: page({ id: 'si_2' }) },
        { ...fine, id: 'sub_3', pause_collection: { behavior: 'nap' } },
        { ...fine, id: 'sub_4', customer: null },
        { ...fine, id: 'sub_5' },
      ),
    });
    expect((await collect(source.subscriptions(never))).map(({ id }) => id)).toEqual(['sub_5']);
    expect(source.warnings().map(({ code, path, severity }) => [code, path, severity])).toEqual(
      ['sub_1.status', 'sub_3.pause_collection.behavior', 'sub_4.customer', 'si_2.price'].map((path) => [
        'stripe.bad_answer',
        path,
        'warning',
      ]),
    );
  });

  test('a coupon that cannot be read leaves its discount without one, aloud', async () => {
    const source = await serve({
      '/v1/subscriptions': page({
        id: 'sub_1',
        customer: 'cus_1',
        start_date: 100,
        discounts: [discount('di_1', { ...TEN, applies_to: null, duration: 'sometimes' })],
        items: page({ id: 'si_1', price: 'price_1' }),
      }),
    });
    expect(await collect(source.subscriptions(never))).toMatchObject([{ discounts: [{ id: 'di_1', coupon: null }] }]);
    expect(source.warnings()).toMatchObject([{ path: 'TEN.duration' }]);
  });
});

describe('invoices', () => {
  const may = { start: at('2026-05-01T00:00:00Z'), end: at('2026-06-01T00:00:00Z') };
  const invoice = (id: string, lines: readonly object[], rest: object = {}) => ({
    id,
    customer: 'cus_1',
    currency: 'usd',
    status: 'open',
    created: at('2026-06-01T01:00:00Z'),
    lines: page(...lines.map((line, index) => ({ id: `il_${index}`, amount: 1000, period: may, ...line }))),
    ...rest,
  });

  test('discounts, credits and taxes of a line, both kinds of tax, and what they come to', async () => {
    const source = await serve({
      '/v1/invoices': page(
        invoice(
          'in_1',
          [
            {
              parent: { type: 'subscription_item_details', subscription_item_details: { subscription_item: 'si_1' } },
              discount_amounts: [
                { amount: 100, discount: 'di_1' },
                { amount: 20, discount: { id: 'di_2' } },
              ],
              pretax_credit_amounts: [
                { type: 'discount', amount: 100, discount: 'di_1' },
                { type: 'discount', amount: 20, discount: 'di_2' },
                { type: 'credit_balance_transaction', amount: 300, credit_balance_transaction: 'cbtxn_1' },
                { type: 'credit_balance_transaction', amount: 7, credit_balance_transaction: 'cbtxn_2' },
              ],
              taxes: [
                {
                  amount: 100,
                  tax_behavior: 'exclusive',
                  taxable_amount: 573,
                  type: 'tax_rate_details',
                  tax_rate_details: { tax_rate: 'txr_1' },
                },
                { amount: 5, tax_behavior: 'inclusive', taxable_amount: null, tax_rate_details: null },
              ],
            },
            { parent: { type: 'invoice_item_details', invoice_item_details: { subscription: 'sub_1' } } },
          ],
          { starting_balance: -40, ending_balance: 0, automatic_tax: { enabled: true } },
        ),
      ),
    });
    const [read] = await collect(source.invoices(MAY, never));
    expect(read).toMatchObject({
      subtotalMinor: 2000n,
      discountMinor: 120n,
      creditMinor: 307n,
      taxMinor: 105n,
      startingBalanceMinor: -40n,
      endingBalanceMinor: 0n,
      isAutomaticTax: true,
      lines: [
        {
          origin: 'subscription_item',
          discountMinor: 120n,
          discounts: [
            { discountId: 'di_1', amountMinor: 100n },
            { discountId: 'di_2', amountMinor: 20n },
          ],
          creditMinor: 307n,
          taxes: [
            { taxRateId: 'txr_1', amountMinor: 100n, isInclusive: false, taxableMinor: 573n },
            { taxRateId: null, amountMinor: 5n, isInclusive: true, taxableMinor: null },
          ],
        },
        { origin: 'invoice_item', subscriptionId: 'sub_1', discounts: [], creditMinor: 0n, taxes: [] },
      ],
    });
  });

  test('the older shapes: tax amounts with their rate, and the type of a line', async () => {
    const source = await serve({
      '/v1/invoices': page(
        invoice('in_1', [
          {
            type: 'subscription',
            tax_amounts: [
              { amount: 9, inclusive: true, tax_rate: { id: 'txr_1' }, taxable_amount: 991 },
              { amount: 1, inclusive: false, tax_rate: 'txr_2' },
            ],
          },
          { type: 'invoiceitem' },
          {},
        ]),
      ),
    });
    const [read] = await collect(source.invoices(MAY, never));
    expect(read?.lines.map(({ origin }) => origin)).toEqual(['subscription_item', 'invoice_item', 'unknown']);
    expect(read?.lines[0]?.taxes).toEqual([
      { taxRateId: 'txr_1', amountMinor: 9n, isInclusive: true, taxableMinor: 991n },
      { taxRateId: 'txr_2', amountMinor: 1n, isInclusive: false, taxableMinor: null },
    ]);
    expect(read).toMatchObject({ startingBalanceMinor: 0n, endingBalanceMinor: null, isAutomaticTax: false });
  });

  test('one that cannot be read is left out aloud; the others stay', async () => {
    const source = await serve({
      '/v1/invoices': page(
        invoice('in_1', [{ amount: 'much' }]),
        invoice('in_2', [{}], { status: 'lost' }),
        invoice('in_3', [{}], { customer: null }),
        invoice('in_4', [{ taxes: [{ amount: 1.5 }] }]),
        invoice('in_5', [{}]),
      ),
    });
    expect((await collect(source.invoices(MAY, never))).map(({ id }) => id)).toEqual(['in_5']);
    expect(source.warnings().map(({ path }) => path)).toEqual([
      'in_3.customer',
      'il_0.amount',
      'in_2.status',
      'il_0.taxes.amount',
    ]);
    expect(
      source.warnings().every(({ severity, remedy }) => severity === 'warning' && /left out/.test(remedy ?? '')),
    ).toBe(true);
  });
});

describe('products', () => {
  test('one that no list gives: deleted, unknown, not served', async () => {
    const source = await serve({
      '/v1/products/prod_1': { id: 'prod_1', object: 'product', deleted: true },
      '/v1/products/prod_2': () => stripeError(404, { code: 'resource_missing', message: 'No such product' }),
      '/v1/products/prod_3': { id: 'prod_3', name: 'Calls', active: true },
    });
    const gone = { name: 'prod_1', isActive: false, isDeleted: true };
    expect(await source.product('prod_1', never)).toEqual({ ...gone, id: 'prod_1' });
    expect(await source.product('prod_2', never)).toEqual({ ...gone, id: 'prod_2', name: 'prod_2' });
    expect(await source.product('prod_3', never)).toMatchObject({ name: 'Calls', isActive: true, isDeleted: false });
    expect(await source.product('prod_4', never)).toBeNull();
  });

  test('whether the amounts of a price hold the tax', async () => {
    const source = await serve({
      '/v1/prices': page({ id: 'price_1', currency: 'usd', unit_amount: 1, tax_behavior: 'inclusive' }),
    });
    expect(await collect(source.prices(never))).toMatchObject([{ taxBehavior: 'inclusive' }]);
  });
});

describe('credit grants', () => {
  const transaction = (id: string, grant: unknown, side: object) => ({ id, credit_grant: grant, ...side });
  const debit = (type: string, value: number) => ({
    type: 'debit',
    credit: null,
    debit: { type, amount: { type: 'monetary', monetary: { currency: 'usd', value } } },
  });
  const credit = (type: string, value: number) => ({
    type: 'credit',
    debit: null,
    credit: { type, amount: { type: 'monetary', monetary: { currency: 'usd', value } } },
  });

  test('what invoices took of each, less what voided ones gave back, over all pages', async () => {
    const source = await serve({
      '/v1/billing/credit_balance_transactions': ({ query }: ScriptedRequest) =>
        query.get('starting_after') === null
          ? {
              body: {
                ...page(
                  transaction('cbtxn_5', 'credgr_1', debit('credits_applied', 300)),
                  transaction('cbtxn_4', { id: 'credgr_1' }, credit('credits_application_invoice_voided', 120)),
                ),
                has_more: true,
              },
            }
          : {
              body: page(
                transaction('cbtxn_3', 'credgr_2', debit('credits_applied', 9)),
                transaction('cbtxn_2', 'credgr_1', debit('credits_applied', 120)),
                transaction('cbtxn_1', 'credgr_1', credit('credits_granted', 1000)),
                transaction('cbtxn_0', 'credgr_3', debit('credits_expired', 1000)),
              ),
            },
    });
    expect(await source.creditsApplied('cus_1', never)).toEqual(
      new Map([
        ['credgr_1', 300n],
        ['credgr_2', 9n],
      ]),
    );
    expect(server.requests.map(({ query }) => query.get('customer'))).toEqual(['cus_1', 'cus_1']);
  });

  test.each([
    ['the key may not read them', () => stripeError(403, { message: 'permission' }), 'stripe.not_permitted'],
    ['the base does not serve them', undefined, 'stripe.not_served'],
  ])('%s: said once, and nobody is asked again', async (_, reply, code) => {
    const source = await serve(reply === undefined ? {} : { '/v1/billing/credit_balance_transactions': reply });
    expect(await source.creditsApplied('cus_1', never)).toBeNull();
    const asked = server.requests.length;
    expect(await source.creditsApplied('cus_2', never)).toBeNull();
    expect(server.requests).toHaveLength(asked);
    expect(source.warnings()).toMatchObject([
      { code, severity: 'warning', remedy: expect.stringMatching(/full amount/) },
    ]);
  });

  test('a customer that Stripe does not know stands for itself alone', async () => {
    const source = await serve({
      '/v1/billing/credit_balance_transactions': ({ query }: ScriptedRequest) =>
        query.get('customer') === 'cus_1'
          ? stripeError(404, { code: 'resource_missing', message: 'No such customer' })
          : { body: page() },
    });
    expect(await source.creditsApplied('cus_1', never)).toBeNull();
    expect(await source.creditsApplied('cus_2', never)).toEqual(new Map());
    expect(source.warnings()).toMatchObject([{ code: 'stripe.not_found', path: 'cus_1' }]);
  });

  test('a grant or tax rate that cannot be read is left out aloud', async () => {
    const source = await serve({
      '/v1/billing/credit_grants': page({ id: 'credgr_1', customer: 'cus_1' }),
      '/v1/tax_rates': page({ id: 'txr_1' }, { id: 'txr_2', percentage: 19 }),
    });
    expect(await collect(source.creditGrants(never))).toEqual([]);
    expect((await collect(source.taxRates(never))).map(({ id }) => id)).toEqual(['txr_2']);
    expect(source.warnings().map(({ path }) => path)).toEqual(['credgr_1.amount', 'txr_1.percentage']);
  });
});
