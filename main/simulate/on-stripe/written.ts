import type { Resource } from '../../sources/stripe/resources.ts';

const written = (label: string, path: string, permission: string): Resource => ({
  label,
  path,
  permission,
  isNecessary: true,
  isWritten: true,
});

/** What a run writes, and with which permission of a restricted test key. */
export const WRITTEN = {
  clocks: written('test clocks', '/v1/test_helpers/test_clocks', 'Test clocks'),
  meters: written('meters', '/v1/billing/meters', 'Billing meters'),
  products: written('products', '/v1/products', 'Products'),
  prices: written('prices', '/v1/prices', 'Prices'),
  coupons: written('coupons', '/v1/coupons', 'Coupons'),
  taxRates: written('tax rates', '/v1/tax_rates', 'Tax rates'),
  customers: written('customers', '/v1/customers', 'Customers'),
  subscriptions: written('subscriptions', '/v1/subscriptions', 'Subscriptions'),
  creditGrants: written('credit grants', '/v1/billing/credit_grants', 'Credit grants'),
  meterEvents: written('meter events', '/v1/billing/meter_events', 'Billing meter events'),
  adjustments: written('meter event adjustments', '/v1/billing/meter_event_adjustments', 'Billing meter events'),
  invoices: written('invoices', '/v1/invoices', 'Invoices'),
} as const;
