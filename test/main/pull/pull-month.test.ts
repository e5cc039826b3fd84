import { expect, test } from 'vitest';
import { readHeldGrants, readProducts } from '../../../main/cache/catalog-store.ts';
import { findCustomer } from '../../../main/cache/customer-store.ts';
import { readEvidence, readSummaryHours, readUsageHours } from '../../../main/cache/hours-store.ts';
import { findUsageKey } from '../../../main/cache/identity-store.ts';
import { readMapping } from '../../../main/cache/mapping-store.ts';
import { type Db, openCache } from '../../../main/cache/open.ts';
import { meterKeyOf, readPullRecords, readPullsInForce } from '../../../main/cache/pull-store.ts';
import { meteredTotal, readSummaryTotal, readUsageTotal } from '../../../main/cache/total-store.ts';
import { pullMonth } from '../../../main/pull/pull-month.ts';
import type { PullMonthRequest, PullProgress } from '../../../main/pull/pull-request.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { instant, parseInstant } from '../../../shared/values/instant.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { NOW, scratchCache } from '../cache/scratch.ts';
import {
  CREATED,
  customer,
  type FakeBilling,
  type FakeUsage,
  fakeBillingSource,
  fakeUsageSource,
  MONTH,
  PERIOD,
  pullMeter,
  stripeMeter,
  wholeHours,
} from './fake-sources.ts';

type World = { usage: FakeUsage; billing: FakeBilling };

const world = (): World => ({
  usage: {
    usage: {
      cpu: { ws_1: wholeHours(10, 20, 30), ws_2: wholeHours(5), ws_lost: wholeHours(7) },
      mem: { ws_1: wholeHours(2n ** 60n) },
    },
    chunkCells: 2,
  },
  billing: {
    meters: [stripeMeter('mtr_cpu', 'cpu'), stripeMeter('mtr_mem', 'mem')],
    customers: [customer('cus_2', 'ws_2'), customer('cus_1', 'ws_1'), customer('cus_3', null)],
    totals: { mtr_cpu: { cus_1: '60', cus_2: '4', cus_3: '1.5' }, mtr_mem: { cus_1: '1152921504606846976.25' } },
    hours: { mtr_cpu: { cus_2: [[0, '4']], cus_3: [[700, '1.5']] } },
    asked: [],
  },
});

const request = (db: Db, { usage, billing }: World, rest: Partial<PullMonthRequest> = {}): PullMonthRequest => ({
  db,
  usage: fakeUsageSource(usage),
  billing: fakeBillingSource(billing),
  meters: [pullMeter('cpu'), pullMeter('mem')],
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

const inForce = (db: Db, meter: string, source: 'clickhouse' | 'stripe') => {
  const pull = readPullsInForce(db, MONTH).find((one) => one.meter === meter && one.source === source);
  if (pull === undefined) throw new Error(`no ${source} pull of ${meter}`);
  return pull;
};

const usageTotal = (db: Db, meter: string, usageId: string) =>
  readUsageTotal(db, inForce(db, meter, 'clickhouse').pull, findUsageKey(db, usageId) ?? 0);

const keyOf = (db: Db, id: string): number => findCustomer(db, id)?.key ?? 0;
const summaryTotal = (db: Db, meter: string, id: string) =>
  readSummaryTotal(db, inForce(db, meter, 'stripe').pull, keyOf(db, id));
const summaryHours = (db: Db, meter: string, id: string) =>
  readSummaryHours(db, inForce(db, meter, 'stripe').pull, keyOf(db, id));

const hashes = (db: Db) =>
  readPullsInForce(db, MONTH).map(({ meter, source, contentHash, rows }) => ({ meter, source, contentHash, rows }));

const stagedRows = (db: Db): number =>
  ['usage_month', 'usage_hours', 'usage_evidence', 'summary_month', 'summary_hours'].reduce(
    (sum, table) =>
      sum +
      (db
        .prepare(`SELECT count(*) FROM ${table} WHERE pull NOT IN (SELECT pull FROM pull_in_force)`)
        .pluck()
        .get() as number),
    0,
  );

const failureOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    return error instanceof TieoutError ? error.code : String(error);
  }
  return 'no failure';
};

test('both sides are in the cache, exactly, and only drifting cells were asked for by the hour', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  const result = await pullMonth(request(db, { usage, billing }));
  expect(usageTotal(db, 'cpu', 'ws_1')).toEqual({ hasValue: true, whole: 60n, frac: 0n, text: null });
  expect(usageTotal(db, 'mem', 'ws_1')).toEqual({ hasValue: true, whole: 2n ** 60n, frac: 0n, text: null });
  expect(summaryTotal(db, 'mem', 'cus_1')).toEqual({
    hasValue: true,
    whole: 1152921504606846976n,
    frac: 250_000_000_000n,
    text: null,
  });
  expect(summaryTotal(db, 'mem', 'cus_2')).toMatchObject({ hasValue: false });
  expect(summaryHours(db, 'cpu', 'cus_1')).toBeNull();
  expect(summaryHours(db, 'cpu', 'cus_2')).toEqual([{ hour: 0, whole: 4, frac: 0 }]);
  expect(summaryHours(db, 'cpu', 'cus_3')).toEqual([{ hour: 700, whole: 1, frac: 500_000_000_000 }]);
  const { pull } = inForce(db, 'cpu', 'clickhouse');
  expect(readUsageHours(db, pull, findUsageKey(db, 'ws_1') ?? 0)).toEqual(wholeHours(10, 20, 30));
  expect(usage.scans).toBe(1);
  expect(billing.asked?.filter((asked) => asked.endsWith('by hour'))).toEqual([
    'mtr_cpu/cus_2 by hour',
    'mtr_cpu/cus_3 by hour',
  ]);
  expect(result.sources.stripe).toMatchObject({ cells: 6, hourlyCells: 2 });
  expect(result).toMatchObject({ complete: true, warnings: [] });
});

test('every cell by the hour on demand', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  const result = await pullMonth(request(db, { usage, billing }, { hourly: 'all' }));
  expect(result.sources.stripe.hourlyCells).toBe(6);
  expect(summaryHours(db, 'mem', 'cus_2')).toEqual([]);
});

test('a customer whose id Stripe knows no more keeps its total and is not asked, by the hour neither', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  await pullMonth(request(db, { usage, billing }, { hourly: 'drifting' }));
  billing.customers = billing.customers.filter(({ id }) => id !== 'cus_1');
  billing.asked = [];
  await pullMonth(request(db, { usage, billing }, { hourly: 'all' }));
  expect(summaryTotal(db, 'cpu', 'cus_1')).toMatchObject({ whole: 60n });
  expect(billing.asked.filter((asked) => asked.includes('cus_1'))).toEqual([]);
});

test('pulling the same data twice changes nothing but the time, and leaves no old rows', async () => {
  const db = scratchCache();
  await pullMonth(request(db, world()));
  const first = hashes(db);
  await pullMonth(request(db, world(), { now: () => instant(NOW + 5 * 3_600_000) }));
  expect(hashes(db)).toEqual(first);
  expect(stagedRows(db)).toBe(0);
  expect(inForce(db, 'cpu', 'stripe').startedAt).toBe(NOW + 5 * 3_600_000);
});

test('a source that fails in the middle leaves what was there', async () => {
  const db = scratchCache();
  await pullMonth(request(db, world()));
  const first = hashes(db);
  const broken = world();
  broken.usage.usage = { cpu: { ws_1: wholeHours(1), ws_2: wholeHours(1), ws_3: wholeHours(1), ws_4: wholeHours(1) } };
  broken.usage.before = (chunk) => {
    if (chunk === 1) throw new TieoutError('clickhouse.broken_off', { message: 'broken off' });
  };
  expect(await failureOf(pullMonth(request(db, broken)))).toBe('clickhouse.broken_off');
  expect(hashes(db)).toEqual(first);
  expect(usageTotal(db, 'cpu', 'ws_1')?.whole).toBe(60n);
  expect(readPullRecords(db, 1)[0]).toMatchObject({ state: 'failed' });
  await pullMonth(request(db, world()));
  expect(hashes(db)).toEqual(first);
  expect(db.inTransaction).toBe(false);
});

test('Stripe failing in the middle of a first pull keeps the usage; the next pull asks Stripe for the rest only', async () => {
  const db = scratchCache();
  const broken = world();
  broken.billing.before = async (what, about) => {
    const isLast = what === 'month' && about?.meterId === 'mtr_mem' && about.customerId === 'cus_3';
    // The usage has come to its end by then, also on a machine that is busy.
    await new Promise((resolve) => setTimeout(resolve, isLast ? 300 : 5));
    if (isLast) throw new TieoutError('stripe.failed', { message: 'failed' });
  };
  expect(await failureOf(pullMonth(request(db, broken)))).toBe('stripe.failed');
  expect(readPullsInForce(db, MONTH).map(({ source }) => source)).toEqual(['clickhouse', 'clickhouse']);
  const again = world();
  await pullMonth(request(db, again, { now: () => instant(NOW + 60_000) }));
  const askedAgain = again.billing.asked?.filter((asked) => !asked.endsWith('by hour')) ?? [];
  expect(askedAgain).toContain('mtr_mem/cus_3');
  expect(askedAgain.length).toBeLessThan(6);
  expect(inForce(db, 'mem', 'stripe').startedAt).toBe(NOW);
  const fresh = scratchCache();
  await pullMonth(request(fresh, world()));
  expect(hashes(db)).toEqual(hashes(fresh));
});

test('answers of an unfinished pull are not used again after an hour', async () => {
  const db = scratchCache();
  const broken = world();
  broken.billing.before = (what, about) => {
    if (what === 'hours' && about !== null) throw new TieoutError('stripe.failed', { message: 'failed' });
  };
  expect(await failureOf(pullMonth(request(db, broken)))).toBe('stripe.failed');
  const later = world();
  await pullMonth(request(db, later, { now: () => instant(NOW + 3_600_000) }));
  expect(later.billing.asked?.filter((asked) => !asked.endsWith('by hour')).length).toBe(6);
  expect(inForce(db, 'cpu', 'stripe').startedAt).toBe(NOW + 3_600_000);
  expect(stagedRows(db)).toBe(0);
});

test.each(['month', 'hours', 'list', 'usage'] as const)(
  'a cancel during %s ends within 200 ms, though the source hangs',
  async (where) => {
    const db = scratchCache();
    await pullMonth(request(db, world()));
    const first = hashes(db);
    const controller = new AbortController();
    const hanging = world();
    let cancelledAt = 0;
    const hang = (): Promise<void> => {
      cancelledAt ||= performance.now();
      controller.abort();
      return new Promise(() => undefined);
    };
    if (where === 'usage') hanging.usage.before = (chunk) => (chunk === 1 ? hang() : undefined);
    else hanging.billing.before = (what) => (what === where ? hang() : undefined);
    expect(await failureOf(pullMonth(request(db, hanging, { signal: controller.signal })))).toBe('pull.cancelled');
    expect(performance.now() - cancelledAt).toBeLessThan(200);
    expect(db.inTransaction).toBe(false);
    expect(inForce(db, 'cpu', 'stripe').contentHash).toBe(first.find((one) => one.source === 'stripe')?.contentHash);
    await pullMonth(request(db, world()));
    expect(hashes(db)).toEqual(first);
  },
);

test('a future month is refused before anything is asked', async () => {
  const { usage, billing } = world();
  const failure = pullMonth(request(scratchCache(), { usage, billing }, { month: parseMonth('2026-07') }));
  expect(await failureOf(failure)).toBe('period.in_future');
  expect(billing.asked).toEqual([]);
});

test('a meter that Stripe lacks completes without a row, with a warning', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  billing.meters = [stripeMeter('mtr_cpu', 'cpu')];
  const result = await pullMonth(request(db, { usage, billing }));
  expect(inForce(db, 'mem', 'stripe')).toMatchObject({ stripeMeterId: null, rows: 0 });
  expect(result.warnings).toMatchObject([{ code: 'stripe.meter_not_found', path: 'mem' }]);
  expect(result.complete).toBe(true);
});

test('of two meters with one event name the active one is read, with a warning; an inactive one is read too', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  billing.meters = [
    stripeMeter('mtr_old', 'cpu', { status: 'inactive', created: parseInstant('2026-04-01T00:00:00Z') }),
    stripeMeter('mtr_cpu', 'cpu'),
    stripeMeter('mtr_mem', 'mem', { status: 'inactive' }),
  ];
  const result = await pullMonth(request(db, { usage, billing }));
  expect(inForce(db, 'cpu', 'stripe').stripeMeterId).toBe('mtr_cpu');
  expect(summaryTotal(db, 'mem', 'cus_1')?.hasValue).toBe(true);
  expect(result.warnings.map(({ code }) => code)).toEqual(['stripe.meter_ambiguous', 'stripe.meter_inactive']);
});

test('a meter that only Stripe has is pulled too, until it is configured', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  billing.meters = [...billing.meters, stripeMeter('mtr_gpu', 'gpu')];
  billing.totals.mtr_gpu = { cus_1: '12.5', cus_3: '-0.5' };
  await pullMonth(request(db, { usage, billing }));
  expect(formatDecimal(meteredTotal(db, inForce(db, 'stripe:gpu', 'stripe').pull))).toBe('12');
  expect(summaryHours(db, 'stripe:gpu', 'cus_1')).toBeNull();
  const configured = { meters: ['cpu', 'mem', 'gpu'].map((key) => pullMeter(key)) };
  const failing = {
    ...billing,
    before: (what: string) => (what === 'month' ? Promise.reject(new Error('no')) : undefined),
  };
  await failureOf(pullMonth(request(db, { usage, billing: failing }, configured)));
  expect(readPullsInForce(db, MONTH).map(({ meter }) => meter)).toContain('stripe:gpu');
  await pullMonth(request(db, { usage, billing }, configured));
  expect(readPullsInForce(db, MONTH).map(({ meter }) => meter)).not.toContain('stripe:gpu');
});

test('a deleted customer keeps its cells, its name and its mapping', async () => {
  const db = scratchCache();
  await pullMonth(request(db, world()));
  const after = world();
  after.billing.customers = after.billing.customers.filter(({ id }) => id !== 'cus_2');
  after.billing.unlisted = [customer('cus_2', null, { isDeleted: true, name: null })];
  await pullMonth(request(db, after));
  expect(findCustomer(db, 'cus_2')).toMatchObject({ isDeleted: true, name: 'Name of cus_2' });
  expect(summaryTotal(db, 'cpu', 'cus_2')?.whole).toBe(4n);
  expect(readMapping(db).usageKeys.length).toBe(2);
  const forgotten = world();
  forgotten.billing.customers = after.billing.customers;
  delete forgotten.billing.totals.mtr_cpu?.cus_2;
  await pullMonth(request(db, forgotten));
  expect(summaryTotal(db, 'cpu', 'cus_2')?.whole).toBe(4n);
  expect(summaryHours(db, 'cpu', 'cus_2')).toEqual([{ hour: 0, whole: 4, frac: 0 }]);
});

test('a customer that Stripe has forgotten is not asked for, and its usage is not left without an answer', async () => {
  const db = scratchCache();
  await pullMonth(request(db, world(), { select: { meters: ['cpu'] } }));
  const after = world();
  after.billing.customers = after.billing.customers.filter(({ id }) => id !== 'cus_2');
  await pullMonth(request(db, after));
  expect(after.billing.asked?.filter((asked) => asked === 'mtr_cpu/cus_2' || asked === 'mtr_mem/cus_2')).toEqual([]);
  expect(summaryTotal(db, 'cpu', 'cus_2')?.whole).toBe(4n);
  expect(summaryTotal(db, 'mem', 'cus_2')).toMatchObject({ hasValue: false });
});

test('others may write to the cache while a source is slow', async () => {
  const db = scratchCache();
  const slow = world();
  let written: number | null = null;
  slow.usage.before = async (chunk) => {
    if (chunk !== 1) return;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const other = openCache(db.name, { now: NOW });
    other.pragma('busy_timeout = 0');
    written = meterKeyOf(other, 'written meanwhile');
    other.close();
  };
  await pullMonth(request(db, slow));
  expect(written).not.toBeNull();
});

test('a total of 0 beside measured usage is asked for by the hour, however wide the tolerance', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  billing.totals = { mtr_cpu: { cus_1: '0', cus_2: '6' } };
  billing.hours = { mtr_cpu: { cus_1: [[0, '0']] } };
  const tolerance = { relative: parseDecimal('0.001'), absolute: parseDecimal('1000') };
  await pullMonth(request(db, { usage, billing }, { meters: [pullMeter('cpu', { tolerance })] }));
  expect(billing.asked?.filter((asked) => asked.endsWith('by hour'))).toEqual(['mtr_cpu/cus_1 by hour']);
});

test('customers on a test clock take part only where asked', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  billing.customers = [...billing.customers, customer('cus_4', 'ws_1', { testClock: 'clock_1' })];
  await pullMonth(request(db, { usage, billing }));
  expect(summaryTotal(db, 'cpu', 'cus_4')).toBeNull();
  // ws_1 is also that of a customer who takes part, so it is not ambiguous.
  expect(readMapping(db).usageKeys.length).toBe(2);
  billing.customers = [...billing.customers, customer('cus_5', 'ws_clocked', { testClock: 'clock_1' })];
  await pullMonth(request(db, { usage, billing }));
  expect(readMapping(db).usageKeys.length).toBe(3);
  await pullMonth(request(db, { usage, billing }, { testClocks: true }));
  expect(summaryTotal(db, 'cpu', 'cus_4')).toMatchObject({ hasValue: false });
  expect(readMapping(db).usageKeys.length).toBe(4);
});

test('idle customers are left out and counted on demand', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  billing.customers = [...billing.customers, customer('cus_idle', null)];
  billing.prices = [meteredPrice('price_cpu', 'mtr_cpu')];
  billing.subscriptions = [subscription('sub_3', 'cus_3', 'price_cpu')];
  await pullMonth(request(db, { usage, billing }, { skipIdle: true }));
  expect(billing.asked?.filter((asked) => !asked.endsWith('by hour')).sort()).toEqual([
    'mtr_cpu/cus_1',
    'mtr_cpu/cus_2',
    'mtr_cpu/cus_3',
    'mtr_mem/cus_1',
  ]);
  expect(inForce(db, 'cpu', 'stripe').skippedIdle).toBe(1);
  expect(inForce(db, 'mem', 'stripe').skippedIdle).toBe(3);
});

test('one customer pulled anew leaves the others as they were', async () => {
  const db = scratchCache();
  await pullMonth(request(db, world()));
  const changed = world();
  changed.usage.usage = { cpu: { ws_1: wholeHours(99), ws_2: wholeHours(4), ws_lost: wholeHours(1) } };
  changed.billing.totals = { mtr_cpu: { cus_1: '99', cus_2: '4', cus_3: '9' } };
  const result = await pullMonth(request(db, changed, { select: { customers: ['ws_2'] } }));
  expect(usageTotal(db, 'cpu', 'ws_1')?.whole).toBe(60n);
  expect(usageTotal(db, 'cpu', 'ws_2')?.whole).toBe(4n);
  expect(usageTotal(db, 'cpu', 'ws_lost')?.whole).toBe(7n);
  expect(summaryTotal(db, 'cpu', 'cus_3')?.whole).toBe(1n);
  expect(summaryHours(db, 'cpu', 'cus_3')).not.toBeNull();
  expect(summaryHours(db, 'cpu', 'cus_2')).toBeNull();
  expect(changed.billing.asked).toEqual(['mtr_cpu/cus_2', 'mtr_mem/cus_2']);
  expect(inForce(db, 'cpu', 'clickhouse').selection).toBeNull();
  expect(inForce(db, 'cpu', 'clickhouse').rows).toBe(3);
  expect(result.complete).toBe(true);
});

test('one customer pulled first covers that customer alone; a second one joins it', async () => {
  const db = scratchCache();
  const known = await pullMonth(request(db, world(), { select: { customers: ['cus_1'] } }));
  expect(known.complete).toBe(false);
  expect(inForce(db, 'cpu', 'stripe').selection?.customerKeys).toEqual([keyOf(db, 'cus_1')]);
  expect(usageTotal(db, 'cpu', 'ws_2')).toBeNull();
  await pullMonth(request(db, world(), { select: { customers: ['ws_2'] } }));
  expect(inForce(db, 'cpu', 'stripe').selection?.customerKeys).toEqual(
    [keyOf(db, 'cus_1'), keyOf(db, 'cus_2')].sort((a, b) => a - b),
  );
  expect(usageTotal(db, 'cpu', 'ws_1')?.whole).toBe(60n);
  expect(usageTotal(db, 'cpu', 'ws_2')?.whole).toBe(5n);
  const full = scratchCache();
  await pullMonth(request(full, world()));
  await pullMonth(request(db, world()));
  expect(hashes(db)).toEqual(hashes(full));
});

test('usage ids of one customer are added up before they are compared; an ambiguous one speaks for nobody', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  const links = [
    { usageId: 'ws_1', customerId: 'cus_1' },
    { usageId: 'ws_2', customerId: 'cus_1' },
    { usageId: 'ws_lost', customerId: 'cus_2' },
    { usageId: 'ws_lost', customerId: 'cus_3' },
  ];
  billing.totals = { mtr_cpu: { cus_1: '65', cus_2: '7', cus_3: '0' } };
  await pullMonth(
    request(db, { usage, billing }, { customers: { match: { by: 'file' }, links, fingerprint: 'file' } }),
  );
  expect(billing.asked?.filter((asked) => asked.endsWith('by hour'))).toEqual(['mtr_cpu/cus_2 by hour']);
});

test('the native quantity is scaled before it is compared', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  const scaled = pullMeter('cpu');
  const meters = [{ ...scaled, usage: { ...scaled.usage, scale: { numerator: 1n, denominator: 3n } } }];
  billing.totals = { mtr_cpu: { cus_1: '20', cus_2: '1.666666666667' } };
  await pullMonth(request(db, { usage, billing }, { meters }));
  expect(billing.asked?.filter((asked) => asked.endsWith('by hour'))).toEqual([]);
});

test('one meter pulled anew leaves the others as they were', async () => {
  const db = scratchCache();
  await pullMonth(request(db, world()));
  const before = inForce(db, 'mem', 'stripe').pull;
  await pullMonth(request(db, world(), { select: { meters: ['cpu'] } }));
  expect(inForce(db, 'mem', 'stripe').pull).toBe(before);
  expect(await failureOf(pullMonth(request(db, world(), { select: { meters: ['gpu'] } })))).toBe(
    'pull.nothing_selected',
  );
});

test('values that do not fit are kept as their text; what was left out is kept beside', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  usage.usage = {
    cpu: {
      ws_1: [{ hour: 3, whole: 0, frac: 0, invalid: 'nan' }],
      ws_2: [
        { hour: 1, whole: 2n ** 63n - 1n, frac: 0 },
        { hour: 2, whole: 2n ** 63n - 1n, frac: 5 },
      ],
    },
  };
  billing.totals = { mtr_cpu: { cus_1: '0.1234567890123', cus_2: 'oops', cus_3: '1e3' } };
  await pullMonth(request(db, { usage, billing }));
  expect(usageTotal(db, 'cpu', 'ws_1')?.text).toBe('nan');
  expect(usageTotal(db, 'cpu', 'ws_2')?.text).toMatch(/18446744073709551614/);
  expect(summaryTotal(db, 'cpu', 'cus_1')?.text).toBe('0.1234567890123');
  expect(summaryTotal(db, 'cpu', 'cus_2')?.text).toBe('oops');
  expect(summaryTotal(db, 'cpu', 'cus_3')).toMatchObject({ whole: 1000n, text: null });
  const { pull } = inForce(db, 'cpu', 'clickhouse');
  expect(readUsageHours(db, pull, findUsageKey(db, 'ws_1') ?? 0)).toEqual([
    { hour: 3, whole: 0, frac: 0, text: 'nan' },
  ]);
  expect(readEvidence(db, pull, findUsageKey(db, 'ws_1') ?? 0)).toBeNull();
});

test('a full disk: clearly reported, and the cache as before', async () => {
  const db = scratchCache();
  await pullMonth(request(db, world()));
  const first = hashes(db);
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 4}`);
  const large = world();
  large.usage.usage = {
    cpu: Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [`ws_${index}`, wholeHours(...new Array(20).fill(index))]),
    ),
  };
  expect(await failureOf(pullMonth(request(db, large)))).toBe('workspace.disk_full');
  expect(db.inTransaction).toBe(false);
  expect(hashes(db)).toEqual(first);
  expect(usageTotal(db, 'cpu', 'ws_1')?.whole).toBe(60n);
  db.pragma('max_page_count = 100000');
  await pullMonth(request(db, world()));
  expect(hashes(db)).toEqual(first);
  expect(stagedRows(db)).toBe(0);
});

test('what is left of the grants is asked for, and products that no list shows', async () => {
  const db = scratchCache();
  const { usage, billing } = world();
  const grant = (id: string, customerId: string, rest: object = {}) => ({
    id,
    customerId,
    name: null,
    category: 'paid' as const,
    currency: 'usd',
    amount: '1000',
    priority: 50,
    effectiveAt: null,
    expiresAt: null,
    voidedAt: null,
    priceIds: null,
    created: CREATED,
    ...rest,
  });
  billing.creditGrants = [
    grant('credgr_1', 'cus_1'),
    grant('credgr_2', 'cus_1', { expiresAt: instant(PERIOD.from + 1) }),
    grant('credgr_3', 'cus_2', { expiresAt: PERIOD.from }),
    grant('credgr_4', 'cus_2', { voidedAt: CREATED }),
    grant('credgr_5', 'cus_3'),
  ];
  billing.creditsApplied = { cus_1: new Map([['credgr_2', 999n]]), cus_3: null };
  billing.prices = ['prod_1', 'prod_gone', 'prod_unknown'].map((productId, index) => ({
    ...meteredPrice(`price_${index}`, 'mtr_cpu'),
    productId,
  }));
  billing.products = [{ id: 'prod_1', name: 'Calls', isActive: true, isDeleted: false }];
  const gone = { id: 'prod_gone', name: 'prod_gone', isActive: false, isDeleted: true };
  billing.unlistedProducts = [gone];
  await pullMonth(request(db, { usage, billing }));
  const left = (id: string) => readHeldGrants(db, id).map(({ leftMinor, isLeftKnown }) => [leftMinor, isLeftKnown]);
  expect(left('cus_1')).toEqual([
    [1000n, true],
    [1n, true],
  ]);
  expect(left('cus_2')).toEqual([
    [1000n, true],
    [1000n, true],
  ]);
  expect(left('cus_3')).toEqual([[1000n, false]]);
  const askedForCredits = () => (billing.asked ?? []).filter((what) => what.startsWith('credits')).toSorted();
  expect(askedForCredits()).toEqual(['credits of cus_1', 'credits of cus_2', 'credits of cus_3']);
  expect(readProducts(db)).toEqual([...billing.products, gone]);

  // Once they have all expired, what is known of them stays, and what is not is asked for.
  billing.creditGrants = billing.creditGrants.map((each) => ({ ...each, expiresAt: PERIOD.from }));
  billing.asked = [];
  await pullMonth(request(db, { usage, billing }));
  expect(askedForCredits()).toEqual(['credits of cus_3']);
  expect(left('cus_1')).toEqual([
    [1000n, true],
    [1n, true],
  ]);
});

test('progress comes at most ten times a second, step by step', async () => {
  let clock = NOW as number;
  const seen: { at: number; progress: PullProgress }[] = [];
  const { usage, billing } = world();
  usage.chunkCells = 1;
  await pullMonth(
    request(
      scratchCache(),
      { usage, billing },
      {
        now: () => {
          clock += 7;
          return instant(clock);
        },
        onProgress: (progress) => seen.push({ at: clock, progress }),
      },
    ),
  );
  expect(new Set(seen.map(({ progress }) => progress.step))).toEqual(
    new Set(['catalog', 'usage', 'summaries', 'hours']),
  );
  expect(seen.filter(({ progress }) => progress.step === 'summaries').at(-1)?.progress).toMatchObject({
    done: 6,
    total: 6,
    unit: 'cells',
  });
  // Besides the last report of each step, no two come within a tenth of a second.
  const close = seen.filter(({ at }, index) => index > 0 && at - (seen[index - 1]?.at ?? 0) < 100);
  expect(close.length).toBeLessThanOrEqual(5);
});

const meteredPrice = (id: string, meterId: string): NonNullable<FakeBilling['prices']>[number] => ({
  id,
  productId: null,
  nickname: null,
  isActive: true,
  currency: 'usd',
  unitAmount: '1',
  tiers: null,
  billingScheme: 'per_unit',
  tiersMode: null,
  transformQuantity: null,
  usageType: 'metered',
  meterId,
  interval: { unit: 'month', count: 1 },
  currencyOptions: [],
  taxBehavior: 'unspecified',
  created: CREATED,
});

const subscription = (
  id: string,
  customerId: string,
  priceId: string,
): NonNullable<FakeBilling['subscriptions']>[number] => ({
  id,
  customerId,
  status: 'active',
  currency: 'usd',
  billingCycleAnchor: CREATED,
  startedAt: CREATED,
  endedAt: null,
  canceledAt: null,
  cancelAt: null,
  trial: { from: null, to: null },
  items: [
    {
      id: `si_${id}`,
      subscriptionId: id,
      priceId,
      quantity: null,
      currentPeriod: null,
      discounts: [],
      taxRateIds: [],
      created: CREATED,
    },
  ],
  discounts: [],
  defaultTaxRateIds: [],
  isAutomaticTax: false,
  pausedCollection: null,
  created: CREATED,
});
