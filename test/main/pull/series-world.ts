import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReconcileSettings } from '../../../main/api/reconcile/settings.ts';
import { findUsageKey } from '../../../main/cache/identity-store.ts';
import { type Db, openCache } from '../../../main/cache/open.ts';
import { findMeterKey } from '../../../main/cache/pull-store.ts';
import { countActiveSeries, type SeriesCounting } from '../../../main/cache/series-store.ts';
import { pullMonth } from '../../../main/pull/pull-month.ts';
import type { PullMeter, PullResult } from '../../../main/pull/pull-request.ts';
import type { ActiveSeriesDefinition } from '../../../main/sources/usage-source.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import { STRIPE_RATING } from '../../../shared/rating/options.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { UNIT_FRACTION } from '../../../shared/values/fraction.ts';
import { type Instant, parseInstant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthOf, type Period } from '../../../shared/values/period.ts';
import { meter, readAll, startEngine, type TestEngine } from '../sources/clickhouse/engine.ts';
import { customer, type FakeBilling, fakeBillingSource, pullMeter, stripeMeter } from './fake-sources.ts';

/** A raw report as it stands in ClickHouse; `deleted`: an entity of it, or its project, was deleted since. */
export type Report = {
  readonly org: string;
  readonly project: string;
  readonly testbed: string;
  readonly benchmark: string;
  readonly measure: string;
  readonly at: Instant;
  readonly visibility: 'public' | 'private';
  readonly deleted: boolean;
};

/** A table of reports on the real engine, and a cache on disk that pulls from it. */
export type SeriesWorld = {
  readonly db: Db;
  /** Replaces what the table holds. */
  readonly hold: (reports: readonly Report[]) => Promise<void>;
  readonly pull: (month: MonthKey, options?: PullOptions) => Promise<PullResult>;
  /** A pull that is cancelled once all of its usage was read. */
  readonly breakOff: (month: MonthKey) => Promise<void>;
  readonly active: (org: string, period: Period, counting: SeriesCounting) => number;
  readonly reported: (org: string, period: Period, counting: SeriesCounting) => Promise<number>;
  /** For what reads the cache: a tie-out, a preview. */
  readonly settings: (counting?: SeriesCounting) => ReconcileSettings;
  readonly close: () => void;
};

type PullOptions = {
  readonly now?: Instant;
  readonly counting?: SeriesCounting;
  readonly customers?: readonly string[];
  readonly keep?: boolean;
};

export const ALL: SeriesCounting = { visibility: 'all', end: 'exclusive' };
const LATE = parseInstant('2026-06-01T00:00:00Z');

export const startSeriesEngine = (): Promise<TestEngine> => startEngine();

export const seriesUsage = (table: string, counting: SeriesCounting, keep = true): ActiveSeriesDefinition => ({
  template: 'active_series',
  table,
  columns: {
    customer: 'org',
    key: ['testbed', 'benchmark', 'measure'],
    at: 'at',
    lastSeen: null,
    visibility: 'visibility',
    deleted: 'deleted',
  },
  end: counting.end,
  ...(counting.visibility === 'private' ? { visibility: 'private' } : {}),
  ...(keep ? { keep: true } : {}),
  filter: null,
  scale: UNIT_FRACTION,
  combine: 'sum',
});

export async function openSeriesWorld(
  engine: TestEngine,
  table: string,
  orgs: readonly string[],
  billing: Partial<FakeBilling> = {},
): Promise<SeriesWorld> {
  await engine.run(`CREATE TABLE ${table} (
      org String, project LowCardinality(String), testbed LowCardinality(String), benchmark String, measure String,
      at Int64, visibility LowCardinality(String), deleted Bool)
    ENGINE = MergeTree ORDER BY (org, at)`);
  const folder = mkdtempSync(join(tmpdir(), 'tieout-series-'));
  const db = openCache(join(folder, 'tieout.db'), { now: LATE });

  const run = (month: MonthKey, options: PullOptions, before?: () => void): Promise<PullResult> => {
    const { counting = ALL, now = LATE, keep = true } = options;
    const controller = new AbortController();
    return pullMonth({
      db,
      usage: engine.source,
      billing: fakeBillingSource({
        meters: [stripeMeter('mtr_series', 'series')],
        customers: orgs.map((org) => customer(`cus_${org}`, org)),
        totals: {},
        ...billing,
        before: (what) => {
          if (what !== 'month' || before === undefined) return;
          before();
          controller.abort();
        },
      }),
      meters: [seriesMeter(table, counting, keep)],
      customers: { match: { by: 'metadata', key: 'workspace_id' }, links: null, fingerprint: 'by workspace_id' },
      testClocks: false,
      month,
      select: options.customers === undefined ? {} : { customers: options.customers },
      // Usage is read to its end before Stripe is asked for anything.
      skipIdle: true,
      hourly: 'drifting',
      toolVersion: 'test',
      now: () => now,
      signal: controller.signal,
    });
  };

  return {
    db,
    hold: async (reports) => {
      await engine.run(`TRUNCATE TABLE ${table}`);
      if (reports.length > 0) await engine.insert(table, reports);
    },
    pull: (month, options = {}) => run(month, options),
    breakOff: async (month) => {
      let isRead = false;
      try {
        await run(month, {}, () => {
          isRead = true;
        });
      } catch (error) {
        if (isRead && isTieoutError(error) && error.code === 'pull.cancelled') return;
        throw error;
      }
      throw new Error('the pull was not broken off');
    },
    active: (org, period, counting) => {
      const meterKey = findMeterKey(db, 'series');
      const usageKey = findUsageKey(db, org);
      if (meterKey === null || usageKey === null) return 0;
      return countActiveSeries(db, meterKey, period, counting).get(usageKey) ?? 0;
    },
    reported: async (org, period, counting) => {
      const cells = await readAll(engine.source, [meter('series', seriesUsage(table, counting))], { period });
      const cell = cells.find((one) => one.customer === org);
      return Number(cell?.hours.reduce((sum, { whole }) => sum + BigInt(whole), 0n) ?? 0n);
    },
    settings: (counting = ALL) => ({
      workspace: 'Acme Cloud',
      meters: [
        {
          key: 'series',
          unit: 'series',
          stripe: { eventName: 'series' },
          tolerance: { relative: parseDecimal('0.001'), absolute: parseDecimal('0'), stalenessMs: 7_200_000 },
          scale: UNIT_FRACTION,
          combine: 'sum',
          template: 'active_series',
          usageFingerprint: fingerprintOf(counting),
          stripeFingerprint: 'stripe of series',
          series: { counting, fingerprint: 'series', isRecounted: true },
        },
      ],
      mappingFingerprint: 'by workspace_id',
      rating: STRIPE_RATING,
      testClocks: false,
    }),
    close: () => {
      db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const seriesMeter = (table: string, counting: SeriesCounting, keep: boolean): PullMeter =>
  pullMeter('series', {
    usage: seriesUsage(table, counting, keep),
    usageFingerprint: fingerprintOf(counting),
    seriesFingerprint: keep ? 'series' : null,
  });

const fingerprintOf = (counting: SeriesCounting): string => `series ${JSON.stringify(counting)}`;

/** The months in which reports fall, ascending. */
export const monthsOf = (reports: readonly Report[]): readonly MonthKey[] =>
  [...new Set(reports.map(({ at }) => monthOf(at)))].sort();
