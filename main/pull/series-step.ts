import { UsageKeyWalk } from '../cache/identity-store.ts';
import { meterKeyOf } from '../cache/pull-store.ts';
import {
  applySeries,
  countingOf,
  createSeriesWriter,
  readSeriesDigests,
  seriesMeaning,
} from '../cache/series-store.ts';
import type { UsageProgress, UsageScan } from '../sources/usage-source.ts';
import { itemsUntilAborted } from './abort.ts';
import type { PullMeter } from './pull-request.ts';
import type { PullWork } from './pull-work.ts';

/**
 * Stages the series of a meter that keeps them (`keep: true`): those of the customers in which something changed since
 * the pull before, at most one row per customer and day.
 * @returns what takes them into the cache, for the transaction in which the pull takes effect; null where nothing is kept
 */
export async function pullSeries(
  work: PullWork,
  at: {
    readonly scan: UsageScan;
    readonly meter: PullMeter;
    readonly pull: number;
    readonly customers: readonly string[] | null;
    /** Every customer is read. */
    readonly isWhole: boolean;
  },
  onProgress: (counts: UsageProgress) => void,
): Promise<(() => void) | null> {
  const { request, staging, signal, period } = work;
  const { db, month, now } = request;
  const { usage, seriesFingerprint: fingerprint = null } = at.meter;
  if (usage.template !== 'active_series' || usage.keep !== true || fingerprint === null) return null;
  const meterKey = meterKeyOf(db, at.meter.key);
  // A part of the customers cannot stand for all: the whole month must say first what the series mean.
  if (!at.isWhole && seriesMeaning(db, meterKey) !== fingerprint) return null;
  const startedAt = now();
  const known = readSeriesDigests(db, { meterKey, month, fingerprint });
  const { scan, customers } = at;
  const writer = createSeriesWriter(db, at.pull);
  const walk = new UsageKeyWalk(db);
  let last: string | null = null;
  const chunks = request.usage.readSeries({ scan, period, customers, known, signal, onProgress });
  for await (const days of itemsUntilAborted(signal, chunks)) {
    staging.begin();
    let rows = 0;
    for (const { customer, digest, series } of days) {
      const usageKey = walk.keyOf(customer);
      if (customer !== last) writer.addDigest(usageKey, digest);
      last = customer;
      writer.add(usageKey, series);
      rows += series.length;
    }
    staging.wrote(rows);
  }
  staging.begin();
  writer.flush();
  staging.commit();
  const counting = countingOf(usage);
  const { pull, isWhole } = at;
  return () => applySeries(db, { pull, meterKey, month, period, startedAt, fingerprint, counting, isWhole });
}
