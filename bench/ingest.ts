import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTask, sqliteShell, sqliteShellObstacle } from './child.ts';
import { DAY_TABLE, DAYS } from './days.ts';
import { alternate, atMost, type Group, millis, type Sample, times } from './harness.ts';
import { seeded } from './seeded.ts';

const CONTENT = `SELECT count(*), sum(whole), sum(frac / 1000000), sum((customer % 1009) * (whole % 1013) + day * meter) FROM usage_day;`;

/** P1: rows into the cache against `.import`, from the same CSV text. */
export const ingestGroup: Group = {
  bars: ['P1'],
  obstacle: sqliteShellObstacle,
  measure: async ({ cells, rounds, folder, say }) => {
    const csv = join(folder, 'days.csv');
    const rows = await writeDays(csv, cells * 2);
    say(`${rows.toLocaleString('en')} rows of CSV`);
    const file = join(folder, 'ingest.db');
    const fresh = (): void => {
      for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    };
    const checked = async (ms: number): Promise<Sample> => {
      const { text } = await sqliteShell(file, CONTENT);
      return { ms, cpuMs: 0, peakBytes: 0, check: text.trim(), figures: {} };
    };
    const { ours, theirs } = await alternate(rounds, {
      ours: async () => {
        fresh();
        const { ms } = await runTask('ingest', { csv, file });
        return checked(ms);
      },
      theirs: async () => {
        fresh();
        const script = `PRAGMA journal_mode = WAL;\nPRAGMA synchronous = NORMAL;\n${DAY_TABLE}\n.mode csv\n.import ${csv} usage_day\n`;
        const { ms } = await sqliteShell(file, script);
        return checked(ms);
      },
    });
    fresh();
    rmSync(csv);
    const what = `ingest of ${(rows / 1e6).toFixed(1)} M rows in key order`;
    return [
      atMost(0.67, {
        bar: 'P1',
        what,
        reference: 'sqlite3 .import',
        ours: times(ours),
        theirs: times(theirs),
        unit: millis,
      }),
    ];
  },
};

async function writeDays(path: string, wanted: number): Promise<number> {
  const random = seeded(20_260_501);
  const out = createWriteStream(path);
  const customers = Math.max(1, Math.floor(wanted / DAYS / 5));
  let text = '';
  let rows = 0;
  for (let meter = 1; meter <= 5; meter += 1) {
    for (let customer = 1; customer <= customers; customer += 1) {
      for (let day = 1; day <= DAYS; day += 1) {
        const frac = random.below(3) === 0 ? random.below(1_000_000) * 1_000_000 : 0;
        text += `${meter},${customer},${day},${random.below(10_000_000)},${frac}\n`;
        rows += 1;
      }
      if (text.length < 1 << 18) continue;
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  out.end(text);
  await once(out, 'close');
  return rows;
}
