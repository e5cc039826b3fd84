import type { PreviewRequest } from '../../../../main/api/invoices/preview-month.ts';
import type { ReconcileSettings } from '../../../../main/api/reconcile/settings.ts';
import { replaceCatalog } from '../../../../main/cache/catalog-store.ts';
import { packHours } from '../../../../main/cache/hour-pack.ts';
import { usageKeyOf } from '../../../../main/cache/identity-store.ts';
import { rebuildMapping } from '../../../../main/cache/mapping-store.ts';
import type { Db } from '../../../../main/cache/open.ts';
import { beginPull, completeCatalogPull, completePull, meterKeyOf } from '../../../../main/cache/pull-store.ts';
import { writeHourSummaries, writeMonthSummary } from '../../../../main/cache/summary-store.ts';
import type { CreditGrant } from '../../../../shared/billing/credit-grant.ts';
import type { Customer } from '../../../../shared/billing/customer.ts';
import type { Coupon, Discount, TaxRate } from '../../../../shared/billing/discount.ts';
import type { Invoice, InvoiceLine } from '../../../../shared/billing/invoice.ts';
import type { Price } from '../../../../shared/billing/price.ts';
import type { Subscription, SubscriptionItem } from '../../../../shared/billing/subscription.ts';
import { STRIPE_RATING } from '../../../../shared/rating/options.ts';
import { formatDecimal, parseDecimal, sum } from '../../../../shared/values/decimal.ts';
import { parseFraction } from '../../../../shared/values/fraction.ts';
import { type Instant, parseInstant } from '../../../../shared/values/instant.ts';
import { parseMonth } from '../../../../shared/values/period.ts';
import { requireStored } from '../../../../shared/values/quantity.ts';
import { scratchCache } from '../../cache/scratch.ts';

export const at = (text: string): Instant => parseInstant(text);
export const NOW = at('2026-08-01T00:00:00Z');

/** A month total as text, or hours by number. Null: asked, and there is no event. */
export type Series = string | null | { readonly [hour: number]: string };

/** Months → customers (metered) or usage ids (measured) → series; one meter, `calls`. */
export type Usage = { readonly [month: string]: { readonly [id: string]: Series } };

export type BillingWorld = {
  readonly customers?: readonly (Partial<Customer> & { readonly id: string })[];
  readonly prices?: readonly Price[];
  readonly products?: readonly { readonly id: string; readonly name: string; readonly isDeleted?: boolean }[];
  readonly subscriptions: readonly Subscription[];
  readonly grants?: readonly CreditGrant[];
  readonly creditsLeft?: Readonly<Record<string, bigint>>;
  readonly taxRates?: readonly TaxRate[];
  readonly invoices?: readonly Invoice[];
  readonly metered?: Usage;
  readonly measured?: Usage;
  /** Of the measured values; `native × scale` is the billed unit. */
  readonly scale?: string;
  readonly formula?: 'sum' | 'count' | 'last';
  readonly combine?: 'sum' | 'last' | 'max';
  readonly template?: string;
  readonly pulledAt?: string;
};

/** `mtr_calls`, metered, half a cent a call. */
export const callsPrice = (more: Partial<Price> = {}): Price => ({
  id: 'price_calls',
  productId: 'prod_calls',
  nickname: null,
  isActive: true,
  currency: 'usd',
  billingScheme: 'per_unit',
  tiersMode: null,
  transformQuantity: null,
  unitAmount: '0.5',
  tiers: null,
  usageType: 'metered',
  meterId: 'mtr_calls',
  interval: { unit: 'month', count: 1 },
  currencyOptions: [],
  taxBehavior: 'unspecified',
  created: at('2025-01-01'),
  ...more,
});

export const seatsPrice = (more: Partial<Price> = {}): Price =>
  callsPrice({
    id: 'price_seats',
    productId: 'prod_seats',
    unitAmount: '1000',
    usageType: 'licensed',
    meterId: null,
    ...more,
  });

export const item = (id: string, priceId: string, more: Partial<SubscriptionItem> = {}): SubscriptionItem => ({
  id,
  subscriptionId: 'sub_a',
  priceId,
  quantity: null,
  currentPeriod: null,
  discounts: [],
  taxRateIds: [],
  created: at('2026-01-01'),
  ...more,
});

export const subscription = (more: Partial<Subscription> = {}): Subscription => ({
  id: 'sub_a',
  customerId: 'cus_a',
  status: 'active',
  currency: 'usd',
  billingCycleAnchor: at('2026-01-01'),
  startedAt: at('2026-01-01'),
  endedAt: null,
  canceledAt: null,
  cancelAt: null,
  trial: { from: null, to: null },
  items: [item('si_calls', 'price_calls')],
  discounts: [],
  defaultTaxRateIds: [],
  isAutomaticTax: false,
  pausedCollection: null,
  created: at('2026-01-01'),
  ...more,
});

export const coupon = (more: Partial<Coupon>): Coupon => ({
  id: 'coupon_a',
  name: null,
  percentOff: null,
  amountOff: null,
  currency: null,
  duration: 'forever',
  durationInMonths: null,
  productIds: null,
  ...more,
});

export const discount = (of: Partial<Coupon>, more: Partial<Discount> = {}): Discount => ({
  id: 'di_a',
  coupon: coupon(of),
  start: at('2026-01-01'),
  end: null,
  ...more,
});

export const grant = (more: Partial<CreditGrant>): CreditGrant => ({
  id: 'credgr_a',
  customerId: 'cus_a',
  name: null,
  category: 'paid',
  currency: 'usd',
  amount: '1000',
  priority: 50,
  effectiveAt: null,
  expiresAt: null,
  voidedAt: null,
  priceIds: null,
  created: at('2026-01-01'),
  ...more,
});

export const line = (id: string, amountMinor: bigint, more: Partial<InvoiceLine> = {}): InvoiceLine => ({
  id,
  invoiceId: 'in_a',
  amountMinor,
  currency: 'usd',
  description: null,
  quantity: null,
  unitAmount: null,
  priceId: 'price_calls',
  subscriptionId: 'sub_a',
  subscriptionItemId: 'si_calls',
  servicePeriod: { from: at('2026-05-01'), to: at('2026-06-01') },
  isProration: false,
  origin: 'subscription_item',
  discountMinor: 0n,
  discounts: [],
  creditMinor: 0n,
  taxes: [],
  ...more,
});

/** Totals are those of the lines where they are not given. */
export function invoice(lines: readonly InvoiceLine[], more: Partial<Invoice> = {}): Invoice {
  const add = (of: (row: InvoiceLine) => bigint): bigint => lines.reduce((total, row) => total + of(row), 0n);
  const taxOf = (row: InvoiceLine, isInclusive: boolean | null): bigint =>
    row.taxes.reduce(
      (total, tax) => (isInclusive === null || tax.isInclusive === isInclusive ? total + tax.amountMinor : total),
      0n,
    );
  const subtotalMinor = add((row) => row.amountMinor);
  const discountMinor = add((row) => row.discountMinor);
  const creditMinor = add((row) => row.creditMinor);
  const totalMinor = subtotalMinor - discountMinor - creditMinor + add((row) => taxOf(row, false));
  const starting = more.startingBalanceMinor ?? 0n;
  const due = totalMinor + starting;
  return {
    id: 'in_a',
    number: 'A-1',
    customerId: 'cus_a',
    subscriptionId: 'sub_a',
    status: 'paid',
    currency: 'usd',
    billingReason: 'subscription_cycle',
    period: { from: at('2026-05-01'), to: at('2026-06-01') },
    created: at('2026-06-01T00:01:00Z'),
    finalizedAt: more.status === 'draft' ? null : at('2026-06-01T01:01:00Z'),
    subtotalMinor,
    discountMinor,
    creditMinor,
    taxMinor: add((row) => taxOf(row, null)),
    totalMinor,
    startingBalanceMinor: starting,
    endingBalanceMinor: 0n,
    amountDueMinor: due > 0n ? due : 0n,
    isAutomaticTax: false,
    lines: lines.map((row) => ({ ...row, invoiceId: more.id ?? 'in_a' })),
    ...more,
  };
}

/** A cache made with the stores, and the request that asks for a month of it. */
export function billingWorld(world: BillingWorld): { readonly db: Db; readonly request: PreviewRequest } {
  const db = scratchCache();
  writeCatalog(db, world);
  rebuildMapping(db, { by: 'metadata', key: 'ws' }, null, { testClocks: false });
  for (const [month, cells] of Object.entries(world.metered ?? {})) writeMetered(db, world, month, cells);
  for (const [month, cells] of Object.entries(world.measured ?? {})) writeMeasured(db, world, month, cells);
  const settings = settingsOf(world);
  const request = {
    db,
    settings,
    distinctMeters: new Set<string>(),
    month: parseMonth('2026-05'),
    now: NOW,
    quantities: 'metered' as const,
  };
  return { db, request };
}

function writeCatalog(db: Db, world: BillingWorld): void {
  const ids = [...new Set(world.subscriptions.map(({ customerId }) => customerId))];
  const customers = world.customers ?? ids.map((id) => ({ id }));
  const month = parseMonth('2026-05');
  const pull = beginPull(db, {
    source: 'catalog',
    month,
    meterKey: null,
    startedAt: pulledAt(world),
    toolVersion: 'test',
    fingerprint: 'c',
    mappingFingerprint: 'm',
    selection: null,
    query: null,
    combine: null,
    exponent: 0,
    stripeMeterId: null,
  });
  const steps = replaceCatalog(
    db,
    {
      meters: [
        {
          id: 'mtr_calls',
          displayName: 'Calls',
          eventName: 'calls',
          formula: world.formula ?? 'sum',
          status: 'active',
          eventTimeWindow: null,
          customerPayloadKey: 'stripe_customer_id',
          valuePayloadKey: 'value',
          created: at('2025-01-01'),
        },
      ],
      customers: customers.map((customer) => ({
        name: null,
        email: null,
        metadata: { ws: customer.id.replace('cus', 'ws') },
        currency: null,
        balanceMinor: 0n,
        discount: null,
        taxExempt: 'none',
        isDeleted: false,
        testClock: null,
        created: at('2025-01-01'),
        ...customer,
      })),
      vanishedCustomerIds: [],
      products: (
        world.products ?? [
          { id: 'prod_calls', name: 'Calls' },
          { id: 'prod_seats', name: 'Seats' },
        ]
      ).map((product) => ({ isActive: true, isDeleted: false, ...product })),
      prices: world.prices ?? [callsPrice(), seatsPrice()],
      subscriptions: world.subscriptions,
      creditGrants: world.grants ?? [],
      creditsLeft: new Map(Object.entries(world.creditsLeft ?? {})),
      taxRates: world.taxRates ?? [],
      invoices: world.invoices ?? [],
    },
    month,
  );
  for (const _ of steps);
  completeCatalogPull(db, pull, { ...COUNTS, finishedAt: pulledAt(world) });
}

const COUNTS = { rows: 0, bytes: 0, requests: 0, retries: 0, skippedIdle: 0 };
const pulledAt = (world: BillingWorld): Instant => at(world.pulledAt ?? '2026-07-20T00:00:00Z');

function openPull(db: Db, world: BillingWorld, source: 'clickhouse' | 'stripe', month: string): number {
  return beginPull(db, {
    source,
    month: parseMonth(month),
    meterKey: meterKeyOf(db, 'calls'),
    startedAt: pulledAt(world),
    toolVersion: 'test',
    fingerprint: source === 'stripe' ? 's' : 'u',
    mappingFingerprint: 'm',
    selection: null,
    query: null,
    combine: world.combine ?? 'sum',
    exponent: 0,
    stripeMeterId: source === 'stripe' ? 'mtr_calls' : null,
  });
}

const closePull = (db: Db, pull: number): void =>
  completePull(db, pull, { ...COUNTS, finishedAt: NOW, contentHash: `h${pull}`, selection: null });

function writeMetered(db: Db, world: BillingWorld, month: string, cells: Readonly<Record<string, Series>>): void {
  const pull = openPull(db, world, 'stripe', month);
  for (const [id, series] of Object.entries(cells)) {
    const row = db.prepare('SELECT customer_key FROM customer WHERE id = ?').get(id) as { customer_key: number };
    writeMonthSummary(db, pull, row.customer_key, totalOf(series, world.formula === 'last' ? 'last' : 'sum'));
    if (typeof series === 'string' || series === null) continue;
    const hours = Object.entries(series).map(([hour, value]) => ({ hour: Number(hour), value }));
    writeHourSummaries(db, { pull, customerKey: row.customer_key }, hours);
  }
  closePull(db, pull);
}

function writeMeasured(db: Db, world: BillingWorld, month: string, cells: Readonly<Record<string, Series>>): void {
  const pull = openPull(db, world, 'clickhouse', month);
  for (const [id, series] of Object.entries(cells)) {
    const total = totalOf(series, world.combine ?? 'sum');
    if (total === null) continue;
    const { whole, frac } = requireStored(parseDecimal(total));
    const key = usageKeyOf(db, id);
    db.prepare('INSERT INTO usage_month VALUES (?, ?, ?, ?, NULL)').run(pull, key, whole, frac);
    if (typeof series === 'string' || series === null) continue;
    const hours = Object.entries(series).map(([hour, value]) => {
      const stored = requireStored(parseDecimal(value));
      return { hour: Number(hour), whole: stored.whole, frac: Number(stored.frac) };
    });
    db.prepare('INSERT INTO usage_hours VALUES (?, ?, ?)').run(pull, key, packHours(hours));
  }
  closePull(db, pull);
}

function totalOf(series: Series, combine: 'sum' | 'last' | 'max'): string | null {
  if (series === null || typeof series === 'string') return series;
  const values = Object.values(series);
  return combine === 'last' ? (values.at(-1) ?? '0') : formatDecimal(sum(values.map((value) => parseDecimal(value))));
}

const settingsOf = (world: BillingWorld): ReconcileSettings => ({
  workspace: 'Acme Cloud',
  meters: [
    {
      key: 'calls',
      unit: 'calls',
      stripe: { eventName: 'calls' },
      tolerance: { relative: parseDecimal('0.001'), absolute: parseDecimal('0'), stalenessMs: 7_200_000 },
      scale: parseFraction(world.scale ?? '1'),
      combine: world.combine ?? 'sum',
      template: world.template ?? 'events',
      usageFingerprint: 'u',
      stripeFingerprint: 's',
    },
  ],
  mappingFingerprint: 'm',
  rating: STRIPE_RATING,
  testClocks: false,
});
