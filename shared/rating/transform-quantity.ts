import { type Decimal, divide } from '../values/decimal.ts';

/** Packages: quantity ÷ divideBy, rounded up or down to whole ones, before pricing (stripe.md, Prices). */
export const transformQuantity = (
  quantity: Decimal,
  by: { readonly divideBy: Decimal; readonly round: 'up' | 'down' },
): Decimal => divide(quantity, by.divideBy, 0, by.round === 'up' ? 'ceiling' : 'floor');
