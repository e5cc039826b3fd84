import type Stripe from 'stripe';
import type { BuildContext } from './build.ts';
import {
  buildCoupon,
  buildCreditGrant,
  buildMeter,
  buildPrice,
  buildProduct,
  buildTaxRate,
  buildTestClock,
  deletedProduct,
  type SeedCoupon,
  type SeedCreditGrant,
  type SeedMeter,
  type SeedPrice,
  type SeedProduct,
  type SeedTaxRate,
  type SeedTestClock,
} from './build-catalog.ts';
import { appliedTransactions, grantedTransaction } from './build-credit-transaction.ts';
import { buildCustomer, deletedCustomer, type SeedCustomer } from './build-customer.ts';
import { buildInvoice, type SeedInvoice } from './build-invoice.ts';
import { buildSubscription, type SeedSubscription } from './build-subscription.ts';
import { buildWebhookEndpoint, type SeedWebhookEndpoint } from './build-webhook-endpoint.ts';
import { Collection } from './collection.ts';
import { noSuch } from './failure.ts';

/** Concise inputs, turned into full objects of Stripe's; what refers to something must come with it or after it. */
export type Seed = {
  readonly testClocks?: readonly SeedTestClock[];
  readonly customers?: readonly SeedCustomer[];
  readonly products?: readonly SeedProduct[];
  readonly meters?: readonly SeedMeter[];
  readonly prices?: readonly SeedPrice[];
  readonly coupons?: readonly SeedCoupon[];
  readonly taxRates?: readonly SeedTaxRate[];
  readonly subscriptions?: readonly SeedSubscription[];
  readonly creditGrants?: readonly SeedCreditGrant[];
  readonly invoices?: readonly SeedInvoice[];
  readonly webhookEndpoints?: readonly SeedWebhookEndpoint[];
};

/** The objects that the sandbox serves, as Stripe holds them. */
export class Catalog {
  readonly testClocks = new Collection<Stripe.TestHelpers.TestClock>('test clock');
  readonly customers = new Collection<Stripe.Customer | Stripe.DeletedCustomer>('customer');
  readonly products = new Collection<Stripe.Product | Stripe.DeletedProduct>('product');
  readonly meters = new Collection<Stripe.Billing.Meter>('billing meter');
  readonly prices = new Collection<Stripe.Price>('price');
  readonly coupons = new Collection<Stripe.Coupon>('coupon');
  readonly taxRates = new Collection<Stripe.TaxRate>('tax rate');
  readonly discounts = new Collection<Stripe.Discount>('discount');
  readonly subscriptions = new Collection<Stripe.Subscription>('subscription');
  readonly creditGrants = new Collection<Stripe.Billing.CreditGrant>('credit grant');
  readonly creditTransactions = new Collection<Stripe.Billing.CreditBalanceTransaction>('credit balance transaction');
  readonly invoices = new Collection<Stripe.Invoice>('invoice');
  readonly webhookEndpoints = new Collection<Stripe.WebhookEndpoint>('webhook endpoint');
  readonly #made = new Map<string, number>();

  /** Ids are counted per prefix: the same calls give the same ids. */
  readonly makeId = (prefix: string): string => {
    const number = (this.#made.get(prefix) ?? 0) + 1;
    this.#made.set(prefix, number);
    return `${prefix}_sandbox${number.toString(36).toUpperCase().padStart(8, '0')}`;
  };

  seed(seed: Seed, context: BuildContext): void {
    for (const each of seed.testClocks ?? []) this.testClocks.put(buildTestClock(each, context));
    for (const each of seed.products ?? []) this.addProduct(each, context);
    for (const each of seed.meters ?? []) this.meters.put(buildMeter(each, context));
    for (const each of seed.prices ?? []) this.addPrice(each, context);
    for (const each of seed.coupons ?? []) this.coupons.put(buildCoupon(each, context));
    for (const each of seed.customers ?? []) this.addCustomer(each, context);
    for (const each of seed.taxRates ?? []) this.taxRates.put(buildTaxRate(each, context));
    for (const each of seed.subscriptions ?? []) this.addSubscription(each, context);
    for (const each of seed.creditGrants ?? []) this.addCreditGrant(each, context);
    for (const each of seed.invoices ?? []) this.addInvoice(each, context);
    for (const each of seed.webhookEndpoints ?? []) this.webhookEndpoints.put(buildWebhookEndpoint(each, context));
  }

  addCustomer(seed: SeedCustomer, context: BuildContext): Stripe.Customer {
    if (typeof seed.testClock === 'string') this.testClocks.require(seed.testClock, 'test_clock', 400);
    const customer = buildCustomer(seed, context);
    if (customer.discount) this.#addDiscount(customer.discount);
    this.customers.put(seed.deleted === true ? deletedCustomer(customer.id) : customer);
    return customer;
  }

  #addDiscount(discount: Stripe.Discount): void {
    if (discount.source.coupon !== null) this.coupons.require(idOf(discount.source.coupon) ?? '', 'coupon', 400);
    this.discounts.put(discount);
  }

  addProduct(seed: SeedProduct, context: BuildContext): Stripe.Product {
    const product = buildProduct(seed, context);
    this.products.put(seed.deleted === true ? deletedProduct(product.id) : product);
    return product;
  }

  /** A grant, and its own entry in the customer's credit balance. */
  addCreditGrant(seed: SeedCreditGrant, context: BuildContext): Stripe.Billing.CreditGrant {
    const grant = this.creditGrants.put(buildCreditGrant(seed, context));
    this.creditTransactions.put(grantedTransaction(grant, context));
    return grant;
  }

  addPrice(seed: SeedPrice, context: BuildContext): Stripe.Price {
    this.products.require(seed.product, 'product', 400);
    if (typeof seed.meter === 'string') this.meters.require(seed.meter, 'recurring[meter]', 400);
    return this.prices.put(buildPrice(seed, context));
  }

  addSubscription(seed: SeedSubscription, context: BuildContext): Stripe.Subscription {
    const customer = this.customers.require(seed.customer, 'customer', 400);
    const testClock = customer.deleted === true ? null : idOf(customer.test_clock);
    const built = buildSubscription(
      { testClock, ...seed },
      {
        price: (id) => this.prices.require(id, 'items[price]', 400),
        taxRate: (id) => this.taxRates.require(id, 'default_tax_rates', 400),
      },
      context,
    );
    for (const discount of built.discounts) this.#addDiscount(discount);
    return this.subscriptions.put(built.subscription);
  }

  addInvoice(seed: SeedInvoice, context: BuildContext): Stripe.Invoice {
    const customer = this.customers.require(seed.customer, 'customer', 400);
    const known = customer.deleted === true ? null : customer;
    const invoice = buildInvoice(
      { testClock: idOf(known?.test_clock ?? null), ...seed },
      { price: (id) => this.prices.require(id, 'price', 400), customer: () => known },
      context,
    );
    for (const transaction of appliedTransactions(seed, invoice, context)) {
      this.creditGrants.require(idOf(transaction.credit_grant) ?? '', 'credit_grant', 400);
      this.creditTransactions.put(transaction);
    }
    return this.invoices.put(invoice);
  }

  /** Deletes a customer: its subscriptions end, its id is answered with `deleted: true`, its usage stays. */
  deleteCustomer(id: string, atSeconds: number): Stripe.DeletedCustomer {
    this.customers.require(id);
    for (const subscription of this.subscriptions.all()) {
      if (subscription.customer !== id || subscription.status === 'canceled') continue;
      this.subscriptions.put({ ...subscription, status: 'canceled', canceled_at: atSeconds, ended_at: atSeconds });
    }
    const deleted = deletedCustomer(id);
    this.customers.put(deleted);
    return deleted;
  }

  setMeterStatus(id: string, status: 'active' | 'inactive', atSeconds: number): Stripe.Billing.Meter {
    return this.meters.put({
      ...this.meters.require(id),
      status,
      updated: atSeconds,
      status_transitions: { deactivated_at: status === 'inactive' ? atSeconds : null },
    });
  }

  requireLiveCustomer(id: string, param: string): Stripe.Customer {
    const customer = this.customers.require(id, param, 400);
    if (customer.deleted === true) throw noSuch('customer', id, param, 400);
    return customer;
  }
}

/** Fields that refer to another object hold its id, or the object itself where it was expanded. */
export const idOf = (reference: string | { readonly id: string } | null | undefined): string | null =>
  typeof reference === 'string' ? reference : (reference?.id ?? null);
