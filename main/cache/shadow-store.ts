import type { PitfallCode } from '../../shared/reconciliation/pitfalls/pitfall.ts';
import type { ExitCode, HeldHour, Verdict } from '../../shared/reconciliation/result.ts';
import { type Instant, instant } from '../../shared/values/instant.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import type { Db } from './open.ts';
import { allRows, runQuery } from './query.ts';

/** One round of shadow mode. */
export type ShadowRun = {
  readonly month: MonthKey;
  /** When Stripe was asked. */
  readonly at: Instant;
  readonly cells: number;
  readonly structural: number;
  readonly stale: number;
  readonly exitCode: ExitCode;
};

type Reading = {
  readonly verdict: Verdict;
  /** Exact decimal text in the billed unit; null: absent. */
  readonly measured: string | null;
  readonly metered: string | null;
  readonly drift: string | null;
  readonly upstreamOk: boolean | null;
  readonly held: HeldHour | null;
  readonly pitfalls: readonly PitfallCode[];
};

/** One cell of a round; keys are 0 where there is no customer or no usage id. */
export type NewReading = Reading & {
  readonly meterKey: number;
  readonly customerKey: number;
  readonly usageKey: number;
};

/** Keeps a round with its cells, or nothing of it. */
export function saveShadowRun(db: Db, run: ShadowRun, readings: Iterable<NewReading>): void {
  db.transaction(() => {
    const id = Number(runQuery(db, 'shadow-run-insert', run).lastInsertRowid);
    for (const { held, pitfalls, upstreamOk, ...reading } of readings) {
      runQuery(db, 'shadow-reading-insert', {
        ...reading,
        run: id,
        upstreamOk: upstreamOk === null ? null : Number(upstreamOk),
        heldHour: held?.hour ?? null,
        ageMs: held?.ageMs ?? null,
        pitfalls: pitfalls.length === 0 ? null : JSON.stringify(pitfalls),
      });
    }
  }).immediate();
}

/** A kept round, with the names of its cells. */
export type KeptShadowRun = ShadowRun & { readonly run: number; readonly readings: readonly KeptReading[] };

export type KeptReading = Reading & {
  readonly meter: string;
  readonly customer: string | null;
  readonly name: string | null;
  readonly usageId: string | null;
};

type RunRow = {
  readonly run: number;
  readonly month: MonthKey;
  readonly at: number;
  readonly cells: number;
  readonly structural: number;
  readonly stale: number;
  readonly exit_code: ExitCode;
};

type ReadingRow = Pick<Reading, 'verdict' | 'measured' | 'metered' | 'drift'> &
  Pick<KeptReading, 'meter' | 'customer' | 'name'> & {
    readonly usage_id: string | null;
    readonly upstream_ok: number | null;
    readonly held_hour: number | null;
    readonly age_ms: number | null;
    readonly pitfalls: string | null;
  };

/** The newest rounds, oldest first. @param which.month null: of every month */
export const readShadowRuns = (
  db: Db,
  which: { readonly month: MonthKey | null; readonly limit: number },
): readonly KeptShadowRun[] =>
  allRows<RunRow>(db, 'shadow-runs', which)
    .reverse()
    .map(({ run, month, at, cells, structural, stale, exit_code }) => ({
      run,
      month,
      at: instant(at),
      cells,
      structural,
      stale,
      exitCode: exit_code,
      readings: allRows<ReadingRow>(db, 'shadow-readings', [run]).map(readingOf),
    }));

const readingOf = ({ usage_id, upstream_ok, held_hour, age_ms, pitfalls, ...row }: ReadingRow): KeptReading => ({
  ...row,
  usageId: usage_id,
  upstreamOk: upstream_ok === null ? null : upstream_ok === 1,
  held: held_hour === null || age_ms === null ? null : { hour: instant(held_hour), ageMs: age_ms },
  pitfalls: pitfalls === null ? [] : JSON.parse(pitfalls),
});
