import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTask } from './child.ts';
import { alternate, atMost, type Group, millis, times } from './harness.ts';

const MAX_MS = 5;

/** P7: 100 rows at the bottom of a month against the same 100 at the top, the slowest of several sorts and filters. */
export const windowsGroup: Group = {
  bars: ['P7'],
  obstacle: () => null,
  measure: async ({ cells, rounds, folder: root, say }) => {
    const folder = join(root, 'windows');
    await runTask('make-month', { folder, cells, isPriced: false, withSides: false });
    const { ours } = await alternate(rounds, { ours: () => runTask('windows', { folder }) });
    rmSync(folder, { recursive: true });
    const slowest = Math.max(...ours.map(({ figures }) => figures.slowestOrderMs ?? 0));
    say(`the slowest order, made once per sort and filter: ${millis(slowest)}`);
    const row = {
      bar: 'P7',
      what: `100 rows at the bottom of ${cells.toLocaleString('en')}`,
      reference: 'the same rows at the top',
      ours: times(ours),
      theirs: ours.map(({ figures }) => figures.top ?? Number.NaN),
      unit: millis,
    };
    return [atMost(2, row, MAX_MS)];
  },
};
