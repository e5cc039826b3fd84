import { idOf } from './catalog.ts';
import type { Collection } from './collection.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { rendered } from './expand.ts';
import { missingParameter } from './failure.ts';
import type { Permission } from './keys.ts';
import { PAGE_PARAMS, paged } from './paging.ts';
import { isWithin } from './params.ts';
import type { SandboxState } from './state.ts';

/** A list and a retrieval, as most resources of Stripe have them. */
function listed<T extends { readonly id: string }>(of: {
  readonly path: string;
  readonly kind: string;
  readonly permission: Permission;
  readonly params?: readonly string[];
  readonly collection: (state: SandboxState) => Collection<T>;
  /** Built once per request from its parameters. */
  readonly filter?: (call: Call) => (each: T) => boolean;
  /** What asking for one brings about. */
  readonly onRetrieval?: (state: SandboxState, id: string) => void;
}): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: of.path,
      permission: of.permission,
      params: [...PAGE_PARAMS, ...(of.params ?? [])],
      answer: (call) => {
        call.state.clocks.settle();
        const filter = of.filter?.(call);
        const page = paged(of.collection(call.state).newestFirst(), call.params, {
          url: of.path,
          kind: of.kind,
          ...(filter === undefined ? {} : { filter }),
        });
        return rendered(page, call.expand, call.state.catalog);
      },
    },
    {
      method: 'GET',
      path: `${of.path}/:id`,
      permission: of.permission,
      params: [],
      answer: ({ state, id, expand }) => {
        of.onRetrieval?.(state, id);
        state.clocks.settle();
        return rendered(of.collection(state).require(id), expand, state.catalog);
      },
    },
  ];
}

const createdWithin = ({ params }: Call) => {
  const range = params.range('created');
  return (each: { readonly created: number }): boolean => isWithin(each.created, range);
};

export const catalogEndpoints: readonly Endpoint[] = [
  ...listed({
    path: '/v1/billing/meters',
    kind: 'billing meter',
    permission: 'billing_meter_read',
    params: ['status'],
    collection: ({ catalog }) => catalog.meters,
    filter: ({ params }) => {
      const status = params.oneOf('status', ['active', 'inactive']);
      return (meter) => status === null || meter.status === status;
    },
  }),
  ...listed({
    path: '/v1/customers',
    kind: 'customer',
    permission: 'customer_read',
    params: ['email', 'created', 'test_clock'],
    collection: ({ catalog }) => catalog.customers,
    filter: ({ params, state }) => {
      const email = params.text('email');
      const created = params.range('created');
      const testClock = params.text('test_clock');
      if (testClock !== null) state.catalog.testClocks.require(testClock, 'test_clock', 400);
      return (customer) =>
        customer.deleted !== true &&
        idOf(customer.test_clock) === testClock &&
        (email === null || customer.email === email) &&
        isWithin(customer.created, created);
    },
  }),
  ...listed({
    path: '/v1/products',
    kind: 'product',
    permission: 'product_read',
    params: ['active', 'created', 'ids'],
    collection: ({ catalog }) => catalog.products,
    filter: (call) => {
      const active = call.params.boolean('active');
      const ids = call.params.texts('ids');
      const inTime = createdWithin(call);
      return (product) =>
        product.deleted !== true &&
        (active === null || product.active === active) &&
        (ids.length === 0 || ids.includes(product.id)) &&
        inTime(product);
    },
  }),
  ...listed({
    path: '/v1/prices',
    kind: 'price',
    permission: 'plan_read',
    params: ['active', 'created', 'currency', 'product', 'type', 'recurring'],
    collection: ({ catalog }) => catalog.prices,
    filter: (call) => {
      const { params } = call;
      const active = params.boolean('active');
      const [currency, product, type] = [params.text('currency'), params.text('product'), params.text('type')];
      const meter = params.map('recurring').meter ?? null;
      const inTime = createdWithin(call);
      return (price) =>
        (active === null || price.active === active) &&
        (currency === null || price.currency === currency) &&
        (product === null || idOf(price.product) === product) &&
        (type === null || price.type === type) &&
        (meter === null || price.recurring?.meter === meter) &&
        inTime(price);
    },
  }),
  ...listed({
    path: '/v1/coupons',
    kind: 'coupon',
    permission: 'coupon_read',
    params: ['created'],
    collection: ({ catalog }) => catalog.coupons,
    filter: (call) => createdWithin(call),
  }),
  ...listed({
    path: '/v1/tax_rates',
    kind: 'tax rate',
    permission: 'tax_rate_read',
    params: ['active', 'created', 'inclusive'],
    collection: ({ catalog }) => catalog.taxRates,
    filter: (call) => {
      const [active, inclusive] = [call.params.boolean('active'), call.params.boolean('inclusive')];
      const inTime = createdWithin(call);
      return (rate) =>
        (active === null || rate.active === active) &&
        (inclusive === null || rate.inclusive === inclusive) &&
        inTime(rate);
    },
  }),
  ...listed({
    path: '/v1/billing/credit_grants',
    kind: 'credit grant',
    permission: 'credit_grant_read',
    params: ['customer'],
    collection: ({ catalog }) => catalog.creditGrants,
    filter: ({ params, state }) => {
      const customer = params.text('customer');
      if (customer !== null) state.catalog.customers.require(customer, 'customer', 400);
      return (grant) => customer === null || grant.customer === customer;
    },
  }),
  ...listed({
    path: '/v1/billing/credit_balance_transactions',
    kind: 'credit balance transaction',
    permission: 'credit_balance_transaction_read',
    params: ['customer', 'credit_grant'],
    collection: ({ catalog }) => catalog.creditTransactions,
    filter: ({ params, state: { catalog } }) => {
      const [customer, grant] = [params.text('customer'), params.text('credit_grant')];
      if (customer === null) throw missingParameter('customer');
      catalog.customers.require(customer, 'customer', 400);
      if (grant !== null) catalog.creditGrants.require(grant, 'credit_grant', 400);
      return (transaction) => {
        const id = idOf(transaction.credit_grant) ?? '';
        return catalog.creditGrants.get(id)?.customer === customer && (grant === null || grant === id);
      };
    },
  }),
  ...listed({
    path: '/v1/webhook_endpoints',
    kind: 'webhook endpoint',
    permission: 'webhook_endpoint_read',
    collection: ({ catalog }) => catalog.webhookEndpoints,
  }),
  ...listed({
    path: '/v1/test_helpers/test_clocks',
    kind: 'test clock',
    permission: 'test_clock_read',
    collection: ({ catalog }) => catalog.testClocks,
    onRetrieval: ({ clocks }, id) => clocks.poll(id),
  }),
  ...listed({
    path: '/v1/subscriptions',
    kind: 'subscription',
    permission: 'subscription_read',
    params: ['customer', 'price', 'status', 'created', 'test_clock', 'collection_method'],
    collection: ({ catalog }) => catalog.subscriptions,
    filter: (call) => {
      const { params } = call;
      const status = params.oneOf('status', SUBSCRIPTION_STATUSES);
      const [customer, price] = [params.text('customer'), params.text('price')];
      const testClock = params.text('test_clock');
      const inTime = createdWithin(call);
      return (subscription) =>
        statusMatches(subscription.status, status) &&
        (customer === null ? idOf(subscription.test_clock) === testClock : subscription.customer === customer) &&
        (price === null || subscription.items.data.some((item) => item.price.id === price)) &&
        inTime(subscription);
    },
  }),
  {
    method: 'GET',
    path: '/v1/subscription_items',
    permission: 'subscription_read',
    params: [...PAGE_PARAMS, 'subscription'],
    answer: ({ state, params, expand }) => {
      const id = params.text('subscription');
      if (id === null) throw missingParameter('subscription');
      const items = state.catalog.subscriptions.require(id, 'subscription', 400).items.data;
      const page = paged(items, params, { url: '/v1/subscription_items', kind: 'subscription item' });
      return rendered(page, expand, state.catalog);
    },
  },
  ...listed({
    path: '/v1/invoices',
    kind: 'invoice',
    permission: 'invoice_read',
    params: ['status', 'customer', 'subscription', 'created', 'due_date', 'collection_method'],
    collection: ({ catalog }) => catalog.invoices,
    filter: (call) => {
      const { params } = call;
      const status = params.oneOf('status', ['draft', 'open', 'paid', 'uncollectible', 'void']);
      const [customer, subscription] = [params.text('customer'), params.text('subscription')];
      const inTime = createdWithin(call);
      return (invoice) =>
        (status === null || invoice.status === status) &&
        (customer === null ? invoice.test_clock === null : invoice.customer === customer) &&
        (subscription === null || idOf(invoice.parent?.subscription_details?.subscription ?? null) === subscription) &&
        inTime(invoice);
    },
  }),
  {
    method: 'GET',
    path: '/v1/invoices/:id/lines',
    permission: 'invoice_read',
    params: PAGE_PARAMS,
    answer: ({ state, params, id, expand }) => {
      const lines = state.catalog.invoices.require(id).lines.data;
      const page = paged(lines, params, { url: `/v1/invoices/${id}/lines`, kind: 'line item' });
      return rendered(page, expand, state.catalog);
    },
  },
];

const SUBSCRIPTION_STATUSES = [
  'active',
  'all',
  'canceled',
  'ended',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
] as const;

/** Without a status, canceled subscriptions are left out. */
function statusMatches(status: string, asked: (typeof SUBSCRIPTION_STATUSES)[number] | null): boolean {
  if (asked === null) return status !== 'canceled';
  if (asked === 'all') return true;
  if (asked === 'ended') return status === 'canceled' || status === 'incomplete_expired';
  return status === asked;
}
