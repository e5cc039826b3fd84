import type { DetailedLine, LineCredit } from './line.ts';
import { lateProblem, throwIfAny } from './problems.ts';

/**
 * Gives credits to lines, after rating: each credit in turn, through the lines in their order, to those that have
 * something left to pay (section 4.7). A minimum may be paid so too.
 * @throws LateUsageError `credits-not-consumed`: more was allocated than is owed
 */
export function applyCredits(lines: readonly DetailedLine[], credits: readonly LineCredit[]): readonly DetailedLine[] {
  const paid = [...lines];
  for (const credit of credits) {
    let left = credit.amountMinor;
    for (const [index, line] of paid.entries()) {
      if (left <= 0n) break;
      const net = line.totals.totalMinor;
      if (net <= 0n) continue;
      const taken = net < left ? net : left;
      paid[index] = withCredit(line, { label: credit.label, amountMinor: taken });
      left -= taken;
    }
    if (left > 0n) throwIfAny([NOT_CONSUMED]);
  }
  return paid;
}

const NOT_CONSUMED = lateProblem(
  'credits-not-consumed',
  'More credit was allocated than the lines come to.',
  'Allocate at most what is owed.',
);

/** @returns the line with a credit more: credits up, total down */
export const withCredit = (line: DetailedLine, credit: LineCredit): DetailedLine => ({
  ...line,
  credits: [...line.credits, credit],
  totals: {
    ...line.totals,
    creditsMinor: line.totals.creditsMinor + credit.amountMinor,
    totalMinor: line.totals.totalMinor - credit.amountMinor,
  },
});
