import Database from 'better-sqlite3';
import { bulkInsert } from '../../main/cache/bulk-insert.ts';
import { performTask, timed } from '../child.ts';
import { DAY_COLUMNS, DAY_TABLE, DAYS } from '../days.ts';
import { openMonth } from '../month-workspace.ts';
import { METERS } from '../month-world.ts';

/** Spreads the measured totals of a month over its days, in a database beside it. */
await performTask<{ readonly folder: string; readonly file: string }>(async ({ folder, file }) => {
  const { ms } = await timed(() => make(openMonth(folder).paths.databaseFile, file));
  return { ms, check: '' };
});

function make(source: string, file: string): void {
  const cache = new Database(source, { readonly: true });
  const db = new Database(file);
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.exec(DAY_TABLE);
  db.exec('BEGIN');
  const insert = bulkInsert(db, 'usage_day', DAY_COLUMNS);
  const pulls = cache.prepare('SELECT DISTINCT pull FROM usage_month ORDER BY pull').pluck().all();
  if (pulls.length !== METERS) throw new Error('Every meter has one pull.');
  const totals = cache
    .prepare<[number], [number, number, number]>('SELECT usage_key, whole, frac FROM usage_month WHERE pull = ?')
    .raw();
  for (const [index, pull] of pulls.entries()) {
    for (const [customer, whole, frac] of totals.iterate(pull as number)) {
      const [dayWhole, dayFrac] = [Math.floor(whole / DAYS), Math.floor(frac / DAYS)];
      for (let day = 1; day < DAYS; day += 1) insert.add([index + 1, customer, day, dayWhole, dayFrac]);
      insert.add([index + 1, customer, DAYS, whole - dayWhole * (DAYS - 1), frac - dayFrac * (DAYS - 1)]);
    }
  }
  insert.flush();
  db.exec('COMMIT');
  cache.close();
  db.close();
}
