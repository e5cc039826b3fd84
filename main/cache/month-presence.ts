import type { Db } from './open.ts';
import { allRows } from './query.ts';

/** The months in which Stripe holds anything of a customer. */
export const readMonthsOfCustomer = (db: Db, customerKey: number): readonly string[] =>
  allRows<readonly [string]>(db, 'customer-months', [customerKey], 'raw').map(([month]) => month);

/** The months in which anything was measured of a usage id. */
export const readMonthsOfUsage = (db: Db, usageKey: number): readonly string[] =>
  allRows<readonly [string]>(db, 'usage-months', [usageKey], 'raw').map(([month]) => month);
