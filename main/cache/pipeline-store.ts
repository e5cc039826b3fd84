import { type Instant, instant } from '../../shared/values/instant.ts';
import { listArrivals } from './arrival-store.ts';
import { type HourValue, unpackHours } from './hour-pack.ts';
import type { Db } from './open.ts';
import type { PullInForce } from './pull-store.ts';
import { allRows, firstRow, runQuery } from './query.ts';
import { type EvidenceHour, unpackEvidence } from './usage-writer.ts';

/**
 * When all hours of a pull were read from the source. A pull of some hours or customers stands on an earlier one; null:
 * that is not known, or the source gives no hours.
 */
export function wholeReadAt(db: Db, pull: PullInForce): Instant | null {
  const reads = listArrivals(db, pull.meterKey).filter(
    ({ month, fingerprint }) => month === pull.month && fingerprint === pull.fingerprint,
  );
  if (reads.some((read) => read.pull === pull.pull)) return pull.startedAt;
  return reads.reduce<Instant | null>(
    (newest, { pulledAt }) => (newest === null || pulledAt > newest ? pulledAt : newest),
    null,
  );
}

/** A usage id and whose it is; several customers: it cannot be said. */
export type UsageOwner = {
  readonly usageKey: number;
  readonly usageId: string;
  readonly customers: readonly UsageCustomer[];
};

export type UsageCustomer = {
  readonly key: number;
  readonly id: string;
  readonly name: string | null;
  readonly metadata: Readonly<Record<string, string>>;
};

type OwnerRow = {
  readonly usage_key: number;
  readonly usage_id: string;
  readonly customer_key: number | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly metadata: string | null;
};

/** Usage ids with keys in (after, through]. */
export function readOwners(db: Db, after: number, through: number): readonly UsageOwner[] {
  const owners: { usageKey: number; usageId: string; customers: UsageCustomer[] }[] = [];
  for (const row of allRows<OwnerRow>(db, 'usage-owners-range', [after, through])) {
    let owner = owners.at(-1);
    if (owner?.usageKey !== row.usage_key) {
      owner = { usageKey: row.usage_key, usageId: row.usage_id, customers: [] };
      owners.push(owner);
    }
    if (row.customer_key === null || row.id === null) continue;
    const metadata = JSON.parse(row.metadata ?? '{}') as Record<string, string>;
    owner.customers.push({ key: row.customer_key, id: row.id, name: row.name, metadata });
  }
  return owners;
}

/** The last usage key of which any of the pulls has hours; 0: none. */
export const lastHoursKey = (db: Db, pulls: readonly number[]): number =>
  Math.max(
    0,
    ...pulls.map((pull) => firstRow<readonly [number | null]>(db, 'usage-hours-last', [pull], 'raw')?.[0] ?? 0),
  );

/** Some hours that a pull holds of usage ids with keys in (after, through]; ids without any of them are left out. */
export function readHoursRange(
  db: Db,
  pull: number,
  of: { readonly after: number; readonly through: number; readonly first: number; readonly end: number },
): ReadonlyMap<number, readonly HourValue[]> {
  const found = new Map<number, readonly HourValue[]>();
  const rows = allRows<readonly [number, Uint8Array]>(db, 'usage-hours-range', [pull, of.after, of.through], 'raw');
  for (const [usageKey, packed] of rows) {
    const hours = unpackHours(packed, of);
    if (hours.length > 0) found.set(usageKey, hours);
  }
  return found;
}

/** What a pull counted beside the number of a cell, by hour. */
export const readEvidenceHours = (db: Db, pull: number, usageKey: number): readonly EvidenceHour[] =>
  unpackEvidence(firstRow<{ hours: string | null }>(db, 'parity-evidence', [pull, usageKey])?.hours ?? null) ?? [];

/** What an hour came to when it was checked. Quantities in the billed unit, exact decimal text. */
export type KeptParity = {
  /** Digest of what both sides and the rules were then (`ParityMeter.terms`). */
  readonly terms: string;
  readonly checked: number;
  readonly leftOut: number;
  /** The first thousand of them. */
  readonly unverified: readonly string[];
  readonly flagged: number;
  readonly material: number;
  readonly oneSided: number;
  readonly reference: string;
  readonly candidate: string;
  readonly aggregate: string;
  readonly systemic: boolean;
  /** Clean but for those that could not be read. */
  readonly agreed: boolean;
  /** Usage id, reference and candidate of those that departed, the first thousand of them. */
  readonly departed: readonly (readonly [usageId: string, reference: string, candidate: string])[];
};

export type ParityCheck = {
  readonly hour: Instant;
  readonly checkedAt: Instant;
  readonly isClean: boolean;
  readonly body: KeptParity;
};

type CheckRow = {
  readonly hour: number;
  readonly checked_at: number;
  readonly is_clean: number;
  readonly body: string;
};

/** All checks of the hours in [from, to), by hour, the earliest first. */
export const readParityChecks = (
  db: Db,
  of: { readonly meterKey: number; readonly from: Instant; readonly to: Instant },
): readonly ParityCheck[] =>
  allRows<CheckRow>(db, 'parity-checks', of).map((row) => ({
    hour: instant(row.hour),
    checkedAt: instant(row.checked_at),
    isClean: row.is_clean === 1,
    body: JSON.parse(row.body) as KeptParity,
  }));

/** Keeps what hours came to, as far as it is not what they came to before. @returns how many were kept */
export function saveParityChecks(db: Db, meterKey: number, checks: readonly ParityCheck[]): number {
  const [first] = checks;
  const last = checks.at(-1);
  if (first === undefined || last === undefined) return 0;
  const span = { meterKey, from: first.hour, to: instant(last.hour + 1) };
  const known = new Map(allRows<CheckRow>(db, 'parity-checks', span).map(({ hour, body }) => [hour, body]));
  const changed = checks.filter(({ hour, body }) => known.get(hour) !== JSON.stringify(body));
  db.transaction(() => {
    for (const { hour, checkedAt, isClean, body } of changed) {
      runQuery(db, 'parity-check-insert', {
        meterKey,
        hour,
        checkedAt,
        isClean: Number(isClean),
        body: JSON.stringify(body),
      });
    }
  }).immediate();
  return changed.length;
}
