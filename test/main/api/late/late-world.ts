import type { LateRequest } from '../../../../main/api/late/late-month.ts';
import type { ReconcileMeter, ReconcileSettings } from '../../../../main/api/reconcile/settings.ts';
import type { Db } from '../../../../main/cache/open.ts';
import { pullMonth } from '../../../../main/pull/pull-month.ts';
import type { UsageHour } from '../../../../main/sources/usage-source.ts';
import type { Invoice, InvoiceLine, InvoiceStatus } from '../../../../shared/billing/invoice.ts';
import type { Price } from '../../../../shared/billing/price.ts';
import type { Subscription } from '../../../../shared/billing/subscription.ts';
import { STRIPE_RATING } from '../../../../shared/rating/options.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { UNIT_FRACTION } from '../../../../shared/values/fraction.ts';
import { type Instant, parseInstant } from '../../../../shared/values/instant.ts';
import type { Period } from '../../../../shared/values/period.ts';
import { scratchCache } from '../../cache/scratch.ts';
import {
  CREATED,
  customer,
  type FakeBilling,
  fakeBillingSource,
  fakeUsageSource,
  MONTH,
  PERIOD,
  pullMeter,
  stripeMeter,
} from '../../pull/fake-sources.ts';

export const BILLED_AT: Instant = parseInstant('2026-06-01T02:00:00Z');
export const LATER: Instant = parseInstant('2026-06-09T08:00:00Z');

export const price = (id: string, terms: Partial<Price>): Price => ({
  id,
  productId: 'prod_1',
  nickname: null,
  isActive: true,
  currency: 'usd',
  billingScheme: terms.tiers === undefined ? 'per_unit' : 'tiered',
  unitAmount: null,
  tiersMode: null,
  tiers: null,
  transformQuantity: null,
  usageType: 'metered',
  meterId: 'mtr_calls',
  interval: { unit: 'month', count: 1 },
  currencyOptions: [],
  taxBehavior: 'unspecified',
  created: CREATED,
  ...terms,
});

/** One line of the invoice of `cus_1`: quantity and amount as Stripe shows them. */
export type Shown = readonly [quantity: string, amountMinor: bigint, unitAmount?: string];

export type Billed = {
  readonly price: Price;
  readonly shown: readonly Shown[];
  readonly invoiceId?: string;
  readonly status?: InvoiceStatus;
  readonly period?: Period;
};

export const invoiceOf = ({
  price: sold,
  shown,
  invoiceId = 'in_1',
  status = 'open',
  period = PERIOD,
}: Billed): Invoice => ({
  id: invoiceId,
  number: null,
  customerId: 'cus_1',
  subscriptionId: 'sub_1',
  status,
  currency: sold.currency,
  billingReason: 'subscription_cycle',
  period,
  created: BILLED_AT,
  finalizedAt: BILLED_AT,
  subtotalMinor: 0n,
  discountMinor: 0n,
  creditMinor: 0n,
  taxMinor: 0n,
  totalMinor: 0n,
  startingBalanceMinor: 0n,
  endingBalanceMinor: null,
  amountDueMinor: 0n,
  isAutomaticTax: false,
  lines: shown.map(
    ([quantity, amountMinor, unitAmount = null], index): InvoiceLine => ({
      id: `${invoiceId.replace('in', 'il')}_${index + 1}`,
      invoiceId,
      amountMinor,
      currency: sold.currency,
      description: null,
      quantity,
      unitAmount,
      priceId: sold.id,
      subscriptionId: 'sub_1',
      subscriptionItemId: 'si_1',
      servicePeriod: period,
      isProration: false,
      origin: 'subscription_item',
      discountMinor: 0n,
      discounts: [],
      creditMinor: 0n,
      taxes: [],
    }),
  ),
});

export const subscription = (trial: Subscription['trial'] | null = null): Subscription =>
  ({
    id: 'sub_1',
    customerId: 'cus_1',
    status: 'active',
    currency: 'usd',
    collectionMethod: 'charge_automatically',
    billingCycleAnchor: PERIOD.from,
    startedAt: PERIOD.from,
    cancelAt: null,
    cancelAtPeriodEnd: false,
    canceledAt: null,
    endedAt: null,
    trial: trial ?? { from: null, to: null },
    discounts: [],
    defaultTaxRateIds: [],
    isAutomaticTax: false,
    pausedCollection: null,
    testClock: null,
    created: CREATED,
    items: [],
  }) as unknown as Subscription;

/** A workspace with one meter, `calls`, whose usage and invoices a test changes between pulls. */
export type LateWorld = {
  readonly db: Db;
  readonly billing: { -readonly [Key in keyof FakeBilling]: FakeBilling[Key] };
  pull(at: Instant, hours: readonly UsageHour[], fingerprint?: string): Promise<void>;
  request(now: Instant): LateRequest;
};

export function lateWorld(billed: Billed, more: Partial<FakeBilling> = {}): LateWorld {
  const db = scratchCache();
  const billing: LateWorld['billing'] = {
    meters: [stripeMeter('mtr_calls', 'calls')],
    customers: [customer('cus_1', 'ws_1')],
    prices: [billed.price],
    invoices: [invoiceOf(billed)],
    totals: {},
    ...more,
  };
  return {
    db,
    billing,
    async pull(at, hours, fingerprint = 'usage of calls') {
      await pullMonth({
        db,
        usage: fakeUsageSource({ usage: { calls: { ws_1: hours } } }),
        billing: fakeBillingSource(billing),
        meters: [pullMeter('calls', { usageFingerprint: fingerprint })],
        customers: { match: { by: 'metadata', key: 'workspace_id' }, links: null, fingerprint: 'by workspace_id' },
        testClocks: false,
        month: MONTH,
        select: {},
        skipIdle: false,
        hourly: 'drifting',
        toolVersion: 'test',
        now: () => at,
        signal: new AbortController().signal,
      });
    },
    request: (now) => ({ db, settings: SETTINGS, distinctMeters: new Set(), month: MONTH, now }),
  };
}

const METER: ReconcileMeter = {
  key: 'calls',
  unit: 'calls',
  stripe: { eventName: 'calls' },
  tolerance: { relative: parseDecimal('0'), absolute: parseDecimal('0'), stalenessMs: 0 },
  scale: UNIT_FRACTION,
  combine: 'sum',
  template: 'events',
  usageFingerprint: 'usage of calls',
  stripeFingerprint: 'stripe of calls',
};

const SETTINGS: ReconcileSettings = {
  workspace: 'test',
  meters: [METER],
  mappingFingerprint: 'by workspace_id',
  rating: STRIPE_RATING,
  testClocks: false,
};
