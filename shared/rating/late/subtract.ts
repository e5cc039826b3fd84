import { compare } from '../../values/decimal.ts';
import { compareBytes } from '../../values/order.ts';
import { isSound, problemsOfLine } from './check-line.ts';
import type { DetailedLine } from './line.ts';
import { repeatedKeys } from './order.ts';
import { addDifferences, NO_PILES, type Pile, type ReversalKey, withLine } from './piles.ts';
import { type LateProblem, throwIfAny } from './problems.ts';

/**
 * The lines that lead from what is booked to what should be (rating-late-usage.md section 5). Credits are no part of
 * it: their totals are subtracted like the others, their items are left out.
 * @param areKeysUnique false for results that are calculated with further
 * @returns by component, category, payment term and unit amount
 * @throws LateUsageError `line-id-missing`, `duplicate-line-key`, and what is wrong with a line
 */
export function subtractLines(
  sides: { readonly current: readonly DetailedLine[]; readonly previous: readonly DetailedLine[] },
  options: { readonly currency: string; readonly reversalKey: ReversalKey; readonly areKeysUnique: boolean },
): readonly DetailedLine[] {
  const problems: LateProblem[] = [];
  for (const line of [...sides.current, ...sides.previous]) {
    if (!isSound(line, options.currency)) problems.push(...problemsOfLine(line, options.currency));
  }
  const lines: DetailedLine[] = [];
  const piles = { current: pilesOf(sides.current), previous: pilesOf(sides.previous) };
  addDifferences(piles, options.reversalKey, problems, (line) => lines.push(line));
  lines.sort(compareShapes);
  if (options.areKeysUnique) problems.push(...repeatedKeys(lines));
  throwIfAny(problems);
  return lines;
}

const pilesOf = (lines: readonly DetailedLine[]): readonly Pile[] =>
  lines.reduce<readonly Pile[]>((piles, line) => withLine(piles, line), NO_PILES);

const compareShapes = (a: DetailedLine, b: DetailedLine): number =>
  compareComponents(a.component, b.component) ||
  compareBytes(a.category, b.category) ||
  compareBytes(a.paymentTerm, b.paymentTerm) ||
  compare(a.unitAmount, b.unitAmount);

/** Byte order, but tier 2 before tier 10. */
function compareComponents(a: string, b: string): number {
  const [left, right] = [tierOf(a), tierOf(b)];
  return left === null || right === null || left === right ? compareBytes(a, b) : left < right ? -1 : 1;
}

function tierOf(component: string): bigint | null {
  const tier = /^graduated\.(\d+)/.exec(component)?.[1];
  return tier === undefined ? null : BigInt(tier);
}
