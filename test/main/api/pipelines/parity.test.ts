import { expect, test } from 'vitest';
import { cutoverPlan } from '../../../../main/api/pipelines/cutover-view.ts';
import { findParityMeter, findPipeline } from '../../../../main/api/pipelines/parity-meters.ts';
import { parityDocument, parityExit, parityReport } from '../../../../main/api/pipelines/parity-report.ts';
import { parityTable } from '../../../../main/api/pipelines/parity-table.ts';
import { ParityCache, type ParityContext } from '../../../../main/api/pipelines/parity-view.ts';
import { keepChecks, recordParity } from '../../../../main/api/pipelines/record-parity.ts';
import { insertArrival } from '../../../../main/cache/arrival-store.ts';
import { usageKeyOf } from '../../../../main/cache/identity-store.ts';
import type { Db } from '../../../../main/cache/open.ts';
import { beginPull, completePull, meterKeyOf, pipelineMeter } from '../../../../main/cache/pull-store.ts';
import { createUsageWriter } from '../../../../main/cache/usage-writer.ts';
import { type Config, parseConfig } from '../../../../main/config/config.ts';
import { usageFingerprint } from '../../../../main/config/fingerprint.ts';
import {
  parityDetail,
  parityView,
  parityWindow,
  pipelinesOverview,
} from '../../../../shared/contract/pipelines-schemas.ts';
import { parityBucket } from '../../../../shared/reconciliation/pipelines/parity.ts';
import { decimal } from '../../../../shared/values/decimal.ts';
import { formatInstant, HOUR_MS, type Instant, instant, parseInstant } from '../../../../shared/values/instant.ts';
import { compareBytes } from '../../../../shared/values/order.ts';
import { type MonthKey, monthPeriod } from '../../../../shared/values/period.ts';
import { build } from '../reconcile/world.ts';

const YAML = `version: 1
name: Two
clickhouse: { url: "http://127.0.0.1:1" }
stripe: { apiKey: rk_test_1 }
customers: { match: metadata.workspace_id }
parity: { only: { metadata: plan, values: [pro] } }
meters:
  - key: memory
    stripe: { eventName: memory_event }
    unit: GB-seconds
    usage: { template: events, table: cell, columns: { customer: org, at: at, value: v }, scale: "1/1024" }
  - key: disk
    stripe: { eventName: disk_event }
    usage: { template: events, table: disk, columns: { customer: org, at: at, value: v } }
pipelines:
  edge:
    meters:
      memory: { template: interval_samples, table: edge, columns: { customer: org, at: at, value: gb, interval: s, id: id } }
      disk: { template: events, table: edge_disk, columns: { customer: org, at: at, value: v } }
`;

const CONFIG = parseConfig(YAML, { fileName: 'tieout.yaml', env: {} });
const MAY = '2026-05' as MonthKey;
const JUNE = '2026-06' as MonthKey;

type Hours = Readonly<Record<number, string | number>>;

/** What one side holds of a month, in native units, read at an instant. */
function pulled(
  db: Db,
  of: {
    readonly meter: 'memory' | 'disk';
    readonly side: 'reference' | 'candidate';
    readonly month: MonthKey;
    readonly readAt: string;
    readonly usage: Readonly<Record<string, Hours>>;
    readonly selection?: readonly number[];
    readonly config?: Config;
  },
): void {
  const meter = findParityMeter(of.config ?? CONFIG, 'edge', of.meter);
  const side = meter[of.side];
  const meterKey = meterKeyOf(db, side.key);
  const startedAt = parseInstant(of.readAt);
  const pull = beginPull(db, {
    source: 'clickhouse',
    month: of.month,
    meterKey,
    startedAt,
    toolVersion: 'test',
    fingerprint: side.fingerprint,
    mappingFingerprint: 'm',
    selection: null,
    query: null,
    combine: 'sum',
    exponent: 0,
    stripeMeterId: null,
  });
  const writer = createUsageWriter(db, pull);
  for (const [usageId, hours] of Object.entries(of.usage)) {
    const values = Object.entries(hours).map(([hour, value]) =>
      typeof value === 'number'
        ? { hour: Number(hour), whole: value, frac: 0 }
        : { hour: Number(hour), whole: 0, frac: 0, text: value },
    );
    const whole = values.reduce((sum, hour) => sum + hour.whole, 0);
    writer.add({
      usageKey: usageKeyOf(db, usageId),
      usageId,
      total: { whole, frac: 0, invalid: null },
      hours: values,
      evidence: null,
    });
  }
  writer.flush();
  const selection = of.selection === undefined ? null : { usageKeys: of.selection, customerKeys: [] };
  const done = {
    finishedAt: startedAt,
    contentHash: '',
    selection,
    rows: 0,
    bytes: 0,
    requests: 0,
    retries: 0,
    skippedIdle: 0,
  };
  completePull(db, pull, done);
  if (selection === null)
    insertArrival(db, { pull, meterKey, month: of.month, pulledAt: startedAt, exponent: 0, hours: [] });
}

/** All hours of a month from one on, alike. */
const every = (value: number, from: number, to: number): Hours =>
  Object.fromEntries(Array.from({ length: to - from }, (_, index) => [from + index, value]));

const NOW = parseInstant('2026-06-01T06:10:00Z');
const LAST_HOURS_OF_MAY = { from: 726, to: 744 };

/** The newest 24 due hours lie in two months: from 31 May 06:00 to 1 June 06:00. */
function twoMonths(of: { readonly readAt?: string; readonly disk?: Hours } = {}): Db {
  const { db } = build({
    meters: [{ key: 'memory', notPulled: ['clickhouse', 'stripe'] }],
    customers: [
      { id: 'cus_a', name: 'Globex', usageIds: ['a'] },
      { id: 'cus_free', name: 'Free', usageIds: ['free'] },
    ],
    prices: [{ id: 'price_1', meter: 'memory', unitAmount: '0.5' }],
    items: [{ customer: 'cus_a', price: 'price_1' }],
  });
  db.prepare(`UPDATE customer SET metadata = '{"plan":"free"}' WHERE id = 'cus_free'`).run();
  const readAt = of.readAt ?? '2026-06-01T06:10:00Z';
  for (const [month, { from, to }] of [
    [MAY, LAST_HOURS_OF_MAY],
    [JUNE, { from: 0, to: 6 }],
  ] as const) {
    const gb = { a: every(3600, from, to), free: every(999, from, to) };
    const mb = { a: every(3600 * 1024, from, to), free: every(1024, from, to) };
    pulled(db, { meter: 'memory', side: 'reference', month, readAt, usage: mb });
    pulled(db, { meter: 'memory', side: 'candidate', month, readAt, usage: gb });
    const disk = { a: every(500, from, to) };
    pulled(db, { meter: 'disk', side: 'reference', month, readAt, usage: disk });
    pulled(db, {
      meter: 'disk',
      side: 'candidate',
      month,
      readAt,
      usage: month === JUNE && of.disk !== undefined ? { a: of.disk } : disk,
    });
  }
  return db;
}

const tableOf = (db: Db, meter: 'memory' | 'disk' = 'memory', now: Instant = NOW) => {
  const to = instant(Math.floor((now - 600_000) / HOUR_MS) * HOUR_MS);
  const period = { from: instant(to - 24 * HOUR_MS), to };
  return parityTable({ db, meter: findParityMeter(CONFIG, 'edge', meter), period, now });
};

const reportOf = (db: Db, now: Instant = NOW) => {
  const tables = [tableOf(db, 'memory', now), tableOf(db, 'disk', now)];
  const { parity: rules, key: pipeline } = findPipeline(CONFIG, 'edge');
  return parityReport({
    workspace: 'Two',
    pipeline,
    period: tables[0]?.period ?? monthPeriod(MAY),
    now,
    rules,
    tables,
  });
};

test('a day across the end of a month, in units that each side scales for itself', () => {
  const report = reportOf(twoMonths());
  expect([report.soak, parityExit(report)]).toEqual([
    { isReady: true, cleanHours: 24, blockedAt: null, reason: null },
    0,
  ]);
  const [first] = (parityDocument(report) as { buckets: unknown[] }).buckets;
  expect(first).toMatchObject({
    start: '2026-05-31T06:00:00Z',
    checked: 1,
    skipped_not_pro: 1,
    total_cell: '3600',
    total_edge: '3600',
  });
});

test('every hour of a fleet is what the rules make of its pairs', () => {
  const { db } = build({ meters: [{ key: 'disk', notPulled: ['clickhouse', 'stripe'] }] });
  const value = (customer: number, hour: number, side: number): number | null => {
    const dice = (customer * 7919 + hour * 104_729 + side * 1_299_709) % 97;
    if (dice < 20) return null;
    return dice % 11 === 0 ? 0 : 90 + (customer % 13) * 40 + (dice % 5) * (customer % 4) * 10;
  };
  const customers = Array.from({ length: 40 }, (_, index) => index);
  const sideOf = (side: number) =>
    Object.fromEntries(
      customers.map((customer) => {
        const hours = Array.from({ length: 6 }, (_, hour) => [hour, value(customer, hour, side)] as const);
        return [`u${customer}`, Object.fromEntries(hours.filter(([, held]) => held !== null)) as Hours];
      }),
    );
  const readAt = '2026-06-01T06:10:00Z';
  pulled(db, { meter: 'disk', side: 'reference', month: JUNE, readAt, usage: sideOf(1) });
  pulled(db, { meter: 'disk', side: 'candidate', month: JUNE, readAt, usage: sideOf(2) });
  const table = tableOf(db, 'disk');
  const quantity = (held: number | null) => (held === null ? null : decimal(BigInt(held)));
  for (let hour = 0; hour < 6; hour += 1) {
    const pairs = customers
      .filter((customer) => value(customer, hour, 1) !== null || value(customer, hour, 2) !== null)
      .map((customer) => ({
        customer: `u${customer}`,
        isCompared: true,
        reference: quantity(value(customer, hour, 1) ?? 0),
        candidate: quantity(value(customer, hour, 2)),
      }))
      .sort((a, b) => compareBytes(a.customer, b.customer));
    const { drift: _, ...expected } = parityBucket(pairs, table.meter.rules);
    expect(table.hours.at(hour - 6)?.full).toMatchObject(expected);
  }
});

test('an hour that both sides read before it was due is missing, and blocks', () => {
  const report = reportOf(twoMonths({ readAt: '2026-06-01T06:09:59Z' }));
  expect([report.soak, parityExit(report)]).toEqual([
    { isReady: false, cleanHours: 0, blockedAt: parseInstant('2026-06-01T05:00:00Z'), reason: 'missing_bucket' },
    3,
  ]);
});

test('of two meters the worse one holds the clock', () => {
  const report = reportOf(twoMonths({ disk: { ...every(500, 0, 6), 2: 100 } }));
  expect(report.soak).toEqual({
    isReady: false,
    cleanHours: 3,
    blockedAt: parseInstant('2026-06-01T02:00:00Z'),
    reason: 'drift',
  });
  expect(report.tables.map(({ soak }) => soak.isReady)).toEqual([true, false]);
  expect(parityExit(report)).toBe(1);
});

test('a side that was pulled for some customers, or with other settings, is not compared', () => {
  const db = twoMonths();
  pulled(db, {
    meter: 'memory',
    side: 'candidate',
    month: JUNE,
    readAt: '2026-06-01T06:10:00Z',
    usage: {},
    selection: [1],
  });
  expect(tableOf(db).problems).toMatchObject([
    { message: 'memory of the pipeline edge of 2026-06 was pulled for some customers only.' },
  ]);
  const other = parseConfig(YAML.replace('table: edge,', 'table: other,'), { fileName: 'tieout.yaml', env: {} });
  pulled(db, {
    meter: 'memory',
    side: 'candidate',
    month: JUNE,
    readAt: '2026-06-01T06:10:00Z',
    usage: {},
    config: other,
  });
  const table = tableOf(db);
  expect(table.problems).toMatchObject([
    { code: 'parity.incomplete', message: expect.stringContaining('other settings') },
  ]);
  expect(table.hours.filter(({ state }) => state === 'missing')).toHaveLength(6);
});

test('a value that is no number is unverified, which is neither clean nor a departure', () => {
  const db = twoMonths();
  const usage = { a: { ...every(3600, 0, 6), 4: 'nan' } };
  pulled(db, { meter: 'memory', side: 'candidate', month: JUNE, readAt: '2026-06-01T06:10:00Z', usage });
  const report = reportOf(db);
  expect(report.soak).toMatchObject({ cleanHours: 1, reason: 'drift' });
  expect(report.tables[0]?.rows.find(({ usageId }) => usageId === 'a')).toMatchObject({
    state: 'unverified',
    reference: null,
  });
  expect(parityExit(report)).toBe(3);
});

test('what was checked stays known when the source no longer has it; only what changed is kept again', () => {
  const db = twoMonths({ disk: { ...every(500, 0, 6), 2: 100 } });
  const april = '2026-04' as MonthKey;
  expect(recordParity(db, { config: CONFIG, now: NOW, month: april })).toBe(0);
  expect(recordParity(db, { config: CONFIG, now: NOW, month: MAY })).toBe(48);
  expect(recordParity(db, { config: CONFIG, now: NOW, month: JUNE })).toBe(0);
  pulled(db, {
    meter: 'disk',
    side: 'candidate',
    month: JUNE,
    readAt: '2026-06-01T06:20:00Z',
    usage: { a: every(500, 0, 6) },
  });
  const later = instant(NOW + 600_000);
  const mended = tableOf(db, 'disk', later);
  expect(mended.hours.find(({ before }) => before !== null)).toMatchObject({
    at: parseInstant('2026-06-01T02:00:00Z'),
    state: 'clean',
    before: { checkedAt: NOW, isClean: false },
  });
  expect(keepChecks(db, mended)).toBe(1);
  // Read for one customer alone: nothing can be compared any more.
  pulled(db, {
    meter: 'disk',
    side: 'reference',
    month: JUNE,
    readAt: '2026-06-01T06:30:00Z',
    usage: {},
    selection: [1],
  });
  expect(tableOf(db, 'disk', later).soak.isReady).toBe(true);
});

test('a check that was made under other settings is no proof under those in force', () => {
  const db = twoMonths();
  recordParity(db, { config: CONFIG, now: NOW, month: JUNE });
  const isReady = (yaml: string): boolean => {
    const config = parseConfig(yaml, { fileName: 'tieout.yaml', env: {} });
    const period = { from: parseInstant('2026-05-31T06:00:00Z'), to: parseInstant('2026-06-01T06:00:00Z') };
    return parityTable({ db, meter: findParityMeter(config, 'edge', 'memory'), period, now: NOW }).soak.isReady;
  };
  expect(isReady(YAML)).toBe(true);
  expect(isReady(YAML.replace('table: edge,', 'table: other,'))).toBe(false);
  const strict = YAML.replace('parity: {', 'parity: { tolerance: "0.001",');
  expect(isReady(strict)).toBe(true);
  pulled(db, {
    meter: 'memory',
    side: 'reference',
    month: JUNE,
    readAt: '2026-06-01T06:30:00Z',
    usage: {},
    selection: [1],
  });
  expect([isReady(YAML), isReady(strict)]).toEqual([true, false]);
});

test('once T is past, the soak before a cutover is that of the hours below T', () => {
  const db = twoMonths();
  const soakAt = (at: string, now: Instant) =>
    cutoverPlan({ db, config: CONFIG, now }, { pipeline: 'edge', at }).before.find(({ check }) => check === 'soak');
  const aDayLater = instant(NOW + 24 * HOUR_MS);
  expect(soakAt('2026-06-01T06:00:00Z', aDayLater)).toMatchObject({ held: true });
  expect(soakAt('2026-06-03T06:00:00Z', aDayLater)).toMatchObject({ held: false });
});

const context = (db: Db): ParityContext => ({ db, config: CONFIG, now: NOW });
const QUESTION = { pipeline: 'edge', meter: 'memory', from: '2026-05-31T06:00:00Z', to: '2026-06-01T06:00:00Z' };
const LIST = { ...QUESTION, sort: { by: 'concern', direction: 'descending' }, offset: 0, limit: 50 } as const;

/** "a" departs in two hours, "ghost" is known to the pipeline alone. */
function departing(): Db {
  const db = twoMonths();
  const usage = { a: { ...every(3600, 0, 6), 1: 1800, 2: 1800 }, free: every(999, 0, 6), ghost: { 3: 250 } };
  pulled(db, { meter: 'memory', side: 'candidate', month: JUNE, readAt: '2026-06-01T06:10:00Z', usage });
  return db;
}

test('the screens: an overview, the hours, the customers with a price, and one of them', () => {
  const db = departing();
  const cache = new ParityCache();
  const overview = pipelinesOverview.parse(cache.overview(context(db)));
  expect(overview.pipelines).toMatchObject([
    {
      pipeline: 'edge',
      ownSource: false,
      asOf: '2026-06-01T06:10:00Z',
      settings: { tolerance: '0.02', requiredHours: 24, graceSeconds: 600 },
      meters: [
        { meter: 'memory', hours: 168, soak: { ready: false, cleanHours: 2, readyAt: '2026-06-02T04:10:00Z' } },
        { meter: 'disk', soak: { ready: true } },
      ],
      soak: {
        ready: false,
        cleanHours: 2,
        blockedAt: '2026-06-01T03:00:00Z',
        detail: 'memory: 1 customer departs by more than 2 %.',
      },
    },
  ]);
  const view = parityView.parse(cache.view(context(db), QUESTION));
  expect(view).toMatchObject({
    sentence: '21 of 24 hours are clean; 1 Jun 01:00 and 2 more are not.',
    totals: {
      reference: '86400',
      candidate: '83050',
      difference: '-3350',
      clean: 21,
      dirty: 3,
      missing: 0,
      money: [{ currency: 'usd', amount: '-18.00' }],
    },
    byState: { left_out: 1, agrees: 0, material: 1, one_sided: 1 },
    alert: { isAlert: false },
  });
  expect(view.alerts).toMatchObject([
    { period: { from: '2026-06-01T02:00:00Z', to: '2026-06-01T03:00:00Z' }, hours: 1, isOngoing: false },
  ]);
  const list = parityWindow.parse(cache.list(context(db), LIST));
  expect(
    list.rows.map(({ customer, name, state, difference, money }) => [customer, name, state, difference, money?.amount]),
  ).toEqual([
    ['ghost', null, 'one_sided', '250', undefined],
    ['a', 'Globex', 'material', '-3600', '-18.00'],
    ['free', 'Free', 'left_out', '23952', undefined],
  ]);
  const found = (request: object) =>
    parityWindow.parse(cache.list(context(db), { ...LIST, ...request })).rows.map(({ customer }) => customer);
  expect(found({ states: ['material'] })).toEqual(['a']);
  expect(found({ search: 'GLOB' })).toEqual(['a']);
  expect(found({ causes: ['rounding'] })).toEqual([]);
  expect(found({ sort: { by: 'customer', direction: 'ascending' } })).toEqual(['free', 'a', 'ghost']);
  expect(found({ sort: { by: 'difference', direction: 'ascending' }, limit: 1 })).toEqual(['a']);
  const detail = parityDetail.parse(cache.detail(context(db), { ...QUESTION, customer: 'a' }));
  expect(detail.sentence).toBe('2 of 24 hours depart: 3600 GB-seconds missing from the pipeline in all.');
  expect(detail.hours.filter(({ state }) => state !== 'agrees').map(({ at, drift }) => [at, drift])).toEqual([
    ['2026-06-01T01:00:00Z', '-0.5'],
    ['2026-06-01T02:00:00Z', '-0.5'],
  ]);
  expect(() => cache.detail(context(db), { ...QUESTION, customer: 'nobody' })).toThrow('Neither side measured');
});

test('a screen sees a new pull at once', () => {
  const db = departing();
  const cache = new ParityCache();
  expect(cache.view(context(db), QUESTION).totals.dirty).toBe(3);
  pulled(db, {
    meter: 'memory',
    side: 'candidate',
    month: JUNE,
    readAt: '2026-06-01T06:10:00Z',
    usage: { a: every(3600, 0, 6) },
  });
  expect(cache.view(context(db), QUESTION).totals.dirty).toBe(0);
});

test('the keys of both sides never meet, and neither do their settings', () => {
  const { reference, candidate } = findParityMeter(CONFIG, 'edge', 'memory');
  expect([reference.key, candidate.key]).toEqual(['memory', pipelineMeter('edge', 'memory')]);
  const usage = CONFIG.pipelines[0]?.meters[0]?.usage;
  if (usage !== undefined) expect(candidate.fingerprint).toBe(usageFingerprint(usage, CONFIG.clickhouse));
  expect(() => findParityMeter(CONFIG, 'edge', 'cpu')).toThrow('does not measure cpu');
  expect(() => findPipeline(CONFIG, 'cell')).toThrow('no pipeline cell');
  expect(formatInstant(NOW)).toBe('2026-06-01T06:10:00Z');
});

test('unasked, the hours begin where the pipeline did, and never cover less than the soak', () => {
  const db = departing();
  const cache = new ParityCache();
  const { pipeline, meter, from, to } = QUESTION;
  expect(cache.view(context(db), { pipeline, meter }).period).toEqual({ from, to });
  const asked = { pipeline, meter, from: '2026-05-25T06:00:00Z', to };
  expect(cache.view(context(db), asked).hours).toHaveLength(168);
  expect(cache.overview(context(db)).pipelines[0]?.meters[0]?.hours).toBe(168);
});
