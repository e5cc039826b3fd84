/** The scenario of interfaces.md section 4, as it stands there. */
export const EXAMPLE = `{ "name": "late and duplicate usage", "clock": { "start": "2026-01-01T00:00:00Z" }, "gracePeriod": "1h",
  "catalog": { "meters": [ { "id": "mtr_api", "event_name": "api_calls", "default_aggregation": { "formula": "sum" } } ],
               "prices": [ { "id": "price_api", "currency": "usd", "billing_scheme": "per_unit", "unit_amount_decimal": "0.5", "recurring": { "interval": "month", "interval_count": 1, "usage_type": "metered", "meter": "mtr_api" } } ] },
  "customers": [ { "id": "cus_a", "subscriptions": [ { "id": "sub_a", "items": [ { "id": "si_a", "price": "price_api" } ], "trial_end": null, "discounts": [] } ], "creditGrants": [], "taxRates": [], "balance": 0 } ],
  "usage": [ { "event": "api_calls", "customer": "cus_a", "value": "100", "timestamp": "2026-01-05T10:00:00Z", "identifier": "e-1", "sentAt": "2026-01-05T10:00:01Z" } ],
  "actions": [ { "at": "2026-01-20T00:00:00Z", "do": "cancel_at_period_end", "subscription": "sub_a" } ],
  "advanceTo": [ "2026-02-01T02:00:00Z" ],
  "expect": { "invoices": [ { "customer": "cus_a", "period": { "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z" }, "status": "open", "total": 50 } ], "drift": { "epsilon": "0.005" } } }`;

/** Everything that a scenario may say. */
export const RICH = {
  name: 'rich',
  clock: { start: '2026-01-31T10:00:00Z' },
  gracePeriod: '48h',
  catalog: {
    meters: [
      { id: 'm1', event_name: 'calls', default_aggregation: { formula: 'last' }, event_time_window: 'day' },
      {
        id: 'm2',
        event_name: 'hits',
        display_name: 'Hits',
        default_aggregation: { formula: 'count' },
        customer_mapping: { type: 'by_id', event_payload_key: 'who' },
        value_settings: { event_payload_key: 'much' },
        status: 'inactive',
      },
    ],
    products: [{ id: 'prod_1', name: 'Calls' }],
    prices: [
      {
        id: 'p1',
        product: 'prod_1',
        currency: 'eur',
        billing_scheme: 'tiered',
        tiers_mode: 'graduated',
        tiers: [
          { up_to: null, unit_amount_decimal: '0.25' },
          { up_to: 1000, flat_amount: 500, unit_amount: 0 },
        ],
        recurring: { interval: 'week', interval_count: 2, usage_type: 'metered', meter: 'm1' },
        tax_behavior: 'exclusive',
      },
      {
        id: 'p2',
        nickname: 'Seats',
        currency: 'usd',
        unit_amount: 700,
        transform_quantity: { divide_by: 10, round: 'up' },
        currency_options: { usd: { unit_amount: 700 }, EUR: { unit_amount: 650 } },
        recurring: { interval: 'year', usage_type: 'licensed' },
      },
    ],
    coupons: [
      {
        id: 'ten',
        percent_off: 10,
        duration: 'repeating',
        duration_in_months: 3,
        applies_to: { products: ['prod_1'] },
      },
    ],
    taxRates: [{ id: 'vat', display_name: 'VAT', percentage: '19', inclusive: true }],
  },
  customers: [
    {
      id: 'cus_1',
      name: 'Globex',
      taxExempt: 'reverse',
      balance: -12_345,
      payment: 'succeeds',
      discounts: ['ten'],
      taxRates: ['vat', { id: 'gst', percentage: 5 }],
      creditGrants: [
        {
          id: 'cg_1',
          amount: { type: 'monetary', monetary: { currency: 'eur', value: 900 } },
          priority: 0,
          expires_at: 1_800_000_000,
        },
        {
          id: 'cg_2',
          category: 'promotional',
          amount: { monetary: { currency: 'eur', value: 1 } },
          applicability_config: { scope: { prices: [{ id: 'p1' }] } },
          effective_at: '2026-03-01',
        },
      ],
      subscriptions: [
        {
          id: 'sub_1',
          currency: 'EUR',
          start_date: '2026-02-01',
          continued: true,
          billing_cycle_anchor: '2025-12-31T00:00:00Z',
          trialEnd: '2026-02-10',
          cancel_at: '2027-01-01',
          cancel_at_period_end: true,
          items: {
            object: 'list',
            data: [
              {
                id: 'si_1',
                price: 'p1',
                tax_rates: ['vat'],
                discounts: [{ coupon: 'ten', start: '2026-02-01', end: '2026-03-01' }],
              },
              { id: 'si_2', price: 'p2' },
            ],
          },
          discounts: [{ coupon: { id: 'five', amount_off: 5, currency: 'eur', name: 'Five' } }],
          default_tax_rates: ['gst'],
        },
      ],
    },
  ],
  usage: [{ event: 'hits', customer: 'cus_1', timestamp: '2026-02-02T00:00:00Z' }],
  actions: [
    {
      at: '2026-03-01',
      do: 'update_subscription',
      subscription: 'sub_1',
      items: [{ id: 'si_2', quantity: 25 }, { price: 'p1' }, { id: 'si_1', deleted: true }],
      prorationBehavior: 'always_invoice',
      trial_end: null,
    },
    { at: '2026-03-02', do: 'pause', subscription: 'sub_1', behavior: 'void', resumes_at: '2026-03-03' },
    { at: '2026-03-04', do: 'resume', subscription: 'sub_1' },
    {
      at: '2026-03-05',
      do: 'add_credit_grant',
      creditGrant: { id: 'cg_3', customer: 'cus_1', amount: { monetary: { currency: 'eur', value: 7 } } },
    },
    { at: '2026-03-06', do: 'void_credit_grant', creditGrant: 'cg_1' },
    { at: '2026-03-07', do: 'apply_coupon', subscription: 'sub_1', coupon: 'five' },
    {
      at: '2026-03-07',
      do: 'apply_coupon',
      customer: 'cus_1',
      coupon: { id: 'di_x', coupon: 'ten', end: '2026-04-01' },
    },
    { at: '2026-03-08', do: 'remove_coupon', customer: 'cus_1', coupon: 'ten' },
    { at: '2026-03-08', do: 'remove_coupon', subscription: 'sub_1' },
    { at: '2026-03-09', do: 'void_invoice', subscription: 'sub_1', period: { from: '2026-02-10' } },
    { at: '2026-03-10', do: 'cancel_at_period_end', subscription: 'sub_1' },
    { at: '2026-03-11', do: 'cancel_now', subscription: 'sub_1', invoice_now: true, prorate: true },
  ],
  advanceTo: ['2026-03-01', '2026-03-01', '2027-06-01'],
  expect: {
    invoices: [
      {
        customer: 'cus_1',
        period: { from: '2026-02-10' },
        subscription: 'sub_1',
        status: 'finalized',
        lines: [{ tier: 1, amount: '12' }],
        amountDue: 0,
      },
    ],
    drift: {},
  },
  rating: { rounding: 'half_even', trialUsage: 'charged' },
};
