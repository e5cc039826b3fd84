import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import { at, client, startSmall } from './world.ts';

let sandbox: StripeSandbox;
beforeAll(async () => {
  sandbox = await startSmall();
});
afterAll(() => sandbox.stop());

const ids = (list: { readonly data: readonly { readonly id: string }[] }): string[] => list.data.map(({ id }) => id);

describe('lists through the SDK', () => {
  test('are newest first and hide deleted and clocked customers', async () => {
    const stripe = client(sandbox);
    expect(ids(await stripe.customers.list())).toEqual(['cus_2', 'cus_1']);
    expect(ids(await stripe.customers.list({ test_clock: 'clock_1' }))).toEqual(['cus_clocked']);
    expect(ids(await stripe.customers.list({ email: 'a@globex.test' }))).toEqual(['cus_1']);
    expect(ids(await stripe.customers.list({ created: { gt: at('2026-01-01T00:00:00Z') / 1000 } }))).toEqual(['cus_2']);
  });

  test('a deleted customer is answered by its id', async () => {
    const gone = await client(sandbox).customers.retrieve('cus_gone');
    expect(gone).toMatchObject({ id: 'cus_gone', object: 'customer', deleted: true });
  });

  test('tiers and currency options come only where they are expanded', async () => {
    const stripe = client(sandbox);
    const bare = (await stripe.prices.list()).data.find(({ id }) => id === 'price_tiers');
    expect(bare).not.toHaveProperty('tiers');
    expect(bare).not.toHaveProperty('currency_options');
    const full = await stripe.prices.list({ expand: ['data.tiers', 'data.currency_options'] });
    const tiered = full.data.find(({ id }) => id === 'price_tiers');
    expect(tiered?.tiers?.map((tier) => [tier.up_to, tier.unit_amount_decimal?.toString(), tier.flat_amount])).toEqual([
      [100, '10', 500],
      [null, '7.5', null],
    ]);
    expect(Object.keys(tiered?.currency_options ?? {})).toEqual(['usd', 'eur']);
    expect(full.data.find(({ id }) => id === 'price_flat')?.unit_amount_decimal?.toString()).toBe('0.000125');
    expect(full.data.find(({ id }) => id === 'price_flat')?.unit_amount).toBeNull();
  });

  test('subscriptions hide canceled ones, embed prices without tiers and expand discounts', async () => {
    const stripe = client(sandbox);
    expect(ids(await stripe.subscriptions.list())).toEqual(['sub_1']);
    const all = await stripe.subscriptions.list({ status: 'all', expand: ['data.discounts.source.coupon'] });
    expect(ids(all).toSorted()).toEqual(['sub_1', 'sub_over']);
    const first = all.data.find(({ id }) => id === 'sub_1');
    expect(first?.items.data.map((item) => [item.price.id, item.quantity])).toEqual([
      ['price_flat', undefined],
      ['price_tiers', undefined],
      ['price_seat', 4],
    ]);
    expect(first?.items.data[1]?.price).not.toHaveProperty('tiers');
    expect(first?.discounts[0]).toMatchObject({ source: { coupon: { id: 'ten', percent_off: 10 } } });
    expect(first?.items.data[0]).toMatchObject({
      current_period_start: at('2026-04-30T10:00:00Z') / 1000,
      current_period_end: at('2026-05-31T10:00:00Z') / 1000,
    });
  });

  test('a path of five levels is refused, as Stripe does', async () => {
    const asked = client(sandbox).subscriptions.list({ expand: ['data.items.data.price.tiers'] });
    await expect(asked).rejects.toMatchObject({ code: 'property_expansion_max_depth', statusCode: 400 });
  });

  test('what cannot be expanded, and what is no parameter, is refused', async () => {
    const stripe = client(sandbox);
    await expect(stripe.customers.list({ expand: ['data.nothing'] })).rejects.toMatchObject({ statusCode: 400 });
    const unknown = stripe.rawRequest('GET', '/v1/customers?colour=red');
    await expect(unknown).rejects.toMatchObject({ code: 'parameter_unknown', param: 'colour' });
    await expect(stripe.rawRequest('GET', '/v1/nothing')).rejects.toMatchObject({ statusCode: 404 });
    await expect(stripe.prices.retrieve('price_none')).rejects.toMatchObject({
      code: 'resource_missing',
      statusCode: 404,
    });
  });
});

describe('paging', () => {
  test('auto pagination sees every object once, in both directions', async () => {
    const own = await startSmall();
    own.seed({
      customers: Array.from({ length: 257 }, (_, index) => ({
        id: `cus_n${index}`,
        created: at('2026-02-01T00:00:00Z'),
      })),
    });
    const stripe = client(own);
    const seen: string[] = [];
    for await (const customer of stripe.customers.list({ limit: 100 })) seen.push(customer.id);
    expect(seen.length).toBe(259);
    expect(new Set(seen).size).toBe(259);
    expect(seen.slice(0, 2)).toEqual(['cus_n256', 'cus_n255']);
    const page = await stripe.customers.list({ limit: 3, ending_before: seen[10] ?? '' });
    expect(ids(page)).toEqual(seen.slice(7, 10));
    expect(page.has_more).toBe(true);
    const first = await stripe.customers.list({ limit: 50, ending_before: seen[10] ?? '' });
    expect(ids(first)).toEqual(seen.slice(0, 10));
    expect(first.has_more).toBe(false);
    await own.stop();
  });

  test.each([0, 101])('a limit of %i is refused', async (limit) => {
    await expect(client(sandbox).customers.list({ limit })).rejects.toMatchObject({ param: 'limit', statusCode: 400 });
  });

  test('an unknown cursor is refused', async () => {
    const asked = client(sandbox).customers.list({ starting_after: 'cus_none' });
    await expect(asked).rejects.toMatchObject({ code: 'resource_missing', param: 'starting_after' });
  });

  test('items and lines beyond those embedded are paged', async () => {
    const own = await startSmall();
    own.seed({
      subscriptions: [
        {
          id: 'sub_big',
          customer: 'cus_2',
          items: Array.from({ length: 23 }, (_, index) => ({ id: `si_b${index}`, price: 'price_flat' })),
        },
      ],
      invoices: [
        {
          id: 'in_big',
          customer: 'cus_2',
          subscription: 'sub_big',
          status: 'open',
          period: { from: at('2026-04-01T00:00:00Z'), to: at('2026-05-01T00:00:00Z') },
          lines: Array.from({ length: 31 }, (_, index) => ({
            id: `il_${index}`,
            price: 'price_flat',
            quantity: '12345.678',
            amountMinor: 2n,
            subscriptionItem: 'si_b0',
          })),
        },
      ],
    });
    const stripe = client(own);
    const subscription = await stripe.subscriptions.retrieve('sub_big');
    expect([subscription.items.data.length, subscription.items.has_more]).toEqual([10, true]);
    const items = await stripe.subscriptionItems
      .list({ subscription: 'sub_big', limit: 100 })
      .autoPagingToArray({ limit: 1000 });
    expect(items.map(({ id }) => id)).toEqual(Array.from({ length: 23 }, (_, index) => `si_b${index}`));
    const [invoice] = (await stripe.invoices.list({ status: 'open' })).data;
    expect([invoice?.lines.data.length, invoice?.lines.has_more, invoice?.total]).toEqual([10, true, 62]);
    const lines = await stripe.invoices.listLineItems('in_big', { limit: 25 }).autoPagingToArray({ limit: 1000 });
    expect(lines.length).toBe(31);
    expect([lines[30]?.quantity, lines[30]?.quantity_decimal?.toString()]).toEqual([12345, '12345.678']);
    expect(lines[30]?.pricing?.price_details).toEqual({ price: 'price_flat', product: 'prod_1' });
    expect(lines[30]?.parent?.subscription_item_details?.subscription_item).toBe('si_b0');
    await own.stop();
  });
});
