import { isNear } from '../hourly-series.ts';
import { claimOf } from './claim.ts';
import type { Hypothesis } from './hypothesis.ts';

/** Stripe holds the usage of an id that leads to no customer here: that id is this customer's too. */
export const unmapped: Hypothesis = (view) => {
  const { cell, fit } = view;
  return cell.loose.flatMap((other) => {
    const hours: number[] = [];
    const effect: bigint[] = [];
    let right = 0;
    for (let hour = 0; hour < other.measured.length; hour += 1) {
      const value = other.measured[hour] as bigint;
      if (value <= 0n) continue;
      const rest = fit.rest[hour] ?? 0n;
      const isRight = !fit.isLoose && isNear(rest, value);
      if (isRight) right += 1;
      hours.push(hour);
      // Some of it may have been late.
      effect.push(isRight ? rest : value);
    }
    if (hours.length === 0) return [];
    const isBold = fit.isLoose || right * 2 < hours.length;
    return [
      claimOf(cell, {
        code: 'unmapped',
        hours,
        effect,
        cost: isBold && !fit.isLoose ? 2 : 1.5,
        isBold,
        isDoubtful: false,
        counterpart: other.name,
        words: ({ worth }) =>
          `Stripe holds ${worth} more, which the usage id ${other.name} used; it leads to no customer`,
      }),
    ];
  });
};
