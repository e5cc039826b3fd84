import type { Customer } from '../../../shared/billing/customer.ts';
import type { Meter } from '../../../shared/billing/meter.ts';
import type { BillingSource } from '../billing-source.ts';
import { checkStripe } from './check.ts';
import { createDiscountReader, discountRows } from './coupons.ts';
import { createCreditsReader } from './credit-balance.ts';
import { isAbsent } from './failures.ts';
import { idOf, isRaw, UNKNOWN_INSTANT } from './fields.ts';
import { readOrLeaveOut } from './leave-out.ts';
import { listInvoices } from './list-invoices.ts';
import { createPriceLists } from './list-prices.ts';
import { listSubscriptions } from './list-subscriptions.ts';
import { readBareCustomer, readCustomer } from './read-customer.ts';
import { readCreditGrant, readTaxRate } from './read-discount.ts';
import { readMeter } from './read-meter.ts';
import { readProduct } from './read-price.ts';
import { RESOURCES } from './resources.ts';
import { createStripeClient, type StripeSourceConfig } from './stripe-client.ts';
import { readHourSummaries, readMonthSummary } from './summaries.ts';
import { createClockedCustomers } from './test-clocks.ts';
import { readWebhookEndpoints } from './webhooks.ts';

/**
 * Stripe as a billing source, over the official package. It only reads.
 * An abort rejects with the signal's own reason.
 * @throws TieoutError `config.invalid_value` where `apiBase` is no http(s) URL
 */
export function createStripeSource(config: StripeSourceConfig): BillingSource {
  const client = createStripeClient(config);
  const clocked = createClockedCustomers(client, config.testClocks);
  const priceLists = createPriceLists(client);
  const discountsOf = createDiscountReader(client);
  const creditsApplied = createCreditsReader(client);

  /** A formula of the future must not stop an account that uses it elsewhere. */
  const tryReadMeter = (row: unknown): Meter[] => {
    if (idOf(row) === null) return [readMeter(row)];
    const meter = readOrLeaveOut(client.warnings, row, readMeter, `Meter ${idOf(row)} is left out.`);
    return meter === null ? [] : [meter];
  };

  /** Of one that cannot be read as a whole its id and metadata stay, so that its usage is not taken for nobody's. */
  const tryReadCustomer = async (row: unknown, signal: AbortSignal): Promise<Customer | null> => {
    const [discount = null] = await discountsOf(discountRows(row), UNKNOWN_INSTANT, signal);
    const remedy = `The balance and terms of customer ${idOf(row) ?? '(unnamed)'} are left out.`;
    return (
      readOrLeaveOut(client.warnings, row, (value) => readCustomer(value, discount), remedy) ??
      (idOf(row) === null ? null : readBareCustomer(row))
    );
  };

  async function* meters(signal: AbortSignal): AsyncGenerator<readonly Meter[]> {
    const pages = client.list(RESOURCES.meters, (sdk, cursor) => sdk.billing.meters.list(cursor), signal);
    for await (const rows of pages) yield rows.flatMap(tryReadMeter);
  }

  return {
    meters,
    async *customers(signal) {
      const seen = new Set<string>();
      for (const clock of await clocked.groups(signal)) {
        const pages = client.list(
          RESOURCES.customers,
          (sdk, cursor, expand) =>
            sdk.customers.list({ ...cursor, ...expand, ...(clock === null ? {} : { test_clock: clock }) }),
          signal,
          [['data.discount.source.coupon']],
        );
        for await (const rows of pages) {
          const page: Customer[] = [];
          for (const row of rows) {
            const read = await tryReadCustomer(row, signal);
            if (read === null) continue;
            const customer = { ...read, testClock: read.testClock ?? clock };
            clocked.admit(customer.id, customer.testClock);
            if (customer.isDeleted || seen.has(customer.id)) continue;
            seen.add(customer.id);
            page.push(customer);
          }
          if (page.length > 0) yield page;
        }
      }
    },
    customer: async (id, signal) => {
      try {
        const row = await client.request(RESOURCES.customers, (sdk) => sdk.customers.retrieve(id), signal);
        return await tryReadCustomer(row, signal);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
    async *products(signal) {
      const pages = client.list(RESOURCES.products, (sdk, cursor) => sdk.products.list(cursor), signal);
      for await (const rows of pages) yield rows.map(readProduct);
    },
    product: async (id, signal) => {
      try {
        return readProduct(await client.request(RESOURCES.products, (sdk) => sdk.products.retrieve(id), signal));
      } catch (error) {
        if (!isAbsent(error)) throw error;
        return error.code === 'stripe.not_served' ? null : readProduct({ id, deleted: true });
      }
    },
    prices: priceLists.prices,
    price: priceLists.price,
    subscriptions: (signal) =>
      listSubscriptions(client, { clocked, currencyOf: priceLists.currencyOf, discountsOf, signal }),
    async *creditGrants(signal) {
      const seen = new Set<string>();
      for (const customer of [null, ...(await clocked.customerIds(signal))]) {
        const pages = client.list(
          RESOURCES.creditGrants,
          (sdk, cursor) => sdk.billing.creditGrants.list({ ...cursor, ...(customer === null ? {} : { customer }) }),
          signal,
        );
        for await (const rows of pages) {
          yield rows.flatMap((row) => {
            const remedy = `Credit grant ${idOf(row) ?? '(unnamed)'} is left out.`;
            const grant = readOrLeaveOut(client.warnings, row, readCreditGrant, remedy);
            if (grant === null || seen.has(grant.id)) return [];
            seen.add(grant.id);
            return clocked.admit(grant.customerId, testClockOf(row)) ? [grant] : [];
          });
        }
      }
    },
    creditsApplied,
    async *taxRates(signal) {
      const pages = client.list(RESOURCES.taxRates, (sdk, cursor) => sdk.taxRates.list(cursor), signal);
      for await (const rows of pages) {
        yield rows.flatMap((row) => {
          const remedy = `Tax rate ${idOf(row) ?? '(unnamed)'} is left out.`;
          return readOrLeaveOut(client.warnings, row, readTaxRate, remedy) ?? [];
        });
      }
    },
    invoices: (period, signal) =>
      listInvoices(client, { period, longestMeteredMs: priceLists.longestMeteredMs(), clocked, signal }),
    webhookEndpoints: (signal) => readWebhookEndpoints(client, signal),
    monthSummary: (request) => readMonthSummary(client, request),
    hourSummaries: (request) => readHourSummaries(client, request),
    counts: client.counts,
    warnings: client.warnings.list,
    check: (now) => checkStripe(client, { listMeters: meters, testClocks: config.testClocks, now }),
    close: async () => client.close(),
  };
}

const testClockOf = (row: unknown): string | null => (isRaw(row) ? idOf(row.test_clock) : null);
