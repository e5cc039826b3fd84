import type { Customer } from '../../../shared/billing/customer.ts';
import type { Meter } from '../../../shared/billing/meter.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import type { BillingSource } from '../billing-source.ts';
import { checkStripe } from './check.ts';
import { isAbsent } from './failures.ts';
import { idOf, isRaw } from './fields.ts';
import { listInvoices } from './list-invoices.ts';
import { createPriceLists } from './list-prices.ts';
import { listSubscriptions } from './list-subscriptions.ts';
import { readCustomer } from './read-customer.ts';
import { readCreditGrant, readTaxRate } from './read-discount.ts';
import { readMeter } from './read-meter.ts';
import { readProduct } from './read-price.ts';
import { RESOURCES } from './resources.ts';
import { createStripeClient, type StripeSourceConfig } from './stripe-client.ts';
import { readHourSummaries, readMonthSummary } from './summaries.ts';
import { createClockedCustomers } from './test-clocks.ts';

/**
 * Stripe as a billing source, over the official package. It only reads.
 * An abort rejects with the signal's own reason.
 * @throws TieoutError `config.invalid_value` where `apiBase` is no http(s) URL
 */
export function createStripeSource(config: StripeSourceConfig): BillingSource {
  const client = createStripeClient(config);
  const clocked = createClockedCustomers(client, config.testClocks);
  const priceLists = createPriceLists(client);

  /** A formula of the future must not stop an account that uses it elsewhere. */
  const tryReadMeter = (row: unknown): Meter[] => {
    try {
      return [readMeter(row)];
    } catch (error) {
      if (!isTieoutError(error) || !isRaw(row) || typeof row.id !== 'string') throw error;
      client.warnings.add({
        code: error.code,
        path: error.path,
        message: error.message,
        remedy: `Meter ${row.id} is left out.`,
      });
      return [];
    }
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
          (sdk, cursor) => sdk.customers.list({ ...cursor, ...(clock === null ? {} : { test_clock: clock }) }),
          signal,
        );
        for await (const rows of pages) {
          const page: Customer[] = [];
          for (const row of rows) {
            const read = readCustomer(row);
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
        return readCustomer(await client.request(RESOURCES.customers, (sdk) => sdk.customers.retrieve(id), signal));
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
    async *products(signal) {
      const pages = client.list(RESOURCES.products, (sdk, cursor) => sdk.products.list(cursor), signal);
      for await (const rows of pages) yield rows.map(readProduct);
    },
    prices: priceLists.prices,
    price: priceLists.price,
    subscriptions: (signal) => listSubscriptions(client, { clocked, currencyOf: priceLists.currencyOf, signal }),
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
            const grant = readCreditGrant(row);
            if (grant === null || seen.has(grant.id)) return [];
            seen.add(grant.id);
            return clocked.admit(grant.customerId, testClockOf(row)) ? [grant] : [];
          });
        }
      }
    },
    async *taxRates(signal) {
      const pages = client.list(RESOURCES.taxRates, (sdk, cursor) => sdk.taxRates.list(cursor), signal);
      for await (const rows of pages) yield rows.map(readTaxRate);
    },
    invoices: (period, signal) =>
      listInvoices(client, { period, longestMeteredMs: priceLists.longestMeteredMs(), clocked, signal }),
    monthSummary: (request) => readMonthSummary(client, request),
    hourSummaries: (request) => readHourSummaries(client, request),
    counts: client.counts,
    warnings: client.warnings.list,
    check: (now) => checkStripe(client, { listMeters: meters, testClocks: config.testClocks, now }),
    close: async () => client.close(),
  };
}

const testClockOf = (row: unknown): string | null => (isRaw(row) ? idOf(row.test_clock) : null);
