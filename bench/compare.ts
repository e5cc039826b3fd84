import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Storing } from '../main/api/reconcile/save-run.ts';
import { runTask } from './child.ts';
import { alternate, atMost, type Group, mebibytes, millis, peaks, type Row, times } from './harness.ts';

const REFERENCE = 'DuckDB CREATE TEMP TABLE … FULL JOIN';

/** P5: the comparison of a month from cached totals, without prices, against the same join in DuckDB. */
export const compareGroup: Group = {
  bars: ['P5', 'P5w', 'P5m'],
  obstacle: () => null,
  measure: async ({ cells, rounds, folder: root, wants, say }) => {
    const folder = join(root, 'compare');
    const duck = join(root, 'compare.duckdb');
    await runTask('make-month', { folder, cells, isPriced: false, withSides: true });
    await runTask('make-duckdb', { folder, file: duck });
    say(`${cells.toLocaleString('en')} cells in both caches`);
    const compare = (storing: Storing) => (round: number) =>
      runTask('compare', { folder, storing, version: `${storing} ${round}` });
    const theirs = () => runTask('compare-duckdb', { file: duck });
    const rows: Row[] = [];
    const what = `comparing ${cells.toLocaleString('en')} cells`;
    if (wants('P5') || wants('P5m')) {
      const samples = await alternate(rounds, { ours: compare('exceptions'), theirs });
      rows.push(
        atMost(6, {
          bar: 'P5',
          what: `${what}, exceptions stored`,
          reference: REFERENCE,
          ours: times(samples.ours),
          theirs: times(samples.theirs),
          unit: millis,
        }),
        atMost(1, {
          bar: 'P5m',
          what: 'peak memory of the comparison',
          reference: 'DuckDB process',
          ours: peaks(samples.ours),
          theirs: peaks(samples.theirs),
          unit: mebibytes,
        }),
      );
    }
    if (wants('P5w')) {
      const samples = await alternate(rounds, { ours: compare('all'), theirs });
      rows.push(
        atMost(10, {
          bar: 'P5w',
          what: `${what}, every cell stored`,
          reference: REFERENCE,
          ours: times(samples.ours),
          theirs: times(samples.theirs),
          unit: millis,
        }),
      );
    }
    rmSync(folder, { recursive: true });
    rmSync(duck);
    return rows;
  },
};
