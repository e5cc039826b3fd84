/** Everything that a run can make on Stripe, on one customer: most kinds of objects, usage and actions in few requests. */
export const RICH = {
  name: 'all at once',
  clock: { start: '2026-01-10T00:00:00Z' },
  gracePeriod: '6h',
  catalog: {
    meters: [
      { id: 'mtr_api', display_name: 'API', event_name: 'api_calls', default_aggregation: { formula: 'sum' } },
      { id: 'mtr_cpu', event_name: 'cpu', default_aggregation: { formula: 'last' }, event_time_window: 'hour' },
    ],
    products: [{ id: 'prod_a', name: 'Everything' }],
    prices: [
      {
        id: 'price_api',
        product: 'prod_a',
        currency: 'usd',
        billing_scheme: 'tiered',
        tiers_mode: 'graduated',
        tiers: [
          { up_to: 100, unit_amount_decimal: '2.5', flat_amount_decimal: '100' },
          { up_to: null, unit_amount_decimal: '1.25' },
        ],
        recurring: { interval: 'month', interval_count: 1, usage_type: 'metered', meter: 'mtr_api' },
      },
      {
        id: 'price_cpu',
        product: 'prod_a',
        currency: 'usd',
        billing_scheme: 'per_unit',
        unit_amount_decimal: '7',
        transform_quantity: { divide_by: 60, round: 'up' },
        recurring: { interval: 'month', interval_count: 1, usage_type: 'metered', meter: 'mtr_cpu' },
      },
      {
        id: 'price_seat',
        product: 'prod_a',
        currency: 'usd',
        billing_scheme: 'per_unit',
        unit_amount_decimal: '1500',
        recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
      },
    ],
    coupons: [
      { id: 'tenth', percent_off: 10, duration: 'forever' },
      { id: 'once', amount_off: 500, currency: 'usd', duration: 'once' },
    ],
    taxRates: [{ id: 'txr_vat', display_name: 'VAT', percentage: 19, inclusive: false }],
  },
  customers: [
    {
      id: 'cus_a',
      name: 'Ada Ltd',
      balance: -300,
      taxRates: ['txr_vat'],
      payment: 'succeeds',
      creditGrants: [
        { id: 'grant_a', amount: { type: 'monetary', monetary: { currency: 'usd', value: 150 } }, priority: 10 },
      ],
      subscriptions: [
        {
          id: 'sub_a',
          items: [
            { id: 'si_api', price: 'price_api' },
            { id: 'si_cpu', price: 'price_cpu' },
            { id: 'si_seat', price: 'price_seat', quantity: 2 },
          ],
          discounts: [{ coupon: 'tenth' }],
        },
      ],
    },
  ],
  usage: [
    use('api_calls', 'cus_a', '70', '2026-01-11T00:00:00Z', 'a-1'),
    use('api_calls', 'cus_a', '80', '2026-01-12T00:00:00Z', 'a-2'),
    use('api_calls', 'cus_a', '80', '2026-01-12T00:00:00Z', 'a-2', '2026-01-12T03:00:00Z'),
    use('api_calls', 'cus_a', '9', '2026-01-13T00:00:00Z', 'a-3'),
    use('cpu', 'cus_a', '100', '2026-01-20T10:10:00Z', 'c-1'),
    use('cpu', 'cus_a', '61', '2026-01-20T10:05:00Z', 'c-2', '2026-01-20T10:20:00Z'),
    use('api_calls', 'cus_a', '30', '2026-02-09T23:00:00Z', 'a-4', '2026-02-10T05:00:00Z'),
    use('api_calls', 'cus_a', '1000', '2026-02-09T22:00:00Z', 'a-5', '2026-02-10T06:00:00Z'),
    use('api_calls', 'cus_a', '5', '2026-03-01T00:00:00Z', 'a-6', '2026-02-28T00:00:00Z'),
    use('api_calls', 'cus_a', 'many', '2026-03-02T00:00:00Z', 'a-7'),
  ],
  actions: [
    { at: '2026-01-13T12:00:00Z', do: 'cancel_event', event: 'api_calls', identifier: 'a-3' },
    {
      at: '2026-01-25T12:00:00Z',
      do: 'update_subscription',
      subscription: 'sub_a',
      items: [{ id: 'si_seat', quantity: 5 }],
      proration_behavior: 'create_prorations',
    },
    { at: '2026-02-01T00:00:00Z', do: 'apply_coupon', subscription: 'sub_a', coupon: 'once' },
    {
      at: '2026-02-15T00:00:00Z',
      do: 'add_credit_grant',
      customer: 'cus_a',
      grant: { id: 'grant_b', amount: { type: 'monetary', monetary: { currency: 'usd', value: 40 } } },
    },
    { at: '2026-02-16T00:00:00Z', do: 'remove_coupon', subscription: 'sub_a', coupon: 'tenth' },
    { at: '2026-02-17T00:00:00Z', do: 'void_credit_grant', grant: 'grant_b' },
    { at: '2026-02-20T00:00:00Z', do: 'pause', subscription: 'sub_a', behavior: 'mark_uncollectible' },
    { at: '2026-03-12T00:00:00Z', do: 'resume', subscription: 'sub_a' },
    { at: '2026-03-20T00:00:00Z', do: 'cancel_now', subscription: 'sub_a', invoice_now: true, prorate: true },
  ],
  advanceTo: ['2026-04-01T00:00:00Z'],
};

/** Seven customers, so that three clocks are needed: different anchors, intervals, trials and a subscription that starts later. */
export const SEVEN = {
  name: 'seven customers',
  clock: { start: '2026-01-31T12:00:00Z' },
  catalog: {
    meters: [{ id: 'mtr_api', event_name: 'api_calls', default_aggregation: { formula: 'sum' } }],
    prices: [
      metered('price_month', '0.5', 'month', 1),
      metered('price_week', '3', 'week', 2),
      { ...metered('price_day', '10', 'day', 1), currency_options: { eur: { unit_amount_decimal: '9.5' } } },
      {
        id: 'price_plan',
        currency: 'usd',
        billing_scheme: 'per_unit',
        unit_amount_decimal: '2000',
        recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
      },
    ],
    coupons: [{ id: 'half', percent_off: 50, duration: 'repeating', duration_in_months: 1 }],
  },
  customers: [
    customer('a', 'price_month'),
    customer('b', 'price_month', { trial_end: '2026-02-14T12:00:00Z' }),
    customer('c', 'price_week', { discounts: [{ coupon: 'half' }] }),
    customer('d', 'price_plan', { cancel_at_period_end: true }),
    customer('e', 'price_month', { start_date: '2026-02-05T08:00:00Z', billing_cycle_anchor: '2026-01-31T12:00:00Z' }),
    { ...customer('f', 'price_month'), payment: 'uncollectible' },
    customer('g', 'price_month', {
      continued: true,
      billing_cycle_anchor: '2026-01-15T00:00:00Z',
      cancel_at: '2026-03-10T00:00:00Z',
    }),
  ],
  usage: ['a', 'b', 'c', 'e', 'f', 'g'].flatMap((name) => [
    use('api_calls', `cus_${name}`, '40', '2026-02-06T00:00:00Z', `${name}-1`),
    use('api_calls', `cus_${name}`, '40', '2026-02-20T00:00:00Z', `${name}-2`),
    use('api_calls', `cus_${name}`, '2.5', '2026-03-02T00:00:00Z', `${name}-3`),
  ]),
  actions: [
    {
      at: '2026-02-10T00:00:00Z',
      do: 'update_subscription',
      subscription: 'sub_a',
      items: [
        { id: 'si_a', deleted: true },
        { id: 'si_new', price: 'price_plan', quantity: 1 },
      ],
      proration_behavior: 'always_invoice',
    },
    { at: '2026-03-04T00:00:00Z', do: 'void_invoice', subscription: 'sub_g', period: { from: '2026-01-15T00:00:00Z' } },
  ],
  advanceTo: ['2026-04-02T00:00:00Z'],
};

function use(event: string, customer: string, value: string, timestamp: string, identifier: string, sentAt?: string) {
  return { event, customer, value, timestamp, identifier, ...(sentAt === undefined ? {} : { sentAt }) };
}

function metered(id: string, unitAmount: string, interval: string, count: number) {
  return {
    id,
    currency: 'usd',
    billing_scheme: 'per_unit',
    unit_amount_decimal: unitAmount,
    recurring: { interval, interval_count: count, usage_type: 'metered', meter: 'mtr_api' },
  };
}

function customer(name: string, price: string, subscription: object = {}) {
  return {
    id: `cus_${name}`,
    subscriptions: [{ id: `sub_${name}`, items: [{ id: `si_${name}`, price }], ...subscription }],
  };
}
