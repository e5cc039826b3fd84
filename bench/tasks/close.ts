import { reconcileAndSave } from '../../main/api/reconcile/save-run.ts';
import { reconcileSettings } from '../../main/api/reconcile/settings.ts';
import { type Db, openCache } from '../../main/cache/open.ts';
import { peakBytes, performTask, timed } from '../child.ts';
import { openMonth } from '../month-workspace.ts';
import { METERS, MONTH, PULLED_AT } from '../month-world.ts';

type Input = {
  readonly folder: string;
  /** Daily rows to add up first; null: the month totals are there. */
  readonly days: string | null;
  readonly version: string;
};

const ADD_UP = `INSERT INTO usage_month (pull, usage_key, whole, frac, invalid)
SELECT ?, customer, sum(whole) + sum(frac) / 1000000000000, sum(frac) % 1000000000000, NULL
FROM days.usage_day WHERE meter = ? GROUP BY customer`;

/** Closes a month from the cache: totals, verdicts, money on both sides, sums, exceptions stored. */
await performTask<Input>(async ({ folder, days, version }) => {
  const { paths, config } = openMonth(folder);
  const db = openCache(paths.databaseFile, { now: PULLED_AT });
  const pulls = usagePulls(db);
  if (days !== null) {
    db.prepare('ATTACH ? AS days').run(days);
    db.exec('DELETE FROM usage_month; PRAGMA wal_checkpoint(TRUNCATE)');
  }
  const request = { db, settings: reconcileSettings(config, null), month: MONTH, now: PULLED_AT, toolVersion: version };
  const { ms, result } = await timed(() => {
    if (days !== null) addUp(db, pulls);
    return reconcileAndSave(request, { storing: 'exceptions' });
  });
  const peak = peakBytes();
  const { summary, isReused } = result;
  if (isReused) throw new Error('A stored run was taken instead of a comparison.');
  const [money] = summary.money;
  if (money?.measured == null || money.metered == null) throw new Error('Both sides have money.');
  db.exec(
    'DELETE FROM tieout_exception; DELETE FROM tieout_agreement; DELETE FROM reconcile_run; PRAGMA wal_checkpoint(TRUNCATE)',
  );
  const sums = db.prepare('SELECT count(*), sum(whole), sum(frac / 1000000) FROM usage_month').raw().get();
  db.close();
  return { ms, peakBytes: peak, check: (sums as number[]).join('|'), figures: { cells: summary.cells } };
});

function usagePulls(db: Db): readonly number[] {
  const pulls = db.prepare("SELECT pull FROM pull_in_force WHERE source = 'clickhouse' ORDER BY pull").pluck().all();
  if (pulls.length !== METERS) throw new Error('Every meter has one pull.');
  return pulls as number[];
}

function addUp(db: Db, pulls: readonly number[]): void {
  const insert = db.prepare(ADD_UP);
  db.transaction(() => {
    for (const [index, pull] of pulls.entries()) insert.run(pull, index + 1);
  })();
}
