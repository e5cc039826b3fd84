import { HOUR_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthPeriod, overlaps } from '../../../shared/values/period.ts';
import type { Db } from '../../cache/open.ts';
import { saveParityChecks } from '../../cache/pipeline-store.ts';
import { meterKeyOf } from '../../cache/pull-store.ts';
import type { Config } from '../../config/config.ts';
import { parityMeters } from './parity-meters.ts';
import { checksToKeep, newestDue, type ParityTable, parityTable } from './parity-table.ts';

/** Keeps what the hours of a table came to, where that is news. @returns how many hours were kept */
export const keepChecks = (db: Db, table: ParityTable): number =>
  saveParityChecks(db, meterKeyOf(db, table.meter.candidate.key), checksToKeep(table));

/**
 * Checks the newest due hours of every pipeline and keeps what they came to, so that the history holds them also when
 * nobody asks. The caller holds the write lock.
 * @param of.month that was pulled; where none of the hours lie in it nothing is new
 */
export function recordParity(
  db: Db,
  of: { readonly config: Config; readonly now: Instant; readonly month: MonthKey },
): number {
  const { config, now, month } = of;
  let kept = 0;
  for (const pipeline of config.pipelines) {
    for (const meter of parityMeters(config, pipeline)) {
      const to = newestDue(now, meter.rules.graceMs);
      const period = { from: instant(to - meter.rules.requiredHours * HOUR_MS), to };
      if (!overlaps(period, monthPeriod(month))) continue;
      kept += keepChecks(db, parityTable({ db, meter, period, now }));
    }
  }
  return kept;
}
