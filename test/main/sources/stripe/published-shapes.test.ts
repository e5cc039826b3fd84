import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readCustomer } from '../../../../main/sources/stripe/read-customer.ts';
import {
  readCoupon,
  readCreditGrant,
  readDiscount,
  readTaxRate,
} from '../../../../main/sources/stripe/read-discount.ts';
import { readInvoice, readInvoiceHead } from '../../../../main/sources/stripe/read-invoice.ts';
import { readMeter, readTotal } from '../../../../main/sources/stripe/read-meter.ts';
import { readPrice, readProduct } from '../../../../main/sources/stripe/read-price.ts';
import { readSubscriptionHead, readSubscriptionItem } from '../../../../main/sources/stripe/read-subscription.ts';
import { instant } from '../../../../shared/values/instant.ts';

/** Stripe's published example objects, beside the project where they are kept at all. */
const FILE = fileURLToPath(new URL('../../../../../shared/stripe/fixtures3.json', import.meta.url));
const isThere = existsSync(FILE);
if (!isThere) console.warn("Stripe's published example objects are not here: reading them was not tested.");

const period = { from: instant(0), to: instant(1000) };
const head = (value: unknown) => readSubscriptionHead(value);

const READERS: readonly (readonly [string, (value: never) => unknown])[] = [
  ['billing.meter', readMeter],
  ['billing.meter_event_summary', (value) => readTotal(value, { meterId: 'mtr_1', period })],
  ['customer', readCustomer],
  ['deleted_customer', readCustomer],
  ['price', (value) => readPrice(value, 'usd')],
  ['product', readProduct],
  ['coupon', readCoupon],
  ['discount', (value) => readDiscount(value, null, instant(0))],
  ['billing.credit_grant', readCreditGrant],
  ['tax_rate', readTaxRate],
  ['subscription', head],
  ['subscription_item', (value) => readSubscriptionItem(value, head({ id: 'sub_1', customer: 'cus_1' }))],
  ['invoice', (value: { lines: { data: unknown[] } }) => readInvoice(readInvoiceHead(value), value.lines.data, 'usd')],
];

test.skipIf(!isThere).each(READERS)('the published %s is read', (name, read) => {
  const { resources } = JSON.parse(readFileSync(FILE, 'utf8')) as { resources: Record<string, never> };
  const value = resources[name];
  expect(value).toBeDefined();
  expect(read(value as never)).toMatchObject(
    name === 'billing.meter_event_summary' ? { value: '25' } : { id: expect.any(String) },
  );
});
