import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findCustomer } from '../../../main/cache/customer-store.ts';
import { readSummaryHours, readUsageHours } from '../../../main/cache/hours-store.ts';
import { findUsageKey } from '../../../main/cache/identity-store.ts';
import { readMeterLines } from '../../../main/cache/invoice-store.ts';
import { readAliveItems } from '../../../main/cache/item-store.ts';
import type { Db } from '../../../main/cache/open.ts';
import { readPullsInForce } from '../../../main/cache/pull-store.ts';
import { readSummaryTotal, readUsageTotal } from '../../../main/cache/total-store.ts';
import { pullMonth } from '../../../main/pull/pull-month.ts';
import type { PullMonthRequest } from '../../../main/pull/pull-request.ts';
import { type StripeSandbox, startStripeSandbox } from '../../../main/sandbox/stripe/server.ts';
import { createStripeSource } from '../../../main/sources/stripe/source.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import { HOUR_MS, instant, parseInstant } from '../../../shared/values/instant.ts';
import { scratchCache } from '../cache/scratch.ts';
import { events, startEngine, type TestEngine } from '../sources/clickhouse/engine.ts';
import { MONTH, PERIOD, pullMeter } from './fake-sources.ts';

const NOW = parseInstant('2026-06-01T02:00:00Z');

let engine: TestEngine;
let sandbox: StripeSandbox;

beforeAll(async () => {
  engine = await startEngine({ timezone: 'Asia/Kolkata' });
  await engine.run(
    `CREATE TABLE calls (tenant String, at DateTime64(3, 'UTC'), qty Decimal(38, 12), big UInt64)
     ENGINE = MergeTree ORDER BY (tenant, at)`,
  );
  await engine.insert('calls', [
    { tenant: 'ws_1', at: '2026-05-01 00:00:00.000', qty: '123456789012345678.123456789012', big: '18014398509481985' },
    { tenant: 'ws_1', at: '2026-05-31 23:59:59.999', qty: '0.000000000001', big: '1' },
    { tenant: 'ws_1', at: '2026-06-01 00:00:00.000', qty: '5000', big: '5000' },
    { tenant: 'ws_1', at: '2026-04-30 23:59:59.999', qty: '5000', big: '5000' },
    { tenant: 'ws_1b', at: '2026-05-10 12:30:00.000', qty: '2', big: '3' },
    { tenant: 'ws_2', at: '2026-05-10 12:30:00.000', qty: '100', big: '100' },
    { tenant: 'ws_nobody', at: '2026-05-10 12:30:00.000', qty: '7', big: '7' },
  ]);
}, 60_000);
afterAll(() => engine?.stop());

beforeEach(async () => {
  sandbox = await startStripeSandbox({ clock: NOW });
  const start = parseInstant('2026-01-01T00:00:00Z');
  sandbox.seed({
    customers: [
      { id: 'cus_1', name: 'Globex', metadata: { workspace_id: 'ws_1' } },
      { id: 'cus_2', name: 'Initech', metadata: { workspace_id: 'ws_2' } },
      { id: 'cus_3', name: 'Hooli' },
    ],
    products: [{ id: 'prod_1', name: 'Calls' }],
    meters: [
      { id: 'mtr_qty', eventName: 'qty', formula: 'sum' },
      { id: 'mtr_big', eventName: 'big', formula: 'sum', status: 'inactive' },
    ],
    prices: [{ id: 'price_qty', product: 'prod_1', meter: 'mtr_qty', unitAmount: '0.5' }],
    subscriptions: [
      { id: 'sub_1', customer: 'cus_1', start, items: [{ id: 'si_1', price: 'price_qty' }] },
      { id: 'sub_2', customer: 'cus_2', start, items: [{ id: 'si_2', price: 'price_qty' }] },
    ],
    invoices: [
      {
        id: 'in_2',
        customer: 'cus_2',
        subscription: 'sub_2',
        status: 'paid',
        period: PERIOD,
        lines: [{ price: 'price_qty', quantity: '90', amountMinor: 45n, subscriptionItem: 'si_2', period: PERIOD }],
      },
    ],
  });
  const push = (customerId: string, hour: number, value: string) => {
    const at = instant(PERIOD.from + hour * HOUR_MS + 60_000);
    return { meterId: 'mtr_qty', customerId, timestamp: at, receivedAt: at, value };
  };
  sandbox.load([
    push('cus_1', 0, '123456789012345'),
    push('cus_2', 228, '40'),
    push('cus_2', 230, '50'),
    push('cus_3', 5, '1.5'),
  ]);
  return () => sandbox.stop();
});

const meters = (['qty', 'big'] as const).map((value) =>
  pullMeter(value, { usage: events({ customer: 'tenant', value }, { table: 'calls' }) }),
);

async function pull(db: Db, rest: Partial<PullMonthRequest> = {}): Promise<ReturnType<typeof pullMonth>> {
  const billing = createStripeSource({
    apiKey: sandbox.keys.restricted,
    apiBase: sandbox.url,
    requestsPerSecond: 2_000,
    testClocks: false,
    maxRetries: 3,
    random: () => 0.1,
  });
  try {
    return await pullMonth({
      db,
      usage: engine.source,
      billing,
      meters,
      customers: { match: { by: 'metadata', key: 'workspace_id' }, links: null, fingerprint: 'by workspace_id' },
      testClocks: false,
      month: MONTH,
      select: {},
      skipIdle: false,
      hourly: 'drifting',
      toolVersion: 'test',
      now: () => NOW,
      signal: new AbortController().signal,
      ...rest,
    });
  } finally {
    await billing.close();
  }
}

const pullOf = (db: Db, meter: string, source: 'clickhouse' | 'stripe'): number =>
  readPullsInForce(db, MONTH).find((one) => one.meter === meter && one.source === source)?.pull ?? 0;
const measured = (db: Db, meter: string, usageId: string) =>
  readUsageTotal(db, pullOf(db, meter, 'clickhouse'), findUsageKey(db, usageId) ?? 0);
const keyOf = (db: Db, id: string): number => findCustomer(db, id)?.key ?? 0;
const metered = (db: Db, meter: string, id: string) => readSummaryTotal(db, pullOf(db, meter, 'stripe'), keyOf(db, id));

const hashes = (db: Db) =>
  readPullsInForce(db, MONTH).map(({ meter, source, contentHash }) => [meter, source, contentHash]);

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    return isTieoutError(error) ? error.code : String(error);
  }
  return 'no failure';
};

test('a month comes exactly through both engines into the cache, and again without a change', async () => {
  const db = scratchCache();
  const result = await pull(db);
  expect(measured(db, 'qty', 'ws_1')).toEqual({
    hasValue: true,
    whole: 123456789012345678n,
    frac: 123_456_789_013n,
    text: null,
  });
  expect(measured(db, 'big', 'ws_1')?.whole).toBe(18014398509481986n);
  expect(measured(db, 'qty', 'ws_nobody')?.whole).toBe(7n);
  const usageKey = findUsageKey(db, 'ws_1') ?? 0;
  expect(readUsageHours(db, pullOf(db, 'big', 'clickhouse'), usageKey)).toEqual([
    { hour: 0, whole: 18014398509481985n, frac: 0 },
    { hour: 743, whole: 1, frac: 0 },
  ]);
  expect(metered(db, 'qty', 'cus_1')?.whole).toBe(123456789012345n);
  expect(metered(db, 'big', 'cus_1')).toMatchObject({ hasValue: false });
  expect(readSummaryHours(db, pullOf(db, 'qty', 'stripe'), keyOf(db, 'cus_2'))).toEqual([
    { hour: 228, whole: 40, frac: 0 },
    { hour: 230, whole: 50, frac: 0 },
  ]);
  expect(readAliveItems(db, PERIOD, 'mtr_qty').map(({ customerKey, priceId }) => [customerKey, priceId])).toEqual([
    [keyOf(db, 'cus_1'), 'price_qty'],
    [keyOf(db, 'cus_2'), 'price_qty'],
  ]);
  expect(readMeterLines(db, { period: PERIOD, meterId: 'mtr_qty', customerKey: keyOf(db, 'cus_2') })).toMatchObject([
    { customerKey: keyOf(db, 'cus_2'), quantity: '90', amountMinor: 45n, status: 'paid' },
  ]);
  expect(result.warnings.map(({ code }) => code)).toEqual(['stripe.meter_inactive']);
  expect(result.complete).toBe(true);
  expect(result.sources.stripe.cells).toBe(6);
  const first = hashes(db);
  await pull(db);
  expect(hashes(db)).toEqual(first);
});

test('a customer deleted in Stripe keeps its cell', async () => {
  const db = scratchCache();
  await pull(db);
  sandbox.deleteCustomer('cus_2');
  await pull(db);
  expect(findCustomer(db, 'cus_2')).toMatchObject({ isDeleted: true, name: 'Initech' });
  expect(metered(db, 'qty', 'cus_2')?.whole).toBe(90n);
});

test('Stripe stumbling now and then costs retries, not numbers', async () => {
  const db = scratchCache();
  await pull(db);
  const first = hashes(db);
  sandbox.faults.add({ kind: 'rate_limited', retryAfterSeconds: 0, path: /event_summaries/, times: 2 });
  sandbox.faults.add({ kind: 'server_error', path: /customers/, times: 1 });
  const result = await pull(db);
  expect(result.sources.stripe.retries).toBeGreaterThanOrEqual(3);
  expect(hashes(db)).toEqual(first);
});

test('Stripe failing for good, or refusing the key, leaves the cache as before', async () => {
  const db = scratchCache();
  await pull(db);
  const first = hashes(db);
  const fault = sandbox.faults.add({
    kind: 'server_error',
    path: /event_summaries/,
    skip: 2,
    times: Number.POSITIVE_INFINITY,
  });
  expect(await codeOf(pull(db))).toMatch(/^stripe\./);
  fault.remove();
  expect(hashes(db).filter(([, source]) => source === 'stripe')).toEqual(
    first.filter(([, source]) => source === 'stripe'),
  );
  await pull(db);
  expect(hashes(db)).toEqual(first);
});

test('ClickHouse breaking off, refusing or gone leaves the cache as before', async () => {
  const db = scratchCache();
  await pull(db);
  const first = hashes(db);
  for (const fault of [
    { kind: 'break', afterBytes: 40, match: 'calls' } as const,
    {
      kind: 'error',
      afterBytes: 40,
      message: 'Code: 241. DB::Exception: Memory limit exceeded',
      match: 'calls',
    } as const,
    { kind: 'refuse' } as const,
  ]) {
    await engine.server.setFault(fault);
    expect(await codeOf(pull(db)), fault.kind).toMatch(/^clickhouse\./);
    await engine.server.setFault(null);
    expect(hashes(db)).toEqual(first);
  }
  await pull(db);
  expect(hashes(db)).toEqual(first);
});

test('a cancel while ClickHouse answers slowly is heard within 200 ms', async () => {
  const db = scratchCache();
  await engine.server.setFault({ kind: 'slow', firstByteMs: 5_000, betweenChunksMs: 0, match: 'calls' });
  const controller = new AbortController();
  const pulling = codeOf(pull(db, { signal: controller.signal }));
  await expect.poll(() => sandbox.requests.log.some(({ path }) => path.includes('event_summaries'))).toBe(true);
  const at = performance.now();
  controller.abort();
  expect(await pulling).toBe('pull.cancelled');
  expect(performance.now() - at).toBeLessThan(400);
  await engine.server.setFault(null);
  expect(readPullsInForce(db, MONTH)).toEqual([]);
  await pull(db);
  expect(readPullsInForce(db, MONTH).length).toBe(4);
});

test('one customer pulled alone, by its usage id', async () => {
  const db = scratchCache();
  await pull(db, { select: { customers: ['ws_2'] } });
  expect(measured(db, 'qty', 'ws_2')?.whole).toBe(100n);
  expect(measured(db, 'qty', 'ws_1')).toBeNull();
  expect(metered(db, 'qty', 'cus_2')?.whole).toBe(90n);
});
