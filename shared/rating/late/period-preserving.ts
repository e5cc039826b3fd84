import { negate, subtract, ZERO } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';
import { lineOutsidePeriods, problemsOfCurrent, problemsOfPrior } from './check-periods.ts';
import { type DetailedLine, isNothing, NO_TOTALS, subtractTotals, withoutCredits } from './line.ts';
import { numberLines, repeatedKeys } from './order.ts';
import { periodKey, reachesEnd, wholeSeconds } from './periods.ts';
import { addLine, bookedKey, differencesOf, findPile, type Pile, pileOf, subtractDiscounts } from './piles.ts';
import { type LateProblem, throwIfAny } from './problems.ts';
import { rateSnapshot } from './rate-usage.ts';
import type { ReadyCharge } from './ready-charge.ts';
import {
  type BookedRun,
  inBookedOrder,
  negativeQuantity,
  problemsOfBooked,
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
  readonly expected: Pile[];
  readonly booked: Pile[];
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
    ...problemsOfBooked(runs, charge.currency),
  ];
  const epochs = epochsOf(input);
  fileBooked(epochs, runs, problems);
  throwIfAny(problems);
  expectLines(charge, epochs);
  const lines: DetailedLine[] = [];
  for (const { servicePeriod, owner, expected, booked } of epochs) {
    for (const line of differencesOf(expected, booked, bookedKey, problems)) {
      lines.push({ ...line, servicePeriod, correctsRun: owner, key: periodKey(line.key, servicePeriod) });
    }
  }
  problems.push(...repeatedKeys(lines));
  throwIfAny(problems);
  return resultOf(numberLines(lines), warningsOf(epochs));
}

/** The prior periods by their start, then the current one. */
function epochsOf({ prior, current }: PeriodPreservingInput): readonly Epoch[] {
  const epochs = prior
    .map((run): Epoch => epochOf(run, run.runId))
    .sort((a, b) => a.servicePeriod.from - b.servicePeriod.from);
  if (current !== null) epochs.push(epochOf(current, null));
  return epochs;
}

const epochOf = (snapshot: Snapshot, owner: string | null): Epoch => ({
  servicePeriod: wholeSeconds(snapshot.servicePeriod),
  snapshot,
  owner,
  expected: [],
  booked: [],
});

/** Puts what was booked, by whichever run, to the period that it was booked for. */
function fileBooked(epochs: readonly Epoch[], runs: readonly BookedRun[], problems: LateProblem[]): void {
  const byStart = new Map(epochs.map((epoch) => [epoch.servicePeriod.from, epoch]));
  for (const line of inBookedOrder(runs)) {
    const { from, to } = wholeSeconds(line.servicePeriod);
    const epoch = byStart.get(from);
    if (epoch === undefined || epoch.servicePeriod.to !== to) problems.push(lineOutsidePeriods(line));
    else addLine(epoch.booked, line, withoutCredits(line.totals));
  }
}

/** What was expected up to an epoch, with the epoch that its first line is for. */
type Accumulated = Pile & { readonly epoch: Epoch; seenAt: Epoch };

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
      const pile = findPile(accumulated, line);
      if (pile === null) {
        if (isNothing(line.totals)) continue;
        addLine(epoch.expected, line);
        accumulated.push({ ...pileOf(line), epoch, seenAt: epoch });
        continue;
      }
      pile.seenAt = epoch;
      const totals = subtractTotals(line.totals, pile.totals);
      if (isNothing(totals)) continue;
      addLine(epoch.expected, {
        ...line,
        quantity: subtract(line.quantity, pile.quantity),
        totals,
        discounts: subtractDiscounts(line.discounts, pile.discounts),
      });
      pile.quantity = line.quantity;
      pile.totals = line.totals;
      pile.discounts = line.discounts;
    }
    for (const pile of accumulated) if (pile.seenAt !== epoch) takeBack(pile);
  }
}

function takeBack(pile: Accumulated): void {
  if (isNothing(pile.totals)) return;
  addLine(pile.epoch.expected, {
    ...pile.first,
    quantity: negate(pile.quantity),
    totals: subtractTotals(NO_TOTALS, pile.totals),
    discounts: subtractDiscounts([], pile.discounts),
  });
  pile.quantity = ZERO;
  pile.totals = NO_TOTALS;
  pile.discounts = [];
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
