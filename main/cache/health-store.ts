import type { PitfallCode } from '../../shared/reconciliation/pitfalls/pitfall.ts';
import type { Verdict } from '../../shared/reconciliation/result.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import type { Db } from './open.ts';
import { allRows, eachRow, firstRow } from './query.ts';

/** What shadow mode kept of one meter, read for its health. */
type Rounds = {
  readonly meterKey: number;
  /** Null: of every month. */
  readonly month: MonthKey | null;
  /** The newest rounds. */
  readonly limit: number;
};

/** A round of shadow mode that saw the meter. */
export type HealthRun = { readonly run: number; readonly at: Instant; readonly month: MonthKey };

/** Newest first. */
export const readHealthRuns = (db: Db, rounds: Rounds): readonly HealthRun[] =>
  allRows<{ run: number; at: number; month: MonthKey }>(db, 'health-runs', rounds).map(({ at, ...row }) => ({
    ...row,
    at: instant(at),
  }));

/** Cells of one round that share a verdict. Ages count from the start of the hour in which a held value was sent. */
export type RoundVerdict = {
  readonly verdict: Verdict;
  readonly cells: number;
  readonly newestAgeMs: number | null;
  readonly oldestAgeMs: number | null;
};

type RoundRow = Pick<RoundVerdict, 'verdict' | 'cells'> & {
  readonly newest_age_ms: number | null;
  readonly oldest_age_ms: number | null;
};

/** The cells of a meter in one round. */
export const readRoundVerdicts = (
  db: Db,
  round: { readonly meterKey: number; readonly run: number },
): readonly RoundVerdict[] =>
  allRows<RoundRow>(db, 'health-round', round).map(({ newest_age_ms, oldest_age_ms, ...row }) => ({
    ...row,
    newestAgeMs: newest_age_ms,
    oldestAgeMs: oldest_age_ms,
  }));

/** The newest that is known of one cell. Keys are 0 where there is no customer or no usage id. */
export type NewestReading = {
  readonly customerKey: number;
  readonly usageKey: number;
  readonly run: number;
  readonly at: Instant;
  readonly verdict: Verdict;
  readonly drift: string | null;
  readonly ageMs: number | null;
  readonly pitfalls: readonly PitfallCode[];
  readonly customer: string | null;
  readonly name: string | null;
  readonly usageId: string | null;
};

type NewestRow = Pick<NewestReading, 'run' | 'verdict' | 'drift' | 'customer' | 'name'> & {
  readonly customer_key: number;
  readonly usage_key: number;
  readonly at: number;
  readonly age_ms: number | null;
  readonly pitfalls: string | null;
  readonly usage_id: string | null;
};

/** @param since the oldest round that counts */
export const readNewestReadings = (
  db: Db,
  which: { readonly meterKey: number; readonly month: MonthKey | null; readonly since: number },
): readonly NewestReading[] =>
  allRows<NewestRow>(db, 'health-customers', which).map((row) => ({
    customerKey: row.customer_key,
    usageKey: row.usage_key,
    run: row.run,
    at: instant(row.at),
    verdict: row.verdict,
    drift: row.drift,
    ageMs: row.age_ms,
    pitfalls: pitfallsOf(row.pitfalls),
    customer: row.customer,
    name: row.name,
    usageId: row.usage_id,
  }));

const pitfallsOf = (text: string | null): readonly PitfallCode[] => (text === null ? [] : JSON.parse(text));

/** Verdicts of one cell by round. */
export const readStrip = (
  db: Db,
  cell: {
    readonly meterKey: number;
    readonly customerKey: number;
    readonly usageKey: number;
    readonly since: number;
  },
): ReadonlyMap<number, Verdict> =>
  new Map(
    allRows<{ run: number; verdict: Verdict }>(db, 'health-strip', cell).map(({ run, verdict }) => [run, verdict]),
  );

/** One cell in one round. */
export type CellReading = {
  readonly run: number;
  readonly at: Instant;
  readonly month: MonthKey;
  readonly verdict: Verdict;
  readonly measured: string | null;
  readonly metered: string | null;
  readonly drift: string | null;
  readonly upstreamOk: boolean | null;
  readonly heldHour: Instant | null;
  readonly ageMs: number | null;
  readonly pitfalls: readonly PitfallCode[];
};

type CellRow = Pick<CellReading, 'run' | 'month' | 'verdict' | 'measured' | 'metered' | 'drift'> & {
  readonly at: number;
  readonly upstream_ok: number | null;
  readonly held_hour: number | null;
  readonly age_ms: number | null;
  readonly pitfalls: string | null;
};

/** The newest rounds that saw a cell, oldest first. */
export const readCellReadings = (
  db: Db,
  cell: Rounds & { readonly customerKey: number; readonly usageKey: number },
): readonly CellReading[] =>
  allRows<CellRow>(db, 'health-readings', cell)
    .reverse()
    .map(({ at, upstream_ok, held_hour, age_ms, pitfalls, ...row }) => ({
      ...row,
      at: instant(at),
      upstreamOk: upstream_ok === null ? null : upstream_ok === 1,
      heldHour: held_hour === null ? null : instant(held_hour),
      ageMs: age_ms,
      pitfalls: pitfallsOf(pitfalls),
    }));

/** Months of which a meter was seen, newest first. */
export const readHealthMonths = (db: Db, meterKey: number): readonly MonthKey[] =>
  allRows<{ month: MonthKey }>(db, 'health-months', { meterKey }).map(({ month }) => month);

/** What a pull left out of its numbers, usage id by usage id. */
export function* eachEvidence(db: Db, pull: number): Generator<Readonly<Record<string, string>>> {
  for (const { evidence } of eachRow<{ evidence: string }>(db, 'evidence-of-pull', [pull])) yield JSON.parse(evidence);
}

/** Usage ids with a number in a pull. */
export const countMeasured = (db: Db, pull: number): number =>
  firstRow<{ count: number }>(db, 'measured-count', [pull])?.count ?? 0;
