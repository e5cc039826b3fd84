/** What Tieout asks of Stripe. `necessary` ones must be served; without the others a list is empty, with a warning. */
export type Resource = {
  /** As messages name it. */
  readonly label: string;
  readonly path: string;
  /** As the dashboard names the permission of a restricted key. */
  readonly permission: string;
  readonly isNecessary: boolean;
  /** Only `tieout simulate --on stripe` writes, in test mode. */
  readonly isWritten?: boolean;
};

/** Whose key it is; asked once, when a workspace is set up, and in nobody's way where the key may not know. */
export const ACCOUNT: Resource = { label: 'account', path: '/v1/account', permission: 'Account', isNecessary: false };

/** Asked only where a cutover is planned: two endpoints that act on the same events would act twice. */
export const WEBHOOK_ENDPOINTS: Resource = {
  label: 'webhook endpoints',
  path: '/v1/webhook_endpoints',
  permission: 'Webhook endpoints',
  isNecessary: false,
};

export const RESOURCES = {
  meters: { label: 'meters', path: '/v1/billing/meters', permission: 'Billing meters', isNecessary: true },
  eventSummaries: {
    label: 'event summaries',
    path: '/v1/billing/meters/:id/event_summaries',
    permission: 'Billing meters',
    isNecessary: true,
  },
  customers: { label: 'customers', path: '/v1/customers', permission: 'Customers', isNecessary: true },
  prices: { label: 'prices', path: '/v1/prices', permission: 'Prices', isNecessary: true },
  subscriptions: {
    label: 'subscriptions',
    path: '/v1/subscriptions',
    permission: 'Subscriptions',
    isNecessary: true,
  },
  subscriptionItems: {
    label: 'subscription items',
    path: '/v1/subscription_items',
    permission: 'Subscriptions',
    isNecessary: true,
  },
  products: { label: 'products', path: '/v1/products', permission: 'Products', isNecessary: false },
  invoices: { label: 'invoices', path: '/v1/invoices', permission: 'Invoices', isNecessary: false },
  invoiceLines: {
    label: 'invoice lines',
    path: '/v1/invoices/:id/lines',
    permission: 'Invoices',
    isNecessary: true,
  },
  coupons: { label: 'coupons', path: '/v1/coupons', permission: 'Coupons', isNecessary: false },
  creditGrants: {
    label: 'credit grants',
    path: '/v1/billing/credit_grants',
    permission: 'Credit grants',
    isNecessary: false,
  },
  creditTransactions: {
    label: 'credit balance transactions',
    path: '/v1/billing/credit_balance_transactions',
    permission: 'Credit balance transactions',
    isNecessary: false,
  },
  taxRates: { label: 'tax rates', path: '/v1/tax_rates', permission: 'Tax rates', isNecessary: false },
  testClocks: {
    label: 'test clocks',
    path: '/v1/test_helpers/test_clocks',
    permission: 'Test clocks',
    isNecessary: false,
  },
} as const satisfies Record<string, Resource>;
