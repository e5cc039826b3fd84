import Stripe from 'stripe';
import type { CreditGrant } from '../../../shared/billing/credit-grant.ts';
import type { Meter } from '../../../shared/billing/meter.ts';
import type { Price, PriceAmounts, PriceTier } from '../../../shared/billing/price.ts';
import type { Scenario, ScenarioCustomer } from '../../../shared/simulation/scenario.ts';
import { type Instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import { idOf } from '../../sources/stripe/fields.ts';
import { readMeter } from '../../sources/stripe/read-meter.ts';
import { RESOURCES } from '../../sources/stripe/resources.ts';
import type { Writer } from './writer.ts';
import { WRITTEN } from './written.ts';

/** The product of prices that name none. */
const NO_PRODUCT = '';

/** Makes what a scenario needs before its clocks move: catalog, clocks, customers and their first credit grants. */
export async function setUp(writer: Writer, scenario: Scenario, clocks: readonly (readonly string[])[]): Promise<void> {
  const { catalog } = scenario;
  for (const meter of catalog.meters) await makeMeter(writer, meter);
  for (const [index, [id, name]] of productsOf(scenario).entries()) {
    await writer.make({ kind: 'product', id, resource: WRITTEN.products }, (sdk, options) =>
      sdk.products.create({ id: writer.named(`p${index}`), name, metadata: writer.metadata }, options),
    );
  }
  for (const price of catalog.prices) {
    await writer.make({ kind: 'price', id: price.id, resource: WRITTEN.prices }, (sdk, options) =>
      sdk.prices.create(priceParams(writer, price), options),
    );
  }
  await makeCoupons(writer, scenario);
  for (const rate of catalog.taxRates) {
    await writer.make({ kind: 'taxRate', id: rate.id, resource: WRITTEN.taxRates }, (sdk, options) =>
      sdk.taxRates.create(
        {
          display_name: rate.displayName,
          percentage: Number(rate.percentage),
          inclusive: rate.isInclusive,
          metadata: writer.metadata,
        },
        options,
      ),
    );
  }
  const byId = new Map(scenario.customers.map((customer) => [customer.id, customer]));
  for (const [clock, ids] of clocks.entries()) {
    await writer.make({ kind: 'clock', id: String(clock), resource: WRITTEN.clocks }, (sdk, options) =>
      sdk.testHelpers.testClocks.create(
        { frozen_time: toUnixSeconds(scenario.start), name: writer.named(`c${clock}`) },
        options,
      ),
    );
    for (const id of ids) {
      const customer = byId.get(id);
      if (customer !== undefined) await makeCustomer(writer, customer, { clock, now: scenario.start });
    }
  }
}

/**
 * Meters belong to the whole account and an event name to one active meter: one with the same settings that is there
 * is used and stays, else one is made under a name of this run's own.
 */
async function makeMeter(writer: Writer, meter: Meter): Promise<void> {
  if (writer.has('meter', meter.id)) return;
  const isBegun = writer.state.made[`meter/${meter.id}`] !== undefined;
  const found = isBegun ? null : await findMeter(writer, meter);
  if (found !== null) {
    writer.note('meter', meter.id, found, false);
    await writer.save();
    return;
  }
  await writer.make({ kind: 'meter', id: meter.id, resource: WRITTEN.meters }, (sdk, options) =>
    sdk.billing.meters.create(
      {
        display_name: meter.displayName,
        event_name: ownEventName(writer, meter.eventName),
        default_aggregation: { formula: meter.formula },
        customer_mapping: { type: 'by_id', event_payload_key: meter.customerPayloadKey },
        value_settings: { event_payload_key: meter.valuePayloadKey },
        ...(meter.eventTimeWindow === null ? {} : { event_time_window: meter.eventTimeWindow }),
      },
      options,
    ),
  );
}

async function findMeter(writer: Writer, meter: Meter): Promise<string | null> {
  const pages = writer.client.list(
    RESOURCES.meters,
    (sdk, cursor) => sdk.billing.meters.list({ ...cursor, status: 'active' }),
    writer.signal,
  );
  for await (const rows of pages) {
    for (const row of rows) {
      const other = readMeter(row);
      const isSame =
        other.status === 'active' &&
        other.eventName === meter.eventName &&
        other.formula === meter.formula &&
        other.eventTimeWindow === meter.eventTimeWindow &&
        other.customerPayloadKey === meter.customerPayloadKey &&
        other.valuePayloadKey === meter.valuePayloadKey;
      if (isSame) return other.id;
    }
  }
  return null;
}

const ownEventName = (writer: Writer, eventName: string): string => `${eventName}_${writer.state.runId}`.slice(-100);

/** What events of a name are sent under. A name without a meter is made this run's own too: it must not hit another. */
export function eventNameOnStripe(writer: Writer, { catalog }: Scenario, eventName: string): string {
  const meter = catalog.meters.find((each) => each.eventName === eventName);
  const isReused = meter !== undefined && writer.state.made[`meter/${meter.id}`]?.isOwn === false;
  return isReused ? eventName : ownEventName(writer, eventName);
}

function productsOf({ catalog }: Scenario): readonly (readonly [id: string, name: string])[] {
  const names = new Map(catalog.products.map(({ id, name }) => [id, name === '' ? id : name]));
  for (const { productId } of catalog.prices) {
    const id = productId ?? NO_PRODUCT;
    if (!names.has(id)) names.set(id, id === NO_PRODUCT ? 'Simulated product' : id);
  }
  for (const { productIds } of catalog.coupons) {
    for (const id of productIds ?? []) if (!names.has(id)) names.set(id, id);
  }
  return [...names];
}

type ToDecimal = (text: string) => Stripe.Decimal;

const sdkDecimal: ToDecimal = (text) => Stripe.Decimal.from(text);
/** The SDK writes its decimals as text everywhere but in the map of currencies, where they must be text already. */
const plainDecimal: ToDecimal = (text) => text as unknown as Stripe.Decimal;

function priceParams(writer: Writer, price: Price): Stripe.PriceCreateParams {
  const { interval, transformQuantity: transform } = price;
  const options = price.currencyOptions.map((option) => [option.currency, amountParams(option, plainDecimal)] as const);
  return {
    currency: price.currency,
    product: writer.idOf('product', price.productId ?? NO_PRODUCT),
    metadata: writer.metadata,
    tax_behavior: price.taxBehavior,
    ...(price.nickname === null ? {} : { nickname: price.nickname }),
    ...(interval === null
      ? {}
      : {
          recurring: {
            interval: interval.unit,
            interval_count: interval.count,
            usage_type: price.meterId === null ? ('licensed' as const) : ('metered' as const),
            ...(price.meterId === null ? {} : { meter: writer.idOf('meter', price.meterId) }),
          },
        }),
    billing_scheme: price.billingScheme,
    ...(price.billingScheme === 'tiered' && price.tiersMode !== null ? { tiers_mode: price.tiersMode } : {}),
    ...(transform === null
      ? {}
      : { transform_quantity: { divide_by: Number(transform.divideBy), round: transform.round } }),
    ...amountParams(price, sdkDecimal),
    ...(options.length === 0 ? {} : { currency_options: Object.fromEntries(options) }),
  };
}

const amountParams = ({ tiers, unitAmount }: PriceAmounts, toDecimal: ToDecimal) =>
  tiers !== null
    ? { tiers: tiers.map((tier) => tierParams(tier, toDecimal)) }
    : unitAmount === null
      ? {}
      : { unit_amount_decimal: toDecimal(unitAmount) };

const tierParams = (tier: PriceTier, toDecimal: ToDecimal): Stripe.PriceCreateParams.Tier => ({
  up_to: tier.upTo === null ? 'inf' : Number(tier.upTo),
  ...(tier.unitAmount === null ? {} : { unit_amount_decimal: toDecimal(tier.unitAmount) }),
  ...(tier.flatAmount === null ? {} : { flat_amount_decimal: toDecimal(tier.flatAmount) }),
});

async function makeCoupons(writer: Writer, { catalog }: Scenario): Promise<void> {
  for (const [index, coupon] of catalog.coupons.entries()) {
    await writer.make({ kind: 'coupon', id: coupon.id, resource: WRITTEN.coupons }, (sdk, options) =>
      sdk.coupons.create(
        {
          id: writer.named(`k${index}`),
          duration: coupon.duration,
          metadata: writer.metadata,
          ...(coupon.name === null ? {} : { name: coupon.name }),
          ...(coupon.durationInMonths === null ? {} : { duration_in_months: coupon.durationInMonths }),
          ...(coupon.percentOff === null ? {} : { percent_off: Number(coupon.percentOff) }),
          ...(coupon.amountOff === null
            ? {}
            : { amount_off: Number(coupon.amountOff), currency: coupon.currency ?? 'usd' }),
          ...(coupon.productIds === null
            ? {}
            : { applies_to: { products: coupon.productIds.map((id) => writer.idOf('product', id)) } }),
        },
        options,
      ),
    );
  }
}

async function makeCustomer(
  writer: Writer,
  customer: ScenarioCustomer,
  of: { readonly clock: number; readonly now: Instant },
): Promise<void> {
  await writer.make({ kind: 'customer', id: customer.id, resource: WRITTEN.customers }, (sdk, options) =>
    sdk.customers.create(
      {
        name: customer.name ?? customer.id,
        // Invoices that are sent need an address; in test mode nothing is delivered.
        email: `${writer.named('customer')}@example.com`,
        balance: Number(customer.balanceMinor),
        tax_exempt: customer.taxExempt,
        test_clock: writer.idOf('clock', String(of.clock)),
        metadata: { ...writer.metadata, tieout_customer: customer.id },
      },
      options,
    ),
  );
  const usable = customer.creditGrants.filter(
    ({ voidedAt, expiresAt }) => voidedAt === null && (expiresAt === null || expiresAt > of.now),
  );
  // Equal terms are ordered by effect, then creation; what is in effect already can only be created in its order.
  const inOrder = [...usable].sort((a, b) => (a.effectiveAt ?? 0) - (b.effectiveAt ?? 0) || a.created - b.created);
  for (const grant of inOrder) await makeGrant(writer, grant, of.now);
}

export async function makeGrant(writer: Writer, grant: CreditGrant, now: Instant): Promise<void> {
  const { effectiveAt, expiresAt, priceIds } = grant;
  await writer.make({ kind: 'grant', id: grant.id, resource: WRITTEN.creditGrants }, (sdk, options) =>
    sdk.billing.creditGrants.create(
      {
        customer: writer.idOf('customer', grant.customerId),
        amount: { type: 'monetary', monetary: { currency: grant.currency, value: Number(grant.amount) } },
        applicability_config: {
          scope:
            priceIds === null
              ? { price_type: 'metered' }
              : { prices: priceIds.map((id) => ({ id: writer.idOf('price', id) })) },
        },
        category: grant.category,
        priority: grant.priority,
        metadata: writer.metadata,
        ...(grant.name === null ? {} : { name: grant.name }),
        ...(effectiveAt === null || effectiveAt <= now ? {} : { effective_at: toUnixSeconds(effectiveAt) }),
        ...(expiresAt === null ? {} : { expires_at: toUnixSeconds(expiresAt) }),
      },
      options,
    ),
  );
}

/** The ids of an answer's list, objects or ids alike. */
export const idsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.flatMap((each) => idOf(each) ?? []) : [];
