import type { PriceShape } from '../../../shared/rating/ratable-price.ts';
import type { OraclePrice } from '../../oracles/rating-oracle.ts';

/** A price in our words from the few fields that decide amounts. */
export const priceOf = (price: OraclePrice): PriceShape => ({
  id: 'price_test',
  currency: 'usd',
  billingScheme: price.tiers === undefined ? 'per_unit' : 'tiered',
  tiersMode: price.tiers === undefined ? null : (price.mode ?? null),
  transformQuantity: price.divideBy === undefined ? null : { divideBy: price.divideBy.by, round: price.divideBy.round },
  unitAmount: price.unitAmount ?? null,
  tiers: price.tiers?.map(({ upTo, unit, flat }) => ({ upTo, unitAmount: unit, flatAmount: flat })) ?? null,
});
