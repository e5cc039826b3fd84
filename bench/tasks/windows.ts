import { createHash } from 'node:crypto';
import { buildFrame } from '../../main/api/cells/frame.ts';
import { OrderCache, windowOf } from '../../main/api/cells/window.ts';
import { reconcileSettings } from '../../main/api/reconcile/settings.ts';
import { openCache } from '../../main/cache/open.ts';
import type { CellsRequest } from '../../shared/contract/schemas.ts';
import { performTask } from '../child.ts';
import { median } from '../harness.ts';
import { openMonth } from '../month-workspace.ts';
import { MONTH, PULLED_AT } from '../month-world.ts';

const LIMIT = 100;
const REPEATS = 40;

type View = Pick<CellsRequest, 'filter' | 'sort'>;

/** Sorts, and filters that nearly everything passes, so that the depth stays. */
const VIEWS: readonly View[] = [
  { filter: {}, sort: { by: 'default', direction: 'ascending' } },
  { filter: {}, sort: { by: 'customer', direction: 'descending' } },
  { filter: {}, sort: { by: 'measured', direction: 'descending' } },
  { filter: {}, sort: { by: 'drift', direction: 'descending' } },
  { filter: { verdicts: ['agree', 'agree_zero'] }, sort: { by: 'default', direction: 'ascending' } },
  { filter: { search: 'cus_' }, sort: { by: 'measured', direction: 'ascending' } },
];

/**
 * Windows of 100 rows at the bottom of every view, in turns with the same rows at the top of a list that holds nothing
 * else, so that only the depth differs. Each view's order is made beforehand, as it is when a table is scrolled. `ms` is
 * the slowest view's median at depth; `top` is the same view's at the top.
 */
await performTask<{ readonly folder: string }>(async ({ folder }) => {
  const { paths, config } = openMonth(folder);
  const db = openCache(paths.databaseFile, { now: PULLED_AT });
  const settings = reconcileSettings(config, null);
  const frame = buildFrame({ db, settings, month: MONTH, now: PULLED_AT, toolVersion: 'windows' }, { canStore: false });
  const orders = new OrderCache();
  const hash = createHash('sha256');
  let worst = { ratio: 0, deep: 0, top: 0 };
  let slowestOrderMs = 0;
  for (const view of VIEWS) {
    const begun = performance.now();
    const ordered = orders.get(frame, view);
    slowestOrderMs = Math.max(slowestOrderMs, performance.now() - begun);
    const bottom = Math.max(0, ordered.ids.length - LIMIT);
    const last = { ids: ordered.ids.slice(bottom), money: ordered.money };
    const tops: number[] = [];
    const deeps: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      const texts: string[] = [];
      for (const [list, offset, into] of [
        [ordered, bottom, deeps],
        [last, 0, tops],
      ] as const) {
        const start = performance.now();
        const { rows } = windowOf(frame, list, { offset, limit: LIMIT });
        into.push(performance.now() - start);
        texts.push(JSON.stringify(rows));
      }
      if (texts[0] !== texts[1]) throw new Error('The same cells read differently at depth.');
      if (repeat === 0) hash.update(texts[0] ?? '');
    }
    const [deep, top] = [median(deeps), median(tops)];
    if (deep / top > worst.ratio) worst = { ratio: deep / top, deep, top };
  }
  db.close();
  const check = `${frame.length} cells, ${hash.digest('hex').slice(0, 16)}`;
  return { ms: worst.deep, check, figures: { top: worst.top, slowestOrderMs } };
});
