import { reconcileAndSave, type Storing } from '../../main/api/reconcile/save-run.ts';
import { reconcileSettings } from '../../main/api/reconcile/settings.ts';
import { openCache } from '../../main/cache/open.ts';
import { VERDICTS } from '../../shared/reconciliation/result.ts';
import { parseDecimal, rescaleExact } from '../../shared/values/decimal.ts';
import { peakBytes, performTask, timed } from '../child.ts';
import { openMonth } from '../month-workspace.ts';
import { comparisonCheck, MONTH, PULLED_AT } from '../month-world.ts';

type Input = { readonly folder: string; readonly storing: Storing; readonly version: string };

/** Compares the month from the cache and stores the result; what was stored is removed again afterwards, uncounted. */
await performTask<Input>(async ({ folder, storing, version }) => {
  const { paths, config } = openMonth(folder);
  const db = openCache(paths.databaseFile, { now: PULLED_AT });
  const request = { db, settings: reconcileSettings(config, null), month: MONTH, now: PULLED_AT, toolVersion: version };
  const { ms, result } = await timed(() => reconcileAndSave(request, { storing }));
  const peak = peakBytes();
  const { summary, isReused } = result;
  if (isReused) throw new Error('A stored run was taken instead of a comparison.');
  db.exec(
    'DELETE FROM tieout_exception; DELETE FROM tieout_agreement; DELETE FROM reconcile_run; PRAGMA wal_checkpoint(TRUNCATE)',
  );
  db.close();
  const counts = new Map(VERDICTS.map((verdict) => [verdict, summary.byVerdict[verdict]]));
  let drift = 0n;
  for (const meter of summary.meters)
    if (meter.drift !== null) drift += rescaleExact(parseDecimal(meter.drift.absolute), 12);
  const figures = { amount: Number(summary.money[0]?.measured ?? 0) };
  return { ms, peakBytes: peak, check: comparisonCheck(counts, drift), figures };
});
