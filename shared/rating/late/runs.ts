import type { Decimal } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import { compareBytes } from '../../values/order.ts';
import type { Period } from '../../values/period.ts';
import { isSound, problemsOfLine } from './check-line.ts';
import { type DetailedLine, sumTotals, type Totals } from './line.ts';
import { compareIndexes } from './order.ts';
import { type LateProblem, lateProblem } from './problems.ts';
import type { rateSnapshot } from './rate-usage.ts';

/** What an earlier run booked. A voided run is as if it never was, and is left out. */
export type BookedRun = {
  readonly runId: string;
  /** Place in the history of the charge: later runs have larger ones. */
  readonly sequence: number;
  readonly lines: readonly DetailedLine[];
};

/** The cumulative quantity of [charge start, period end), as the run in hand knows it. */
export type Snapshot = { readonly servicePeriod: Period; readonly quantity: Decimal };

/** What a run has to book. `warnings` do not stand in the way. */
export type RunResult = {
  readonly lines: readonly DetailedLine[];
  readonly totals: Totals;
  readonly warnings: readonly LateProblem[];
};

/** Prices snapshots; `rateSnapshot` unless a test stands in for it. */
export type SnapshotRater = typeof rateSnapshot;

export const resultOf = (lines: readonly DetailedLine[], warnings: readonly LateProblem[]): RunResult => ({
  lines,
  totals: sumTotals(lines),
  warnings,
});

/**
 * Visits booked lines in order of run, then index: the order that grouping depends on (section 9), whatever order they
 * came in. @returns what is wrong with lines of the charge's currency
 */
export function forEachBooked(
  runs: readonly BookedRun[],
  currency: string,
  visit: (line: DetailedLine) => void,
): readonly LateProblem[] {
  const problems: LateProblem[] = [];
  for (const { lines } of ordered(runs, compareRuns)) {
    for (const line of ordered(lines, compareBooked)) {
      if (!isSound(line, currency)) problems.push(...problemsOfLine(line, currency));
      visit(line);
    }
  }
  return problems;
}

/** The list itself where it is in order already, as stored runs are. */
export function ordered<T>(list: readonly T[], order: (a: T, b: T) => number): readonly T[] {
  for (let index = 1; index < list.length; index += 1) {
    if (order(list[index - 1] as T, list[index] as T) > 0) return [...list].sort(order);
  }
  return list;
}

const compareRuns = (a: BookedRun, b: BookedRun): number => a.sequence - b.sequence || compareBytes(a.runId, b.runId);

const compareBooked = (a: DetailedLine, b: DetailedLine): number =>
  compareIndexes(a.index, b.index) || compareBytes(a.key, b.key) || compareBytes(a.id ?? '', b.id ?? '');

/** A cumulative quantity below 0 is rated as 0 (section 4.9), and said. */
export const negativeQuantity = (snapshot: Snapshot): LateProblem | null =>
  snapshot.quantity.coefficient >= 0n
    ? null
    : {
        ...lateProblem(
          'quantity-negative',
          'A cumulative quantity is below 0 and was rated as 0.',
          'Look for corrections that take back more than was used.',
        ),
        severity: 'warning',
      };

/** A run as far as choosing goes. */
export type RunSummary = {
  readonly periodTo: Instant;
  readonly isVoided: boolean;
  readonly areLinesLoaded: boolean;
};

/**
 * The runs that a new one has to subtract: those not voided whose period ends before the current one's end.
 * @returns by the end of their periods; `mustLoadLines` where one comes without its lines, because rating without them
 *   would charge twice
 */
export function selectPriorRuns<Run extends RunSummary>(
  runs: readonly Run[],
  currentPeriodTo: Instant,
): { readonly prior: readonly Run[]; readonly mustLoadLines: boolean } {
  const prior = runs
    .filter(({ isVoided, periodTo }) => !isVoided && periodTo < currentPeriodTo)
    .sort((a, b) => a.periodTo - b.periodTo);
  return { prior, mustLoadLines: prior.some(({ areLinesLoaded }) => !areLinesLoaded) };
}
