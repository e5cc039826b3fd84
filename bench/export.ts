import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from '../main/config/workspace.ts';
import { runTask, sqliteShell, sqliteShellObstacle } from './child.ts';
import {
  alternate,
  atMost,
  type Group,
  mebibytes,
  median,
  millis,
  peaks,
  type Sample,
  times,
  within,
} from './harness.ts';

/** Every cell with its names and both sides; drift, verdict and cause, which SQL does not know, are left out. */
const JOIN = `SELECT '2026-04', c.id, i.usage_id, c.name, k.key, 'units', u.whole, u.frac, iif(s.has_value, s.whole, NULL), iif(s.has_value, s.frac, NULL)
FROM pull_in_force AS pu
JOIN pull_in_force AS ps ON ps.meter_key = pu.meter_key AND ps.source = 'stripe'
JOIN meter_key AS k ON k.meter_key = pu.meter_key
CROSS JOIN summary_month AS s ON s.pull = ps.pull
JOIN customer AS c ON c.customer_key = s.customer_key
LEFT JOIN mapping AS m ON m.customer_key = s.customer_key
LEFT JOIN usage_identity AS i ON i.usage_key = m.usage_key
LEFT JOIN usage_month AS u ON u.pull = pu.pull AND u.usage_key = m.usage_key
WHERE pu.source = 'clickhouse' AND (s.has_value OR u.whole IS NOT NULL);`;

/** P6: the export of a month, comparison included, against the shell's CSV of the same cells. */
export const exportGroup: Group = {
  bars: ['P6'],
  obstacle: sqliteShellObstacle,
  measure: async ({ cells, rounds, folder: root, say }) => {
    const folder = join(root, 'export');
    await runTask('make-month', { folder, cells, isPriced: false, withSides: false });
    say(`${cells.toLocaleString('en')} cells`);
    const file = join(root, 'cells.csv');
    const checked = async (ms: number, form: 'split' | 'decimal'): Promise<Sample> => {
      const { check } = await runTask('check-csv', { file, form });
      rmSync(file);
      return { ms, cpuMs: 0, peakBytes: 0, check, figures: {} };
    };
    const { ours, theirs } = await alternate(rounds, {
      ours: async () => checked((await runTask('export', { folder, file, format: 'csv' })).ms, 'decimal'),
      theirs: async () => {
        const script = `.mode csv\n.output ${file}\n${JOIN}\n`;
        return checked((await sqliteShell(join(folder, DATABASE_FILE), script)).ms, 'split');
      },
    });
    rmSync(folder, { recursive: true });
    const row = {
      bar: 'P6',
      what: `CSV of ${cells.toLocaleString('en')} cells, comparison included`,
      reference: 'sqlite3 -csv of the same join',
      ours: times(ours),
      theirs: times(theirs),
      unit: millis,
    };
    return [atMost(1, row)];
  },
};

const MAX_WORKBOOK_BYTES = 512 * 1024 * 1024;

/** P6x: the workbook of a month; what its rows take must not depend on how many they are. */
export const workbookGroup: Group = {
  bars: ['P6x'],
  obstacle: () => null,
  measure: async ({ cells, rounds, folder: root, say }) => {
    const folder = join(root, 'workbook');
    await runTask('make-month', { folder, cells, isPriced: true, withSides: false });
    say(`${cells.toLocaleString('en')} priced cells`);
    const file = join(root, 'month.xlsx');
    const { ours } = await alternate(rounds, {
      ours: async () => {
        const sample = await runTask('export', { folder, file, format: 'xlsx' }, ['--max-old-space-size=192']);
        rmSync(file);
        return sample;
      },
    });
    rmSync(folder, { recursive: true });
    const what = `peak memory of the workbook of ${cells.toLocaleString('en')} cells, written in ${millis(median(times(ours)))}`;
    return [within(MAX_WORKBOOK_BYTES, { bar: 'P6x', what, ours: peaks(ours), unit: mebibytes })];
  },
};
