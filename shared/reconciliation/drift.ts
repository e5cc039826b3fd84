import { absolute, type Decimal, divide, isZero, maximum, normalize, subtract, ZERO } from '../values/decimal.ts';
import { QUANTITY_PLACES } from '../values/quantity.ts';

export type Drift = { readonly absolute: Decimal; readonly relative: Decimal };

/**
 * measured − metered, an absent side counting as 0: positive is usage that Stripe does not hold. `relative` is its share
 * of the larger side, rounded to 12 places half away from zero; 0 when both are 0 (interfaces.md section 2, Drift).
 */
export function driftOf(measured: Decimal | null, metered: Decimal | null): Drift {
  const [left, right] = [measured ?? ZERO, metered ?? ZERO];
  const difference = normalize(subtract(left, right));
  const larger = maximum(absolute(left), absolute(right));
  const relative = isZero(larger) ? ZERO : normalize(divide(difference, larger, QUANTITY_PLACES, 'half_up'));
  return { absolute: difference, relative };
}
