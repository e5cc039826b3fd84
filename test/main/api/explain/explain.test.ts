import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FrameCache, type MonthsContext } from '../../../../main/api/cells/context.ts';
import { cellDetail } from '../../../../main/api/cells/detail.ts';
import { buildFrame } from '../../../../main/api/cells/frame.ts';
import { cellsWindow, monthSummary } from '../../../../main/api/cells/months.ts';
import { cellCause } from '../../../../main/api/explain/cell-cause.ts';
import { monthIncidents } from '../../../../main/api/explain/incident-view.ts';
import { MonthExplainer } from '../../../../main/api/explain/month-incidents.ts';
import { incidentRemedy, type RemedyContext, writeRemedies } from '../../../../main/api/explain/remedy-files.ts';
import type { MeterBlock } from '../../../../main/api/reconcile/block.ts';
import { reconcileMonth } from '../../../../main/api/reconcile/reconcile-month.ts';
import { insertArrival } from '../../../../main/cache/arrival-store.ts';
import { openCache } from '../../../../main/cache/open.ts';
import { readPullsInForce } from '../../../../main/cache/pull-store.ts';
import * as contract from '../../../../shared/contract/incident-schemas.ts';
import { cellsWindow as cellsWindowShape } from '../../../../shared/contract/schemas.ts';
import { DEFAULT_QUALITY } from '../../../../shared/reconciliation/quality/settings.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../../../../shared/values/period.ts';
import { build } from '../reconcile/world.ts';
import { plantedWorld, usageOf } from './world.ts';

const NOW = parseInstant('2026-06-02T03:00:00Z');
const month = parseMonth('2026-05');
/** One world for all tests: they only read. */
const folder = mkdtempSync(join(tmpdir(), 'tieout-explain-'));
const made = build(plantedWorld, openCache(join(folder, 'tieout.db'), { now: NOW }));
afterAll(() => {
  made.db.close();
  rmSync(folder, { recursive: true, force: true });
});
const context: MonthsContext = {
  ...made,
  quality: DEFAULT_QUALITY,
  toolVersion: 'test',
  now: () => NOW,
  canStore: true,
  frames: new FrameCache(),
};
const key = (customer: string, meter: string) => ({ month, meter, customer, usageId: null });
const remedies = (now = NOW): RemedyContext => ({
  frame: context.frames.open(context, month).frame,
  now,
  lateCsv: () => [],
});

const worth = (salts: readonly number[]): number =>
  salts.flatMap((salt) => [315, 316, 317, 318].map((hour) => Number(usageOf(salt)[hour]))).reduce((a, b) => a + b, 0);

describe('incidents of a month', () => {
  const found = contract.monthIncidents.parse(monthIncidents(context, month));

  test('cells that one thing went wrong for are one, with its hours and its worth', () => {
    const byId = new Map(found.incidents.map((incident) => [incident.id, incident]));
    expect([...byId.keys()].sort()).toEqual([
      '2026-05/duplicate_push/400-401',
      '2026-05/final_push_missing',
      '2026-05/missed_push/315-319',
      '2026-05/unit_scale/1024',
      '2026-05/unmapped/cus_07 ws_lost',
    ]);
    const [cpu, net] = [worth([0, 1, 2, 3, 4]), worth([100, 101])];
    expect(byId.get('2026-05/missed_push/315-319')).toEqual({
      id: '2026-05/missed_push/315-319',
      code: 'missed_push',
      sentence: `The pushes of 14 May 03:00–07:00 UTC are missing for 5 customers on 2 meters, worth ${((cpu * 2 + net) / 100).toFixed(2)} USD.`,
      remedy: 'Send the missing hours again, with the timestamps of those hours; Stripe accepts 35 days.',
      confidence: 'high',
      cells: 7,
      customers: 5,
      meters: ['cpu', 'net'],
      hours: { from: '2026-05-14T03:00:00Z', to: '2026-05-14T07:00:00Z' },
      factor: null,
      quantities: [
        { meter: 'cpu', unit: 'CPU-seconds', worth: String(cpu) },
        { meter: 'net', unit: 'GiB', worth: String(net) },
      ],
      money: [{ currency: 'usd', difference: ((cpu * 2 + net) / 100).toFixed(2) }],
    });
    expect(found).toMatchObject({ unexplained: { cells: 0, money: [] }, notAsked: 0 });
  });

  test('every row names its incident, and the table is filtered by one', () => {
    const request = { month, sort: { by: 'default', direction: 'ascending' }, offset: 0, limit: 100 } as const;
    const filter = { incident: '2026-05/missed_push/315-319' };
    const { rows } = cellsWindowShape.parse(cellsWindow(context, { ...request, filter }));
    expect(rows.map(({ customer, meter }) => `${customer} ${meter}`).sort()).toEqual([
      'cus_01 cpu',
      'cus_01 net',
      'cus_02 cpu',
      'cus_02 net',
      'cus_03 cpu',
      'cus_04 cpu',
      'cus_05 cpu',
    ]);
    expect(rows.every(({ incident }) => incident === filter.incident)).toBe(true);
    const all = cellsWindow(context, { ...request, filter: { structuralOnly: true } }).rows;
    expect(all.filter(({ incident }) => incident === undefined)).toEqual([]);
    const agreeing = cellsWindow(context, { ...request, filter: { verdicts: ['agree'] } }).rows;
    expect(agreeing.some((row) => 'incident' in row)).toBe(false);
  });

  test('a stored run tells the same without looking at the hours again', () => {
    const again = buildFrame({ ...made, month, now: NOW, toolVersion: 'test' }, { canStore: false });
    expect(again.summary.causes).toEqual(context.frames.open(context, month).frame.summary.causes);
    made.db.exec("UPDATE tieout_exception SET incident = 'kept' WHERE incident = '2026-05/unit_scale/1024'");
    const stored = buildFrame({ ...made, month, now: NOW, toolVersion: 'test' }, { canStore: false });
    expect(stored.blocks.flatMap(({ incidents }) => [...incidents.values()])).toContain('kept');
    expect(monthSummary(context, month).byCause).toContainEqual({ code: 'missed_push', cells: 7 });
  });

  test('of more drifting cells than the budget allows the costliest are looked at by the hour', () => {
    const blocks: MeterBlock[] = [];
    reconcileMonth({ ...made, month, now: NOW, causes: 'totals' }, (block) => blocks.push(block));
    const explainer = new MonthExplainer({ key: month, period: monthPeriod(month), meters: 3 }, 6);
    for (const block of blocks) explainer.add(block);
    const { incidents, notAsked } = explainer.finish();
    // Two of seven, two of three, one of one.
    expect(notAsked).toBe(6);
    expect(incidents.map(({ id }) => id)).toContain('2026-05/unit_scale/1024');
    expect(blocks[0]?.causes.size).toBe(7);
  });
});

test('hours that everyone after a place in the list lacks are a list that was cut short', () => {
  const names = Array.from({ length: 18 }, (_, index) => String(index + 10));
  const usage = Object.fromEntries(names.map((name, index) => [`ws_${name}`, usageOf(index)]));
  const lacks = (name: string, hour: number): boolean => name >= '24' && hour >= 100 && hour < 106;
  const metered = Object.fromEntries(
    names.map((name) => [
      `cus_${name}`,
      Object.fromEntries(Object.entries(usage[`ws_${name}`] ?? {}).filter(([hour]) => !lacks(name, Number(hour)))),
    ]),
  );
  const world = build({
    meters: [{ key: 'cpu' }],
    customers: names.map((name) => ({ id: `cus_${name}`, usageIds: [`ws_${name}`] })),
    usage: { cpu: usage },
    metered: { cpu: metered },
  });
  const cut = { ...context, ...world, frames: new FrameCache() };
  const { incidents } = monthIncidents(cut, month);
  expect(incidents.map(({ code, cells }) => [code, cells])).toEqual([['pagination', 4]]);
  expect(cellCause(cut, key('cus_25', 'cpu'))?.claims).toMatchObject([
    { code: 'pagination', hours: [{ from: '2026-05-05T04:00:00Z', to: '2026-05-05T10:00:00Z' }] },
  ]);
});

describe('the cause of a cell', () => {
  test('its hours, and what Stripe would hold if it were true', () => {
    const cause = contract.cellCause.parse(cellCause(context, key('cus_01', 'cpu')));
    const detail = cellDetail(context, key('cus_01', 'cpu'));
    const hours = [{ from: '2026-05-14T03:00:00Z', to: '2026-05-14T07:00:00Z' }];
    expect(cause).toMatchObject({ code: 'missed_push', confidence: 'high', left: '0', candidates: [] });
    expect(cause.claims).toMatchObject([{ code: 'missed_push', hours, worth: String(worth([0])) }]);
    expect(detail.explainedBy).toEqual(hours.map((range) => ({ ...range, label: 'not pushed' })));
    expect(cause.prediction.map(({ at }) => at)).toEqual(detail.hours.map(({ at }) => at));
    expect(cause.prediction.map(({ value }) => value)).toEqual(detail.hours.map(({ metered }) => metered ?? '0'));
    expect(cause.prediction.at(-1)?.cumulative).toBe(detail.row.metered);
    expect(cause.incident?.cells).toBe(7);
  });

  test('of a meter that holds the month to date', () => {
    const cause = cellCause(context, key('cus_03', 'mem'));
    expect(cause).toMatchObject({ code: 'final_push_missing', incident: { id: '2026-05/final_push_missing' } });
    expect(cause?.prediction.at(-1)?.cumulative).toBe(cellDetail(context, key('cus_03', 'mem')).row.metered);
  });

  test('nothing where nothing is off', () => {
    expect(cellCause(context, key('cus_07', 'cpu'))).toBeNull();
    expect(() => cellCause(context, key('cus_99', 'cpu'))).toThrow('has no cell');
  });
});

type Event = {
  readonly event_name: string;
  readonly identifier: string;
  readonly payload: { readonly stripe_customer_id: string; readonly value: string };
  readonly timestamp: number;
};

function filesOf(id: string, now = NOW): Map<string, string[]> {
  const files = new Map<string, string[]>();
  writeRemedies(remedies(now), { month, incident: id }, (name, line) =>
    files.set(name, [...(files.get(name) ?? []), line]),
  );
  return files;
}

const eventsIn = (files: Map<string, string[]>): Event[] =>
  [...files].flatMap(([name, lines]) => (name.endsWith('-events.jsonl') ? lines.map((line) => JSON.parse(line)) : []));

describe('files that mend', () => {
  const id = '2026-05/missed_push/315-319';

  test('the missing hours, in their hours, with identifiers that stay the same', () => {
    const events = eventsIn(filesOf(id));
    expect(events).toHaveLength(28);
    expect(new Set(events.map(({ identifier }) => identifier)).size).toBe(28);
    expect(events.every(({ identifier }) => identifier.length <= 100)).toBe(true);
    expect(events).toEqual(eventsIn(filesOf(id)));
    const mine = events.filter(({ payload }) => payload.stripe_customer_id === 'cus_01');
    expect(mine.filter(({ event_name }) => event_name === 'cpu_event').map(({ payload }) => payload.value)).toEqual(
      [315, 316, 317, 318].map((hour) => usageOf(0)[hour]),
    );
    const hour = (events[0]?.timestamp ?? 0) * 1000;
    expect(hour).toBe(parseInstant('2026-05-14T03:59:59Z'));
  });

  test('what was counted twice is taken back; a unit error by its net', () => {
    const [twice] = eventsIn(filesOf('2026-05/duplicate_push/400-401'));
    expect(twice?.payload.value).toBe(`-${usageOf(5)[400]}`);
    const net = eventsIn(filesOf('2026-05/unit_scale/1024'));
    const total = Object.values(usageOf(7)).reduce((sum, value) => sum + Number(value), 0);
    expect(net.map(({ payload }) => payload.value)).toEqual([String(-total * 1023)]);
  });

  test('the final total, a second before the end of the month', () => {
    const [event, ...others] = eventsIn(filesOf('2026-05/final_push_missing'));
    const total = Object.values(usageOf(202)).reduce((sum, value) => sum + Number(value), 0);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      payload: { value: String(total) },
      timestamp: parseInstant('2026-05-31T23:59:59Z') / 1000,
    });
  });

  test('the line of the customers file', () => {
    const files = filesOf('2026-05/unmapped/cus_07 ws_lost');
    expect([...files]).toEqual([
      ['2026-05-unmapped-cus-07-ws-lost-customers.csv', ['usage_id,stripe_customer', 'ws_lost,cus_07']],
    ]);
  });

  test('an invoice item where the hours are too old for events', () => {
    const files = filesOf(id, parseInstant('2026-06-18T05:30:00Z'));
    // 35 days before, less the hour that sending takes: only the last of the four hours is still taken.
    const mine = eventsIn(files).filter(({ payload }) => payload.stripe_customer_id === 'cus_03');
    expect(mine.map(({ payload }) => payload.value)).toEqual([usageOf(2)[318]]);
    const items = [...files].flatMap(([name, lines]) => (name.endsWith('invoice-items.jsonl') ? lines : []));
    const old = worth([2]) - Number(usageOf(2)[318]);
    expect(items.map((line) => JSON.parse(line))).toContainEqual({
      customer: 'cus_03',
      amount: old * 2,
      currency: 'usd',
      description: `Correction of cpu for 2026-05: ${old} CPU-seconds`,
      period: { start: parseInstant('2026-05-01T00:00:00Z') / 1000, end: parseInstant('2026-06-01T00:00:00Z') / 1000 },
    });
  });

  test('what it will hold is shown before it is written, for one cell too', () => {
    const remedy = contract.incidentRemedy.parse(incidentRemedy(remedies(), { month, incident: id }));
    expect(remedy.files).toMatchObject([
      { name: '2026-05-missed-push-315-319-events.jsonl', kind: 'meter_events', entries: 28 },
    ]);
    expect(remedy.files[0]?.preview.trim().split('\n')).toHaveLength(5);
    expect(remedy.steps[1]).toContain('Send the events once');
    const cell = incidentRemedy(remedies(), { month, incident: id, cell: key('cus_04', 'cpu') });
    expect(cell.files).toMatchObject([{ name: '2026-05-missed-push-315-319-cus_04-cpu-events.jsonl', entries: 4 }]);
    expect(() => incidentRemedy(remedies(), { month, incident: 'gone' })).toThrow('has no incident gone');
  });
});

test('a gap at the instant from which another pipeline bills is one of the cutover', () => {
  const usage = usageOf(3);
  const metered = Object.fromEntries(Object.entries(usage).filter(([hour]) => hour !== '360' && hour !== '361'));
  const world = build({
    meters: [{ key: 'cpu' }],
    customers: [{ id: 'cus_1', usageIds: ['ws_1'] }],
    usage: { cpu: { ws_1: usage } },
    metered: { cpu: { cus_1: metered } },
  });
  const cutovers = [parseInstant('2026-05-16T00:00:00Z')];
  const settings = { ...world.settings, meters: world.settings.meters.map((meter) => ({ ...meter, cutovers })) };
  const told = { ...context, ...world, settings, frames: new FrameCache() };
  expect(monthIncidents(told, month).incidents).toMatchObject([
    {
      code: 'seam',
      confidence: 'high',
      hours: { from: '2026-05-16T00:00:00Z', to: '2026-05-16T02:00:00Z' },
    },
  ]);
});

test('usage that an earlier pull had not found, and that was not pushed, came late', () => {
  const usage = usageOf(4);
  const late = { 200: 150n, 201: 90n };
  const lateAt = (hour: string): bigint => late[hour as unknown as keyof typeof late] ?? 0n;
  const before = Object.fromEntries(
    Object.entries(usage).map(([hour, text]) => [hour, String(BigInt(text) - lateAt(hour))]),
  );
  const world = build({
    meters: [{ key: 'cpu', relative: '0' }],
    customers: [{ id: 'cus_1', usageIds: ['ws_1'] }],
    usage: { cpu: { ws_1: usage } },
    metered: { cpu: { cus_1: before } },
  });
  const [pull] = readPullsInForce(world.db, month).filter(({ source }) => source === 'clickhouse');
  if (pull === undefined) throw new Error('no pull');
  const hoursOf = (series: Readonly<Record<string, string>>) =>
    Object.entries(series).map(([hour, text]) => ({ hour: Number(hour), whole: BigInt(text), frac: 0 }));
  world.db.exec(`INSERT INTO pull_run (source, month, meter_key, state, started_at, tool_version, fingerprint, mapping_fingerprint)
    SELECT 'clickhouse', month, meter_key, 'superseded', 0, 'test', fingerprint, 'm' FROM pull_run WHERE pull = ${pull.pull}`);
  const earlier = Number(world.db.prepare('SELECT max(pull) FROM pull_run').pluck().get());
  const arrival = { meterKey: pull.meterKey, month, exponent: 0 };
  const soon = parseInstant('2026-05-20T00:00:00Z');
  insertArrival(world.db, { ...arrival, pull: earlier, pulledAt: soon, hours: hoursOf(before) });
  insertArrival(world.db, { ...arrival, pull: pull.pull, pulledAt: pull.startedAt, hours: hoursOf(usage) });
  const told = { ...context, ...world, frames: new FrameCache() };
  expect(cellCause(told, key('cus_1', 'cpu'))).toMatchObject({
    code: 'late_rows',
    confidence: 'high',
    claims: [{ worth: '240', hours: [{ from: '2026-05-09T08:00:00Z', to: '2026-05-09T10:00:00Z' }] }],
  });
});
