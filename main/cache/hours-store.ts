import { type HourValue, unpackHours } from './hour-pack.ts';
import type { Db } from './open.ts';
import { firstRow } from './query.ts';

export type { HourValue } from './hour-pack.ts';

/** The hours of a measured cell in native units, ascending; null where the cell has none. */
export const readUsageHours = (db: Db, pull: number, usageKey: number): readonly HourValue[] | null =>
  hours(db, 'usage-hours', pull, usageKey);

/** The same as it is stored (hour-pack.ts). */
export const readPackedUsageHours = (db: Db, pull: number, usageKey: number): Uint8Array | null =>
  packed(db, 'usage-hours', pull, usageKey);

/** The hours of a metered cell, ascending; null where Stripe was not asked by the hour. */
export const readSummaryHours = (db: Db, pull: number, customerKey: number): readonly HourValue[] | null =>
  hours(db, 'summary-hours', pull, customerKey);

/** What was left out of a measured number (metering.md section 1.6); null where there is nothing to say. */
export function readEvidence(db: Db, pull: number, usageKey: number): Readonly<Record<string, string>> | null {
  const row = firstRow<{ evidence: string }>(db, 'usage-evidence', [pull, usageKey]);
  return row === undefined ? null : JSON.parse(row.evidence);
}

function hours(db: Db, query: string, pull: number, key: number): readonly HourValue[] | null {
  const found = packed(db, query, pull, key);
  return found === null ? null : unpackHours(found);
}

const packed = (db: Db, query: string, pull: number, key: number): Uint8Array | null =>
  firstRow<{ hours: Uint8Array }>(db, query, [pull, key])?.hours ?? null;
