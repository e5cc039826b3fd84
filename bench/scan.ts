import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTask } from './child.ts';
import { alternate, atMost, type Group, mebibytes, millis, peaks, type Sample, times, within } from './harness.ts';
import { makeScanWorld } from './scan-world.ts';

const MOST_BYTES = 256 * 1024 * 1024;

/** M1: the four checkpoint meters of a month in one scan, against plain sums of the same columns by customer and hour. */
export const scanGroup: Group = {
  bars: ['M1', 'M1e', 'M1m'],
  obstacle: () => (process.platform === 'win32' ? 'there is no embedded ClickHouse for Windows' : null),
  measure: async ({ rows, rounds, folder, say }) => {
    const dataFolder = join(folder, 'scan');
    try {
      const world = await makeScanWorld(dataFolder, rows);
      say(`${world.rows.toLocaleString('en')} checkpoints of ${world.customers} customers in the embedded ClickHouse`);
      const task = (side: string) => () => runTask('scan', { side, world });
      const { ours, theirs } = await alternate(rounds, { ours: task('meters'), theirs: task('plain') });
      const what = `four meters of ${world.rows.toLocaleString('en')} rows`;
      const reference = 'SELECT sum(…) GROUP BY customer, hour';
      return [
        atMost(6, { bar: 'M1', what, reference, ours: times(ours), theirs: times(theirs), unit: millis }),
        atMost(6, {
          bar: 'M1e',
          what: 'peak memory of the engine meanwhile',
          reference,
          ours: engineBytes(ours),
          theirs: engineBytes(theirs),
          unit: mebibytes,
        }),
        within(MOST_BYTES, {
          bar: 'M1m',
          what: 'peak memory of the reading process',
          ours: peaks(ours),
          unit: mebibytes,
        }),
      ];
    } finally {
      rmSync(dataFolder, { recursive: true, force: true });
    }
  },
};

const engineBytes = (samples: readonly Sample[]): readonly number[] =>
  samples.map(({ figures }) => figures.engineBytes ?? Number.NaN);
