import { expect, test } from 'vitest';
import { decideLate } from '../../../../main/api/late/decide.ts';
import { LateCache } from '../../../../main/api/late/late-cache.ts';
import { lateDetail, lateSummary, lateWindow } from '../../../../main/api/late/late-view.ts';
import * as schema from '../../../../shared/contract/late-schemas.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { BILLED_AT, LATER, type LateWorld, lateWorld, price } from './late-world.ts';

const SOLD = price('price_unit', { unitAmount: '0.5' });
const FIRST_PULL_AFTER = parseInstant('2026-06-05T08:00:00Z');

const hour = (at: number, whole: number) => ({ hour: at, whole, frac: 0 });

/** 100 billed; 10 of the second day come on 5 June, 5 of the same day and 4 of the first on the 9th. */
async function lateTwice(): Promise<LateWorld> {
  const world = lateWorld({ price: SOLD, shown: [['100', 50n, '0.5']] });
  await world.pull(BILLED_AT, [hour(0, 100)]);
  await world.pull(FIRST_PULL_AFTER, [hour(0, 100), hour(30, 10)]);
  await world.pull(LATER, [hour(0, 100), hour(1, 4), hour(30, 10), hour(40, 5)]);
  return world;
}

const ALL = { filter: {}, sort: { by: 'default', direction: 'ascending' }, offset: 0, limit: 50 } as const;

test('a month as the screens take it', async () => {
  const world = await lateTwice();
  const table = new LateCache().open(world.request(LATER));
  const summary = schema.lateSummary.parse(lateSummary(table));
  expect(summary).toMatchObject({
    month: '2026-05',
    state: 'corrections',
    isOpen: false,
    asOf: { clickhouse: '2026-06-09T08:00:00Z' },
    billed: { runs: 1, from: '2026-06-01T02:00:00Z', to: '2026-06-01T02:00:00Z' },
    rows: 1,
    customers: 1,
    byState: { undecided: 1, incomplete: 0 },
    byMeter: [{ meter: 'calls', rows: 1 }],
    totals: [{ currency: 'usd', total: '0.10', more: '0.10', less: '0.00', undecided: '0.10', invoiced: '0.00' }],
    warnings: [],
  });
  expect(summary.heat).toEqual({
    meters: [
      {
        meter: 'calls',
        unit: 'calls',
        squares: [
          { usedOn: '2026-05-01', arrivedOn: '2026-06-09', quantity: '4' },
          { usedOn: '2026-05-02', arrivedOn: '2026-06-05', quantity: '10' },
          { usedOn: '2026-05-02', arrivedOn: '2026-06-09', quantity: '5' },
        ],
      },
    ],
    money: null,
  });
  const window = schema.lateWindow.parse(lateWindow(table, { month: '2026-05', ...ALL }));
  expect(window).toMatchObject({
    total: 1,
    all: 1,
    rows: [
      {
        customer: 'cus_1',
        name: 'Name of cus_1',
        meter: 'calls',
        booked: { quantity: '100', amount: '0.50' },
        late: '19',
        driftAtBilling: '0',
        correction: '0.10',
        invoiced: '0.00',
        state: 'undecided',
      },
    ],
  });
  expect(lateWindow(table, { month: '2026-05', ...ALL, filter: { states: ['waived'] } })).toMatchObject({
    total: 0,
    all: 1,
  });
});

test('one customer: runs, both engines, hours with the pull that first saw them, decisions newest first', async () => {
  const world = await lateTwice();
  const request = world.request(LATER);
  const choice = { customer: 'cus_1', meter: 'calls', digest: null, engine: 'delta', author: 'Ada' } as const;
  decideLate(request, { ...choice, decision: 'waive', note: 'goodwill' }, 'test');
  decideLate(request, { ...choice, decision: 'carry_forward', note: '' }, 'test');
  const { month } = new LateCache().open(request);
  const detail = schema.lateDetail.parse(lateDetail(request, month, { customer: 'cus_1', meter: 'calls' }));
  expect(detail.runs).toMatchObject([
    {
      run: 1,
      kind: 'billed',
      invoice: { id: 'in_1', number: null, status: 'open' },
      quantity: '100',
      measuredThen: '100',
      measuredNow: '119',
      amount: '0.50',
      lines: [{ id: 'il_1_1', component: 'usage.unit', quantity: '100', unitAmount: '0.005', total: '0.50' }],
      voided: null,
    },
  ]);
  expect(detail.engines?.delta).toMatchObject({
    lines: [{ quantity: '19', total: '0.10', correctsRun: null, servicePeriod: { from: '2026-06-01T00:00:00Z' } }],
    adjustments: [{ component: 'usage.unit', amount: '0.10' }],
    total: '0.10',
  });
  expect(detail.engines?.period_preserving).toMatchObject({
    lines: [{ quantity: '19', total: '0.10', correctsRun: 1, servicePeriod: { from: '2026-05-01T00:00:00Z' } }],
    total: '0.10',
  });
  const arrivals = detail.hours.map(({ at, quantity, arrivedAt }) => [at, quantity, arrivedAt]);
  expect(arrivals).toEqual([
    ['2026-05-01T01:00:00Z', '4', '2026-06-09T08:00:00Z'],
    ['2026-05-02T06:00:00Z', '10', '2026-06-05T08:00:00Z'],
    ['2026-05-02T16:00:00Z', '5', '2026-06-09T08:00:00Z'],
  ]);
  expect(detail.decisions).toMatchObject([
    { decision: 'carry_forward', author: 'Ada', isCurrent: true },
    { decision: 'waive', note: 'goodwill', isCurrent: true },
  ]);
  expect(detail.row.state).toBe('carried_forward');
});

test('a month is built again once it is pulled or decided about, and only then', async () => {
  const world = await lateTwice();
  const cache = new LateCache();
  const first = cache.open(world.request(LATER));
  expect(cache.open(world.request(LATER))).toBe(first);
  const choice = {
    customer: 'cus_1',
    meter: 'calls',
    digest: null,
    engine: 'delta',
    author: 'Ada',
    note: 'x',
  } as const;
  decideLate(world.request(LATER), { ...choice, decision: 'waive' }, 'test');
  const second = cache.open(world.request(LATER));
  expect(second.rows).toMatchObject([{ state: 'waived' }]);
  await world.pull(LATER, [hour(0, 100)]);
  expect(cache.open(world.request(LATER)).rows).toEqual([]);
});

test('a month without finalised invoices, and one whose usage was pulled too early', async () => {
  const draft = lateWorld({ price: SOLD, shown: [['100', 50n]], status: 'draft' });
  await draft.pull(BILLED_AT, [hour(0, 100)]);
  expect(lateSummary(new LateCache().open(draft.request(LATER)))).toMatchObject({ state: 'not_billed', rows: 0 });
  const early = lateWorld({ price: SOLD, shown: [['100', 50n]] });
  await early.pull(parseInstant('2026-05-20T00:00:00Z'), [hour(0, 100)]);
  expect(schema.lateSummary.parse(lateSummary(new LateCache().open(early.request(LATER))))).toMatchObject({
    state: 'incomplete',
    warnings: [{ code: 'late.not_recorded', path: '2026-05' }],
  });
});
