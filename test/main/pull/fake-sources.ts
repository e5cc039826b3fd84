import type { PullMeter } from '../../../main/pull/pull-request.ts';
import type { BillingSource, SummaryRequest } from '../../../main/sources/billing-source.ts';
import type { UsageCell, UsageHour, UsageSource } from '../../../main/sources/usage-source.ts';
import type { CreditGrant } from '../../../shared/billing/credit-grant.ts';
import type { Customer } from '../../../shared/billing/customer.ts';
import type { Invoice } from '../../../shared/billing/invoice.ts';
import type { EventSummary, Meter } from '../../../shared/billing/meter.ts';
import type { Price, Product } from '../../../shared/billing/price.ts';
import type { Subscription } from '../../../shared/billing/subscription.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { UNIT_FRACTION } from '../../../shared/values/fraction.ts';
import { HOUR_MS, instant, parseInstant } from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { monthPeriod, parseMonth } from '../../../shared/values/period.ts';

export const MONTH = parseMonth('2026-05');
export const PERIOD = monthPeriod(MONTH);
export const CREATED = parseInstant('2026-01-01T00:00:00Z');

type UsageOf = Readonly<Record<string, Readonly<Record<string, readonly UsageHour[]>>>>;

/** Per meter key, per usage id: hours. `before` runs before every chunk, to fail, wait or abort there. */
export type FakeUsage = {
  usage: UsageOf;
  chunkCells?: number;
  before?: (chunk: number, signal: AbortSignal) => Promise<void> | void;
  scans?: number;
};

/** All meters share one scan, as the real source does for meters of one table. */
export const fakeUsageSource = (fake: FakeUsage): UsageSource => ({
  plan: (meters) => [
    {
      meters: meters.map((_, index) => index),
      query: `SELECT ${meters.map((meter) => meter.key).join(', ')}`,
      exponents: meters.map(() => 0),
      ...{ keys: meters.map((meter) => meter.key) },
    },
  ],
  async *read({ scan, customers, signal, onProgress }) {
    fake.scans = (fake.scans ?? 0) + 1;
    const { keys } = scan as unknown as { keys: readonly string[] };
    const cells: UsageCell[] = keys.flatMap((key, meter) =>
      Object.entries(fake.usage[key] ?? {})
        .filter(([customer]) => customers === null || customers.includes(customer))
        .sort(([a], [b]) => compareBytes(a, b))
        .map(([customer, hours]) => ({ meter, customer, hours, evidence: null })),
    );
    const size = fake.chunkCells ?? 10;
    for (let start = 0, chunk = 0; start < cells.length || chunk === 0; start += size, chunk += 1) {
      await fake.before?.(chunk, signal);
      const part = cells.slice(start, start + size);
      onProgress?.({ rows: start + part.length, bytes: (start + part.length) * 10 });
      if (part.length > 0) yield part;
    }
  },
  async *readSeries() {
    // No meter of these worlds keeps its series.
  },
  inspect: async () => [],
  check: async () => ({ problems: [], dryRuns: [] }),
  close: async () => undefined,
});

/** Per meter id, per customer id: value per hour; the month's total is their sum unless `totals` says otherwise. */
export type FakeBilling = {
  meters: readonly Meter[];
  customers: readonly Customer[];
  /** Found one by one, but in no list. */
  unlisted?: readonly Customer[];
  prices?: readonly Price[];
  subscriptions?: readonly Subscription[];
  invoices?: readonly Invoice[];
  products?: readonly Product[];
  /** Found one by one, but in no list. */
  unlistedProducts?: readonly Product[];
  creditGrants?: readonly CreditGrant[];
  /** By customer id; null where they cannot be read. */
  creditsApplied?: Readonly<Record<string, ReadonlyMap<string, bigint> | null>>;
  totals: Record<string, Record<string, string>>;
  hours?: Record<string, Record<string, readonly (readonly [number, string])[]>>;
  before?: (what: 'month' | 'hours' | 'list', request: SummaryRequest | null) => Promise<void> | void;
  asked?: string[];
};

export function fakeBillingSource(fake: FakeBilling): BillingSource {
  let requests = 0;
  async function* list<T>(items: readonly T[] | undefined): AsyncGenerator<readonly T[]> {
    requests += 1;
    await fake.before?.('list', null);
    if (items !== undefined && items.length > 0) yield items;
  }
  return {
    meters: () => list(fake.meters),
    customers: () => list(fake.customers),
    customer: async (id) => {
      requests += 1;
      return fake.unlisted?.find((customer) => customer.id === id) ?? null;
    },
    products: () => list(fake.products),
    product: async (id) => fake.unlistedProducts?.find((product) => product.id === id) ?? null,
    prices: () => list(fake.prices),
    price: async () => null,
    subscriptions: () => list(fake.subscriptions),
    creditGrants: () => list(fake.creditGrants),
    creditsApplied: async (id) => {
      fake.asked?.push(`credits of ${id}`);
      const applied = fake.creditsApplied?.[id];
      return applied === undefined ? new Map() : applied;
    },
    taxRates: () => list<never>([]),
    invoices: () => list(fake.invoices),
    monthSummary: async (request) => {
      requests += 1;
      fake.asked?.push(`${request.meterId}/${request.customerId}`);
      await fake.before?.('month', request);
      const value = fake.totals[request.meterId]?.[request.customerId];
      return value === undefined ? null : { from: request.period.from, to: request.period.to, value };
    },
    hourSummaries: async (request) => {
      requests += 1;
      fake.asked?.push(`${request.meterId}/${request.customerId} by hour`);
      await fake.before?.('hours', request);
      return (fake.hours?.[request.meterId]?.[request.customerId] ?? []).map(([hour, value]): EventSummary => {
        const from = instant(request.period.from + hour * HOUR_MS);
        return { from, to: instant(from + HOUR_MS), value };
      });
    },
    counts: () => ({ requests, retries: 0 }),
    warnings: () => [],
    check: async () => ({ problems: [], meters: [] }),
    close: async () => undefined,
  };
}

export const customer = (id: string, usageId: string | null, rest: Partial<Customer> = {}): Customer => ({
  id,
  name: `Name of ${id}`,
  email: null,
  metadata: usageId === null ? {} : { workspace_id: usageId },
  currency: 'usd',
  balanceMinor: 0n,
  discount: null,
  taxExempt: 'none',
  isDeleted: false,
  testClock: null,
  created: CREATED,
  ...rest,
});

export const stripeMeter = (id: string, eventName: string, rest: Partial<Meter> = {}): Meter => ({
  id,
  displayName: eventName,
  eventName,
  formula: 'sum',
  status: 'active',
  eventTimeWindow: null,
  customerPayloadKey: 'stripe_customer_id',
  valuePayloadKey: 'value',
  created: CREATED,
  ...rest,
});

export const pullMeter = (key: string, rest: Partial<PullMeter> = {}): PullMeter => ({
  key,
  stripe: { eventName: key },
  usage: {
    template: 'events',
    table: 'events',
    columns: { customer: 'customer', at: 'at', value: 'value', id: null, key: null },
    aggregate: 'sum',
    filter: null,
    scale: UNIT_FRACTION,
    combine: 'sum',
  },
  tolerance: { relative: parseDecimal('0.001'), absolute: parseDecimal('0') },
  usageFingerprint: `usage of ${key}`,
  stripeFingerprint: `stripe of ${key}`,
  ...rest,
});

/** Whole hours from the first one. */
export const wholeHours = (...values: readonly (number | bigint)[]): readonly UsageHour[] =>
  values.map((whole, hour) => ({ hour, whole, frac: 0 }));
