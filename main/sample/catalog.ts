import type { Seed } from '../sandbox/stripe/catalog.ts';
import { MISTYPED_CUSTOMER, UNMAPPED_CUSTOMER } from './faults.ts';
import { SAMPLE_METERS, UNCONFIGURED_METER } from './meters.ts';
import { SAMPLE_PRODUCTS, samplePrices, seedPrice } from './prices.ts';
import { sampleSubscriptions, seedDiscount, seedSubscription } from './subscriptions.ts';
import { customerDiscount, SAMPLE_COUPONS, SAMPLE_TAX_RATES, seedGrants, startingBalance } from './terms.ts';
import { SAMPLE_CREATED, type SampleCustomer } from './world.ts';

/** Customers, meters, prices, subscriptions and their terms in the sample's Stripe account. */
export function sampleCatalog(customers: readonly SampleCustomer[]): Seed {
  const currencies = [...new Set(customers.map((customer) => customer.currency))];
  return {
    products: SAMPLE_PRODUCTS,
    meters: [...SAMPLE_METERS, { ...UNCONFIGURED_METER, formula: 'sum' as const }].map((meter) => ({
      id: meter.meterId,
      eventName: meter.key,
      displayName: meter.displayName,
      formula: meter.formula,
      created: SAMPLE_CREATED,
    })),
    prices: samplePrices(currencies).map(seedPrice),
    coupons: SAMPLE_COUPONS,
    taxRates: SAMPLE_TAX_RATES,
    customers: customers.map((customer) => seedCustomer(customer, startingBalance(customer))),
    subscriptions: customers.flatMap(sampleSubscriptions).map(seedSubscription),
    creditGrants: customers.flatMap(seedGrants),
  };
}

/** @param balanceMinor what the finalised invoices left of it */
export function seedCustomer(customer: SampleCustomer, balanceMinor: bigint): NonNullable<Seed['customers']>[number] {
  const discount = customerDiscount(customer);
  return {
    id: customer.customerId,
    name: customer.name,
    email: customer.email,
    currency: customer.currency,
    balanceMinor,
    created: SAMPLE_CREATED,
    metadata: metadataOf(customer),
    ...(discount === null ? {} : { discount: seedDiscount(discount) }),
  };
}

function metadataOf(customer: SampleCustomer): Record<string, string> {
  if (customer.index === UNMAPPED_CUSTOMER) return {};
  if (customer.index === MISTYPED_CUSTOMER) return { workspace_id: mistyped(customer.usageId) };
  return { workspace_id: customer.usageId };
}

/** Two letters swapped. */
const mistyped = (usageId: string): string =>
  `${usageId.slice(0, 3)}${usageId.charAt(4)}${usageId.charAt(3)}${usageId.slice(5)}`;
