import { compare, type Decimal, minimum, ONE, subtract, ZERO } from '../values/decimal.ts';
import type { Tier } from './ratable-price.ts';
import { type RatedPart, ratedPart } from './rated-part.ts';

/**
 * Prices each unit at the rate of the tier it falls in, and adds the flat fee of every tier reached. The first tier
 * counts as reached at quantity 0 (stripe.md, Prices).
 * @param quantity units of the whole service period; ≥ 0
 * @param tiers    ascending `upTo` (inclusive); exactly one open tier, last
 * @returns a usage part per tier reached, each followed by its flat part; unrounded minor units
 */
export function priceGraduated(quantity: Decimal, tiers: readonly Tier[]): RatedPart[] {
  const parts: RatedPart[] = [];
  let below: Decimal = ZERO;
  for (const [index, tier] of tiers.entries()) {
    if (index > 0 && compare(quantity, below) <= 0) break;
    const upper = tier.upTo === null ? quantity : minimum(quantity, tier.upTo);
    parts.push(ratedPart('usage', index, tier, subtract(upper, below), tier.unitAmount));
    if (tier.flatAmount !== null) parts.push(ratedPart('flat', index, tier, ONE, tier.flatAmount));
    below = tier.upTo ?? quantity;
  }
  return parts;
}
