import type { Period } from '../../values/period.ts';
import { type DetailedLine, NO_TOTALS, subtractTotals, sumTotals, type Totals } from './line.ts';
import { reachesEnd } from './periods.ts';
import { rateSnapshot } from './rate-usage.ts';
import type { ReadyCharge } from './ready-charge.ts';
import type { Snapshot } from './runs.ts';

/**
 * What a run books for one component of one period as an invoice can carry it: one line of quantity 1, with the sign
 * that it takes. Engine lines may have negative discounts, or a discount on no quantity; many systems refuse those.
 */
export type AdjustmentLine = {
  readonly servicePeriod: Period;
  readonly component: string;
  readonly correctsRun: string | null;
  readonly amountMinor: bigint;
  /** Keys of the engine lines that it stands for; every engine line is in exactly one adjustment. */
  readonly lineKeys: readonly string[];
};

/** @returns in the order of the engine lines' first appearance; amounts add up to the run's total */
export function adjustmentsOf(lines: readonly DetailedLine[]): readonly AdjustmentLine[] {
  const adjustments: AdjustmentLine[] = [];
  for (const { servicePeriod, component, correctsRun, totals, key } of lines) {
    const place = adjustments.findIndex(
      (other) =>
        other.component === component &&
        other.servicePeriod.from === servicePeriod.from &&
        other.servicePeriod.to === servicePeriod.to,
    );
    const before = adjustments[place];
    const adjustment: AdjustmentLine = {
      servicePeriod,
      component,
      correctsRun,
      amountMinor: (before?.amountMinor ?? 0n) + totals.totalMinor,
      lineKeys: [...(before?.lineKeys ?? []), key],
    };
    if (before === undefined) adjustments.push(adjustment);
    else adjustments[place] = adjustment;
  }
  return adjustments;
}

/** What a period costs by itself: the difference of two cumulative ratings, each rounded. */
export type PeriodCost = { readonly servicePeriod: Period; readonly totals: Totals };

/**
 * What each period cost, as known now (section 8.6). Engine lines cannot say it where a price reprices: they move the
 * whole cumulative amount to the newest period.
 * @param snapshots of consecutive periods, in any order
 * @returns by period; the totals add up to the rating of the last snapshot
 */
export function costByPeriod(charge: ReadyCharge, snapshots: readonly Snapshot[]): readonly PeriodCost[] {
  let before = NO_TOTALS;
  return [...snapshots]
    .sort((a, b) => a.servicePeriod.from - b.servicePeriod.from)
    .map(({ servicePeriod, quantity }) => {
      const isMinimumOff = !reachesEnd(servicePeriod, charge);
      const cumulative = sumTotals(rateSnapshot(charge, { servicePeriod, quantity, isMinimumOff }));
      const totals = subtractTotals(cumulative, before);
      before = cumulative;
      return { servicePeriod, totals };
    });
}
