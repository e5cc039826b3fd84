import { expect, test } from 'vitest';
import { readUsageHours } from '../../../main/cache/hours-store.ts';
import { findUsageKey } from '../../../main/cache/identity-store.ts';
import type { Db } from '../../../main/cache/open.ts';
import {
  pipelineMeter,
  readEveryPullInForce,
  readPullRecords,
  readPullsInForce,
} from '../../../main/cache/pull-store.ts';
import { pullMonth } from '../../../main/pull/pull-month.ts';
import type { PullMonthRequest, PullPipeline } from '../../../main/pull/pull-request.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { NOW, scratchCache } from '../cache/scratch.ts';
import {
  customer,
  type FakeUsage,
  fakeBillingSource,
  fakeUsageSource,
  MONTH,
  pullMeter,
  stripeMeter,
  wholeHours,
} from './fake-sources.ts';

const CPU = pipelineMeter('edge', 'cpu');
const MEM = pipelineMeter('edge', 'mem');

const main: FakeUsage = { usage: { cpu: { ws_1: wholeHours(10, 20) }, mem: { ws_1: wholeHours(1) } } };
const edge = (): FakeUsage => ({
  usage: { [CPU]: { ws_1: wholeHours(10, 21), ws_new: wholeHours(3) }, [MEM]: { ws_1: wholeHours(2) } },
  chunkCells: 1,
});

const pipeline = (usage: FakeUsage): PullPipeline => ({
  key: 'edge',
  meters: [
    { ...pullMeter('cpu'), key: CPU },
    { ...pullMeter('mem'), key: MEM },
  ],
  open: async () => ({ source: fakeUsageSource(usage), close: async () => undefined }),
});

const asked: string[] = [];
const request = (db: Db, usage: FakeUsage, rest: Partial<PullMonthRequest> = {}): PullMonthRequest => ({
  db,
  usage: fakeUsageSource(main),
  billing: fakeBillingSource({
    meters: [stripeMeter('mtr_cpu', 'cpu'), stripeMeter('mtr_mem', 'mem')],
    customers: [customer('cus_1', 'ws_1')],
    totals: { mtr_cpu: { cus_1: '30' }, mtr_mem: { cus_1: '1' } },
    asked,
  }),
  meters: [pullMeter('cpu'), pullMeter('mem')],
  pipelines: [pipeline(usage)],
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

/** Whole parts of the hours that are in force. */
function hoursOf(db: Db, meter: string, usageId: string): readonly (number | bigint)[] | null {
  const pull = readEveryPullInForce(db, MONTH).find((each) => each.meter === meter && each.source === 'clickhouse');
  const usageKey = findUsageKey(db, usageId);
  if (pull === undefined || usageKey === null) return null;
  return readUsageHours(db, pull.pull, usageKey)?.map(({ whole }) => whole) ?? null;
}

test('a pipeline is pulled with the month, and counts for nothing else', async () => {
  const db = scratchCache();
  const result = await pullMonth(request(db, edge()));
  expect(result).toMatchObject({ complete: true, pipelines: [{ key: 'edge', rows: 3, isComplete: true }] });
  expect(hoursOf(db, CPU, 'ws_1')).toEqual([10, 21]);
  expect(hoursOf(db, CPU, 'ws_new')).toEqual([3]);
  expect(hoursOf(db, 'cpu', 'ws_1')).toEqual([10, 20]);
  expect([...new Set(readPullsInForce(db, MONTH).map(({ meter }) => meter))]).toEqual(['cpu', 'mem']);
});

test('one that breaks off leaves what was pulled of it before, and the month is pulled', async () => {
  const db = scratchCache();
  await pullMonth(request(db, edge()));
  const broken = edge();
  broken.usage = { [CPU]: { ws_1: wholeHours(99), ws_2: wholeHours(1) }, [MEM]: {} };
  broken.before = (chunk) => {
    if (chunk === 1) throw new TieoutError('clickhouse.broken_off', { message: 'broken off' });
  };
  const again = await pullMonth(request(db, broken));
  expect(again).toMatchObject({ complete: false, pipelines: [{ key: 'edge', isComplete: false }] });
  expect(again.warnings).toMatchObject([{ code: 'clickhouse.broken_off', path: 'pipelines.edge' }]);
  expect(hoursOf(db, CPU, 'ws_1')).toEqual([10, 21]);
  expect(readPullRecords(db, 20).filter(({ state }) => state === 'running')).toEqual([]);
  const third = await pullMonth(request(db, edge()));
  expect(third).toMatchObject({ complete: true, warnings: [] });
});

test('meters are selected by their own key', async () => {
  const db = scratchCache();
  await pullMonth(request(db, edge(), { select: { meters: ['mem'] } }));
  expect([hoursOf(db, MEM, 'ws_1'), hoursOf(db, CPU, 'ws_1')]).toEqual([[2], null]);
});

test('usage alone: Stripe is not asked, and what it holds stays', async () => {
  const db = scratchCache();
  await pullMonth(request(db, edge()));
  const before = readPullsInForce(db, MONTH).filter(({ source }) => source === 'stripe');
  asked.length = 0;
  const result = await pullMonth(request(db, edge(), { usageOnly: true }));
  expect(asked).toEqual([]);
  expect(result).toMatchObject({ complete: true, sources: { stripe: { requests: 0 } } });
  expect(readPullsInForce(db, MONTH).filter(({ source }) => source === 'stripe')).toEqual(before);
});

test('a cancel while a pipeline is read leaves everything as it was', async () => {
  const db = scratchCache();
  await pullMonth(request(db, edge()));
  const before = readEveryPullInForce(db, MONTH);
  const controller = new AbortController();
  const slow = edge();
  slow.before = () => controller.abort();
  await expect(pullMonth(request(db, slow, { signal: controller.signal }))).rejects.toMatchObject({
    code: 'pull.cancelled',
  });
  expect(readEveryPullInForce(db, MONTH)).toEqual(before);
});
