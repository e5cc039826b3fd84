import { type Decimal, multiply } from '../values/decimal.ts';
import type { Tier } from './ratable-price.ts';

/** A priced piece before rounding; `exact` = quantity × unitAmount, in minor units. `tier` counts from 1. */
export type RatedPart = {
  readonly type: 'usage' | 'flat';
  readonly tier: number;
  readonly upTo: Decimal | null;
  readonly quantity: Decimal;
  /** What was used, where `quantity` is the number of packages. */
  readonly rawQuantity?: Decimal;
  readonly unitAmount: Decimal;
  readonly exact: Decimal;
};

export const ratedPart = (
  type: 'usage' | 'flat',
  index: number,
  tier: Pick<Tier, 'upTo'>,
  quantity: Decimal,
  unitAmount: Decimal,
): RatedPart => ({
  type,
  tier: index + 1,
  upTo: tier.upTo,
  quantity,
  unitAmount,
  exact: multiply(quantity, unitAmount),
});
