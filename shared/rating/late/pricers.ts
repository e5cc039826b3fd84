import { add, type Decimal, decimal, isNegative, isZero, ONE } from '../../values/decimal.ts';
import type { ChargePrice, PricedTier } from './charge.ts';
import { type PaymentTerm, roundProduct } from './line.ts';
import { packagesBetween } from './packages.ts';
import { lateProblem, throwIfAny } from './problems.ts';
import { sortTiers, volumeTier, walkGraduated } from './tiers.ts';
import type { Usage } from './usage-discount.ts';

/** A component before its amount is rounded and discounted. */
export type Part = {
  readonly component: string;
  readonly paymentTerm: PaymentTerm;
  readonly unitAmount: Decimal;
  readonly quantity: Decimal;
};

/** Where a rated period lies in its charge; the whole charge is first and last at once. */
export type Position = { readonly isFirst: boolean; readonly isLast: boolean };

/** A price made ready: the parts of a usage, in the order of their lines. */
export type Pricer = (usage: Usage, position: Position) => readonly Part[];

/**
 * Sections 4.2 to 4.4.
 * @param price checked
 * @param digits of the currency, to which the amount of a dynamic price is rounded
 * @throws LateUsageError at rating: `volume-split`, `quantity-range-invalid`
 */
export function pricerOf(price: ChargePrice, digits: number): Pricer {
  switch (price.type) {
    case 'unit':
      return ({ quantity }) => (isPositive(quantity) ? [usagePart('usage.unit', price.amount, quantity)] : NOTHING);
    case 'flat':
      return flatPricer(price.amount, price.paymentTerm === 'arrears' ? 'arrears' : 'advance');
    case 'package':
      return ({ quantity, before }, { isFirst }) => {
        const packages = packagesBetween(isFirst ? null : before, add(before, quantity), price.packageSize);
        return isZero(packages) ? NOTHING : [usagePart('usage.package', price.amount, packages)];
      };
    case 'dynamic':
      return ({ quantity }) => {
        if (!isPositive(quantity)) return NOTHING;
        const amount = decimal(roundProduct(price.multiplier, quantity, digits), digits);
        return [usagePart('usage.dynamic', amount, ONE)];
      };
    case 'tiered':
      return price.mode === 'volume' ? volumePricer(sortTiers(price.tiers)) : graduatedPricer(sortTiers(price.tiers));
  }
}

const NOTHING: readonly Part[] = [];

const isPositive = (value: Decimal): boolean => !isNegative(value) && !isZero(value);

const usagePart = (component: string, unitAmount: Decimal, quantity: Decimal): Part => ({
  component,
  paymentTerm: 'arrears',
  unitAmount,
  quantity,
});

/** In advance it is due with the first part of the charge, in arrears with the last. */
function flatPricer(amount: Decimal, paymentTerm: PaymentTerm): Pricer {
  const fee: readonly Part[] = [{ component: 'fee.flat', paymentTerm, unitAmount: amount, quantity: ONE }];
  return (_, { isFirst, isLast }) => ((paymentTerm === 'advance' ? isFirst : isLast) ? fee : NOTHING);
}

function volumePricer(tiers: readonly PricedTier[]): Pricer {
  return ({ quantity, before }, { isLast }) => {
    if (!isLast) return NOTHING;
    if (!isZero(before)) throwIfAny([VOLUME_SPLIT]);
    const tier = tiers[volumeTier(tiers, quantity)];
    if (tier === undefined) return NOTHING;
    const parts: Part[] = [];
    if (tier.flat !== null) parts.push(usagePart('volume.flat', tier.flat, ONE));
    if (tier.unit !== null && !isZero(quantity)) parts.push(usagePart('volume.unit', tier.unit, quantity));
    return parts;
  };
}

const VOLUME_SPLIT = lateProblem(
  'volume-split',
  'Volume tiers price the quantity of a whole charge at once; a part of it was rated before.',
  'Rate the cumulative quantity of the charge, with nothing before the period.',
);

function graduatedPricer(tiers: readonly PricedTier[]): Pricer {
  const names = tiers.map((_, index) => ({
    unit: `graduated.${index + 1}.unit`,
    flat: `graduated.${index + 1}.flat`,
  }));
  return ({ quantity, before }, { isFirst }) => {
    const parts: Part[] = [];
    for (const { tierIndex, quantity: units, startsTier } of walkGraduated(tiers, before, add(before, quantity))) {
      const [tier, name] = [tiers[tierIndex], names[tierIndex]];
      if (tier === undefined || name === undefined) continue;
      if (tier.unit !== null) parts.push(usagePart(name.unit, tier.unit, units));
      const isFeeDue = startsTier && (tierIndex > 0 || isFirst);
      if (tier.flat !== null && isFeeDue) parts.push(usagePart(name.flat, tier.flat, ONE));
    }
    return parts;
  };
}
