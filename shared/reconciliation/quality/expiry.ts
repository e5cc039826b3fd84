import { HOUR_MS, hourOf, type Instant, instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import type { Expired } from './facts.ts';

export type ExpiryInput = {
  readonly period: Period;
  /** What the table says of itself; null where it is not known. */
  readonly table: {
    readonly firstRow: Instant | null;
    readonly hasEarlierRows: boolean;
    readonly retainedFrom: Instant | null;
  } | null;
  /** When this pull read. */
  readonly readAt: Instant;
  /** First hour of the period with any usage; null: none. Undefined: not known. */
  readonly firstHour: number | null | undefined;
  /** The pull in force that measured in the same way. */
  readonly earlier: {
    readonly readAt: Instant;
    readonly firstHour: number | null | undefined;
    readonly expired: Expired | null;
  } | null;
};

/** Usage may begin on the first day of a table; later than that, rows may be missing. */
const GRACE_MS = 24 * HOUR_MS;

/**
 * Whether the source still holds the first hours of a month, and what remains of those that it does not. Where it
 * drops rows by a rule, rows beyond it may be there still, or some of them: they are not trusted.
 */
export function findExpired(input: ExpiryInput): Expired | null {
  const found = boundary(input);
  if (found === null) return null;
  const { period, earlier, table, readAt } = input;
  const { before, knownBy } = found;
  const hoursTo = (at: number): number => Math.max(0, Math.ceil((Math.min(at, before) - period.from) / HOUR_MS));
  if (earlier === null) return { before, knownBy, keptAt: null, lostHours: hoursTo(before) };
  // Hours after the earlier pull were in nobody's hands when they expired; those before its own boundary were lost to it.
  const unread = hoursTo(before) - hoursTo(Math.floor(earlier.readAt / HOUR_MS) * HOUR_MS);
  const retainedMs = table?.retainedFrom == null ? null : readAt - table.retainedFrom;
  const before0 = earlier.expired?.lostHours ?? (retainedMs === null ? 0 : hoursTo(earlier.readAt - retainedMs));
  return { before, knownBy, keptAt: earlier.expired?.keptAt ?? earlier.readAt, lostHours: unread + before0 };
}

function boundary({ period, table, firstHour, earlier }: ExpiryInput): Pick<Expired, 'before' | 'knownBy'> | null {
  const { from, to } = period;
  const retained = table?.retainedFrom ?? null;
  if (retained !== null && retained > from) {
    return { before: instant(Math.min(Math.ceil(retained / HOUR_MS) * HOUR_MS, to)), knownBy: 'retention' };
  }
  if (table?.hasEarlierRows === true) return null;
  const kept = earlier?.firstHour ?? null;
  if (kept !== null && earlier !== null && firstHour !== undefined) {
    const left = firstHour === null ? Math.min(hourOf(earlier.readAt) + HOUR_MS, to) : from + firstHour * HOUR_MS;
    if (from + kept * HOUR_MS < left) return { before: instant(left), knownBy: 'earlier_pull' };
  }
  const firstRow = table?.firstRow ?? null;
  if (firstRow === null || earlier !== null || firstRow - from <= GRACE_MS) return null;
  return { before: hourOf(firstRow), knownBy: 'first_row' };
}
