import { compare, type Decimal, ONE } from '../values/decimal.ts';
import type { Tier } from './ratable-price.ts';
import { type RatedPart, ratedPart } from './rated-part.ts';

/**
 * Prices the whole quantity at the rate of the tier in which it falls, plus that tier's flat fee.
 * @param quantity units of the whole service period; ≥ 0
 * @param tiers    ascending `upTo` (inclusive); exactly one open tier, last
 * @returns the tier's usage part, then its flat part where it has one; unrounded minor units
 */
export function priceVolume(quantity: Decimal, tiers: readonly Tier[]): RatedPart[] {
  const index = tiers.findIndex(({ upTo }) => upTo === null || compare(quantity, upTo) <= 0);
  const tier = tiers[index];
  if (tier === undefined) throw new RangeError('A tier ladder ends with an open tier');
  const usage = ratedPart('usage', index, tier, quantity, tier.unitAmount);
  return tier.flatAmount === null ? [usage] : [usage, ratedPart('flat', index, tier, ONE, tier.flatAmount)];
}
