import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import { at, client, startSmall } from './world.ts';

const APRIL = { from: at('2026-04-01T00:00:00Z'), to: at('2026-05-01T00:00:00Z') };
const MAY = { from: APRIL.to, to: at('2026-06-01T00:00:00Z') };

let sandbox: StripeSandbox;
beforeAll(async () => {
  sandbox = await startSmall();
  sandbox.seed({
    creditGrants: [
      { id: 'credgr_1', customer: 'cus_1', amountMinor: 5000n, priority: 10, category: 'promotional' },
      { id: 'credgr_2', customer: 'cus_2', amountMinor: 700n, prices: ['price_flat'], expiresAt: MAY.to },
    ],
    subscriptions: [{ id: 'sub_clocked', customer: 'cus_clocked', items: [{ price: 'price_flat' }] }],
    invoices: [
      {
        id: 'in_april',
        customer: 'cus_1',
        subscription: 'sub_1',
        status: 'paid',
        period: APRIL,
        startingBalanceMinor: -100n,
        lines: [
          {
            id: 'il_1',
            price: 'price_flat',
            quantity: '800000.999999999999',
            amountMinor: 10000n,
            subscriptionItem: 'si_1',
            discounts: [{ discount: 'di_1', amountMinor: 1000n }],
            creditMinor: 500n,
            taxes: [{ taxRate: 'txr_1', amountMinor: 1615n, taxableMinor: 8500n }],
          },
          { id: 'il_2', price: 'price_tiers', quantity: '0', amountMinor: 500n, unitAmount: null, isProration: true },
        ],
      },
      { id: 'in_may', customer: 'cus_1', subscription: 'sub_1', status: 'draft', period: MAY, lines: [] },
      { id: 'in_void', customer: 'cus_2', status: 'void', period: APRIL, lines: [{ amountMinor: 42n }] },
      { id: 'in_clocked', customer: 'cus_clocked', status: 'open', period: APRIL, lines: [] },
    ],
  });
});
afterAll(() => sandbox.stop());

const ids = (list: { readonly data: readonly { readonly id: string }[] }): string[] => list.data.map(({ id }) => id);

describe('invoices', () => {
  test('are filtered by status, customer, subscription and creation', async () => {
    const { invoices } = client(sandbox);
    expect(ids(await invoices.list())).toEqual(['in_may', 'in_void', 'in_april']);
    expect(ids(await invoices.list({ status: 'draft' }))).toEqual(['in_may']);
    expect(ids(await invoices.list({ customer: 'cus_2' }))).toEqual(['in_void']);
    expect(ids(await invoices.list({ customer: 'cus_clocked' }))).toEqual(['in_clocked']);
    expect(ids(await invoices.list({ subscription: 'sub_1' }))).toEqual(['in_may', 'in_april']);
    expect(ids(await invoices.list({ created: { gte: MAY.to / 1000 } }))).toEqual(['in_may']);
  });

  test('add up from their lines, and carry exact quantities', async () => {
    const invoice = await client(sandbox).invoices.retrieve('in_april');
    expect(invoice).toMatchObject({
      status: 'paid',
      subtotal: 10500,
      total: 10615,
      total_excluding_tax: 9000,
      amount_due: 10515,
      amount_paid: 10515,
      amount_remaining: 0,
      period_start: APRIL.from / 1000,
      created: APRIL.to / 1000,
      status_transitions: { finalized_at: APRIL.to / 1000 + 3600 },
      parent: { type: 'subscription_details', subscription_details: { subscription: 'sub_1' } },
    });
    const [metered, tiered] = invoice.lines.data;
    expect([metered?.quantity, metered?.quantity_decimal?.toString()]).toEqual([800000, '800000.999999999999']);
    expect(metered?.pricing?.unit_amount_decimal?.toString()).toBe('0.000125');
    expect(metered?.discount_amounts).toEqual([{ amount: 1000, discount: 'di_1' }]);
    expect(metered?.period).toEqual({ start: APRIL.from / 1000, end: APRIL.to / 1000 });
    expect([tiered?.quantity, tiered?.pricing?.unit_amount_decimal]).toEqual([0, null]);
    expect(tiered?.parent?.invoice_item_details?.proration).toBe(true);
  });

  test('a draft has no number and is not final', async () => {
    const draft = await client(sandbox).invoices.retrieve('in_may');
    expect([draft.number, draft.status_transitions.finalized_at, draft.effective_at]).toEqual([null, null, null]);
  });
});

describe('the rest of what is pulled', () => {
  test('credit grants by customer, with their scope', async () => {
    const { creditGrants } = client(sandbox).billing;
    expect(ids(await creditGrants.list()).toSorted()).toEqual(['credgr_1', 'credgr_2']);
    const [grant] = (await creditGrants.list({ customer: 'cus_2' })).data;
    expect(grant).toMatchObject({
      amount: { monetary: { currency: 'usd', value: 700 }, type: 'monetary' },
      applicability_config: { scope: { prices: [{ id: 'price_flat' }] } },
      category: 'paid',
      priority: 50,
      expires_at: MAY.to / 1000,
    });
  });

  test('clocked subscriptions come with their clock or their customer only', async () => {
    const { subscriptions } = client(sandbox);
    expect(ids(await subscriptions.list({ status: 'all' }))).not.toContain('sub_clocked');
    expect(ids(await subscriptions.list({ test_clock: 'clock_1' }))).toEqual(['sub_clocked']);
    expect(ids(await subscriptions.list({ customer: 'cus_clocked' }))).toEqual(['sub_clocked']);
    expect(ids(await subscriptions.list({ price: 'price_tiers' }))).toEqual(['sub_1']);
    expect(ids(await subscriptions.list({ status: 'canceled' }))).toEqual(['sub_over']);
  });

  test('tax rates, coupons, test clocks, products, meters and the account', async () => {
    const stripe = client(sandbox);
    expect((await stripe.taxRates.list({ active: true })).data[0]).toMatchObject({ percentage: 19, inclusive: false });
    expect(await stripe.coupons.retrieve('ten', { expand: ['applies_to'] })).toMatchObject({
      percent_off: 10,
      applies_to: { products: ['prod_1'] },
    });
    expect((await stripe.testHelpers.testClocks.list()).data[0]).toMatchObject({ id: 'clock_1', status: 'ready' });
    expect(ids(await stripe.products.list({ active: true }))).toEqual(['prod_1']);
    expect(ids(await stripe.billing.meters.list({ status: 'inactive' }))).toEqual(['mtr_old']);
    expect(ids(await stripe.prices.list({ recurring: { meter: 'mtr_sum' } }))).toEqual(['price_flat']);
    expect((await stripe.accounts.retrieveCurrent()).id).toMatch(/^acct_/);
  });

  test('an id that is taken is refused', async () => {
    const again = client(sandbox).products.create({ id: 'prod_1', name: 'Again' });
    await expect(again).rejects.toMatchObject({ code: 'resource_already_exists', statusCode: 400 });
  });
});
