import { type Decimal, divide } from '../values/decimal.ts';

/** How a quantity is counted in packages, a price's `transform_quantity`; `divideBy` > 0. */
export type Transform = { readonly divideBy: Decimal; readonly round: 'up' | 'down' };

/** Packages: quantity ÷ divideBy, rounded up or down to whole ones, before pricing (stripe.md, Prices). */
export const transformQuantity = (quantity: Decimal, by: Transform): Decimal =>
  divide(quantity, by.divideBy, 0, by.round === 'up' ? 'ceiling' : 'floor');
