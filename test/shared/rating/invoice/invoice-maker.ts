import type { CreditGrant } from '../../../../shared/billing/credit-grant.ts';
import type { Customer } from '../../../../shared/billing/customer.ts';
import type { Coupon, Discount, TaxRate } from '../../../../shared/billing/discount.ts';
import type { Price, PriceTier, Product } from '../../../../shared/billing/price.ts';
import type { Subscription, SubscriptionItem } from '../../../../shared/billing/subscription.ts';
import { buildInvoice } from '../../../../shared/rating/invoice/build-invoice.ts';
import type { BuiltInvoice } from '../../../../shared/rating/invoice/built-invoice.ts';
import type { InvoiceInput, ItemChange } from '../../../../shared/rating/invoice/input.ts';
import { type RatingOptions, STRIPE_RATING } from '../../../../shared/rating/options.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { formatInstant, type Instant, parseInstant } from '../../../../shared/values/instant.ts';
import type { Period } from '../../../../shared/values/period.ts';

/** An instant of 2026 from `05-14` or `05-14T12:00:00`, or a whole ISO text. */
export const at = (text: string): Instant => {
  const full = /^\d{4}-/.test(text) ? text : `2026-${text}`;
  return parseInstant(full.includes('T') ? (full.endsWith('Z') ? full : `${full}Z`) : full);
};

/** `[limit, unit amount, flat amount]`, the limit null on the open tier. */
export type Tier = readonly [string | null, string | null, (string | null)?];

export type PriceSpec = Partial<Price> & { readonly unit?: string; readonly bands?: readonly Tier[] };

export type ItemSpec = {
  readonly id: string;
  readonly price: PriceSpec;
  /** Makes the item metered; null: not known. A function is given the service period as text. */
  readonly used?: string | null | ((from: string, to: string) => string | null);
  /** Makes the item licensed. */
  readonly quantity?: string;
} & Partial<Pick<SubscriptionItem, 'discounts' | 'taxRateIds' | 'created' | 'currentPeriod'>>;

export type World = {
  readonly items: readonly ItemSpec[];
  /** May 2026, unless said otherwise. */
  readonly from?: string;
  readonly to?: string;
  readonly at?: string;
  readonly customer?: Partial<Customer>;
  readonly subscription?: Partial<Subscription>;
  readonly prices?: readonly PriceSpec[];
  readonly products?: readonly Product[];
  readonly taxRates?: readonly TaxRate[];
  readonly grants?: readonly CreditGrant[];
  readonly changes?: readonly ItemChange[];
  readonly usedDiscountIds?: readonly string[];
  readonly options?: Partial<RatingOptions>;
};

const EPOCH = at('2026-01-01');

export function priceOf({ unit, bands, ...given }: PriceSpec): Price {
  return {
    id: 'price_1',
    productId: 'prod_1',
    nickname: null,
    isActive: true,
    currency: 'usd',
    billingScheme: bands === undefined ? 'per_unit' : 'tiered',
    tiersMode: bands === undefined ? null : 'graduated',
    transformQuantity: null,
    unitAmount: unit ?? null,
    tiers: bands === undefined ? null : bands.map(tierOf),
    usageType: 'licensed',
    meterId: null,
    interval: { unit: 'month', count: 1 },
    currencyOptions: [],
    taxBehavior: 'unspecified',
    created: EPOCH,
    ...given,
  };
}

const tierOf = ([upTo, unitAmount, flatAmount]: Tier): PriceTier => ({
  upTo,
  unitAmount,
  flatAmount: flatAmount ?? null,
});

export const discountOf = (id: string, coupon: Partial<Coupon> | null, given: Partial<Discount> = {}): Discount => ({
  id,
  coupon:
    coupon === null
      ? null
      : {
          id: `coupon_${id}`,
          name: null,
          percentOff: null,
          amountOff: null,
          currency: coupon.amountOff === undefined ? null : 'usd',
          duration: 'forever',
          durationInMonths: null,
          productIds: null,
          ...coupon,
        },
  start: EPOCH,
  end: null,
  ...given,
});

export const taxRateOf = (id: string, percentage: string, isInclusive = false): TaxRate => ({
  id,
  displayName: 'Tax',
  percentage,
  isInclusive,
  isActive: true,
});

export const grantOf = (id: string, given: Partial<CreditGrant> = {}): CreditGrant => ({
  id,
  customerId: 'cus_1',
  name: null,
  category: 'paid',
  currency: 'usd',
  amount: '1000',
  priority: 50,
  effectiveAt: EPOCH,
  expiresAt: null,
  voidedAt: null,
  priceIds: null,
  created: EPOCH,
  ...given,
});

export function inputOf(world: World): InvoiceInput {
  const period: Period = { from: at(world.from ?? '05-01'), to: at(world.to ?? '06-01') };
  const prices = world.items.map(itemPrice);
  const products = prices.map(({ productId }) => ({
    id: productId ?? '',
    name: `Product ${productId}`,
    isActive: true,
    isDeleted: false,
  }));
  const subscription: Subscription = {
    id: 'sub_1',
    customerId: 'cus_1',
    status: 'active',
    currency: 'usd',
    billingCycleAnchor: EPOCH,
    startedAt: EPOCH,
    endedAt: null,
    canceledAt: null,
    cancelAt: null,
    trial: { from: null, to: null },
    items: world.items.map(itemOf),
    discounts: [],
    defaultTaxRateIds: [],
    isAutomaticTax: false,
    pausedCollection: null,
    created: EPOCH,
    ...world.subscription,
  };
  return {
    customer: {
      id: 'cus_1',
      name: 'Globex',
      email: null,
      metadata: {},
      currency: 'usd',
      balanceMinor: 0n,
      discount: null,
      taxExempt: 'none',
      isDeleted: false,
      testClock: null,
      created: EPOCH,
      ...world.customer,
    },
    subscription,
    period,
    catalog: {
      prices: new Map([...prices, ...(world.prices ?? []).map(priceOf)].map((price) => [price.id, price])),
      products: new Map([...products, ...(world.products ?? [])].map((product) => [product.id, product])),
      taxRates: new Map((world.taxRates ?? []).map((rate) => [rate.id, rate])),
    },
    creditGrants: (world.grants ?? []).map((grant) => ({ grant, leftMinor: BigInt(grant.amount) })),
    usageOf: (item, _, service) => {
      const used = world.items.find(({ id }) => id === item.id)?.used ?? null;
      const text = typeof used === 'function' ? used(formatInstant(service.from), formatInstant(service.to)) : used;
      return text === null ? null : parseDecimal(text);
    },
    changes: world.changes ?? [],
    usedDiscountIds: new Set(world.usedDiscountIds),
    options: { ...STRIPE_RATING, ...world.options },
    at: world.at === undefined ? period.to : at(world.at),
  };
}

export const build = (world: World): BuiltInvoice => buildInvoice(inputOf(world));

function itemPrice({ id, price, used }: ItemSpec): Price {
  const metered = used === undefined ? {} : { usageType: 'metered' as const, meterId: `mtr_${id}` };
  return priceOf({ id: `price_${id}`, productId: `prod_${id}`, ...metered, ...price });
}

const itemOf = (spec: ItemSpec): SubscriptionItem => ({
  id: spec.id,
  subscriptionId: 'sub_1',
  priceId: itemPrice(spec).id,
  quantity: spec.quantity ?? null,
  currentPeriod: spec.currentPeriod ?? null,
  discounts: spec.discounts ?? [],
  taxRateIds: spec.taxRateIds ?? [],
  created: spec.created ?? EPOCH,
});
