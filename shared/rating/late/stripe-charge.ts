import { type Decimal, decimal, ZERO } from '../../values/decimal.ts';
import { minorDigits } from '../../values/money.ts';
import type { Period } from '../../values/period.ts';
import { type PriceShape, type RatablePrice, readPrice } from '../ratable-price.ts';
import { type Charge, type ChargePrice, NO_COMMITMENTS, NO_DISCOUNTS } from './charge.ts';

/** A price of Stripe's in the currency of an invoice; `isFree` where nothing is owed, as within a trial. */
export type BilledPrice = PriceShape & { readonly isFree: boolean };

/**
 * A billed service period of one item as a charge: Stripe begins its tiers anew with every period. Coupons, credits and
 * tax are no part of it; they are taken on the invoice that carries a correction.
 * @throws TieoutError with all that is wrong with the price
 */
export function stripeCharge(price: BilledPrice, currency: string, period: Period): Charge {
  const digits = minorDigits(currency);
  const terms = price.isFree ? FREE : stripeTerms(readPrice(price), digits);
  return {
    currency: { code: currency, digits },
    period,
    ...terms,
    commitments: NO_COMMITMENTS,
    discounts: NO_DISCOUNTS,
    isConversionEnabled: true,
  };
}

export type StripeTerms = Pick<Charge, 'price' | 'conversion'>;

const FREE: StripeTerms = { price: { type: 'unit', amount: ZERO }, conversion: null };

/** A Stripe price in major units. Packages that are rounded down are a unit price on the floor of the quotient. */
export function stripeTerms(price: RatablePrice, digits: number): StripeTerms {
  if (price.kind !== 'per_unit') return { price: tieredOf(price, digits), conversion: null };
  const amount = majorUnits(price.unitAmount, digits);
  if (price.transform === null) return { price: { type: 'unit', amount }, conversion: null };
  const { divideBy, round } = price.transform;
  return round === 'up'
    ? { price: { type: 'package', amount, packageSize: divideBy }, conversion: null }
    : {
        price: { type: 'unit', amount },
        conversion: { operation: 'divide', factor: divideBy, rounding: 'floor', precision: 0 },
      };
}

const tieredOf = (price: Exclude<RatablePrice, { kind: 'per_unit' }>, digits: number): ChargePrice => ({
  type: 'tiered',
  mode: price.kind,
  tiers: price.tiers.map(({ upTo, unitAmount, flatAmount }) => ({
    upTo,
    unit: majorUnits(unitAmount, digits),
    flat: flatAmount === null ? null : majorUnits(flatAmount, digits),
  })),
});

/** Unrounded minor units → major ones. */
export const majorUnits = ({ coefficient, scale }: Decimal, digits: number): Decimal =>
  decimal(coefficient, scale + digits);
