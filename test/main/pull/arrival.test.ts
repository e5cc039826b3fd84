import { expect, test } from 'vitest';
import { completenessOf } from '../../../main/api/late/completeness.ts';
import { readArrivals } from '../../../main/cache/arrival-store.ts';
import type { Db } from '../../../main/cache/open.ts';
import { findMeterKey, readPullsInForce } from '../../../main/cache/pull-store.ts';
import { pullMonth } from '../../../main/pull/pull-month.ts';
import type { PullMeter, PullMonthRequest } from '../../../main/pull/pull-request.ts';
import type { UsageSource } from '../../../main/sources/usage-source.ts';
import { completenessDocument } from '../../../shared/reports/completeness.ts';
import { type Instant, instant, parseInstant } from '../../../shared/values/instant.ts';
import type { MonthKey } from '../../../shared/values/period.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { scratchCache } from '../cache/scratch.ts';
import {
  customer,
  type FakeUsage,
  fakeBillingSource,
  fakeUsageSource,
  MONTH,
  pullMeter,
  stripeMeter,
} from './fake-sources.ts';

const billing = () =>
  fakeBillingSource({ meters: [stripeMeter('mtr_cpu', 'cpu')], customers: [customer('cus_1', 'ws_1')], totals: {} });

/** Whole quantities: hour → quantity. */
const hours = (values: Readonly<Record<number, number>>) =>
  Object.entries(values).map(([hour, whole]) => ({ hour: Number(hour), whole, frac: 0 }));

type Options = Partial<Pick<PullMonthRequest, 'month' | 'select' | 'meters'>> & { readonly usage?: UsageSource };

const pullAt = (db: Db, at: string, usage: FakeUsage['usage'], options: Options = {}) =>
  pullMonth({
    db,
    usage: fakeUsageSource({ usage }),
    billing: billing(),
    meters: [pullMeter('cpu')],
    customers: { match: { by: 'metadata', key: 'workspace_id' }, links: null, fingerprint: 'by workspace_id' },
    testClocks: false,
    month: MONTH,
    select: {},
    skipIdle: false,
    hourly: 'drifting',
    toolVersion: 'test',
    now: () => parseInstant(at),
    signal: new AbortController().signal,
    ...options,
  });

const arrivals = (db: Db) => readArrivals(db, findMeterKey(db, 'cpu') ?? 0);

const completeness = (db: Db, month: MonthKey, now: Instant, meter: PullMeter = pullMeter('cpu')) => {
  const { key, usage, usageFingerprint } = meter;
  const { scale, combine } = usage;
  const [only] = completenessOf(db, {
    month,
    meters: [{ key, unit: 'CPU-seconds', scale, combine, usageFingerprint }],
    now,
  });
  if (only === undefined) throw new Error('one meter gives one answer');
  return completenessDocument(only.meter, only.completeness);
};

test('a pull of everyone keeps what it found by the hour, over all usage ids, and keeps it when its rows are swept', async () => {
  const db = scratchCache();
  await pullAt(db, '2026-06-01T02:00:00Z', { cpu: { ws_1: hours({ 0: 1, 743: 2 }), ws_lost: hours({ 743: 5 }) } });
  await pullAt(db, '2026-06-02T02:00:00Z', { cpu: { ws_1: hours({ 0: 1, 743: 4 }) } });
  await pullAt(db, '2026-06-03T02:00:00Z', {});
  const found = arrivals(db).map(({ pulledAt, hours: list }) => [pulledAt, list]);
  expect(found).toEqual([
    [parseInstant('2026-06-01T02:00:00Z'), hours({ 0: 1, 743: 7 })],
    [parseInstant('2026-06-02T02:00:00Z'), hours({ 0: 1, 743: 4 })],
    // What was there and is gone altogether is kept.
    [parseInstant('2026-06-03T02:00:00Z'), hours({ 0: 1, 743: 4 })],
  ]);
  expect(db.prepare('SELECT count(DISTINCT pull) FROM usage_month').pluck().get()).toBe(1);
});

test('a pull of some customers, one that fails, and one without hours keep nothing', async () => {
  const db = scratchCache();
  const usage = { cpu: { ws_1: hours({ 0: 1 }), ws_2: hours({ 0: 1 }) } };
  await pullAt(db, '2026-06-01T02:00:00Z', usage);
  await pullAt(db, '2026-06-01T03:00:00Z', usage, { select: { customers: ['ws_1'] } });
  const failing = fakeUsageSource({
    usage,
    before: () => {
      throw new Error('gone');
    },
  });
  await expect(pullAt(db, '2026-06-01T04:00:00Z', usage, { usage: failing })).rejects.toThrow('gone');
  const plain = fakeUsageSource({ usage });
  const unbucketed: UsageSource = {
    ...plain,
    read: async function* (request) {
      for await (const cells of plain.read(request))
        yield cells.map((cell) => ({ ...cell, isUnbucketed: true as const }));
    },
  };
  await pullAt(db, '2026-06-01T05:00:00Z', usage, { usage: unbucketed });
  expect(arrivals(db).map(({ pulledAt }) => pulledAt)).toEqual([parseInstant('2026-06-01T02:00:00Z')]);
  expect(readPullsInForce(db, MONTH).find(({ source }) => source === 'clickhouse')?.startedAt).toBe(
    parseInstant('2026-06-01T05:00:00Z'),
  );
});

const APRIL = parseMonth('2026-04');

/** April pulled twice: an hour after its end three quarters of the last hour were in. May pulled once, as early. */
async function pullTwoMonths(db: Db): Promise<void> {
  await pullAt(
    db,
    '2026-05-01T01:30:00Z',
    { cpu: { ws_1: hours({ 0: 40, 719: 30 }), ws_2: hours({ 719: 45 }) } },
    { month: APRIL },
  );
  await pullAt(
    db,
    '2026-05-08T00:00:00Z',
    { cpu: { ws_1: hours({ 0: 40, 719: 40 }), ws_2: hours({ 719: 60 }) } },
    { month: APRIL },
  );
  await pullAt(db, '2026-06-01T01:30:00Z', { cpu: { ws_1: hours({ 0: 7, 743: 3 }), ws_2: hours({ 743: 6 }) } });
}

test('what is still expected of a month, from what was pulled until then', async () => {
  const db = scratchCache();
  await pullTwoMonths(db);
  const now = parseInstant('2026-06-01T03:00:00Z');
  expect(completeness(db, MONTH, now)).toEqual({
    meter: 'cpu',
    unit: 'CPU-seconds',
    asOf: '2026-06-01T01:30:00Z',
    watermark: '2026-05-28T01:00:00Z',
    allInFrom: '2026-06-05T00:00:00Z',
    expectedMissing: '3',
    basis: 'Learned from 2 pulls of 1 month: how much of 2 settled hours earlier pulls had found at which age.',
    learned: {
      pulls: 2,
      hours: 2,
      months: 1,
      ages: [
        { fromHours: 1, toHours: 2, samples: 1, arrived: '75', settled: '100', share: '0.75' },
        { fromHours: 96, toHours: null, samples: 1, arrived: '40', settled: '40', share: '1' },
      ],
    },
  });
  expect(completeness(db, MONTH, parseInstant('2026-06-01T01:00:00Z'))).toMatchObject({
    asOf: null,
    expectedMissing: null,
  });
  expect(completeness(db, APRIL, now)).toMatchObject({
    asOf: '2026-05-08T00:00:00Z',
    watermark: '2026-05-01T00:00:00Z',
    expectedMissing: '0',
  });
});

test('pulls that measured otherwise teach nothing', async () => {
  const db = scratchCache();
  await pullTwoMonths(db);
  const other = { ...pullMeter('cpu'), usageFingerprint: 'another query' };
  const now = instant(parseInstant('2026-06-01T03:00:00Z'));
  expect(completeness(db, MONTH, now, other)).toMatchObject({
    asOf: null,
    expectedMissing: null,
    learned: { pulls: 0 },
  });
  expect(completeness(db, MONTH, now, { ...pullMeter('cpu'), key: 'unknown' })).toMatchObject({ asOf: null });
});
