import Stripe from 'stripe';
import type { Seed } from '../../../../main/sandbox/stripe/catalog.ts';
import {
  type StripeSandbox,
  type StripeSandboxOptions,
  startStripeSandbox,
} from '../../../../main/sandbox/stripe/server.ts';
import { type Instant, parseInstant } from '../../../../shared/values/instant.ts';

export const at = (text: string): Instant => parseInstant(text);

/** Two customers, three meters, a metered and a licensed price, one subscription. */
export const SMALL: Seed = {
  testClocks: [{ id: 'clock_1', frozenTime: at('2026-01-10T00:00:00Z') }],
  customers: [
    { id: 'cus_1', name: 'Globex', email: 'a@globex.test', created: at('2026-01-01T00:00:00Z') },
    { id: 'cus_2', name: 'Initech', created: at('2026-01-02T00:00:00Z') },
    { id: 'cus_gone', deleted: true },
    { id: 'cus_clocked', name: 'Clocked', testClock: 'clock_1' },
  ],
  products: [{ id: 'prod_1', name: 'Compute' }],
  meters: [
    { id: 'mtr_last', eventName: 'cpu', formula: 'last' },
    { id: 'mtr_sum', eventName: 'calls', formula: 'sum' },
    { id: 'mtr_count', eventName: 'jobs', formula: 'count' },
    { id: 'mtr_old', eventName: 'old', status: 'inactive' },
  ],
  prices: [
    { id: 'price_flat', product: 'prod_1', meter: 'mtr_sum', unitAmount: '0.000125' },
    {
      id: 'price_tiers',
      product: 'prod_1',
      meter: 'mtr_last',
      tiers: [
        { upTo: 100, unitAmount: '10', flatAmount: '500' },
        { upTo: null, unitAmount: '7.5' },
      ],
      currencyOptions: { eur: { tiers: [{ upTo: null, unitAmount: '9' }] } },
    },
    { id: 'price_seat', product: 'prod_1', unitAmount: '1500' },
  ],
  coupons: [{ id: 'ten', percentOff: '10', products: ['prod_1'] }],
  taxRates: [{ id: 'txr_1', displayName: 'VAT', percentage: '19' }],
  subscriptions: [
    {
      id: 'sub_1',
      customer: 'cus_1',
      start: at('2026-01-31T10:00:00Z'),
      items: [
        { id: 'si_1', price: 'price_flat' },
        { id: 'si_2', price: 'price_tiers' },
        { id: 'si_3', price: 'price_seat', quantity: 4 },
      ],
      discounts: [{ id: 'di_1', coupon: 'ten' }],
    },
    { id: 'sub_over', customer: 'cus_2', items: [{ price: 'price_flat' }], status: 'canceled' },
  ],
};

export async function startSmall(options: Partial<StripeSandboxOptions> = {}): Promise<StripeSandbox> {
  const sandbox = await startStripeSandbox({ clock: at('2026-05-20T12:00:00Z'), ...options });
  sandbox.seed(SMALL);
  return sandbox;
}

/** The official SDK, pointed at the sandbox; no retries unless asked for. */
export function client(
  sandbox: StripeSandbox,
  options: { readonly key?: string; readonly retries?: number } = {},
): Stripe {
  return new Stripe(options.key ?? sandbox.keys.full, {
    host: sandbox.host,
    port: sandbox.port,
    protocol: 'http',
    maxNetworkRetries: options.retries ?? 0,
    telemetry: false,
  });
}
