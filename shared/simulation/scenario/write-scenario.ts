import type { CreditGrant } from '../../billing/credit-grant.ts';
import type { Coupon, TaxRate } from '../../billing/discount.ts';
import type { Meter } from '../../billing/meter.ts';
import type { Price, PriceAmounts, Product } from '../../billing/price.ts';
import { RATING_CHOICES, type RatingOptions, STRIPE_RATING } from '../../rating/options.ts';
import { formatDecimal } from '../../values/decimal.ts';
import { formatDuration, formatInstant, type Instant } from '../../values/instant.ts';
import type {
  Scenario,
  ScenarioAction,
  ScenarioCustomer,
  ScenarioDiscount,
  ScenarioEvent,
  ScenarioExpectations,
  ScenarioSubscription,
} from '../scenario.ts';

/**
 * The JSON of a scenario (interfaces.md section 4), which `readScenario` reads back to the same. Amounts are bigint:
 * print it with `printExactJson`. What says nothing is left out.
 */
export const writeScenario = (scenario: Scenario): object => ({
  name: scenario.name,
  clock: { start: formatInstant(scenario.start) },
  gracePeriod: formatDuration(scenario.gracePeriodMs),
  catalog: {
    meters: scenario.catalog.meters.map(writeMeter),
    ...listed('products', scenario.catalog.products.map(writeProduct)),
    prices: scenario.catalog.prices.map(writePrice),
    ...listed('coupons', scenario.catalog.coupons.map(writeCoupon)),
    ...listed('taxRates', scenario.catalog.taxRates.map(writeTaxRate)),
  },
  customers: scenario.customers.map((customer) => writeCustomer(customer, scenario)),
  usage: scenario.usage.map(writeEvent),
  actions: scenario.actions.map(writeAction),
  advanceTo: scenario.advanceTo.map(formatInstant),
  ...(scenario.expect === null ? {} : { expect: writeExpectations(scenario.expect) }),
  ...writeRating(scenario.rating),
});

const listed = (key: string, values: readonly unknown[]): object => (values.length === 0 ? {} : { [key]: values });
const given = (key: string, value: unknown): object => (value === null || value === false ? {} : { [key]: value });
const dated = (key: string, at: Instant | null): object => (at === null ? {} : { [key]: formatInstant(at) });

const writeMeter = (meter: Meter): object => ({
  id: meter.id,
  ...(meter.displayName === meter.eventName ? {} : { display_name: meter.displayName }),
  event_name: meter.eventName,
  default_aggregation: { formula: meter.formula },
  ...given('event_time_window', meter.eventTimeWindow),
  ...(meter.status === 'active' ? {} : { status: meter.status }),
  ...(meter.customerPayloadKey === 'stripe_customer_id'
    ? {}
    : { customer_mapping: { type: 'by_id', event_payload_key: meter.customerPayloadKey } }),
  ...(meter.valuePayloadKey === 'value' ? {} : { value_settings: { event_payload_key: meter.valuePayloadKey } }),
  created: formatInstant(meter.created),
});

const writeProduct = ({ id, name, isActive, isDeleted }: Product): object => ({
  id,
  name,
  ...(isActive ? {} : { active: false }),
  ...given('deleted', isDeleted),
});

const writePrice = (price: Price): object => ({
  id: price.id,
  ...given('product', price.productId),
  ...given('nickname', price.nickname),
  ...(price.isActive ? {} : { active: false }),
  currency: price.currency,
  billing_scheme: price.billingScheme,
  ...given('tiers_mode', price.tiersMode),
  ...(price.transformQuantity === null
    ? {}
    : { transform_quantity: { divide_by: price.transformQuantity.divideBy, round: price.transformQuantity.round } }),
  ...writeAmounts(price),
  ...(price.interval === null
    ? {}
    : {
        recurring: {
          interval: price.interval.unit,
          interval_count: price.interval.count,
          usage_type: price.usageType,
          ...given('meter', price.meterId),
        },
      }),
  ...(price.currencyOptions.length === 0
    ? {}
    : {
        currency_options: Object.fromEntries(
          price.currencyOptions.map((option) => [option.currency, writeAmounts(option)]),
        ),
      }),
  ...(price.taxBehavior === 'unspecified' ? {} : { tax_behavior: price.taxBehavior }),
  created: formatInstant(price.created),
});

const writeAmounts = ({ unitAmount, tiers }: Pick<PriceAmounts, 'unitAmount' | 'tiers'>): object => ({
  ...given('unit_amount_decimal', unitAmount),
  ...(tiers === null
    ? {}
    : {
        tiers: tiers.map((tier) => ({
          up_to: tier.upTo,
          ...given('unit_amount_decimal', tier.unitAmount),
          ...given('flat_amount_decimal', tier.flatAmount),
        })),
      }),
});

const writeCoupon = (coupon: Coupon): object => ({
  id: coupon.id,
  ...given('name', coupon.name),
  ...given('percent_off', coupon.percentOff),
  ...(coupon.amountOff === null ? {} : { amount_off: BigInt(coupon.amountOff) }),
  ...given('currency', coupon.currency),
  duration: coupon.duration,
  ...given('duration_in_months', coupon.durationInMonths),
  ...(coupon.productIds === null ? {} : { applies_to: { products: coupon.productIds } }),
});

const writeTaxRate = (rate: TaxRate): object => ({
  id: rate.id,
  display_name: rate.displayName,
  percentage: rate.percentage,
  inclusive: rate.isInclusive,
  ...(rate.isActive ? {} : { active: false }),
});

const writeCustomer = (customer: ScenarioCustomer, { start }: Scenario): object => ({
  id: customer.id,
  ...given('name', customer.name),
  ...(customer.taxExempt === 'none' ? {} : { taxExempt: customer.taxExempt }),
  subscriptions: customer.subscriptions.map((subscription) => writeSubscription(subscription, start)),
  ...listed('discounts', customer.coupons.map(writeDiscount)),
  creditGrants: customer.creditGrants.map(writeGrant),
  taxRates: customer.taxRateIds,
  balance: customer.balanceMinor,
  ...(customer.payment === 'none' ? {} : { payment: customer.payment }),
});

const writeSubscription = (subscription: ScenarioSubscription, start: Instant): object => ({
  id: subscription.id,
  currency: subscription.currency,
  ...(subscription.startAt === start ? {} : { start_date: formatInstant(subscription.startAt) }),
  ...given('continued', subscription.isContinued ?? false),
  ...(subscription.billingCycleAnchor === (subscription.trialEnd ?? subscription.startAt)
    ? {}
    : { billing_cycle_anchor: formatInstant(subscription.billingCycleAnchor) }),
  items: subscription.items.map((item) => ({
    id: item.id,
    price: item.priceId,
    ...given('quantity', item.quantity),
    ...listed('discounts', item.discounts.map(writeDiscount)),
    ...listed('tax_rates', item.taxRateIds),
  })),
  ...dated('trial_end', subscription.trialEnd),
  ...dated('cancel_at', subscription.cancelAt),
  ...given('cancel_at_period_end', subscription.isCancelledAtPeriodEnd),
  discounts: subscription.discounts.map(writeDiscount),
  ...listed('default_tax_rates', subscription.defaultTaxRateIds),
});

const writeDiscount = ({ id, couponId, start, end }: ScenarioDiscount): object => ({
  id,
  coupon: couponId,
  ...dated('start', start),
  ...dated('end', end),
});

const writeGrant = (grant: CreditGrant): object => ({
  id: grant.id,
  ...given('name', grant.name),
  category: grant.category,
  amount: { type: 'monetary', monetary: { currency: grant.currency, value: BigInt(grant.amount) } },
  applicability_config: {
    scope: grant.priceIds === null ? { price_type: 'metered' } : { prices: grant.priceIds.map((id) => ({ id })) },
  },
  priority: grant.priority,
  ...dated('effective_at', grant.effectiveAt),
  ...dated('expires_at', grant.expiresAt),
  ...dated('voided_at', grant.voidedAt),
  created: formatInstant(grant.created),
});

const writeEvent = (event: ScenarioEvent): object => ({
  event: event.eventName,
  customer: event.customerId,
  value: event.value,
  timestamp: formatInstant(event.timestamp),
  ...given('identifier', event.identifier),
  ...(event.sentAt === event.timestamp ? {} : { sentAt: formatInstant(event.sentAt) }),
});

function writeAction(action: ScenarioAction): object {
  const head = { at: formatInstant(action.at), do: action.do };
  switch (action.do) {
    case 'update_subscription':
      return {
        ...head,
        subscription: action.subscriptionId,
        ...listed(
          'items',
          action.items.map(({ id, priceId, quantity, isDeleted }) => ({
            id,
            ...given('price', priceId ?? null),
            ...given('quantity', quantity ?? null),
            ...given('deleted', isDeleted ?? false),
          })),
        ),
        proration_behavior: action.prorationBehavior,
        ...(action.trialEnd === undefined
          ? {}
          : { trial_end: action.trialEnd === null ? null : formatInstant(action.trialEnd) }),
      };
    case 'cancel_now':
      return {
        ...head,
        subscription: action.subscriptionId,
        ...given('invoice_now', action.isInvoicedNow),
        ...given('prorate', action.isProrated),
      };
    case 'cancel_at_period_end':
    case 'resume':
      return { ...head, subscription: action.subscriptionId };
    case 'pause':
      return {
        ...head,
        subscription: action.subscriptionId,
        behavior: action.behavior,
        ...dated('resumes_at', action.resumesAt),
      };
    case 'add_credit_grant':
      return { ...head, customer: action.grant.customerId, grant: writeGrant(action.grant) };
    case 'void_credit_grant':
      return { ...head, grant: action.grantId };
    case 'apply_coupon':
      return { ...head, ...writeOwner(action.owner), coupon: writeDiscount(action.discount) };
    case 'remove_coupon':
      return { ...head, ...writeOwner(action.owner), ...given('coupon', action.couponId) };
    case 'cancel_event':
      return { ...head, event: action.eventName, identifier: action.identifier };
    case 'void_invoice':
      return { ...head, subscription: action.subscriptionId, period: { from: formatInstant(action.periodFrom) } };
  }
}

const writeOwner = (owner: { readonly customerId: string } | { readonly subscriptionId: string }): object =>
  'customerId' in owner ? { customer: owner.customerId } : { subscription: owner.subscriptionId };

const writeExpectations = ({ invoices, epsilon }: ScenarioExpectations): object => ({
  invoices: invoices.map(({ customerId, periodFrom, fields: { period, ...fields } }) => ({
    customer: customerId,
    period: { from: formatInstant(periodFrom), ...writePeriodEnd(period) },
    ...fields,
  })),
  ...(epsilon === null ? {} : { drift: { epsilon: formatDecimal(epsilon) } }),
});

const writePeriodEnd = (period: unknown): object =>
  typeof period === 'object' && period !== null && 'to' in period ? dated('to', period.to as Instant) : {};

/** Only what is not as Stripe is taken to do. */
function writeRating(rating: RatingOptions): object {
  const keys = Object.keys(RATING_CHOICES) as (keyof RatingOptions)[];
  const chosen = keys.filter((key) => rating[key] !== STRIPE_RATING[key]).map((key) => [key, rating[key]]);
  return chosen.length === 0 ? {} : { rating: Object.fromEntries(chosen) };
}
