import fc from 'fast-check';
import { expect, test } from 'vitest';
import { usageKeyOf } from '../../../main/cache/identity-store.ts';
import type { Db } from '../../../main/cache/open.ts';
import { beginPull, endPull, meterKeyOf, sweepPulls } from '../../../main/cache/pull-store.ts';
import {
  applySeries,
  countActiveSeries,
  createSeriesWriter,
  readSeriesDigests,
  readSeriesSnapshot,
  type SeriesCounting,
  type SeriesPull,
} from '../../../main/cache/series-store.ts';
import { instant, parseInstant } from '../../../shared/values/instant.ts';
import { monthPeriod, type Period, parseMonth } from '../../../shared/values/period.ts';
import { runs } from '../../oracles/runs.ts';
import { recountSeries, type SeriesFact, snapshotKnowledge, type ToldPull } from '../../oracles/series-oracle.ts';
import { NOW, scratchCache } from './scratch.ts';

const MONTHS = ['2023-11', '2023-12'] as const;
type Month = (typeof MONTHS)[number];
const PERIODS: Readonly<Record<Month, Period>> = {
  '2023-11': monthPeriod(parseMonth('2023-11')),
  '2023-12': monthPeriod(parseMonth('2023-12')),
};

/** Both edges of both months, a millisecond beside them, and days between. */
const INSTANTS = [
  '2023-11-01T00:00:00Z',
  '2023-11-15T12:00:00Z',
  '2023-11-30T23:59:59.999Z',
  '2023-12-01T00:00:00Z',
  '2023-12-10T00:00:00Z',
  '2023-12-31T23:59:59.999Z',
].map((text) => parseInstant(text) as number);

const PROJECTS = [
  { project: 'p1', org: 'o1', isPrivate: false },
  { project: 'p2', org: 'o1', isPrivate: true },
  { project: 'p3', org: 'o2', isPrivate: true },
] as const;

/** A row of the source. */
type Row = Extract<SeriesFact, { kind: 'reported' }> & { isDeleted: boolean };

type Op =
  | { readonly op: 'report'; readonly reports: readonly Reported[] }
  | { readonly op: 'rolled_back'; readonly reports: readonly Reported[] }
  | { readonly op: 'reprocess' | 'archive'; readonly month: Month }
  | { readonly op: 'rename'; readonly from: number; readonly to: number }
  | { readonly op: 'delete_report'; readonly pick: number }
  | {
      readonly op: 'delete';
      readonly what: 'project' | 'testbed' | 'benchmark';
      readonly id: number;
      readonly isNewestFirst: boolean;
    }
  | { readonly op: 'wait'; readonly days: number };

type Reported = { readonly project: number; readonly testbed: number; readonly benchmark: number; readonly at: number };

const reported = fc.record({
  project: fc.nat(2),
  testbed: fc.nat(1),
  benchmark: fc.nat(2),
  at: fc.nat(INSTANTS.length - 1),
});
const month = fc.constantFrom(...MONTHS);
const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('report' as const),
      reports: fc.array(reported, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('rolled_back' as const),
      reports: fc.array(reported, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('reprocess' as const, 'archive' as const), month }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('rename' as const), from: fc.nat(2), to: fc.integer({ min: 3, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('delete_report' as const), pick: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('delete' as const),
      what: fc.constantFrom('project' as const, 'testbed' as const, 'benchmark' as const),
      id: fc.nat(2),
      isNewestFirst: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 30 }) }) },
);
const counting: fc.Arbitrary<SeriesCounting> = fc.record({
  visibility: fc.constantFrom('all' as const, 'private' as const),
  end: fc.constantFrom('exclusive' as const, 'inclusive' as const),
});
const history = fc.record({ counting, ops: fc.array(op, { minLength: 3, maxLength: 12 }) });
type History = { readonly counting: SeriesCounting; readonly ops: readonly Op[] };

/** The cache under test, and the same with a fault planted in it. */
type Cache = {
  readonly apply: typeof applySeries;
  readonly count: typeof countActiveSeries;
  readonly isAtomic: boolean;
};
const CACHE: Cache = { apply: applySeries, count: countActiveSeries, isAtomic: true };

/** Plays a history into an empty cache, which is empty again afterwards. @returns where it departs from the recount, or null */
function play(db: Db, one: History, cache: Cache = CACHE): string | null {
  db.exec('BEGIN');
  try {
    return playOn(db, one, cache);
  } finally {
    db.exec('ROLLBACK');
  }
}

function playOn(db: Db, { counting: how, ops }: History, cache: Cache): string | null {
  const meterKey = meterKeyOf(db, 'series');
  let rows: readonly Row[] = [];
  const facts: SeriesFact[] = [];
  const pulls: ToldPull[] = [];
  const names = ['b0', 'b1', 'b2', 'b3', 'b4', 'b5'];
  let now = Number(parseInstant('2023-11-20T00:00:00Z'));

  const stage = (monthKey: Month): SeriesPull => {
    const period = PERIODS[monthKey];
    const pull = beginPull(db, pullOf(meterKey, monthKey));
    const writer = createSeriesWriter(db, pull);
    for (const org of ['o1', 'o2']) {
      const found = answer(rows, { org, period, isEndIncluded: how.end === 'inclusive' });
      if (found.length === 0) continue;
      writer.addDigest(usageKeyOf(db, org), JSON.stringify(found));
      writer.add(usageKeyOf(db, org), found);
    }
    writer.flush();
    return {
      pull,
      meterKey,
      month: monthKey,
      period,
      startedAt: instant(now),
      fingerprint: 'f',
      counting: how,
      isWhole: true,
    };
  };
  const pullNow = (months: readonly Month[]): void => {
    for (const monthKey of months) {
      const staged = stage(monthKey);
      db.transaction(() => cache.apply(db, staged))();
      pulls.push({ month: monthKey, at: now, known: facts.length });
    }
  };
  const rowsOf = (reports: readonly Reported[]): readonly Row[] =>
    reports.map(({ project, testbed, benchmark, at }) => {
      const { org, isPrivate, project: id } = PROJECTS[project] ?? PROJECTS[0];
      const bench = `${id}-${names[benchmark] ?? 'b0'}`;
      const when = INSTANTS[at] ?? 0;
      return {
        kind: 'reported',
        org,
        project: id,
        testbed: `${id}-t${testbed}`,
        benchmark: bench,
        at: when,
        isPrivate,
        isDeleted: false,
      };
    });

  for (const step of ops) {
    switch (step.op) {
      case 'report': {
        const added = rowsOf(step.reports);
        rows = [...rows, ...added];
        for (const monthKey of monthsOf(added)) {
          const { from, to } = PERIODS[monthKey];
          facts.push(...added.filter(({ at }) => from <= at && (at < to || (how.end === 'inclusive' && at === to))));
          pullNow([monthKey]);
        }
        break;
      }
      case 'rolled_back': {
        const before = rows;
        rows = [...rows, ...rowsOf(step.reports)];
        const trace = rollBack(db, monthsOf(rowsOf(step.reports)).map(stage), cache);
        rows = before;
        if (trace !== null) return trace;
        break;
      }
      case 'reprocess':
      case 'archive':
        pullNow([step.month]);
        break;
      case 'rename':
        names[step.from] = `b${step.to}`;
        break;
      case 'delete_report': {
        // One that is not the last of its series in the month: the deletion of a series without rows cannot be seen.
        const others = (row: Row): boolean =>
          rows.some((one) => one !== row && !one.isDeleted && isSame(one, row) && monthOfRow(one) === monthOfRow(row));
        const [gone] = rows.filter((row) => !row.isDeleted && others(row)).slice(step.pick % (rows.length + 1));
        if (gone === undefined) break;
        rows = rows.filter((row) => row !== gone);
        pullNow([monthOfRow(gone)]);
        break;
      }
      case 'delete': {
        const { what } = step;
        const id =
          what === 'project' ? `p${step.id + 1}` : what === 'testbed' ? `p1-t${step.id % 2}` : `p1-b${step.id}`;
        rows = rows.map((row) => (row[what] === id ? { ...row, isDeleted: true } : row));
        facts.push({ kind: 'deleted', what, id });
        const months = monthsOf(rows.filter((row) => row[what] === id));
        pullNow(step.isNewestFirst ? [...months].reverse() : months);
        break;
      }
      case 'wait':
        now += step.days * 86_400_000;
    }
    const found = difference(db, cache, { meterKey, facts, pulls, how });
    if (found !== null) return `${found} after ${JSON.stringify(step)}`;
  }
  return null;
}

const isSame = (a: Row, b: Row): boolean =>
  a.project === b.project && a.testbed === b.testbed && a.benchmark === b.benchmark;
const monthOfRow = ({ at }: Row): Month => (at < PERIODS['2023-12'].from ? '2023-11' : '2023-12');
const monthsOf = (rows: readonly Row[]): readonly Month[] =>
  MONTHS.filter((one) => rows.some((row) => monthOfRow(row) === one));

const pullOf = (meterKey: number, monthKey: Month): Parameters<typeof beginPull>[1] => ({
  source: 'clickhouse',
  month: parseMonth(monthKey),
  meterKey,
  startedAt: NOW,
  toolVersion: 'test',
  fingerprint: 'f',
  mappingFingerprint: 'm',
  selection: null,
  query: null,
  combine: 'sum',
  exponent: 0,
  stripeMeterId: null,
});

/** What the source answers for one customer and month. */
function answer(
  rows: readonly Row[],
  at: { readonly org: string; readonly period: Period; readonly isEndIncluded: boolean },
) {
  const { from, to } = at.period;
  const inside = rows.filter(
    (row) => row.org === at.org && row.at >= from && (row.at < to || (at.isEndIncluded && row.at === to)),
  );
  const series = [...new Set(inside.map((row) => JSON.stringify([row.testbed, row.benchmark])))].sort();
  return series.map((name) => {
    const own = inside.filter((row) => JSON.stringify([row.testbed, row.benchmark]) === name);
    const alive = own.filter((row) => !row.isDeleted).map((row) => row.at);
    return {
      series: name,
      seenAt: alive.length === 0 ? null : Math.max(...alive),
      isPrivate: own.some((row) => row.isPrivate),
    };
  });
}

const KEPT = [
  'series_cache',
  'series_read',
  'series_seen',
  'series_digest',
  'series_snapshot',
  'series_snapshot_count',
];
const everything = (db: Db): string => JSON.stringify(KEPT.map((table) => db.prepare(`SELECT * FROM ${table}`).all()));

/** A pull that breaks off in the transaction in which it takes effect. @returns the trace that it left, or null */
function rollBack(db: Db, staged: readonly SeriesPull[], cache: Cache): string | null {
  const before = everything(db);
  const takeEffect = (): void => {
    for (const one of staged) cache.apply(db, one);
    if (cache.isAtomic) throw new Error('broken off');
  };
  try {
    if (cache.isAtomic) db.transaction(takeEffect)();
    else takeEffect();
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'broken off') throw error;
  }
  for (const { pull } of staged) endPull(db, pull, { state: 'cancelled', finishedAt: NOW, failure: 'broken off' });
  for (const _ of sweepPulls(db, NOW)) void _;
  const left = staged.filter(
    ({ pull }) => db.prepare('SELECT 1 FROM series_staged WHERE pull = ?').get(pull) !== undefined,
  );
  if (left.length > 0) return 'rows of a pull that was broken off are still staged';
  return everything(db) === before ? null : 'a pull that was broken off left a trace';
}

type Told = {
  readonly meterKey: number;
  readonly facts: readonly SeriesFact[];
  readonly pulls: readonly ToldPull[];
  readonly how: SeriesCounting;
};

const difference = (db: Db, cache: Cache, told: Told): string | null =>
  countDifference(db, cache, told) ?? snapshotDifference(db, told);

const ORGS = ['o1', 'o2'];
const COUNTINGS = (['all', 'private'] as const).flatMap((visibility) =>
  (['exclusive', 'inclusive'] as const).map((end): SeriesCounting => ({ visibility, end })),
);
/** The months, and a window between that begins and ends at instants of reports. */
const WINDOWS = [...Object.values(PERIODS), { from: instant(INSTANTS[1] ?? 0), to: instant(INSTANTS[4] ?? 0) }];

/** Every count of every window against the recount. */
function countDifference(db: Db, cache: Cache, { meterKey, facts }: Told): string | null {
  for (const period of WINDOWS) {
    for (const how of COUNTINGS) {
      const counts = cache.count(db, meterKey, period, how);
      const found = ORGS.map((org) => counts.get(usageKeyOf(db, org)) ?? 0);
      const wanted = ORGS.map((org) => recount(facts, org, period, how));
      if (`${found}` !== `${wanted}`) return `${period.from} ${JSON.stringify(how)}: ${found}, not ${wanted}`;
    }
  }
  return null;
}

function snapshotDifference(db: Db, { meterKey, facts, pulls, how }: Told): string | null {
  for (const monthKey of MONTHS) {
    const period = PERIODS[monthKey];
    const known = snapshotKnowledge(pulls, monthKey, period.to);
    const snapshot = readSeriesSnapshot(db, meterKey, monthKey);
    const wanted =
      known === null ? null : [known.at, ...ORGS.map((org) => recount(facts.slice(0, known.known), org, period, how))];
    const found =
      snapshot === null
        ? null
        : [snapshot.takenAt, ...ORGS.map((org) => snapshot.counts.get(usageKeyOf(db, org)) ?? 0)];
    if (`${found}` !== `${wanted}`) return `snapshot of ${monthKey}: ${found}, not ${wanted}`;
  }
  return null;
}

const recount = (
  facts: readonly SeriesFact[],
  org: string,
  { from, to }: Period,
  { visibility, end }: SeriesCounting,
): number =>
  recountSeries(facts, { org, from, to, isEndIncluded: end === 'inclusive', isPrivateOnly: visibility === 'private' });

const SEED = { seed: 20_261_121, numRuns: runs(350, 10_000) };

test('the cache is the recount from the whole history, whatever came late, went, was renamed or broken off', () => {
  const db = scratchCache();
  fc.assert(
    fc.property(history, (one) => {
      expect(play(db, one)).toBeNull();
    }),
    SEED,
  );
}, 60_000);

const missesNothing = (cache: Cache): boolean => {
  const db = scratchCache();
  return !fc.check(
    fc.property(history, (one) => play(db, one, cache) === null),
    // Which history shows the fault is all one.
    { ...SEED, numRuns: 200, endOnFailure: true },
  ).failed;
};

/** The cache with something done wrong right before what is right. */
const doing = (sql: string): Cache => ({
  ...CACHE,
  apply: (db, of) => {
    db.prepare(sql).run({ pull: of.pull });
    applySeries(db, of);
  },
});

test.each<readonly [string, Cache]>([
  [
    'a backdated report lowers the last activity',
    doing(`DELETE FROM series_seen WHERE (usage_key, series) IN
             (SELECT usage_key, series FROM series_staged WHERE pull = :pull AND seen_at IS NOT NULL)`),
  ],
  ['what was deleted stays', doing('DELETE FROM series_staged WHERE pull = :pull AND seen_at IS NULL')],
  [
    'what was deleted in one month goes whenever it was active',
    doing(`DELETE FROM series_seen WHERE (usage_key, series) IN
             (SELECT usage_key, series FROM series_staged WHERE pull = :pull AND seen_at IS NULL)`),
  ],
  ['what is not in a pull goes', doing('DELETE FROM series_seen WHERE :pull > 0')],
  [
    'the end is taken for the other one',
    {
      ...CACHE,
      count: (db, meterKey, period, { visibility, end }) =>
        countActiveSeries(db, meterKey, period, { visibility, end: end === 'inclusive' ? 'exclusive' : 'inclusive' }),
    },
  ],
  [
    'private and public are counted alike',
    {
      ...CACHE,
      count: (db, meterKey, period, { end }) => countActiveSeries(db, meterKey, period, { visibility: 'all', end }),
    },
  ],
  [
    'a month is counted again after its end',
    { ...CACHE, apply: (db, of) => applySeries(db, { ...of, startedAt: of.period.from }) },
  ],
  [
    'a part of the customers is taken for all',
    { ...CACHE, apply: (db, of) => applySeries(db, { ...of, isWhole: false }) },
  ],
  ['a pull that breaks off has taken effect', { ...CACHE, isAtomic: false }],
])('a fault is caught: %s', (_, cache) => {
  expect(missesNothing(cache)).toBe(false);
});

test('series that mean something else now are forgotten, and read anew', () => {
  const db = scratchCache();
  const meterKey = meterKeyOf(db, 'series');
  const usageKey = usageKeyOf(db, 'o1');
  const month = '2023-11';
  const pull = (fingerprint: string, series: string): void => {
    const id = beginPull(db, pullOf(meterKey, month));
    const writer = createSeriesWriter(db, id);
    writer.addDigest(usageKey, `digest of ${series}`);
    writer.add(usageKey, [{ series, seenAt: INSTANTS[1] ?? 0, isPrivate: false }]);
    writer.flush();
    applySeries(db, {
      pull: id,
      meterKey,
      month,
      period: PERIODS[month],
      startedAt: instant(INSTANTS[1] ?? 0),
      fingerprint,
      counting: { visibility: 'all', end: 'exclusive' },
      isWhole: true,
    });
  };
  pull('one', '["a"]');
  pull('one', '["b"]');
  expect(readSeriesDigests(db, { meterKey, month, fingerprint: 'one' })).toEqual(new Map([['o1', 'digest of ["b"]']]));
  expect(readSeriesDigests(db, { meterKey, month, fingerprint: 'two' })).toEqual(new Map());
  pull('two', '["c"]');
  expect(countActiveSeries(db, meterKey, PERIODS[month], { visibility: 'all', end: 'exclusive' })).toEqual(
    new Map([[usageKey, 1]]),
  );
});

test('the count at the end of a month is never taken again, by nobody', () => {
  const db = scratchCache();
  const meterKey = meterKeyOf(db, 'series');
  db.prepare(`INSERT INTO series_snapshot VALUES (?, '2023-11', 10, 10, 'all', 'exclusive')`).run(meterKey);
  db.prepare(`INSERT INTO series_snapshot_count VALUES (?, '2023-11', 1, 7)`).run(meterKey);
  for (const sql of [
    'UPDATE series_snapshot SET taken_at = 11',
    'UPDATE series_snapshot_count SET active = 8',
    'DELETE FROM series_snapshot_count',
    'DELETE FROM series_snapshot',
  ]) {
    expect(() => db.exec(sql)).toThrow();
  }
});
