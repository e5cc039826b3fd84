import { formatDecimal } from '../../values/decimal.ts';
import { hourText, toQuantity } from '../hourly-series.ts';
import { claimOf } from './claim.ts';
import type { Hypothesis } from './hypothesis.ts';

/** Two pushes of one second have no order: Stripe gives another value for the newest hour than for its month. */
export const sameSecondTie: Hypothesis = ({ cell, fit }) => {
  const last = cell.metered.findLastIndex((value) => value !== null);
  const held = cell.metered[last] ?? null;
  if (!cell.isHeld || held === null || fit.beyond === 0n) return [];
  const texts = [held, cell.meteredTotal].map((value) => formatDecimal(toQuantity(value, cell.perUnit)));
  return [
    claimOf(cell, {
      code: 'same_second_tie',
      hours: [],
      effect: [],
      beyond: fit.beyond,
      cost: 2,
      isDoubtful: false,
      words: () =>
        `Stripe answers ${texts[1]} ${cell.unit} for the month and ${texts[0]} for its newest hour, ${hourText(cell.period.from, last)}: two pushes stand in one second`,
    }),
  ];
};
