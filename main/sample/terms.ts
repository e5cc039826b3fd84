import { DAY_MS, type Instant, instant, parseInstant } from '../../shared/values/instant.ts';
import type { SeedCoupon, SeedCreditGrant, SeedTaxRate } from '../sandbox/stripe/build-catalog.ts';
import { meteredPrice, STORAGE_PRODUCT } from './prices.ts';
import { SAMPLE_CREATED, SAMPLE_FROM, SAMPLE_TO, type SampleCustomer } from './world.ts';

/** A coupon as the sample's invoices take it off. */
export type SampleCoupon = {
  readonly id: string;
  readonly name: string;
  readonly off: { readonly percent: string } | { readonly amountMinor: bigint };
  readonly months: number | null;
  readonly products: readonly string[] | null;
};

const LOYAL: SampleCoupon = {
  id: 'sample_loyal',
  name: 'Loyalty',
  off: { percent: '12.5' },
  months: null,
  products: null,
};
const PARTNER: SampleCoupon = {
  id: 'sample_partner',
  name: 'Partner',
  off: { percent: '5' },
  months: null,
  products: null,
};
const WELCOME: SampleCoupon = {
  id: 'sample_welcome',
  name: 'Welcome: 25.00 off for three months',
  off: { amountMinor: 2500n },
  months: 3,
  products: null,
};
const STORAGE: SampleCoupon = {
  id: 'sample_storage',
  name: 'A fifth off storage',
  off: { percent: '20' },
  months: null,
  products: [STORAGE_PRODUCT],
};

export const SAMPLE_COUPONS: readonly SeedCoupon[] = [LOYAL, PARTNER, WELCOME, STORAGE].map(
  ({ id, name, off, months, products }) => ({
    id,
    name,
    created: SAMPLE_CREATED,
    duration: months === null ? 'forever' : 'repeating',
    ...(months === null ? {} : { durationInMonths: months }),
    ...('percent' in off ? { percentOff: off.percent } : { amountOff: off.amountMinor, currency: 'usd' }),
    ...(products === null ? {} : { products }),
  }),
);

export type SampleDiscount = {
  readonly id: string;
  readonly coupon: SampleCoupon;
  readonly start: Instant;
  readonly end: Instant | null;
};

/** Positions in the list of names, so that every copy of a company has the same terms. */
const LOYAL_CUSTOMERS: ReadonlySet<number> = new Set([5, 19, 31, 40, 53]);
const WELCOMED_CUSTOMER = 8;
const STORAGE_CUSTOMER = 14;
const PARTNER_CUSTOMER = 20;

const discount = (customer: SampleCustomer, coupon: SampleCoupon): SampleDiscount => ({
  id: `di_${coupon.id}_${customer.customerId.slice(-8)}`,
  coupon,
  start: SAMPLE_FROM,
  // Three months from the first of March: the drafts of the last month are made when it is over.
  end: coupon.months === null ? null : SAMPLE_TO,
});

export function subscriptionDiscounts(customer: SampleCustomer): readonly SampleDiscount[] {
  if (LOYAL_CUSTOMERS.has(customer.position)) return [discount(customer, LOYAL)];
  return customer.position === WELCOMED_CUSTOMER ? [discount(customer, WELCOME)] : [];
}

export const storageDiscounts = (customer: SampleCustomer): readonly SampleDiscount[] =>
  customer.position === STORAGE_CUSTOMER ? [discount(customer, STORAGE)] : [];

/** Applies to invoices of subscriptions that have no discount of their own. */
export const customerDiscount = (customer: SampleCustomer): SampleDiscount | null =>
  customer.position === PARTNER_CUSTOMER ? discount(customer, PARTNER) : null;

export type SampleTaxRate = {
  readonly id: string;
  readonly name: string;
  readonly percent: string;
  readonly isInclusive: boolean;
  readonly country: string;
};

const VAT: SampleTaxRate = { id: 'txr_sample_vat', name: 'VAT', percent: '20', isInclusive: false, country: 'FR' };
const INCLUDED: SampleTaxRate = { id: 'txr_sample_ust', name: 'USt', percent: '19', isInclusive: true, country: 'DE' };
const JAPAN: SampleTaxRate = { id: 'txr_sample_jct', name: 'JCT', percent: '10', isInclusive: false, country: 'JP' };
const STATE: SampleTaxRate = {
  id: 'txr_sample_state',
  name: 'Sales tax',
  percent: '8.875',
  isInclusive: false,
  country: 'US',
};
const REDUCED: SampleTaxRate = {
  id: 'txr_sample_reduced',
  name: 'Reduced',
  percent: '2.5',
  isInclusive: false,
  country: 'US',
};

export const SAMPLE_TAX_RATES: readonly SeedTaxRate[] = [VAT, INCLUDED, JAPAN, STATE, REDUCED].map(
  ({ id, name, percent, isInclusive, country }) => ({
    id,
    displayName: name,
    percentage: percent,
    inclusive: isInclusive,
    country,
    created: SAMPLE_CREATED,
  }),
);

const INCLUSIVE_CUSTOMERS: ReadonlySet<number> = new Set([4, 26, 37, 48]);
/** Its base fee is taxed at a reduced rate, which hangs on the item. */
const REDUCED_CUSTOMER = 28;

export function defaultTaxRates({ currency, position }: SampleCustomer): readonly SampleTaxRate[] {
  if (currency === 'eur') return [VAT];
  if (currency === 'jpy') return [JAPAN];
  if (position === REDUCED_CUSTOMER) return [STATE];
  return INCLUSIVE_CUSTOMERS.has(position) ? [INCLUDED] : [];
}

/** Of the base fee's item; null: those of the subscription. */
export const baseTaxRates = ({ position }: SampleCustomer): readonly SampleTaxRate[] | null =>
  position === REDUCED_CUSTOMER ? [REDUCED] : null;

export type SampleGrant = {
  readonly id: string;
  readonly name: string;
  readonly amountMinor: bigint;
  readonly category: 'paid' | 'promotional';
  readonly priority: number;
  readonly expiresAt: Instant | null;
  /** Null: every metered price. */
  readonly prices: readonly string[] | null;
};

/** Two that are used up one after the other, one for egress alone, one that ran out before it could be used. */
export function grantsOf(customer: SampleCustomer): readonly SampleGrant[] {
  const id = (word: string): string => `credgr_sample_${word}_${customer.customerId.slice(-8)}`;
  const paid = { category: 'paid' as const, priority: 50, expiresAt: null, prices: null };
  switch (customer.position) {
    case 1:
      return [
        { ...paid, id: id('paid'), name: 'Prepaid', amountMinor: 200_000n },
        {
          id: id('promo'),
          name: 'Launch promotion',
          amountMinor: 5_000n,
          category: 'promotional',
          priority: 10,
          expiresAt: parseInstant('2026-12-31T00:00:00Z'),
          prices: null,
        },
      ];
    case 10:
      return [
        {
          ...paid,
          id: id('egress'),
          name: 'Egress included',
          amountMinor: 3_000n,
          prices: [meteredPrice('egress_public_gib', 'usd').id],
        },
      ];
    case 19:
      return [
        {
          ...paid,
          id: id('expired'),
          name: 'Trial credit',
          amountMinor: 10_000n,
          expiresAt: instant(SAMPLE_FROM + 20 * DAY_MS),
        },
        { ...paid, id: id('paid'), name: 'Prepaid', amountMinor: 1_500n },
      ];
    default:
      return [];
  }
}

export const seedGrants = (customer: SampleCustomer): readonly SeedCreditGrant[] =>
  grantsOf(customer).map(({ prices, ...grant }) => ({
    ...grant,
    customer: customer.customerId,
    currency: customer.currency,
    created: SAMPLE_CREATED,
    ...(prices === null ? {} : { prices }),
  }));

const CREDITED_CUSTOMER = 46;

/** What the customer has to its credit before the first invoice; negative, as Stripe keeps it. */
export const startingBalance = ({ position }: SampleCustomer): bigint =>
  position === CREDITED_CUSTOMER ? -150_000n : 0n;
