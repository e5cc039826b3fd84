import type Stripe from 'stripe';
import type { Instant } from '../../../shared/values/instant.ts';
import { type BuildContext, minorNumber, seconds } from './build.ts';
import { buildDiscount, type SeedDiscount } from './build-discount.ts';

export type SeedCustomer = {
  readonly id?: string;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly description?: string | null;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly currency?: string | null;
  /** Minor units; negative is credit in the customer's favour. */
  readonly balanceMinor?: bigint;
  readonly discount?: SeedDiscount;
  readonly taxExempt?: 'none' | 'exempt' | 'reverse';
  readonly testClock?: string | null;
  /** A deleted customer is hidden from lists and answered by its id as `{ id, object, deleted: true }`. */
  readonly deleted?: boolean;
  readonly created?: Instant;
};

export function buildCustomer(seed: SeedCustomer, { now, makeId }: BuildContext): Stripe.Customer {
  const id = seed.id ?? makeId('cus');
  return {
    id,
    object: 'customer',
    address: null,
    balance: minorNumber(seed.balanceMinor ?? 0n),
    created: seconds(seed.created ?? now),
    currency: seed.currency === undefined ? 'usd' : seed.currency,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: seed.description ?? null,
    discount:
      seed.discount === undefined
        ? null
        : buildDiscount(
            seed.discount,
            { customer: id, subscription: null, subscriptionItem: null, start: seed.created ?? now },
            { now, makeId },
          ),
    email: seed.email ?? null,
    invoice_prefix: id.slice(-8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: { ...seed.metadata },
    name: seed.name ?? null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: seed.taxExempt ?? 'none',
    test_clock: seed.testClock ?? null,
  } satisfies Stripe.Customer;
}

export const deletedCustomer = (id: string): Stripe.DeletedCustomer => ({ id, object: 'customer', deleted: true });
