import { absentHours, claimOf, restOf } from './claim.ts';
import type { Hypothesis } from './hypothesis.ts';

/** The pusher reads a list of customers and stops at a page: everyone after the Nth lacks the same hours. */
export const pagination: Hypothesis = (view) => {
  const { cell, fit } = view;
  const cut = cell.evidence.pageCut;
  if (cut === null || cut.position < cut.cut) return [];
  const absent = cell.isHeld ? [...fit.hours] : absentHours(view);
  const isNothing = cell.metered.every((value) => value === null || value === 0n);
  const within = cut.hours === null ? null : new Set(cut.hours);
  const hours = within === null ? absent : absent.filter((hour) => within.has(hour));
  if (hours.length === 0 || (within === null && !isNothing)) return [];
  return [
    claimOf(cell, {
      code: 'pagination',
      hours,
      effect: restOf(view, hours),
      cost: 1.5,
      isDoubtful: cut.of - cut.cut < FEW,
      words: ({ worth }) =>
        `Nothing arrived for anyone after the ${cut.cut}th of ${cut.of} in the order of the ${cut.orderedBy}s, worth ${worth} here`,
    }),
  ];
};

/** So few at the end of a list may lack the same by chance. */
const FEW = 3;

/**
 * From which place on everyone lacks the same; null where some after it do not, or hardly anybody has anything.
 * @param cells in the order in which the pusher goes through them; those without usage prove nothing
 */
export function findPageCut(
  cells: readonly { readonly hasUsage: boolean; readonly isAbsent: boolean }[],
): { readonly cut: number; readonly of: number } | null {
  let cut = cells.length;
  let absent = 0;
  while (cut > 0) {
    const cell = cells[cut - 1] as (typeof cells)[number];
    if (cell.hasUsage && !cell.isAbsent) break;
    if (cell.hasUsage) absent += 1;
    cut -= 1;
  }
  const before = cells.slice(0, cut).filter(({ hasUsage }) => hasUsage);
  const lacking = before.filter(({ isAbsent }) => isAbsent).length;
  const isTelling = absent >= FEW && before.length >= FEW && lacking * 10 <= before.length;
  return isTelling ? { cut, of: cells.length } : null;
}
