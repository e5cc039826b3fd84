import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StripeSandbox } from '../../../../main/sandbox/stripe/server.ts';
import { at, startSmall } from './world.ts';

type Json = { readonly [key: string]: unknown };

const file =
  process.env.TIEOUT_STRIPE_FIXTURES ?? resolve(import.meta.dirname, '../../../../../shared/stripe/fixtures3.json');
const isThere = existsSync(file);
if (!isThere) {
  console.log(
    `SKIPPED: the shapes of the Stripe sandbox were not checked, because ${file} is absent (TIEOUT_STRIPE_FIXTURES).`,
  );
}

/** Fields of the recorded objects that the API version served here no longer has (the SDK's types do not know them). */
const GONE: readonly string[] = ['invoice.subscription'];

let sandbox: StripeSandbox;
beforeAll(async () => {
  sandbox = await startSmall();
  const period = { from: at('2026-05-01T00:00:00Z'), to: at('2026-06-01T00:00:00Z') };
  sandbox.seed({
    subscriptions: [{ id: 'sub_seat', customer: 'cus_1', items: [{ price: 'price_seat' }] }],
    creditGrants: [{ id: 'credgr_1', customer: 'cus_1', amountMinor: 100n }],
    invoices: [
      {
        id: 'in_1',
        customer: 'cus_1',
        subscription: 'sub_1',
        status: 'draft',
        period,
        lines: [{ id: 'il_1', price: 'price_flat', quantity: '3.5', amountMinor: 7n, subscriptionItem: 'si_1' }],
      },
    ],
  });
  sandbox.load([
    {
      meterId: 'mtr_sum',
      customerId: 'cus_1',
      timestamp: at('2026-05-02T00:00:00Z'),
      receivedAt: at('2026-05-02T00:00:00Z'),
      value: '1',
    },
  ]);
});
afterAll(() => sandbox.stop());

async function served(path: string, body?: string): Promise<Json> {
  const answer = await fetch(`${sandbox.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${sandbox.keys.full}`, 'content-type': 'application/x-www-form-urlencoded' },
    ...(body === undefined ? {} : { body }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Json;
}

const first = async (path: string): Promise<Json> => ((await served(path)).data as readonly Json[])[0] ?? {};

const RESOURCES: readonly (readonly [name: string, fetchIt: () => Promise<Json>])[] = [
  ['billing.meter', () => served('/v1/billing/meters/mtr_sum')],
  [
    'billing.meter_event_summary',
    () => first('/v1/billing/meters/mtr_sum/event_summaries?customer=cus_1&start_time=1777593600&end_time=1780272000'),
  ],
  [
    'billing.meter_event',
    () =>
      served(
        '/v1/billing/meter_events',
        'event_name=calls&payload[stripe_customer_id]=cus_1&payload[value]=1&identifier=shape',
      ),
  ],
  [
    'billing.meter_event_adjustment',
    () => served('/v1/billing/meter_event_adjustments', 'event_name=calls&type=cancel&cancel[identifier]=shape'),
  ],
  ['billing.credit_grant', () => served('/v1/billing/credit_grants/credgr_1?expand[]=customer')],
  [
    'billing.credit_balance_transaction',
    () => first('/v1/billing/credit_balance_transactions?customer=cus_1&credit_grant=credgr_1'),
  ],
  ['customer', () => served('/v1/customers/cus_1')],
  ['deleted_customer', () => served('/v1/customers/cus_gone')],
  ['product', () => served('/v1/products/prod_1')],
  ['price', () => served('/v1/prices/price_flat')],
  ['coupon', () => served('/v1/coupons/ten')],
  [
    'discount',
    async () => ((await served('/v1/subscriptions/sub_1?expand[]=discounts')).discounts as readonly Json[])[0] ?? {},
  ],
  ['tax_rate', () => served('/v1/tax_rates/txr_1')],
  ['test_helpers.test_clock', () => served('/v1/test_helpers/test_clocks/clock_1')],
  ['subscription', () => served('/v1/subscriptions/sub_seat')],
  ['subscription_item', () => first('/v1/subscription_items?subscription=sub_seat')],
  ['invoice', () => served('/v1/invoices/in_1')],
  ['line_item', () => first('/v1/invoices/in_1/lines')],
  ['account', () => served('/v1/account')],
];

describe.skipIf(!isThere)('what is served has every field of the recorded object, in a compatible type', () => {
  const fixtures = isThere
    ? (JSON.parse(readFileSync(file, 'utf8')) as { resources: Record<string, Json> }).resources
    : {};

  test.each(RESOURCES)('%s', async (name, fetchIt) => {
    const recorded = fixtures[name];
    expect(recorded, `${name} is in the fixtures`).toBeDefined();
    expect(differences(recorded ?? {}, await fetchIt(), name)).toEqual([]);
  });
});

/** Paths that are missing or of another JSON type. Null stands for any type; empty containers say nothing of their members. */
function differences(recorded: unknown, found: unknown, path: string): string[] {
  if (GONE.includes(path)) return [];
  if (found === undefined) return [`${path} is missing`];
  if (recorded === null || found === null) return [];
  if (kind(recorded) !== kind(found)) return [`${path} is ${kind(found)}, recorded as ${kind(recorded)}`];
  if (Array.isArray(recorded) && Array.isArray(found)) {
    return recorded.length === 0 || found.length === 0 ? [] : differences(recorded[0], found[0], `${path}[]`);
  }
  if (!isObject(recorded) || !isObject(found) || isMap(path)) return [];
  return Object.keys(recorded).flatMap((key) => differences(recorded[key], found[key], `${path}.${key}`));
}

const isMap = (path: string): boolean => /\.(metadata|payload|capabilities)$/.test(path);
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const kind = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);
