import { powerOfTen, rescaleExact } from '../values/decimal.ts';
import { QUANTITY_PLACES } from '../values/quantity.ts';
import { divideInteger } from '../values/rounding.ts';
import type { CostStep } from './compile-steps.ts';
import type { RateOptions } from './rate.ts';

/**
 * Rates any quantity with big integers.
 * @returns a function of the quantity × 10^12, ≥ 0, to minor units
 */
export function compileExact(steps: readonly CostStep[], options: RateOptions): (scaled: bigint) => bigint {
  const boundPlaces = Math.max(QUANTITY_PLACES, ...steps.map(({ upTo }) => upTo?.scale ?? 0));
  const places = Math.max(...steps.flatMap(({ unit, before }) => [unit.scale + boundPlaces, before.scale]));
  const raise = powerOfTen(boundPlaces - QUANTITY_PLACES);
  const divisor = powerOfTen(places);
  const ladder = steps.map(({ upTo, below, unit, before, after }) => ({
    upTo: upTo === null ? null : rescaleExact(upTo, boundPlaces),
    below: rescaleExact(below, boundPlaces),
    unit: rescaleExact(unit, places - boundPlaces),
    before: rescaleExact(before, places),
    after,
  }));
  return (scaled) => {
    const quantity = scaled * raise;
    for (const { upTo, below, unit, before, after } of ladder) {
      if (upTo !== null && quantity > upTo) continue;
      return after + divideInteger(before + (quantity - below) * unit, divisor, options.rounding);
    }
    throw new RangeError('A tier ladder ends with an open tier');
  };
}
