import type { Db } from './open.ts';
import { allRows } from './query.ts';

/** Tables, indexes and triggers of what people wrote, by name: how each was made. */
export const closeSchema = (db: Db): ReadonlyMap<string, string> =>
  new Map(allRows<{ name: string; sql: string }>(db, 'close-schema').map(({ name, sql }) => [name, sql]));
