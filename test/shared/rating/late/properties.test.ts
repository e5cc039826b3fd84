import fc from 'fast-check';
import { describe, test } from 'vitest';
import { adjustmentsOf, costByPeriod } from '../../../../shared/rating/late/adjustments.ts';
import { totalsJson } from '../../../../shared/rating/late/answer.ts';
import { type DetailedLine, sumTotals } from '../../../../shared/rating/late/line.ts';
import { reachesEnd } from '../../../../shared/rating/late/periods.ts';
import { parseDecimal } from '../../../../shared/values/decimal.ts';
import { expectedByOracle, type OracleTotals, rateByOracle } from '../../../oracles/late-oracle.ts';
import { type LifeOfCharge, lifeOfCharge, periodAt } from './histories.ts';
import { type LivedRun, live, type Mode, printed } from './live.ts';

const HISTORIES = 10_000;
const MODES: readonly Mode[] = ['delta', 'period_preserving'];

/** vitest's `expect` would take longer than the engines. */
function same(found: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: found ${left}, expected ${right}`);
}

const sumOf = (lines: readonly DetailedLine[], digits: number): OracleTotals => {
  const { amount, charges, discounts, total } = totalsJson(sumTotals(lines), digits);
  return { amount, charges, discounts, total };
};

describe(`the invariants of section 10 over ${HISTORIES} random histories`, () => {
  test('hold', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(lifeOfCharge, (life) => {
        for (const run of live(life)) hold(life, run);
      }),
      { numRuns: HISTORIES },
    );
  });
});

function hold(life: LifeOfCharge, run: LivedRun): void {
  const { digits } = life.charge;
  const last = run.quantities.length - 1;
  const isMinimumDue = (period: number): boolean => reachesEnd(periodAt(period), run.charge);
  const rating = rateByOracle(life.charge, run.quantities[last] ?? '0', isMinimumDue(last));
  for (const mode of MODES) {
    const { lines, totals } = run.results[mode];
    same(sumOf(run.booked[mode], digits), rating, `1. ${mode}: everything booked is the rating of the last snapshot`);
    same(totalsJson(totals, digits), totalsJson(sumTotals(lines), digits), `${mode}: totals are the sums of lines`);
    wellFormed(lines, run, mode);
    same(printed(run.shuffled[mode], digits), printed(run.results[mode], digits), `9. ${mode}: shuffled input`);
    same(printed(run.credited[mode], digits), printed(run.results[mode], digits), `6. ${mode}: other credits`);
    same(
      adjustmentsOf(lines).reduce((sum, { amountMinor }) => sum + amountMinor, 0n) === totals.totalMinor,
      true,
      `11.2 ${mode}: adjustments add up`,
    );
    same(
      adjustmentsOf(lines)
        .flatMap(({ lineKeys }) => lineKeys)
        .sort(),
      lines.map(({ key }) => key).sort(),
      'links',
    );
    if (run.isRepeated && (life.charge.minimum === null || !isMinimumDue(last)))
      same(lines.length, 0, '4. nothing new');
  }
  same(
    totalsJson(run.results.delta.totals, digits),
    totalsJson(run.results.period_preserving.totals, digits),
    '2. both engines give the same totals',
  );
  const expected = expectedByOracle(life.charge, run.quantities, isMinimumDue);
  for (const [period, totals] of expected.entries()) {
    const { from } = periodAt(period);
    const booked = run.booked.period_preserving.filter(({ servicePeriod }) => servicePeriod.from === from);
    same(sumOf(booked, digits), totals, `3. what is booked for period ${period}`);
  }
  costsAddUp(life, run, rating);
}

/** 5: keys, indexes, totals; 5.6: itemised discounts; 8: whose period is corrected. */
function wellFormed(lines: readonly DetailedLine[], { owners, quantities }: LivedRun, mode: Mode): void {
  same(new Set(lines.map(({ key }) => key)).size, lines.length, '5. keys are unique');
  for (const [index, line] of lines.entries()) {
    const { amountMinor, chargesMinor, discountsMinor, creditsMinor, totalMinor } = line.totals;
    const items = line.discounts.reduce((sum, item) => sum + item.amountMinor, 0n);
    same(line.index, index, '5. indexes are dense');
    same(totalMinor === amountMinor + chargesMinor - discountsMinor - creditsMinor, true, '5. a total is its fields');
    same(items === discountsMinor, true, `5.6 the items of ${line.key} add up to its discounts`);
    same(line.reversesLine === (line.reversesLines[0] ?? null), true, '11.5 the first of the reversed lines');
    const isOnNewest = line.servicePeriod.from === periodAt(quantities.length - 1).from;
    if (mode === 'delta') same([line.correctsRun, isOnNewest], [null, true], '7. delta books on the current period');
    else {
      const period = owners.findIndex((_, owned) => periodAt(owned).from === line.servicePeriod.from);
      same(line.correctsRun, owners[period] ?? null, '8. a correction names the owner of its period');
    }
  }
}

/** 8.6: differences of cumulative ratings add up to the last of them. */
function costsAddUp(life: LifeOfCharge, { charge, quantities }: LivedRun, rating: OracleTotals): void {
  const snapshots = quantities.map((quantity, period) => ({
    servicePeriod: periodAt(period),
    quantity: parseDecimal(quantity),
  }));
  const costs = costByPeriod(charge, snapshots.toReversed());
  const total = costs.reduce((sum, { totals }) => sum + totals.totalMinor, 0n);
  const amountMinor = costs.reduce((sum, { totals }) => sum + totals.amountMinor, 0n);
  const printedTotals = totalsJson(
    { amountMinor, chargesMinor: 0n, discountsMinor: 0n, creditsMinor: 0n, totalMinor: total },
    life.charge.digits,
  );
  same([printedTotals.amount, printedTotals.total], [rating.amount, rating.total], '8.6 the costs of periods add up');
}
