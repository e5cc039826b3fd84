import { type Decimal, minimum, subtract } from '../../values/decimal.ts';

/** Units in the period and before it, both as the meter counted them or after a step. */
export type Usage = { readonly quantity: Decimal; readonly before: Decimal };

/** Free units are used up by what came before first: 10 off, before 5, now 15 leave before 0, now 10. */
export function discountUsage(
  usage: Usage,
  free: Decimal,
): Usage & { readonly discounted: Decimal; readonly discountedBefore: Decimal } {
  const discountedBefore = minimum(free, usage.before);
  const discounted = minimum(subtract(free, discountedBefore), usage.quantity);
  return {
    quantity: subtract(usage.quantity, discounted),
    before: subtract(usage.before, discountedBefore),
    discounted,
    discountedBefore,
  };
}
