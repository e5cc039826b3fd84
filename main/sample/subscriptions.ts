import { type Instant, parseInstant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import type { SeedSubscription } from '../sandbox/stripe/build-subscription.ts';
import { SAMPLE_METERS, type SampleMeterKey } from './meters.ts';
import { basePrice, GPU_RESERVATION, GPU_TIME, meteredPrice, PACKAGED_KEYS, type SamplePrice } from './prices.ts';
import {
  baseTaxRates,
  defaultTaxRates,
  type SampleDiscount,
  type SampleTaxRate,
  storageDiscounts,
  subscriptionDiscounts,
} from './terms.ts';
import { SAMPLE_FROM, type SampleCustomer } from './world.ts';

export type SampleItem = {
  readonly id: string;
  readonly price: SamplePrice;
  /** Of licensed prices. */
  readonly quantity: number;
  readonly discounts: readonly SampleDiscount[];
  /** Null: those of the subscription. */
  readonly taxRates: readonly SampleTaxRate[] | null;
};

export type SampleSubscription = {
  readonly id: string;
  readonly customer: SampleCustomer;
  readonly start: Instant;
  /** Later than `start` where the first period is shorter than a month. */
  readonly anchor: Instant;
  readonly trial: Period | null;
  readonly items: readonly SampleItem[];
  readonly discounts: readonly SampleDiscount[];
  readonly taxRates: readonly SampleTaxRate[];
};

const PACKAGED_CUSTOMERS: ReadonlySet<number> = new Set([4, 44, 54]);
/** Subscribed on the day of its first usage, billed on the first of the month like the others. */
const MID_MONTH_CUSTOMER = 16;
/** The two pilots: one billed on the 15th, one in its trial. They are customers of the first copy, as their usage is. */
const PILOT_CUSTOMER = 1;
const TRIAL_CUSTOMER = 2;

/** All subscriptions of a customer; everyone has one with every meter and a base fee. */
export function sampleSubscriptions(customer: SampleCustomer): readonly SampleSubscription[] {
  return [platform(customer), ...pilots(customer)];
}

const idOf = (customer: SampleCustomer, prefix: 'sub' | 'si'): string =>
  customer.customerId.replace('cus_', `${prefix}_`);

function platform(customer: SampleCustomer): SampleSubscription {
  const isMidMonth = customer.position === MID_MONTH_CUSTOMER;
  const item = (key: string, price: SamplePrice, rest: Partial<SampleItem> = {}): SampleItem => ({
    id: `${idOf(customer, 'si')}_${key}`,
    price,
    quantity: 1,
    discounts: [],
    taxRates: null,
    ...rest,
  });
  return {
    id: idOf(customer, 'sub'),
    customer,
    start: isMidMonth ? parseInstant('2026-04-08T00:00:00Z') : SAMPLE_FROM,
    anchor: isMidMonth ? parseInstant('2026-05-01T00:00:00Z') : SAMPLE_FROM,
    trial: null,
    items: [
      ...SAMPLE_METERS.map(({ key }) =>
        item(key, priceOf(customer, key), {
          discounts: key === 'disk_gib_seconds' ? storageDiscounts(customer) : [],
        }),
      ),
      item('base', basePrice(customer.currency), { taxRates: baseTaxRates(customer) }),
    ],
    discounts: subscriptionDiscounts(customer),
    taxRates: defaultTaxRates(customer),
  };
}

const priceOf = (customer: SampleCustomer, meter: SampleMeterKey): SamplePrice =>
  meter === 'active_keys' && PACKAGED_CUSTOMERS.has(customer.position)
    ? PACKAGED_KEYS
    : meteredPrice(meter, customer.currency);

function pilots(customer: SampleCustomer): readonly SampleSubscription[] {
  if (customer.index !== PILOT_CUSTOMER && customer.index !== TRIAL_CUSTOMER) return [];
  const isTrial = customer.index === TRIAL_CUSTOMER;
  const start = parseInstant(isTrial ? '2026-05-08T00:00:00Z' : '2026-03-15T00:00:00Z');
  const trial = isTrial ? { from: start, to: parseInstant('2026-06-07T00:00:00Z') } : null;
  const item = { discounts: [], taxRates: null };
  return [
    {
      id: `${idOf(customer, 'sub')}_gpu`,
      customer,
      start,
      anchor: trial?.to ?? start,
      trial,
      items: [
        { ...item, id: `${idOf(customer, 'si')}_gpu`, price: GPU_TIME, quantity: 1 },
        { ...item, id: `${idOf(customer, 'si')}_gpu_reserved`, price: GPU_RESERVATION, quantity: 2 },
      ],
      discounts: [],
      taxRates: [],
    },
  ];
}

export const seedSubscription = (subscription: SampleSubscription): SeedSubscription => ({
  id: subscription.id,
  customer: subscription.customer.customerId,
  start: subscription.start,
  billingCycleAnchor: subscription.anchor,
  ...(subscription.trial === null ? {} : { trial: subscription.trial }),
  items: subscription.items.map(({ id, price, quantity, discounts, taxRates }) => ({
    id,
    price: price.id,
    ...(price.meter === null ? { quantity } : {}),
    discounts: discounts.map(seedDiscount),
    taxRates: (taxRates ?? []).map((rate) => rate.id),
  })),
  discounts: subscription.discounts.map(seedDiscount),
  defaultTaxRates: subscription.taxRates.map((rate) => rate.id),
});

export const seedDiscount = ({ id, coupon, start, end }: SampleDiscount) => ({ id, coupon: coupon.id, start, end });
