import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { bulkInsert } from '../../main/cache/bulk-insert.ts';
import { replaceCatalog } from '../../main/cache/catalog-store.ts';
import { rebuildMapping } from '../../main/cache/mapping-store.ts';
import { type Db, openCache } from '../../main/cache/open.ts';
import { beginPull, completeCatalogPull, completePull, meterKeyOf } from '../../main/cache/pull-store.ts';
import { mappingFingerprint, stripeFingerprint, usageFingerprint } from '../../main/config/fingerprint.ts';
import type { Customer } from '../../shared/billing/customer.ts';
import type { Price } from '../../shared/billing/price.ts';
import type { Subscription } from '../../shared/billing/subscription.ts';
import { instant } from '../../shared/values/instant.ts';
import { monthPeriod } from '../../shared/values/period.ts';
import { performTask, timed } from '../child.ts';
import { openMonth } from '../month-workspace.ts';
import {
  CONFIG,
  customerId,
  customerName,
  customersOf,
  METERS,
  MONTH,
  meterName,
  PULLED_AT,
  sideFiles,
  usageId,
} from '../month-world.ts';
import { seeded } from '../seeded.ts';

type Input = {
  readonly folder: string;
  readonly cells: number;
  /** With a subscription for every customer, an item for every meter. */
  readonly isPriced: boolean;
  /** Write the rows of both sides as CSV too. */
  readonly withSides: boolean;
};

const COUNTS = { bytes: 0, requests: 0, retries: 0, skippedIdle: 0 };
const LONG_AGO = instant(Date.UTC(2025, 0, 1));

function make({ folder, cells, isPriced, withSides }: Input): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tieout.yaml'), CONFIG);
  const workspace = openMonth(folder);
  const db = openCache(workspace.paths.databaseFile, { now: PULLED_AT });
  const customers = customersOf(cells);
  const mapping = mappingFingerprint(workspace.config.customers, null);
  db.exec('BEGIN');
  writeCatalog(db, customers, isPriced);
  rebuildMapping(db, workspace.config.customers, null, { testClocks: false });
  db.exec('COMMIT');
  const sides = withSides ? createSides(folder) : null;
  for (const [index, meter] of workspace.config.meters.entries()) {
    const common = { month: MONTH, meterKey: meterKeyOf(db, meter.key), mappingFingerprint: mapping };
    const usage = beginPull(db, {
      ...common,
      source: 'clickhouse',
      startedAt: PULLED_AT,
      toolVersion: 'bench',
      fingerprint: usageFingerprint(meter.usage, workspace.config.clickhouse),
      selection: null,
      query: null,
      combine: 'sum',
      exponent: 0,
      stripeMeterId: null,
    });
    const summary = beginPull(db, {
      ...common,
      source: 'stripe',
      startedAt: PULLED_AT,
      toolVersion: 'bench',
      fingerprint: stripeFingerprint(meter, workspace.config.stripe),
      selection: null,
      query: null,
      combine: null,
      exponent: 0,
      stripeMeterId: `mtr_${meterName(index + 1)}`,
    });
    db.exec('BEGIN');
    writeCells(db, { meter: index + 1, customers, usage, summary, sides });
    db.exec('COMMIT');
    for (const pull of [usage, summary]) {
      completePull(db, pull, {
        ...COUNTS,
        rows: customers,
        finishedAt: PULLED_AT,
        contentHash: `meter ${index} of ${cells}`,
        selection: null,
      });
    }
  }
  sides?.close();
  db.exec('ANALYZE');
  db.close();
}

function writeCells(
  db: Db,
  at: {
    readonly meter: number;
    readonly customers: number;
    readonly usage: number;
    readonly summary: number;
    readonly sides: ReturnType<typeof createSides> | null;
  },
): void {
  const { meter, customers, sides } = at;
  const random = seeded(7_000 + meter);
  const usage = bulkInsert(db, 'usage_month', ['pull', 'usage_key', 'whole', 'frac', 'invalid']);
  const summary = bulkInsert(db, 'summary_month', ['pull', 'customer_key', 'has_value', 'whole', 'frac', 'exact']);
  for (let customer = 1; customer <= customers; customer += 1) {
    const isZero = random.below(33) === 0;
    const whole = isZero ? 0 : 1 + random.below(10_000_000);
    const frac = isZero || random.below(3) > 0 ? 0 : random.below(1_000_000) * 1_000_000;
    const fate = random.below(1000);
    const metered = fate < 4 ? Math.floor(whole * 0.9) : fate < 6 ? whole + 17 : whole;
    const hasUsage = fate !== 8;
    const hasSummary = fate !== 6 && fate !== 7;
    if (hasUsage) usage.add([at.usage, customer, whole, frac, null]);
    if (hasSummary) summary.add([at.summary, customer, 1, metered, frac, null]);
    else summary.add([at.summary, customer, 0, 0, 0, null]);
    if (sides === null) continue;
    if (hasUsage) sides.usage(`${meter},${customer},${whole},${frac}\n`);
    if (hasSummary) sides.summary(`${meter},${customer},${metered},${frac}\n`);
  }
  usage.flush();
  summary.flush();
}

function writeCatalog(db: Db, customers: number, isPriced: boolean): void {
  const pull = beginPull(db, {
    source: 'catalog',
    month: MONTH,
    meterKey: null,
    startedAt: PULLED_AT,
    toolVersion: 'bench',
    fingerprint: '',
    mappingFingerprint: '',
    selection: null,
    query: null,
    combine: null,
    exponent: 0,
    stripeMeterId: null,
  });
  const numbers = Array.from({ length: customers }, (_, index) => index + 1);
  const steps = replaceCatalog(
    db,
    {
      meters: Array.from({ length: METERS }, (_, index) => ({
        id: `mtr_${meterName(index + 1)}`,
        displayName: meterName(index + 1),
        eventName: meterName(index + 1),
        formula: 'sum' as const,
        status: 'active' as const,
        eventTimeWindow: null,
        customerPayloadKey: 'stripe_customer_id',
        valuePayloadKey: 'value',
        created: LONG_AGO,
      })),
      customers: numbers.map(customer),
      vanishedCustomerIds: [],
      products: [],
      prices: isPriced ? Array.from({ length: METERS }, (_, index) => price(index + 1)) : [],
      subscriptions: isPriced ? numbers.map(subscription) : [],
      creditGrants: [],
      creditsLeft: new Map(),
      taxRates: [],
      invoices: [],
    },
    MONTH,
  );
  for (const step of steps) void step;
  completeCatalogPull(db, pull, { ...COUNTS, rows: customers, finishedAt: PULLED_AT });
}

const customer = (number: number): Customer => ({
  id: customerId(number),
  name: customerName(number),
  email: null,
  metadata: { workspace_id: usageId(number) },
  currency: 'usd',
  balanceMinor: 0n,
  discount: null,
  taxExempt: 'none',
  isDeleted: false,
  testClock: null,
  created: LONG_AGO,
});

/** Half per unit with decimals of a cent, half graduated in three tiers. */
const price = (meter: number): Price => ({
  id: `price_${meterName(meter)}`,
  productId: null,
  nickname: null,
  isActive: true,
  billingScheme: meter % 2 === 0 ? 'per_unit' : 'tiered',
  tiersMode: meter % 2 === 0 ? null : 'graduated',
  transformQuantity: null,
  usageType: 'metered',
  meterId: `mtr_${meterName(meter)}`,
  interval: { unit: 'month', count: 1 },
  currency: 'usd',
  unitAmount: meter % 2 === 0 ? `0.00${meter}` : null,
  tiers:
    meter % 2 === 0
      ? null
      : [
          { upTo: '1000', unitAmount: '0', flatAmount: null },
          { upTo: '1000000', unitAmount: `0.0${meter}`, flatAmount: '500' },
          { upTo: null, unitAmount: `0.00${meter}`, flatAmount: null },
        ],
  currencyOptions: [],
  taxBehavior: 'unspecified',
  created: LONG_AGO,
});

function subscription(number: number): Subscription {
  const id = `sub_${String(number).padStart(8, '0')}`;
  const { from, to } = monthPeriod(MONTH);
  return {
    id,
    customerId: customerId(number),
    status: 'active',
    currency: 'usd',
    billingCycleAnchor: LONG_AGO,
    startedAt: LONG_AGO,
    endedAt: null,
    canceledAt: null,
    cancelAt: null,
    trial: { from: null, to: null },
    items: Array.from({ length: METERS }, (_, index) => ({
      id: `si_${String(number).padStart(8, '0')}_${index}`,
      subscriptionId: id,
      priceId: `price_${meterName(index + 1)}`,
      quantity: null,
      currentPeriod: { from, to },
      discounts: [],
      taxRateIds: [],
      created: LONG_AGO,
    })),
    discounts: [],
    defaultTaxRateIds: [],
    isAutomaticTax: false,
    pausedCollection: null,
    created: LONG_AGO,
  };
}

function createSides(folder: string) {
  const files = sideFiles(folder);
  const usage = sink(files.usage);
  const summary = sink(files.summary);
  return {
    usage: usage.add,
    summary: summary.add,
    close: () => {
      usage.close();
      summary.close();
    },
  };
}

function sink(path: string) {
  const handle = openSync(path, 'w');
  let text = '';
  return {
    add: (line: string): void => {
      text += line;
      if (text.length < 1 << 18) return;
      writeSync(handle, text);
      text = '';
    },
    close: (): void => {
      writeSync(handle, text);
      closeSync(handle);
    },
  };
}

/** Makes a workspace as pulls would have left it: nine in a thousand cells drift, or lack a side; one in 33 is zero. */
await performTask<Input>(async (input) => {
  const { ms } = await timed(() => make(input));
  return { ms, check: '' };
});
