import type { Instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import { lineOutsidePeriods, problemsOfCurrent, problemsOfPrior } from './check-periods.ts';
import { areEqual, type DetailedLine, isNothing } from './line.ts';
import { numberLines, repeatedKeys } from './order.ts';
import { cutToSecond, periodKey, reachesEnd, wholeSeconds } from './periods.ts';
import {
  addDifferences,
  bookedKey,
  type Counted,
  findPile,
  less,
  NO_PILES,
  NOTHING,
  type Pile,
  withBooked,
  withLine,
} from './piles.ts';
import { type LateProblem, throwIfAny } from './problems.ts';
import { rateSnapshot } from './rate-usage.ts';
import type { ReadyCharge } from './ready-charge.ts';
import {
  type BookedRun,
  forEachBooked,
  negativeQuantity,
  ordered,
  type RunResult,
  resultOf,
  type Snapshot,
} from './runs.ts';

/** A run that owns a period, with the cumulative quantity at its end as the run in hand knows it. */
export type PriorRun = BookedRun & Snapshot;

export type PeriodPreservingInput = {
  /** Null: a correction run, after which all periods are as they were. */
  readonly current: Snapshot | null;
  /** In any order. */
  readonly prior: readonly PriorRun[];
  /** Earlier correction runs: they own no period and booked lines for those of others. */
  readonly corrections: readonly BookedRun[];
};

/** A period of the charge, and what is expected and booked for it. */
type Epoch = {
  readonly servicePeriod: Period;
  readonly snapshot: Snapshot;
  /** The run that owns it; null for the current period. */
  readonly owner: string | null;
  expected: readonly Pile[];
  booked: readonly Pile[];
};

/**
 * The period-preserving engine (rating-late-usage.md section 8): rates every period again, and books each correction
 * on the period it belongs to, naming the run that owns it. Every period is netted, also one with nothing booked, so
 * that an expected line and its expected reversal never come out as a pair.
 * @throws LateUsageError with all that is wrong with charge, periods and booked lines
 */
export function ratePeriodPreserving(charge: ReadyCharge, input: PeriodPreservingInput): RunResult {
  const runs: readonly BookedRun[] =
    input.corrections.length === 0 ? input.prior : [...input.prior, ...input.corrections];
  const problems: LateProblem[] = [
    ...charge.problems,
    ...(input.current === null ? [] : problemsOfCurrent(input.current.servicePeriod, charge.period)),
    ...problemsOfPrior(input.prior, input.current?.servicePeriod ?? null, charge.period),
  ];
  const epochs = epochsOf(input);
  problems.push(...fileBooked(epochs, runs, charge.currency));
  throwIfAny(problems);
  expectLines(charge, epochs);
  const lines: DetailedLine[] = [];
  for (const epoch of epochs) {
    const booked = bookEpoch(epoch, problems);
    if (booked.length > 0) lines.push(...booked);
    // Keys of different periods differ.
    if (booked.length > 1) problems.push(...repeatedKeys(booked));
  }
  throwIfAny(problems);
  return resultOf(numberLines(lines), warningsOf(epochs));
}

/** What is left to book for a period, with the run that owns it and the period in every key. */
function bookEpoch(
  { servicePeriod, owner, expected, booked }: Epoch,
  problems: LateProblem[],
): readonly DetailedLine[] {
  if (expected.length === 0 && booked.length === 0) return NO_LINES;
  const lines: DetailedLine[] = [];
  addDifferences({ current: expected, previous: booked }, bookedKey, problems, (line) => {
    lines.push({ ...line, servicePeriod, correctsRun: owner, key: periodKey(line.key, servicePeriod) });
  });
  return lines;
}

const NO_LINES: readonly DetailedLine[] = [];

/** The prior periods by their start, then the current one. */
function epochsOf({ prior, current }: PeriodPreservingInput): readonly Epoch[] {
  const epochs = ordered(prior, byStart).map((run) => epochOf(run, run.runId));
  if (current !== null) epochs.push(epochOf(current, null));
  return epochs;
}

const byStart = (a: Snapshot, b: Snapshot): number => a.servicePeriod.from - b.servicePeriod.from;

const epochOf = (snapshot: Snapshot, owner: string | null): Epoch => ({
  servicePeriod: wholeSeconds(snapshot.servicePeriod),
  snapshot,
  owner,
  expected: NO_PILES,
  booked: NO_PILES,
});

/** Puts what was booked, by whichever run, to the period that it was booked for. @returns what is wrong with it */
function fileBooked(epochs: readonly Epoch[], runs: readonly BookedRun[], currency: string): readonly LateProblem[] {
  const outside: LateProblem[] = [];
  const unsound = forEachBooked(runs, currency, (line) => {
    const epoch = epochAt(epochs, cutToSecond(line.servicePeriod.from));
    const isItsPeriod = epoch !== null && epoch.servicePeriod.to === cutToSecond(line.servicePeriod.to);
    if (isItsPeriod) epoch.booked = withBooked(epoch.booked, line);
    else outside.push(lineOutsidePeriods(line));
  });
  return outside.length === 0 ? unsound : [...outside, ...unsound];
}

/** The epoch that begins then, found by halves. */
function epochAt(epochs: readonly Epoch[], from: Instant): Epoch | null {
  let [low, high] = [0, epochs.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const epoch = epochs[middle];
    if (epoch === undefined || epoch.servicePeriod.from === from) return epoch ?? null;
    if (epoch.servicePeriod.from < from) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}

/** What was expected up to an epoch, with the epoch that its first line is for. */
type Accumulated = { readonly first: DetailedLine; readonly epoch: Epoch; counted: Counted; seenAt: Epoch };

/**
 * Step 2: for each epoch, what its rating adds to that of the epochs before. A reversal lands on the period whose
 * line it takes back, everything else on the epoch. What accumulates is kept as sums, so that the work grows with the
 * lines and not with their square.
 */
function expectLines(charge: ReadyCharge, epochs: readonly Epoch[]): void {
  const accumulated: Accumulated[] = [];
  for (const epoch of epochs) {
    const { servicePeriod, snapshot } = epoch;
    const isMinimumOff = !reachesEnd(servicePeriod, charge);
    for (const line of rateSnapshot(charge, { servicePeriod, quantity: snapshot.quantity, isMinimumOff })) {
      const before = findPile(accumulated, line);
      if (before === null) {
        if (isNothing(line.totals)) continue;
        epoch.expected = withLine(epoch.expected, line);
        accumulated.push({ first: line, epoch, counted: line, seenAt: epoch });
        continue;
      }
      before.seenAt = epoch;
      if (areEqual(line.totals, before.counted.totals)) continue;
      epoch.expected = withLine(epoch.expected, line, less(line, before.counted));
      before.counted = line;
    }
    for (const before of accumulated) if (before.seenAt !== epoch) takeBack(before);
  }
}

function takeBack(accumulated: Accumulated): void {
  if (isNothing(accumulated.counted.totals)) return;
  const { epoch, first, counted } = accumulated;
  epoch.expected = withLine(epoch.expected, first, less(NOTHING, counted));
  accumulated.counted = NOTHING;
}

/** By period, so that the order of the input does not show. */
function warningsOf(epochs: readonly Epoch[]): readonly LateProblem[] {
  const warnings: LateProblem[] = [];
  for (const { snapshot, owner } of epochs) {
    const warning = negativeQuantity(snapshot);
    if (warning !== null) warnings.push(owner === null ? warning : { ...warning, runId: owner });
  }
  return warnings;
}
