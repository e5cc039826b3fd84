import type { Decimal } from '../values/decimal.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../values/quantity.ts';
import { roundMoney } from './adjust/money-rounding.ts';
import { type CompiledPrice, compilePrice } from './compile-price.ts';
import { moneyRounding, type RatingOptions } from './options.ts';
import { type PriceShape, type RatablePrice, readPrice } from './ratable-price.ts';
import { rate, STRIPE_ROUNDING } from './rate.ts';

type ChargeOptions = Pick<RatingOptions, 'rounding' | 'roundAt' | 'smallestAmount'>;

/**
 * What a quantity is charged under one price, in minor units: rounded line by line or once, to amounts of the currency
 * that can be paid where the options ask for it.
 * @throws TieoutError `quantity-negative`
 */
export function chargeMinor(
  price: RatablePrice,
  quantity: Decimal,
  of: { readonly currency: string; readonly options: ChargeOptions },
): bigint {
  const rounding = moneyRounding(of.options, of.currency);
  const rated = rate(price, quantity, STRIPE_ROUNDING);
  if (of.options.roundAt === 'total') return roundMoney(rated.exact, rounding);
  return rated.lines.reduce((total, part) => total + roundMoney(part.exact, rounding), 0n);
}

/** As `chargeMinor`, for many quantities. @throws TieoutError of a price that cannot be rated */
export function compileCharge(price: PriceShape, options: ChargeOptions): CompiledPrice {
  const { currency } = price;
  if (moneyRounding(options, currency).unitMinor === 1n) return compilePrice(price, options);
  const ratable = readPrice(price);
  const exact = (scaled: bigint): bigint =>
    chargeMinor(ratable, { coefficient: scaled, scale: QUANTITY_PLACES }, { currency, options });
  return { exact, minorOf: (whole, frac) => exact(BigInt(whole) * FRAC_UNIT + BigInt(frac)) };
}
