import type { PitfallCode } from '../reconciliation/pitfalls/pitfall.ts';
import type { HeldHour, Verdict } from '../reconciliation/result.ts';
import { formatInstant, type Instant } from '../values/instant.ts';
import { layout } from './layout.ts';
import { heldDocument } from './shadow-json.ts';
import { ageText } from './shadow-table.ts';
import { VERDICT_WORDS } from './words.ts';

/** One cell of a round of shadow mode; quantities are decimal text, null is absent. */
export type HistoryReading = {
  readonly customer: string | null;
  readonly usageId: string | null;
  readonly name: string | null;
  readonly meter: string;
  readonly verdict: Verdict;
  readonly measured: string | null;
  readonly metered: string | null;
  readonly drift: string | null;
  readonly upstreamOk: boolean | null;
  readonly held: HeldHour | null;
  readonly pitfalls: readonly PitfallCode[];
};

export type HistoryRun = {
  readonly run: number;
  readonly month: string;
  readonly at: Instant;
  readonly cells: number;
  readonly structural: number;
  readonly stale: number;
  readonly exitCode: number;
  readonly readings: readonly HistoryReading[];
};

/** The document of `tieout shadow --history --json`. @param runs oldest first */
export const shadowHistoryDocument = (workspace: string, runs: readonly HistoryRun[]) => ({
  tieout: 1,
  kind: 'shadow_history',
  workspace,
  runs: runs.map(({ run, month, at, cells, structural, stale, exitCode, readings }) => ({
    run,
    month,
    at: formatInstant(at),
    cells,
    structural,
    stale,
    exit: exitCode,
    rows: readings.map(
      ({ customer, usageId, name, meter, verdict, measured, metered, drift, upstreamOk, held, pitfalls }) => ({
        customer,
        usageId,
        name,
        meter,
        verdict,
        measured,
        metered,
        drift,
        upstreamOk,
        held: heldDocument(held),
        pitfalls,
      }),
    ),
  })),
});

/** Marks of a cell that are shown, the newest last. */
const SHOWN_MARKS = 24;

/** What `tieout shadow --history` prints: the rounds, then how each cell went through them. @param runs oldest first */
export function shadowHistoryTable(runs: readonly HistoryRun[]): string {
  if (runs.length === 0) return 'Shadow mode has not been run here yet; run it with: tieout shadow DIR\n';
  const header = ['run', 'at', 'month', 'cells', 'drifting', 'on the way', 'exit'];
  const lines = runs.map(({ run, at, month, cells, structural, stale, exitCode }) =>
    [run, formatInstant(at), month, cells, structural, stale, exitCode].map(String),
  );
  return `${[...layout(header, lines, 'rllrrrr'), '', ...cellsOverTime(runs)].join('\n')}\n`;
}

type Track = { readonly last: HistoryReading; readonly marks: ReadonlyMap<number, string>; readonly oldestMs: number };

function cellsOverTime(runs: readonly HistoryRun[]): string[] {
  const tracks = new Map<string, Track>();
  for (const [index, { month, readings }] of runs.entries()) {
    for (const reading of readings) {
      const key = JSON.stringify([month, reading.meter, reading.customer, reading.usageId]);
      const before = tracks.get(key);
      const marks = new Map(before?.marks).set(index, VERDICT_WORDS[reading.verdict].mark);
      const oldestMs = Math.max(before?.oldestMs ?? 0, reading.held?.ageMs ?? 0);
      tracks.set(key, { last: reading, marks, oldestMs });
    }
  }
  const first = Math.max(0, runs.length - SHOWN_MARKS);
  const rows = [...tracks].map(([key, { last, marks, oldestMs }]) => [
    (JSON.parse(key) as string[])[0] ?? '',
    last.name ?? last.customer ?? last.usageId ?? '–',
    last.meter,
    runs
      .slice(first)
      .map((_, index) => marks.get(first + index) ?? '·')
      .join(''),
    VERDICT_WORDS[last.verdict].words,
    last.drift ?? '–',
    oldestMs === 0 ? '–' : ageText(oldestMs),
  ]);
  return layout(['month', 'customer', 'meter', 'rounds', 'last', 'drift', 'oldest age'], rows, 'lllllrr');
}
