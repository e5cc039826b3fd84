import type { Instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthPeriod } from '../../../shared/values/period.ts';
import { readUsageIds } from '../../cache/identity-store.ts';
import type { Db } from '../../cache/open.ts';
import { findMeterKey, readPullsInForce } from '../../cache/pull-store.ts';
import {
  countActiveSeries,
  readReportedSeries,
  readSeriesSnapshot,
  type SeriesCounting,
  seriesMeaning,
  seriesReadAt,
} from '../../cache/series-store.ts';
import type { ReconcileMeter } from './settings.ts';

/** The ways to count the series of one usage id, side by side (metering.md section 6). */
export type SeriesOfOne = {
  /** Last active in the month; lower once they were active after it. */
  readonly active: number;
  /** The same as it was at the end of the month; null: it was not kept. */
  readonly atEnd: number | null;
  /** With any report in the month; null where no raw reports are read, or they were not pulled. */
  readonly reported: number | null;
};

/** The series of a meter in a month, with how they were counted. */
export type SeriesCounts = {
  readonly meter: Pick<ReconcileMeter, 'key' | 'unit'>;
  readonly counting: SeriesCounting;
  readonly readAt: Instant;
  readonly snapshot: { readonly takenAt: Instant; readonly isFinal: boolean; readonly counting: SeriesCounting } | null;
  readonly of: (usageKey: number) => SeriesOfOne;
  readonly usageKeys: readonly number[];
};

/** @returns null where the meter keeps no series, or they were not pulled for the month under the settings in force */
export function seriesCountsOf(
  db: Db,
  at: {
    readonly month: MonthKey;
    readonly meter: Pick<ReconcileMeter, 'key' | 'unit' | 'series' | 'usageFingerprint'>;
  },
): SeriesCounts | null {
  const { month, meter } = at;
  const meterKey = findMeterKey(db, meter.key);
  if (meterKey === null || meter.series === undefined || meter.series === null) return null;
  const { counting, fingerprint, isRecounted } = meter.series;
  const readAt = seriesReadAt(db, meterKey, month);
  if (readAt === null || seriesMeaning(db, meterKey) !== fingerprint) return null;
  const active = countActiveSeries(db, meterKey, monthPeriod(month), counting);
  const snapshot = readSeriesSnapshot(db, meterKey, month);
  const pull = readPullsInForce(db, month).find((one) => one.source === 'clickhouse' && one.meterKey === meterKey);
  const isKnown = isRecounted && pull?.fingerprint === meter.usageFingerprint;
  const reported = pull !== undefined && isKnown ? readReportedSeries(db, pull.pull) : null;
  const keys = new Set([...active.keys(), ...(snapshot?.counts.keys() ?? []), ...(reported?.keys() ?? [])]);
  return {
    meter,
    counting,
    readAt,
    snapshot:
      snapshot === null
        ? null
        : { takenAt: snapshot.takenAt, isFinal: snapshot.takenAt >= snapshot.endsAt, counting: snapshot.counting },
    of: (usageKey) => ({
      active: active.get(usageKey) ?? 0,
      atEnd: snapshot === null ? null : (snapshot.counts.get(usageKey) ?? 0),
      reported: reported === null ? null : (reported.get(usageKey) ?? 0),
    }),
    usageKeys: [...keys].sort((a, b) => a - b),
  };
}

/** A usage id whose counts do not all say the same. */
type DifferingSeries = SeriesOfOne & { readonly usageId: string };

/** The counts of every meter that keeps its series: their sums, and the usage ids where they differ. */
export type SeriesReport = Omit<SeriesCounts, 'of' | 'usageKeys'> & {
  readonly total: SeriesOfOne;
  readonly differing: readonly DifferingSeries[];
};

export function seriesReports(
  db: Db,
  at: { readonly month: MonthKey; readonly meters: readonly ReconcileMeter[] },
): readonly SeriesReport[] {
  const counts = at.meters.flatMap((meter) => seriesCountsOf(db, { month: at.month, meter }) ?? []);
  if (counts.length === 0) return [];
  const usageIds = readUsageIds(db);
  return counts.map(({ of, usageKeys, ...rest }) => ({
    ...rest,
    total: addedUp(usageKeys.map(of)),
    differing: usageKeys.flatMap((key) => {
      const one = of(key);
      const isAlike = (one.atEnd ?? one.active) === one.active && (one.reported ?? one.active) === one.active;
      return isAlike ? [] : [{ usageId: usageIds[key] ?? '', ...one }];
    }),
  }));
}

/** Of several usage ids; what is unknown of one is unknown of all. */
export function addedUp(counts: readonly SeriesOfOne[]): SeriesOfOne {
  const sum = (values: readonly (number | null)[]): number | null =>
    values.reduce((total, value) => (total === null || value === null ? null : total + value), 0 as number | null);
  return {
    active: counts.reduce((total, { active }) => total + active, 0),
    atEnd: sum(counts.map(({ atEnd }) => atEnd)),
    reported: sum(counts.map(({ reported }) => reported)),
  };
}
