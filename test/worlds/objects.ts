import type { MeterEvent, RawObject } from './stripe-double.ts';

/** Unix seconds of ISO text. */
export const unix = (iso: string): number => Date.parse(iso) / 1000;

/** A customer whose metadata names its workspace; extra fields as given. */
export const customer = (id: string, workspace: string | null, more: Record<string, unknown> = {}): RawObject => ({
  id,
  object: 'customer',
  created: unix('2025-01-01T00:00:00Z'),
  email: null,
  livemode: false,
  metadata: workspace === null ? {} : { workspace_id: workspace },
  name: null,
  test_clock: null,
  ...more,
});

export const meter = (
  id: string,
  eventName: string,
  formula = 'sum',
  more: Record<string, unknown> = {},
): RawObject => ({
  id,
  object: 'billing.meter',
  created: unix('2025-01-01T00:00:00Z'),
  customer_mapping: { event_payload_key: 'stripe_customer_id', type: 'by_id' },
  default_aggregation: { formula },
  display_name: eventName,
  event_name: eventName,
  event_time_window: null,
  livemode: false,
  status: 'active',
  status_transitions: { deactivated_at: null },
  updated: unix('2025-01-01T00:00:00Z'),
  value_settings: { event_payload_key: 'value' },
  ...more,
});

/** A monthly metered price of so many minor units a unit. */
export const price = (
  id: string,
  of: string,
  unitAmount: string | null,
  more: Record<string, unknown> = {},
): RawObject => ({
  id,
  object: 'price',
  active: true,
  billing_scheme: 'per_unit',
  created: unix('2025-01-01T00:00:00Z'),
  currency: 'usd',
  livemode: false,
  lookup_key: null,
  metadata: {},
  nickname: null,
  product: 'prod_1',
  recurring: { interval: 'month', interval_count: 1, meter: of, trial_period_days: null, usage_type: 'metered' },
  tax_behavior: 'unspecified',
  tiers_mode: null,
  transform_quantity: null,
  type: 'recurring',
  unit_amount: unitAmount !== null && /^\d+$/.test(unitAmount) ? Number(unitAmount) : null,
  unit_amount_decimal: unitAmount,
  ...more,
});

/** A tiered price: `[up_to, unit amount, flat amount]` in minor units. */
export const tieredPrice = (
  id: string,
  of: string,
  mode: 'graduated' | 'volume',
  tiers: readonly (readonly [number | null, string, number | null])[],
): RawObject =>
  price(id, of, null, {
    billing_scheme: 'tiered',
    tiers_mode: mode,
    tiers: tiers.map(([upTo, unitAmount, flat]) => ({
      flat_amount: flat,
      flat_amount_decimal: flat === null ? null : String(flat),
      unit_amount: /^\d+$/.test(unitAmount) ? Number(unitAmount) : null,
      unit_amount_decimal: unitAmount,
      up_to: upTo,
    })),
  });

/** A calendar-month subscription alive since January 2026, one item a price. */
export const subscription = (
  id: string,
  of: string,
  prices: readonly RawObject[],
  more: Record<string, unknown> = {},
): RawObject => ({
  id,
  object: 'subscription',
  billing_cycle_anchor: unix('2026-01-01T00:00:00Z'),
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  collection_method: 'charge_automatically',
  created: unix('2026-01-01T00:00:00Z'),
  currency: 'usd',
  customer: of,
  discounts: [],
  ended_at: null,
  items: {
    object: 'list',
    has_more: false,
    total_count: prices.length,
    url: `/v1/subscription_items?subscription=${id}`,
    data: prices.map((of, index) => ({
      id: `si_${id}_${index}`,
      object: 'subscription_item',
      created: unix('2026-01-01T00:00:00Z'),
      current_period_start: unix('2026-05-01T00:00:00Z'),
      current_period_end: unix('2026-06-01T00:00:00Z'),
      discounts: [],
      metadata: {},
      price: of,
      subscription: id,
      tax_rates: [],
    })),
  },
  livemode: false,
  start_date: unix('2026-01-01T00:00:00Z'),
  status: 'active',
  test_clock: null,
  trial_end: null,
  trial_start: null,
  ...more,
});

export const product = { id: 'prod_1', object: 'product', active: true, name: 'Calls' };

/** Events of one meter: `[customer, ISO instant, value]`. */
export const pushes = (of: string, rows: readonly (readonly [string, string, string])[]): MeterEvent[] =>
  rows.map(([customer, at, value]) => ({ meter: of, customer, at, value }));

/** `INSERT` of text rows: `[customer, instant, quantity]`. */
export const inserts = (table: string, rows: readonly (readonly [string, string, string])[]): string =>
  `INSERT INTO @${table} VALUES ${rows.map(([customer, at, value]) => `('${customer}','${at.replace('T', ' ').replace('Z', '')}',${value})`).join(',')}`;

/** One meter, `calls`, over a table of events. */
export const CALLS_YAML = `
customers: { match: metadata.workspace_id }
meters:
  - key: calls
    stripe: { eventName: calls }
    unit: calls
    usage: { template: events, table: calls, columns: { customer: tenant, at: at, value: qty } }`;

export const CALLS_TABLE =
  "CREATE TABLE @calls (tenant String, at DateTime64(3, 'UTC'), qty Decimal(38, 12)) ENGINE = MergeTree ORDER BY (tenant, at)";
