import type { PriceShape } from '../../shared/rating/ratable-price.ts';
import { instant } from '../../shared/values/instant.ts';
import type { Seed } from '../sandbox/stripe/catalog.ts';
import { MISTYPED_CUSTOMER, UNMAPPED_CUSTOMER } from './faults.ts';
import { SAMPLE_METERS, type SampleMeterKey, UNCONFIGURED_METER } from './meters.ts';
import { SAMPLE_FROM, type SampleCustomer } from './world.ts';

const PRODUCT = 'prod_sample_compute';
const CREATED = instant(SAMPLE_FROM - 40 * 86_400_000);

/** What each meter costs, in minor units, per currency: one price of every shape that an invoice meets. */
const AMOUNTS = {
  cpu_seconds: { unitAmount: '0.0006944' },
  memory_gib_seconds: {
    tiersMode: 'graduated',
    tiers: [
      { upTo: 10_000_000, unitAmount: '0.0003472' },
      { upTo: 100_000_000, unitAmount: '0.0003' },
      { upTo: null, unitAmount: '0.00025' },
    ],
  },
  disk_gib_seconds: { unitAmount: '0.000006' },
  egress_public_gib: {
    tiersMode: 'graduated',
    tiers: [
      { upTo: 10, unitAmount: '0' },
      { upTo: 1000, unitAmount: '5' },
      { upTo: null, unitAmount: '4.25', flatAmount: '250' },
    ],
  },
  active_keys: {
    tiersMode: 'volume',
    tiers: [
      { upTo: 100, flatAmount: '500' },
      { upTo: 500, unitAmount: '0.5', flatAmount: '1500' },
      { upTo: null, unitAmount: '0.4', flatAmount: '2500' },
    ],
  },
} as const;

/** The same amounts as the rater reads them. */
export function priceShape(meter: SampleMeterKey, currency: string): PriceShape {
  const amounts = AMOUNTS[meter];
  const isTiered = 'tiers' in amounts;
  return {
    id: priceId(meter, currency),
    currency,
    billingScheme: isTiered ? 'tiered' : 'per_unit',
    tiersMode: isTiered ? amounts.tiersMode : null,
    transformQuantity: null,
    unitAmount: isTiered ? null : amounts.unitAmount,
    tiers: isTiered
      ? amounts.tiers.map((tier) => ({
          upTo: tier.upTo === null ? null : String(tier.upTo),
          unitAmount: 'unitAmount' in tier ? tier.unitAmount : null,
          flatAmount: 'flatAmount' in tier ? tier.flatAmount : null,
        }))
      : null,
  };
}

export const priceId = (meter: SampleMeterKey, currency: string): string => `price_sample_${meter}_${currency}`;
export const subscriptionId = (customer: SampleCustomer): string => customer.customerId.replace('cus_', 'sub_');
export const itemId = (customer: SampleCustomer, meter: SampleMeterKey): string =>
  `${customer.customerId.replace('cus_', 'si_')}_${meter}`;

/** Customers, meters, prices and subscriptions of the sample's Stripe account. */
export function sampleCatalog(customers: readonly SampleCustomer[]): Seed {
  const currencies = [...new Set(customers.map((customer) => customer.currency))];
  return {
    products: [{ id: PRODUCT, name: 'Cloud platform', created: CREATED }],
    meters: [...SAMPLE_METERS, { ...UNCONFIGURED_METER, formula: 'sum' as const }].map((meter) => ({
      id: meter.meterId,
      eventName: meter.key,
      displayName: meter.displayName,
      formula: meter.formula,
      created: CREATED,
    })),
    prices: currencies.flatMap((currency) =>
      SAMPLE_METERS.map((meter) => {
        const amounts = AMOUNTS[meter.key];
        return {
          id: priceId(meter.key, currency),
          product: PRODUCT,
          meter: meter.meterId,
          currency,
          created: CREATED,
          ...('tiers' in amounts ? { tiersMode: amounts.tiersMode, tiers: [...amounts.tiers] } : amounts),
        };
      }),
    ),
    customers: customers.map((customer) => ({
      id: customer.customerId,
      name: customer.name,
      email: customer.email,
      currency: customer.currency,
      created: CREATED,
      metadata: metadataOf(customer),
    })),
    subscriptions: customers.map((customer) => ({
      id: subscriptionId(customer),
      customer: customer.customerId,
      start: SAMPLE_FROM,
      items: SAMPLE_METERS.map((meter) => ({
        id: itemId(customer, meter.key),
        price: priceId(meter.key, customer.currency),
      })),
    })),
  };
}

function metadataOf(customer: SampleCustomer): Record<string, string> {
  if (customer.index === UNMAPPED_CUSTOMER) return {};
  if (customer.index === MISTYPED_CUSTOMER) return { workspace_id: mistyped(customer.usageId) };
  return { workspace_id: customer.usageId };
}

/** Two letters swapped. */
export const mistyped = (usageId: string): string =>
  `${usageId.slice(0, 3)}${usageId.charAt(4)}${usageId.charAt(3)}${usageId.slice(5)}`;
