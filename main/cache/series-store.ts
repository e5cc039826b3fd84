import type { Instant } from '../../shared/values/instant.ts';
import { instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import { bulkInsert } from './bulk-insert.ts';
import type { Db } from './open.ts';
import { allRows, firstRow, runQuery } from './query.ts';

/** How active series are counted: which ones, and whether activity at the very end of the period counts too. */
export type SeriesCounting = { readonly visibility: 'all' | 'private'; readonly end: 'exclusive' | 'inclusive' };

/** As the settings of a meter say it. */
export const countingOf = (usage: Partial<SeriesCounting> & Pick<SeriesCounting, 'end'>): SeriesCounting => ({
  visibility: usage.visibility ?? 'all',
  end: usage.end,
});

/** A series as a pull found it (main/sources/usage-source.ts). */
type StagedSeries = {
  readonly series: string;
  readonly seenAt: number | null;
  readonly isPrivate: boolean;
};

export type SeriesWriter = {
  readonly add: (usageKey: number, series: readonly StagedSeries[]) => void;
  /** Once for each usage id, in ascending order of keys. */
  readonly addDigest: (usageKey: number, digest: string) => void;
  readonly flush: () => void;
};

/** Stages the series of one pull; they count for nothing until `applySeries`. Begins no transaction of its own. */
export function createSeriesWriter(db: Db, pull: number): SeriesWriter {
  const staged = bulkInsert(db, 'series_staged', ['pull', 'usage_key', 'series', 'seen_at', 'is_private']);
  const digests = bulkInsert(db, 'series_staged_digest', ['pull', 'usage_key', 'digest']);
  return {
    add: (usageKey, found) => {
      for (const { series, seenAt, isPrivate } of found) {
        staged.add([pull, usageKey, series, seenAt, isPrivate ? 1 : 0]);
      }
    },
    addDigest: (usageKey, digest) => digests.add([pull, usageKey, digest]),
    flush: () => {
      staged.flush();
      digests.flush();
    },
  };
}

/** What the kept series of a meter mean; null: none were kept. */
export const seriesMeaning = (db: Db, meterKey: number): string | null =>
  firstRow<{ fingerprint: string }>(db, 'series-meaning', [meterKey])?.fingerprint ?? null;

/** Digests of a month by usage id; none where the series mean something else now. */
export function readSeriesDigests(
  db: Db,
  at: { readonly meterKey: number; readonly month: string; readonly fingerprint: string },
): ReadonlyMap<string, string> {
  if (seriesMeaning(db, at.meterKey) !== at.fingerprint) return new Map();
  const { meterKey, month } = at;
  return new Map(allRows<readonly [string, string]>(db, 'series-digests', { meterKey, month }, 'raw'));
}

export type SeriesPull = {
  readonly pull: number;
  readonly meterKey: number;
  readonly month: string;
  readonly period: Period;
  /** When the pull began to read. */
  readonly startedAt: Instant;
  /** What the series mean: another one forgets those that are there. */
  readonly fingerprint: string;
  readonly counting: SeriesCounting;
  /** Every customer was read, so that the counts of the month can be kept. */
  readonly isWhole: boolean;
};

/**
 * Takes what a pull staged into the cache (metering.md section 6). The last activity is raised only; a series that was last
 * active in the month goes where all its rows there are marked as deleted. The counts of the month are kept as they are
 * now, until it is over. Runs in the transaction in which the pull takes effect.
 */
export function applySeries(db: Db, of: SeriesPull): void {
  const { pull, meterKey, month, period, startedAt, fingerprint, counting } = of;
  if (seriesMeaning(db, meterKey) !== fingerprint) {
    for (const query of ['series-forget', 'series-digest-forget', 'series-read-forget'])
      runQuery(db, query, [meterKey]);
    runQuery(db, 'series-meaning-set', { meterKey, fingerprint });
  }
  const { from, until } = windowOf(period, counting);
  runQuery(db, 'series-digest-void', { meterKey, month, pull, from, until });
  runQuery(db, 'series-remove', { meterKey, pull, from, until });
  runQuery(db, 'series-raise', { meterKey, pull });
  runQuery(db, 'series-digest-apply', { meterKey, month, pull });
  runQuery(db, 'series-staged-clear', [pull]);
  runQuery(db, 'series-staged-digest-clear', [pull]);
  if (!of.isWhole) return;
  runQuery(db, 'series-read-set', { meterKey, month, readAt: startedAt });
  takeSnapshot(db, of);
}

/** A month that later activity may have emptied is not counted any more, nor one whose end was counted. */
function takeSnapshot(db: Db, { meterKey, month, period, startedAt, counting }: SeriesPull): void {
  const known = readSnapshotHead(db, meterKey, month);
  if (known !== null && known.takenAt >= known.endsAt) return;
  if (firstRow(db, 'series-read-later', { meterKey, month }) !== undefined) return;
  runQuery(db, 'series-snapshot-clear-counts', { meterKey, month });
  runQuery(db, 'series-snapshot-set', {
    meterKey,
    month,
    takenAt: startedAt,
    endsAt: period.to,
    visibility: counting.visibility,
    endMode: counting.end,
  });
  runQuery(db, 'series-snapshot-count', { meterKey, month, ...windowOf(period, counting) });
}

const windowOf = ({ from, to }: Period, { visibility, end }: SeriesCounting) => ({
  from,
  until: end === 'inclusive' ? to + 1 : to,
  privateOnly: visibility === 'private' ? 1 : 0,
});

/** Active series per usage key: last seen in the period. A usage id that is not listed has none. */
export const countActiveSeries = (
  db: Db,
  meterKey: number,
  period: Period,
  counting: SeriesCounting,
): ReadonlyMap<number, number> =>
  new Map(allRows<readonly [number, number]>(db, 'series-counts', { meterKey, ...windowOf(period, counting) }, 'raw'));

/** When the series of a month were last read whole; null: never. */
export function seriesReadAt(db: Db, meterKey: number, month: string): Instant | null {
  const row = firstRow<{ read_at: number }>(db, 'series-read-at', { meterKey, month });
  return row === undefined ? null : instant(row.read_at);
}

/** The counts of a month that are kept, with how they were counted. */
export type SeriesSnapshot = SnapshotHead & { readonly counts: ReadonlyMap<number, number> };

type SnapshotHead = {
  readonly takenAt: Instant;
  readonly endsAt: Instant;
  readonly counting: SeriesCounting;
};

function readSnapshotHead(db: Db, meterKey: number, month: string): SnapshotHead | null {
  const row = firstRow<{
    taken_at: number;
    ends_at: number;
    visibility: SeriesCounting['visibility'];
    end_mode: SeriesCounting['end'];
  }>(db, 'series-snapshot', { meterKey, month });
  if (row === undefined) return null;
  return {
    takenAt: instant(row.taken_at),
    endsAt: instant(row.ends_at),
    counting: { visibility: row.visibility, end: row.end_mode },
  };
}

/** Series with a report in the period, per usage key, as a pull of raw reports counted them. */
export const readReportedSeries = (db: Db, usagePull: number): ReadonlyMap<number, number> =>
  new Map(allRows<readonly [number, number]>(db, 'series-reported', [usagePull], 'raw'));

export function readSeriesSnapshot(db: Db, meterKey: number, month: string): SeriesSnapshot | null {
  const head = readSnapshotHead(db, meterKey, month);
  if (head === null) return null;
  const counts = allRows<readonly [number, number]>(db, 'series-snapshot-counts', { meterKey, month }, 'raw');
  return { ...head, counts: new Map(counts) };
}
