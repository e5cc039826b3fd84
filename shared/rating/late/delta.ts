import { problemsOfCurrent } from './check-periods.ts';
import type { DetailedLine } from './line.ts';
import { numberLines, repeatedKeys } from './order.ts';
import { reachesEnd } from './periods.ts';
import { addDifferences, bookedKey, NO_PILES, type Pile, withBooked, withLine } from './piles.ts';
import { type LateProblem, throwIfAny } from './problems.ts';
import { rateSnapshot } from './rate-usage.ts';
import type { ReadyCharge } from './ready-charge.ts';
import {
  type BookedRun,
  forEachBooked,
  negativeQuantity,
  type RunResult,
  resultOf,
  type Snapshot,
  type SnapshotRater,
} from './runs.ts';

/** `booked`: all earlier runs of the charge, in any order. */
export type DeltaInput = Snapshot & { readonly booked: readonly BookedRun[] };

/**
 * The delta engine (rating-late-usage.md section 7): rates the cumulative quantity, subtracts everything that is
 * booked and books the rest on the current period. After the final run it is asked again for a period that ends with
 * the charge: the minimum stays on, and what changed is booked there.
 * @throws LateUsageError with all that is wrong with charge, period and booked lines
 */
export function rateDelta(charge: ReadyCharge, input: DeltaInput, rater: SnapshotRater = rateSnapshot): RunResult {
  const { servicePeriod, quantity } = input;
  let previous = NO_PILES;
  const unsound = forEachBooked(input.booked, charge.currency, (line) => {
    previous = withBooked(previous, line);
  });
  throwIfAny([...charge.problems, ...problemsOfCurrent(servicePeriod, charge.period), ...unsound]);
  const rated = rater(charge, { servicePeriod, quantity, isMinimumOff: !reachesEnd(servicePeriod, charge) });
  const current = rated.reduce<readonly Pile[]>((piles, line) => withLine(piles, line), NO_PILES);
  const problems: LateProblem[] = [];
  const differences: DetailedLine[] = [];
  addDifferences({ current, previous }, bookedKey, problems, (line) => {
    differences.push({ ...line, servicePeriod, correctsRun: null });
  });
  problems.push(...repeatedKeys(differences));
  throwIfAny(problems);
  const warning = negativeQuantity(input);
  return resultOf(numberLines(differences), warning === null ? [] : [warning]);
}
