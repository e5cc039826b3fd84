import { afterAll, beforeAll, expect, test } from 'vitest';
import { FrameCache } from '../../../main/api/cells/context.ts';
import { cellDetail } from '../../../main/api/cells/detail.ts';
import { previewMonth } from '../../../main/api/invoices/preview-month.ts';
import { seriesReports } from '../../../main/api/reconcile/series-counts.ts';
import { findMeterKey } from '../../../main/cache/pull-store.ts';
import { readSeriesSnapshot } from '../../../main/cache/series-store.ts';
import type { Price } from '../../../shared/billing/price.ts';
import { DEFAULT_QUALITY } from '../../../shared/reconciliation/quality/settings.ts';
import { seriesDocument, seriesLine } from '../../../shared/reports/series.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { DAY_MS, instant, parseInstant } from '../../../shared/values/instant.ts';
import { daysIn, hoursIn, monthPeriod, parseMonth } from '../../../shared/values/period.ts';
import { callsPrice, item, subscription } from '../api/invoices/world.ts';
import type { TestEngine } from '../sources/clickhouse/engine.ts';
import { ALL, openSeriesWorld, type Report, type SeriesWorld, startSeriesEngine } from './series-world.ts';

const NOVEMBER = parseMonth('2023-11');
const DECEMBER = parseMonth('2023-12');
const PERIOD = monthPeriod(NOVEMBER);
const at = parseInstant;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startSeriesEngine();
}, 60_000);
afterAll(() => engine?.stop());

const worlds: SeriesWorld[] = [];
afterAll(() => {
  for (const world of worlds) world.close();
});
async function open(...args: Parameters<typeof openSeriesWorld> extends [unknown, ...infer R] ? R : never) {
  const world = await openSeriesWorld(engine, ...args);
  worlds.push(world);
  return world;
}

const report = (benchmark: string, when: string, rest: Partial<Report> = {}): Report => ({
  org: 'o1',
  project: 'p1',
  testbed: 't1',
  benchmark,
  measure: 'm1',
  at: at(when),
  visibility: 'public',
  deleted: false,
  ...rest,
});

const cellOf = (world: SeriesWorld) =>
  cellDetail(
    {
      db: world.db,
      settings: world.settings(),
      quality: DEFAULT_QUALITY,
      now: () => at('2024-01-01T00:00:00Z'),
      toolVersion: 'test',
      frames: new FrameCache(),
      canStore: false,
    },
    { month: NOVEMBER, meter: 'series', customer: 'cus_o1', usageId: 'o1' },
  );
const evidenceOf = (world: SeriesWorld) =>
  Object.fromEntries(cellOf(world).provenance.usage?.evidence.map(({ key, value }) => [key, value]) ?? []);

test('a month is pulled, more arrives, and what was counted at its end stays', async () => {
  const world = await open('lifetime', ['o1']);
  const first = [report('b1', '2023-11-05T00:00:00Z'), report('b2', '2023-11-06T00:00:00Z')];
  await world.hold(first);
  await world.pull(NOVEMBER, { now: at('2023-11-20T00:00:00Z') });
  expect(world.active('o1', PERIOD, ALL)).toBe(2);
  expect(cellOf(world).row).toMatchObject({ measured: '2' });

  // b1 again and earlier, b3 backdated to before everything that was pulled.
  const second = [...first, report('b1', '2023-11-02T00:00:00Z'), report('b3', '2023-11-01T00:00:00Z')];
  await world.hold(second);
  await world.pull(NOVEMBER, { now: at('2023-11-25T00:00:00Z') });
  expect(world.active('o1', PERIOD, ALL)).toBe(3);
  expect(world.active('o1', { from: at('2023-11-05T00:00:00Z'), to: PERIOD.to }, ALL)).toBe(2);
  expect(seriesReports(world.db, { month: NOVEMBER, meters: world.settings().meters }).map(seriesLine)).toEqual([null]);

  const third = [...second, report('b4', '2023-11-30T23:59:59.999Z')];
  await world.hold(third);
  await world.pull(NOVEMBER, { now: at('2023-12-01T02:00:00Z') });
  const fourth = [...third, report('b1', '2023-12-03T00:00:00Z'), report('b9', '2023-11-29T00:00:00Z')];
  await world.hold(fourth);
  await world.pull(DECEMBER, { now: at('2023-12-04T00:00:00Z') });
  await world.pull(NOVEMBER, { now: at('2023-12-05T00:00:00Z') });

  // b2, b3, b4 and the late b9 by last activity; at the end of the month b1 was there and b9 was not.
  expect(evidenceOf(world)).toMatchObject({
    'series counted': 'all series, end exclusive',
    'series reported': '5',
    'series active': '4 by last activity, as of 5 Dec 00:00 UTC',
    'series kept': '4, once the month was over (1 Dec 02:00 UTC)',
  });
  const [counts] = seriesReports(world.db, { month: NOVEMBER, meters: world.settings().meters });
  if (counts === undefined) throw new Error('the meter keeps its series');
  expect(seriesDocument(counts)).toEqual({
    meter: 'series',
    unit: 'series',
    visibility: 'all',
    end: 'exclusive',
    readAt: '2023-12-05T00:00:00Z',
    snapshot: { takenAt: '2023-12-01T02:00:00Z', final: true, visibility: 'all', end: 'exclusive' },
    total: { active: '4', atEnd: '4', reported: '5' },
    differing: [{ usageId: 'o1', active: '4', atEnd: '4', reported: '5' }],
  });
  expect(seriesLine(counts)).toBe(
    'series: 4 by last activity, 4 kept once the month was over (1 Dec 02:00 UTC), 5 with a report; they differ for 1 usage id (all series, end exclusive).',
  );
});

test('a deletion lowers the count of now, and nothing that was kept', async () => {
  const world = await open('deletions', ['o1']);
  const rows = [
    report('b1', '2023-11-05T00:00:00Z', { visibility: 'private' }),
    report('b2', '2023-11-06T00:00:00Z', { visibility: 'private' }),
    report('b3', '2023-11-06T00:00:00Z'),
  ];
  const privately = { visibility: 'private', end: 'inclusive' } as const;
  await world.hold(rows);
  await world.pull(NOVEMBER, { now: at('2023-12-01T02:00:00Z'), counting: privately });
  await world.hold(rows.map((row) => (row.benchmark === 'b1' ? { ...row, deleted: true } : row)));
  await world.pull(NOVEMBER, { now: at('2023-12-02T00:00:00Z'), counting: privately });
  expect(world.active('o1', PERIOD, privately)).toBe(1);
  expect(world.active('o1', PERIOD, ALL)).toBe(2);
  const snapshot = readSeriesSnapshot(world.db, findMeterKey(world.db, 'series') ?? 0, NOVEMBER);
  expect(snapshot).toMatchObject({ takenAt: at('2023-12-01T02:00:00Z'), counting: privately });
  expect([...(snapshot?.counts.values() ?? [])]).toEqual([2]);
});

test('a pull that is broken off once its series were read leaves no trace', async () => {
  const world = await open('broken', ['o1']);
  await world.hold([report('b1', '2023-11-05T00:00:00Z')]);
  await world.pull(NOVEMBER);
  const kept = (): unknown =>
    ['series_seen', 'series_digest', 'series_read', 'series_snapshot_count'].map((table) =>
      world.db.prepare(`SELECT * FROM ${table}`).all(),
    );
  const before = kept();
  await world.hold([report('b1', '2023-11-09T00:00:00Z'), report('b2', '2023-11-09T00:00:00Z')]);
  await world.breakOff(NOVEMBER);
  expect(world.db.prepare('SELECT count(*) FROM series_staged').pluck().get()).toBe(2);
  expect(kept()).toEqual(before);
  await world.hold([report('b1', '2023-11-05T00:00:00Z')]);
  await world.pull(NOVEMBER);
  expect(world.db.prepare('SELECT count(*) FROM series_staged').pluck().get()).toBe(0);
  expect(world.active('o1', PERIOD, ALL)).toBe(1);
});

test('a pull of one customer raises that one alone, and takes no snapshot', async () => {
  const world = await open('partial', ['o1', 'o2']);
  const rows = [report('b1', '2023-11-05T00:00:00Z'), report('c1', '2023-11-05T00:00:00Z', { org: 'o2' })];
  await world.hold(rows);
  await world.pull(NOVEMBER, { now: at('2023-11-10T00:00:00Z') });
  await world.hold([
    ...rows,
    report('b2', '2023-11-06T00:00:00Z'),
    report('c2', '2023-11-06T00:00:00Z', { org: 'o2' }),
  ]);
  await world.pull(NOVEMBER, { now: at('2023-12-02T00:00:00Z'), customers: ['cus_o1'] });
  expect([world.active('o1', PERIOD, ALL), world.active('o2', PERIOD, ALL)]).toEqual([2, 1]);
  const snapshot = readSeriesSnapshot(world.db, findMeterKey(world.db, 'series') ?? 0, NOVEMBER);
  expect(snapshot?.takenAt).toBe(at('2023-11-10T00:00:00Z'));
});

test('however many series there are, no more rows cross the wire than hours × customers', async () => {
  const orgs = ['o1', 'o2', 'o3'];
  const world = await open('wire', orgs);
  // Every hour of the month in every customer, several series each.
  const hours = hoursIn(PERIOD);
  const rows = orgs.flatMap((org) =>
    Array.from(
      { length: hours * 3 },
      (_, index): Report =>
        report(`b${index}`, '2023-11-01T00:00:00Z', {
          org,
          at: instant(PERIOD.from + Math.floor(index / 3) * 3_600_000),
        }),
    ),
  );
  await world.hold(rows);
  const bound = hours * orgs.length;
  const counts = await world.pull(NOVEMBER, { keep: false });
  expect(counts.sources.clickhouse.rows).toBeLessThanOrEqual(bound);

  // What `rows` says of a cell is its hours; a cell is one row of the answer.
  const kept = await world.pull(NOVEMBER);
  const seriesRows = kept.sources.clickhouse.rows - counts.sources.clickhouse.rows;
  expect(seriesRows).toBe(daysIn(NOVEMBER) * orgs.length);
  expect(orgs.length + seriesRows).toBeLessThanOrEqual(bound);
  expect(world.active('o2', PERIOD, ALL)).toBe(hours * 3);

  const again = await world.pull(NOVEMBER);
  expect(again.sources.clickhouse.rows).toBe(counts.sources.clickhouse.rows);
  await world.hold([...rows, report('new', '2023-11-07T00:00:00Z', { org: 'o2' })]);
  const changed = await world.pull(NOVEMBER);
  expect(changed.sources.clickhouse.rows - counts.sources.clickhouse.rows).toBe(daysIn(NOVEMBER));
});

/** The published ladder: $100 up to 250, $150 up to 375, $200 up to 500. */
const LADDER: NonNullable<Price['tiers']> = [
  { upTo: '250', unitAmount: null, flatAmount: '10000' },
  { upTo: '375', unitAmount: null, flatAmount: '15000' },
  { upTo: '500', unitAmount: null, flatAmount: '20000' },
  { upTo: null, unitAmount: null, flatAmount: '20000' },
];

test.each([
  ['volume', { none: 10_000n, o250: 10_000n, o251: 15_000n }],
  ['graduated', { none: 10_000n, o250: 10_000n, o251: 25_000n }],
] as const)('the first flat fee is the base fee, due at no series too: %s', async (tiersMode, due) => {
  const orgs = ['none', 'o250', 'o251'];
  const world = await open(`ladder_${tiersMode}`, orgs, {
    prices: [
      callsPrice({
        id: 'price_series',
        meterId: 'mtr_series',
        billingScheme: 'tiered',
        tiersMode,
        unitAmount: null,
        tiers: LADDER,
      }),
    ],
    products: [{ id: 'prod_calls', name: 'Series', isActive: true, isDeleted: false }],
    subscriptions: orgs.map((org) =>
      subscription({
        id: `sub_${org}`,
        customerId: `cus_${org}`,
        billingCycleAnchor: at('2023-10-01T00:00:00Z'),
        startedAt: at('2023-10-01T00:00:00Z'),
        items: [
          item(`si_${org}`, 'price_series', { subscriptionId: `sub_${org}`, created: at('2023-10-01T00:00:00Z') }),
        ],
        created: at('2023-10-01T00:00:00Z'),
      }),
    ),
    totals: { mtr_series: { cus_o250: '250', cus_o251: '251' } },
  });
  const many = (org: string, count: number): Report[] =>
    Array.from({ length: count }, (_, index) =>
      report(`b${index}`, '2023-11-01T00:00:00Z', { org, at: instant(PERIOD.from + (index % 30) * DAY_MS) }),
    );
  await world.hold([...many('o250', 250), ...many('o251', 251), ...many('o251', 20)]);
  await world.pull(NOVEMBER);
  for (const quantities of ['measured', 'metered'] as const) {
    const previews = [
      ...previewMonth({
        db: world.db,
        settings: world.settings(),
        distinctMeters: new Set(['series']),
        month: NOVEMBER,
        now: at('2023-12-10T00:00:00Z'),
        quantities,
      }),
    ];
    const billed = previews.map(({ invoice }) => [invoice.customerId.replace('cus_', ''), invoice.totalMinor]);
    expect(Object.fromEntries(billed)).toEqual(due);
    const fees = previews.flatMap(({ invoice }) => invoice.lines.filter(({ type }) => type === 'flat'));
    expect(fees.every(({ quantity }) => formatDecimal(quantity) === '1')).toBe(true);
  }
});
