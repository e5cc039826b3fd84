import type { Db } from './open.ts';
import { allRows } from './query.ts';

/** How many subscription items hang on each price, by price id. */
export const readItemCounts = (db: Db): ReadonlyMap<string, number> =>
  new Map(allRows<readonly [string, number]>(db, 'items-per-price', [], 'raw'));
