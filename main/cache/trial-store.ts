import { type Instant, instant } from '../../shared/values/instant.ts';
import type { Period } from '../../shared/values/period.ts';
import type { Db } from './open.ts';
import { allRows, firstRow } from './query.ts';

/** Trials by subscription id. One whose beginning Stripe does not tell has lasted since ever. */
export const readTrials = (db: Db): ReadonlyMap<string, Period> =>
  new Map(
    allRows<readonly [string, number | null, number]>(db, 'subscription-trials', [], 'raw').map(([id, from, to]) => [
      id,
      { from: instant(from ?? 0), to: instant(to) },
    ]),
  );

/** The billing-cycle anchor of a subscription; null where it is not in the cache. */
export function readAnchor(db: Db, subscriptionId: string): Instant | null {
  const row = firstRow<readonly [number | null]>(db, 'subscription-anchor', [subscriptionId], 'raw');
  return row === undefined || row[0] === null ? null : instant(row[0]);
}
