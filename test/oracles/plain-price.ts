import type { Price } from '../../shared/billing/price.ts';
import { NOUGHT, Q, whole } from './plain-fraction.ts';

/** How prices may be made wrong on purpose. */
export type PriceRules = { readonly boundIsNextTier: boolean };

/** The pieces of a quantity under a price in a currency: usage and flat fee of each tier reached, unrounded. */
export function pieces(price: Price, currency: string, quantity: Q, rules: PriceRules): Q[] {
  const amounts = [price, ...price.currencyOptions].find((one) => one.currency === currency);
  if (amounts === undefined) throw new Error(`${price.id} has no amounts in ${currency}`);
  const { tiers } = amounts;
  if (tiers === null) {
    const unit = Q.of(amounts.unitAmount ?? '0');
    const { transformQuantity } = price;
    if (transformQuantity === null) return [quantity.times(unit)];
    const packs = quantity.over(Q.of(transformQuantity.divideBy));
    const low = packs.floor();
    const isPart = packs.above(whole(low));
    return [whole(transformQuantity.round === 'up' && isPart ? low + 1n : low).times(unit)];
  }
  const isWithin = (upTo: string | null): boolean =>
    upTo === null || (rules.boundIsNextTier ? Q.of(upTo).above(quantity) : !quantity.above(Q.of(upTo)));
  const found: Q[] = [];
  let low = NOUGHT;
  for (const { upTo, unitAmount, flatAmount } of tiers) {
    const isLast = isWithin(upTo);
    const part = price.tiersMode === 'volume' ? quantity : (isLast ? quantity : Q.of(upTo ?? '0')).minus(low);
    if (price.tiersMode !== 'volume' || isLast) {
      found.push(part.times(Q.of(unitAmount ?? '0')));
      if (flatAmount !== null) found.push(Q.of(flatAmount));
    }
    if (isLast) break;
    low = Q.of(upTo ?? '0');
  }
  return found;
}
