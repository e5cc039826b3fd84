import { closeSync, openSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';
import { bulkInsert } from '../../main/cache/bulk-insert.ts';
import { performTask, timed } from '../child.ts';
import { DAY_COLUMNS, DAY_TABLE } from '../days.ts';

const ROWS_PER_COMMIT = 150_000;
const COMMA = 44;
const LINE_END = 10;
const ZERO = 48;

/** CSV of whole numbers into the table through the cache's bulk insert; opening, committing and closing counted. */
await performTask<{ readonly csv: string; readonly file: string }>(async ({ csv, file }) => {
  const { ms } = await timed(() => ingest(csv, file));
  return { ms, check: '' };
});

function ingest(csv: string, file: string): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec(DAY_TABLE);
  const insert = bulkInsert(db, 'usage_day', DAY_COLUMNS);
  const input = openSync(csv, 'r');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const row = [0, 0, 0, 0, 0];
  let column = 0;
  let value = 0;
  let rows = 0;
  db.exec('BEGIN');
  for (;;) {
    const length = readSync(input, buffer, 0, buffer.length, null);
    if (length === 0) break;
    for (let at = 0; at < length; at += 1) {
      const byte = buffer[at] as number;
      if (byte >= ZERO) {
        value = value * 10 + byte - ZERO;
        continue;
      }
      row[column] = value;
      value = 0;
      if (byte === COMMA) column += 1;
      else if (byte === LINE_END) {
        column = 0;
        insert.add(row);
        rows += 1;
        if (rows % ROWS_PER_COMMIT === 0) db.exec('COMMIT; BEGIN');
      }
    }
  }
  insert.flush();
  db.exec('COMMIT');
  closeSync(input);
  db.close();
}
