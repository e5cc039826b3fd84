import type Stripe from 'stripe';
import type { CreditGrant } from '../../../shared/billing/credit-grant.ts';
import type { Coupon, TaxRate } from '../../../shared/billing/discount.ts';
import type { Meter } from '../../../shared/billing/meter.ts';
import type { Price, PriceAmounts, PriceTier, Product } from '../../../shared/billing/price.ts';
import { fromUnixSeconds, type Instant } from '../../../shared/values/instant.ts';
import { idOf } from './catalog.ts';

// The sandbox's own objects as the nouns that its billing is driven by.

export const meterOf = (meter: Stripe.Billing.Meter): Meter => ({
  id: meter.id,
  displayName: meter.display_name,
  eventName: meter.event_name,
  formula: (['count', 'last'] as const).find((formula) => formula === meter.default_aggregation.formula) ?? 'sum',
  status: meter.status === 'inactive' ? 'inactive' : 'active',
  eventTimeWindow: (['hour', 'day'] as const).find((window) => window === meter.event_time_window) ?? null,
  customerPayloadKey: meter.customer_mapping.event_payload_key,
  valuePayloadKey: meter.value_settings.event_payload_key,
  created: fromUnixSeconds(meter.created),
});

export const productOf = (product: Stripe.Product | Stripe.DeletedProduct): Product =>
  product.deleted === true
    ? { id: product.id, name: product.id, isActive: false, isDeleted: true }
    : { id: product.id, name: product.name, isActive: product.active, isDeleted: false };

export function priceOf(price: Stripe.Price): Price {
  const { recurring, transform_quantity: transform } = price;
  const others = Object.entries(price.currency_options ?? {}).filter(([currency]) => currency !== price.currency);
  return {
    id: price.id,
    productId: idOf(price.product),
    nickname: price.nickname,
    isActive: price.active,
    billingScheme: price.billing_scheme === 'tiered' ? 'tiered' : 'per_unit',
    tiersMode: price.tiers_mode === 'volume' ? 'volume' : price.tiers_mode === null ? null : 'graduated',
    transformQuantity:
      transform === null
        ? null
        : { divideBy: String(transform.divide_by), round: transform.round === 'down' ? 'down' : 'up' },
    usageType: recurring === null ? null : recurring.usage_type === 'metered' ? 'metered' : 'licensed',
    meterId: recurring?.meter ?? null,
    interval:
      recurring === null
        ? null
        : {
            unit: (['day', 'week', 'year'] as const).find((unit) => unit === recurring.interval) ?? 'month',
            count: recurring.interval_count,
          },
    currencyOptions: others.map(([currency, option]) => amountsOf(currency, option)),
    taxBehavior:
      (['inclusive', 'exclusive'] as const).find((behavior) => behavior === price.tax_behavior) ?? 'unspecified',
    created: fromUnixSeconds(price.created),
    ...amountsOf(price.currency, price),
  };
}

type Amounts = {
  readonly unit_amount_decimal: Stripe.Decimal | null;
  readonly tiers?: readonly (Stripe.Price.Tier | Stripe.Price.CurrencyOptions.Tier)[];
};

const amountsOf = (currency: string, amounts: Amounts): PriceAmounts => ({
  currency,
  unitAmount: amounts.unit_amount_decimal?.toString() ?? null,
  tiers: amounts.tiers === undefined || amounts.tiers.length === 0 ? null : amounts.tiers.map(tierOf),
});

const tierOf = (tier: Stripe.Price.Tier | Stripe.Price.CurrencyOptions.Tier): PriceTier => ({
  upTo: tier.up_to === null ? null : String(tier.up_to),
  unitAmount: tier.unit_amount_decimal?.toString() ?? null,
  flatAmount: tier.flat_amount_decimal?.toString() ?? null,
});

export const couponOf = (coupon: Stripe.Coupon): Coupon => ({
  id: coupon.id,
  name: coupon.name,
  percentOff: coupon.percent_off === null ? null : String(coupon.percent_off),
  amountOff: coupon.amount_off === null ? null : String(coupon.amount_off),
  currency: coupon.currency,
  duration: (['once', 'repeating'] as const).find((duration) => duration === coupon.duration) ?? 'forever',
  durationInMonths: coupon.duration_in_months,
  productIds: coupon.applies_to?.products ?? null,
});

export const taxRateOf = (rate: Stripe.TaxRate): TaxRate => ({
  id: rate.id,
  displayName: rate.display_name,
  percentage: String(rate.percentage),
  isInclusive: rate.inclusive,
  isActive: rate.active,
});

export const grantOf = (grant: Stripe.Billing.CreditGrant): CreditGrant => ({
  id: grant.id,
  customerId: idOf(grant.customer) ?? '',
  name: grant.name,
  category: grant.category === 'promotional' ? 'promotional' : 'paid',
  currency: grant.amount.monetary?.currency ?? 'usd',
  amount: String(grant.amount.monetary?.value ?? 0),
  priority: grant.priority ?? 50,
  effectiveAt: instantOrNull(grant.effective_at),
  expiresAt: instantOrNull(grant.expires_at),
  voidedAt: instantOrNull(grant.voided_at),
  priceIds: grant.applicability_config.scope.prices?.flatMap(({ id }) => id ?? []) ?? null,
  created: fromUnixSeconds(grant.created),
});

const instantOrNull = (seconds: number | null): Instant | null => (seconds === null ? null : fromUnixSeconds(seconds));
