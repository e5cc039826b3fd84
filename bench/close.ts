import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTask, sqliteShell, sqliteShellObstacle } from './child.ts';
import {
  alternate,
  atMost,
  type Group,
  mebibytes,
  median,
  millis,
  peaks,
  type Row,
  type Sample,
  type Settings,
  times,
} from './harness.ts';

/** The same sums as the shell makes them; the outer query keeps a million lines from being printed. */
const GROUPED = `SELECT count(*), sum(whole), sum(frac / 1000000)
FROM (SELECT customer, meter, sum(whole) + sum(frac) / 1000000000000 AS whole, sum(frac) % 1000000000000 AS frac
      FROM usage_day GROUP BY customer, meter);`;

const MAX_PEAK_BYTES = 512 * 1024 * 1024;

/** P8: the close of a month with prices, from daily rows and from month totals, against one grouping of the daily rows. */
export const closeGroup: Group = {
  bars: ['P8', 'P8t', 'P8g'],
  obstacle: sqliteShellObstacle,
  measure: async (settings) => [
    ...(settings.wants('P8') || settings.wants('P8t') ? await measureClose(settings) : []),
    ...(settings.wants('P8g') ? await measureGrowth(settings) : []),
  ],
};

async function measureClose({ cells, rounds, folder: root, wants, say }: Settings): Promise<readonly Row[]> {
  const folder = join(root, 'close');
  const days = join(root, 'days.db');
  await makeMonth(folder, cells);
  await runTask('make-days', { folder, file: days });
  say(`${cells.toLocaleString('en')} cells and their daily rows`);
  const grouped = async (): Promise<Sample> => {
    const { ms, text } = await sqliteShell(days, GROUPED);
    return { ms, cpuMs: 0, peakBytes: 0, check: text.trim(), figures: {} };
  };
  const rows: Row[] = [];
  const reference = 'sqlite3 GROUP BY customer, meter';
  const compared = (ours: readonly Sample[], theirs: readonly Sample[]) => ({
    reference,
    ours: times(ours),
    theirs: times(theirs),
    unit: millis,
  });
  if (wants('P8t')) {
    const { ours, theirs } = await alternate(rounds, {
      ours: (round) => runTask('close', { folder, days: null, version: `totals ${round}` }),
      theirs: grouped,
    });
    rows.push(atMost(0.6, { bar: 'P8t', what: 'month close from month totals', ...compared(ours, theirs) }));
  }
  if (wants('P8')) {
    const { ours, theirs } = await alternate(rounds, {
      ours: (round) => runTask('close', { folder, days, version: `days ${round}` }),
      theirs: grouped,
    });
    rows.push(atMost(1.5, { bar: 'P8', what: 'month close from daily rows', ...compared(ours, theirs) }));
  }
  rmSync(folder, { recursive: true });
  rmSync(days);
  return rows;
}

/** Ten times the cells. Two sizes have two results, so they are not held against each other, but each against itself. */
async function measureGrowth({ cells, rounds, folder: root, say }: Settings): Promise<readonly Row[]> {
  const [small, large] = [join(root, 'small'), join(root, 'large')];
  await makeMonth(small, cells);
  await makeMonth(large, cells * 10);
  say(`${(cells * 10).toLocaleString('en')} cells beside ${cells.toLocaleString('en')}`);
  const ones: Sample[] = [];
  const tens: Sample[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    const close = (folder: string) => runTask('close', { folder, days: null, version: `growth ${round}` });
    ones.push(await close(small));
    tens.push(await close(large));
  }
  rmSync(small, { recursive: true });
  rmSync(large, { recursive: true });
  const growth = atMost(12, {
    bar: 'P8g',
    what: 'month close of ten times the cells',
    reference: 'itself at a tenth',
    ours: times(tens),
    theirs: times(ones),
    unit: millis,
  });
  const peak = median(peaks(tens));
  return [
    {
      ...growth,
      what: `${growth.what}, peak ${mebibytes(peak)}`,
      limit: `${growth.limit}, ≤ ${mebibytes(MAX_PEAK_BYTES)}`,
      isOver: growth.isOver || peak > MAX_PEAK_BYTES,
    },
  ];
}

/** The catalog is made in memory at once, which takes more of it than the program under test may have. */
const makeMonth = (folder: string, cells: number): Promise<Sample> =>
  runTask('make-month', { folder, cells, isPriced: true, withSides: false }, ['--max-old-space-size=8192']);
