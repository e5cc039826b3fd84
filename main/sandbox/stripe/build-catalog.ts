import type Stripe from 'stripe';
import type { MeterFormula } from '../../../shared/billing/meter.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import {
  type BuildContext,
  minorNumber,
  seconds,
  secondsOrNull,
  shortNumber,
  stripeDecimal,
  wholeOrNull,
} from './build.ts';

export type SeedProduct = {
  readonly id?: string;
  readonly name: string;
  readonly active?: boolean;
  readonly description?: string;
  readonly unitLabel?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** A deleted product is hidden from lists and answered by its id as `{ id, object, deleted: true }`. */
  readonly deleted?: boolean;
  readonly created?: Instant;
};

export const deletedProduct = (id: string): Stripe.DeletedProduct => ({ id, object: 'product', deleted: true });

export function buildProduct(seed: SeedProduct, { now, makeId }: BuildContext): Stripe.Product {
  const created = seconds(seed.created ?? now);
  return {
    id: seed.id ?? makeId('prod'),
    object: 'product',
    active: seed.active ?? true,
    created,
    default_price: null,
    description: seed.description ?? null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: { ...seed.metadata },
    name: seed.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: seed.unitLabel ?? null,
    updated: created,
    url: null,
  } satisfies Stripe.Product;
}

/** Amounts are decimal text in minor units; `upTo` null is the open end. */
export type SeedTier = { readonly upTo: number | null; readonly unitAmount?: string; readonly flatAmount?: string };

export type SeedAmounts = { readonly unitAmount?: string; readonly tiers?: readonly SeedTier[] };

export type SeedPrice = SeedAmounts & {
  readonly id?: string;
  readonly product: string;
  readonly currency?: string;
  readonly nickname?: string;
  readonly active?: boolean;
  /** With `tiers` the price is tiered; graduated unless said otherwise. */
  readonly tiersMode?: 'graduated' | 'volume';
  readonly transformQuantity?: { readonly divideBy: number; readonly round: 'up' | 'down' };
  /** The meter of a metered price; without one the price is licensed. */
  readonly meter?: string | null;
  /** Null: a one-time price. */
  readonly interval?: 'day' | 'week' | 'month' | 'year' | null;
  readonly intervalCount?: number;
  readonly currencyOptions?: Readonly<Record<string, SeedAmounts>>;
  readonly taxBehavior?: 'exclusive' | 'inclusive' | 'unspecified';
  readonly metadata?: Readonly<Record<string, string>>;
  readonly created?: Instant;
};

/** With its tiers and currency options, which are served only where they are expanded. */
export function buildPrice(seed: SeedPrice, { now, makeId }: BuildContext): Stripe.Price {
  const currency = seed.currency ?? 'usd';
  const interval = seed.interval === undefined ? 'month' : seed.interval;
  const taxBehavior = seed.taxBehavior ?? 'unspecified';
  const options = { [currency]: amounts(seed), ...mapValues(seed.currencyOptions ?? {}, amounts) };
  return {
    id: seed.id ?? makeId('price'),
    object: 'price',
    active: seed.active ?? true,
    billing_scheme: seed.tiers === undefined ? 'per_unit' : 'tiered',
    created: seconds(seed.created ?? now),
    currency,
    currency_options: mapValues(options, (option) => ({
      custom_unit_amount: null,
      tax_behavior: taxBehavior,
      ...option,
    })),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: { ...seed.metadata },
    nickname: seed.nickname ?? null,
    product: seed.product,
    recurring:
      interval === null
        ? null
        : {
            interval,
            interval_count: seed.intervalCount ?? 1,
            meter: seed.meter ?? null,
            trial_period_days: null,
            usage_type: (seed.meter ?? null) === null ? 'licensed' : 'metered',
          },
    tax_behavior: taxBehavior,
    tiers_mode: seed.tiers === undefined ? null : (seed.tiersMode ?? 'graduated'),
    transform_quantity:
      seed.transformQuantity === undefined
        ? null
        : { divide_by: seed.transformQuantity.divideBy, round: seed.transformQuantity.round },
    type: interval === null ? 'one_time' : 'recurring',
    ...amounts(seed),
  } satisfies Stripe.Price;
}

function amounts(seed: SeedAmounts) {
  const isTiered = seed.tiers !== undefined;
  const unitAmount = seed.unitAmount ?? '0';
  return {
    unit_amount: isTiered ? null : wholeOrNull(unitAmount),
    unit_amount_decimal: isTiered ? null : stripeDecimal(unitAmount),
    ...(seed.tiers === undefined ? {} : { tiers: seed.tiers.map(tier) }),
  };
}

const tier = (seed: SeedTier): Stripe.Price.Tier => ({
  flat_amount: wholeOrNull(seed.flatAmount),
  flat_amount_decimal: seed.flatAmount === undefined ? null : stripeDecimal(seed.flatAmount),
  unit_amount: wholeOrNull(seed.unitAmount),
  unit_amount_decimal: seed.unitAmount === undefined ? null : stripeDecimal(seed.unitAmount),
  up_to: seed.upTo,
});

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

export type SeedMeter = {
  readonly id?: string;
  readonly eventName: string;
  readonly displayName?: string;
  readonly formula?: MeterFormula;
  readonly customerPayloadKey?: string;
  readonly valuePayloadKey?: string;
  readonly eventTimeWindow?: 'hour' | 'day' | null;
  readonly status?: 'active' | 'inactive';
  readonly created?: Instant;
};

export function buildMeter(seed: SeedMeter, { now, makeId }: BuildContext): Stripe.Billing.Meter {
  const created = seconds(seed.created ?? now);
  return {
    id: seed.id ?? makeId('mtr'),
    object: 'billing.meter',
    created,
    customer_mapping: { event_payload_key: seed.customerPayloadKey ?? 'stripe_customer_id', type: 'by_id' },
    default_aggregation: { formula: seed.formula ?? 'sum' },
    display_name: seed.displayName ?? seed.eventName,
    event_name: seed.eventName,
    event_time_window: seed.eventTimeWindow ?? null,
    livemode: false,
    status: seed.status ?? 'active',
    status_transitions: { deactivated_at: seed.status === 'inactive' ? seconds(now) : null },
    updated: created,
    value_settings: { event_payload_key: seed.valuePayloadKey ?? 'value' },
  } satisfies Stripe.Billing.Meter;
}

/** `percentOff` is decimal text; `amountOff` minor units. */
export type SeedCoupon = {
  readonly id?: string;
  readonly name?: string;
  readonly percentOff?: string;
  readonly amountOff?: bigint;
  readonly currency?: string;
  readonly duration?: 'forever' | 'once' | 'repeating';
  readonly durationInMonths?: number;
  readonly products?: readonly string[];
  readonly created?: Instant;
};

export function buildCoupon(seed: SeedCoupon, { now, makeId }: BuildContext): Stripe.Coupon {
  return {
    id: seed.id ?? makeId('coupon'),
    object: 'coupon',
    amount_off: seed.amountOff === undefined ? null : minorNumber(seed.amountOff),
    ...(seed.products === undefined ? {} : { applies_to: { products: [...seed.products] } }),
    created: seconds(seed.created ?? now),
    currency: seed.amountOff === undefined ? null : (seed.currency ?? 'usd'),
    duration: seed.duration ?? 'forever',
    duration_in_months: seed.durationInMonths ?? null,
    livemode: false,
    max_redemptions: null,
    metadata: {},
    name: seed.name ?? null,
    percent_off: seed.percentOff === undefined ? null : shortNumber(seed.percentOff),
    redeem_by: null,
    times_redeemed: 0,
    valid: true,
  } satisfies Stripe.Coupon;
}

/** `percentage` is decimal text. */
export type SeedTaxRate = {
  readonly id?: string;
  readonly displayName: string;
  readonly percentage: string;
  readonly inclusive?: boolean;
  readonly active?: boolean;
  readonly country?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly created?: Instant;
};

export function buildTaxRate(seed: SeedTaxRate, { now, makeId }: BuildContext): Stripe.TaxRate {
  return {
    id: seed.id ?? makeId('txr'),
    object: 'tax_rate',
    active: seed.active ?? true,
    country: seed.country ?? null,
    created: seconds(seed.created ?? now),
    description: null,
    display_name: seed.displayName,
    effective_percentage: null,
    flat_amount: null,
    inclusive: seed.inclusive ?? false,
    jurisdiction: seed.country ?? null,
    jurisdiction_level: null,
    livemode: false,
    metadata: { ...seed.metadata },
    percentage: shortNumber(seed.percentage),
    rate_type: 'percentage',
    state: null,
    tax_type: null,
  } satisfies Stripe.TaxRate;
}

export type SeedTestClock = {
  readonly id?: string;
  readonly frozenTime: Instant;
  readonly name?: string;
  readonly created?: Instant;
};

export function buildTestClock(seed: SeedTestClock, { now, makeId }: BuildContext): Stripe.TestHelpers.TestClock {
  const created = seconds(seed.created ?? now);
  return {
    id: seed.id ?? makeId('clock'),
    object: 'test_helpers.test_clock',
    created,
    deletes_after: created + 30 * 86_400,
    frozen_time: seconds(seed.frozenTime),
    livemode: false,
    name: seed.name ?? null,
    status: 'ready',
    status_details: {},
  } satisfies Stripe.TestHelpers.TestClock;
}

export type SeedCreditGrant = {
  readonly id?: string;
  readonly customer: string;
  readonly amountMinor: bigint;
  readonly currency?: string;
  readonly category?: 'paid' | 'promotional';
  readonly priority?: number;
  readonly name?: string;
  readonly effectiveAt?: Instant | null;
  readonly expiresAt?: Instant | null;
  readonly voidedAt?: Instant | null;
  /** Without them the grant applies to all metered prices. */
  readonly prices?: readonly string[];
  readonly testClock?: string | null;
  readonly created?: Instant;
};

export function buildCreditGrant(seed: SeedCreditGrant, { now, makeId }: BuildContext): Stripe.Billing.CreditGrant {
  const created = seconds(seed.created ?? now);
  return {
    id: seed.id ?? makeId('credgr'),
    object: 'billing.credit_grant',
    amount: {
      monetary: { currency: seed.currency ?? 'usd', value: minorNumber(seed.amountMinor) },
      type: 'monetary',
    },
    applicability_config: {
      scope: seed.prices === undefined ? { price_type: 'metered' } : { prices: seed.prices.map((id) => ({ id })) },
    },
    category: seed.category ?? 'paid',
    created,
    customer: seed.customer,
    customer_account: null,
    effective_at: seed.effectiveAt === undefined ? created : secondsOrNull(seed.effectiveAt),
    expires_at: secondsOrNull(seed.expiresAt),
    livemode: false,
    metadata: {},
    name: seed.name ?? null,
    priority: seed.priority ?? 50,
    test_clock: seed.testClock ?? null,
    updated: created,
    voided_at: secondsOrNull(seed.voidedAt),
  } satisfies Stripe.Billing.CreditGrant;
}
