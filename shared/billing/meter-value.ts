import { TieoutError } from '../errors.ts';
import { absolute, type Decimal, formatDecimal, round } from '../values/decimal.ts';

/** Stripe refuses a meter event value with more significant digits (stripe.md, Meters and summaries). */
const MAX_DIGITS = 15;
const MAX_PLACES = 12;

/**
 * The value of a meter event as it is sent to Stripe: plain notation, at most 15 digits in all and 12 after the point,
 * rounded half away from zero, no trailing zeros, no exponent. Values read back are compared after the same rounding.
 * @throws TieoutError `quantity.too_many_digits` where more than 15 digits stand before the point
 * @see metering.md section 2; test/vectors/metering/meter-value.json
 */
export const meterPayloadValue = (value: Decimal): string => formatDecimal(roundToMeterValue(value));

/** The same as a decimal. @throws TieoutError `quantity.too_many_digits` */
export function roundToMeterValue(value: Decimal): Decimal {
  const places = Math.min(MAX_PLACES, MAX_DIGITS - digitsBeforePoint(value));
  const rounded = places < 0 ? value : round(value, places, 'half_up');
  if (places >= 0 && digitsBeforePoint(rounded) <= MAX_DIGITS) return rounded;
  throw new TieoutError('quantity.too_many_digits', {
    message: `${formatDecimal(value)} has more than ${MAX_DIGITS} digits before the point; Stripe takes no such value.`,
    remedy: 'Choose a larger unit for the meter.',
  });
}

/** A value below 1 has one: the zero that is written. */
const digitsBeforePoint = (value: Decimal): number => formatDecimal(absolute(value)).split('.')[0]?.length ?? 0;
