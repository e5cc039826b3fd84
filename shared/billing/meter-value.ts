import { TieoutError } from '../errors.ts';
import { absolute, compare, type Decimal, formatDecimal, normalize, round, subtract } from '../values/decimal.ts';

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
  const places = placesOf(value);
  const rounded = places < 0 ? value : round(value, places, 'half_up');
  if (places >= 0 && digitsBeforePoint(rounded) <= MAX_DIGITS) return rounded;
  throw new TieoutError('quantity.too_many_digits', {
    message: `${formatDecimal(value)} has more than ${MAX_DIGITS} digits before the point; Stripe takes no such value.`,
    remedy: 'Choose a larger unit for the meter.',
  });
}

/** What a push can say of a quantity, and what it leaves out; both null where no push can carry the quantity. */
export type PushedForm = { readonly pushed: Decimal | null; readonly loss: Decimal | null };

/**
 * What a push cannot carry of a quantity: `pushed` is the value that is sent, `loss` the quantity minus it. Null where
 * all of it is sent.
 */
export function pushedForm(value: Decimal): PushedForm | null {
  const { coefficient, scale } = value;
  if (scale <= MAX_PLACES && coefficient < TOO_LARGE.coefficient && coefficient > -TOO_LARGE.coefficient) return null;
  const places = placesOf(value);
  const pushed = places < 0 ? value : normalize(round(value, places, 'half_up'));
  if (compare(absolute(pushed), TOO_LARGE) >= 0) return { pushed: null, loss: null };
  const loss = subtract(value, pushed);
  return loss.coefficient === 0n ? null : { pushed, loss: normalize(loss) };
}

/**
 * Whether `held` is `value` after the rounding of a push, without being equal. Either neighbour will do where the value
 * lies in the middle: it may stand for one that was rounded to 12 places itself.
 */
export function isPushedForm(value: Decimal, held: Decimal): boolean {
  const places = placesOf(value);
  if (places < 0 || places >= MAX_PLACES || normalize(held).scale > places) return false;
  if (compare(absolute(held), TOO_LARGE) >= 0) return false;
  const distance = absolute(subtract(value, held));
  return distance.coefficient !== 0n && compare(distance, { coefficient: 5n, scale: places + 1 }) <= 0;
}

/** The first whole number that has too many digits. */
const TOO_LARGE: Decimal = { coefficient: 10n ** BigInt(MAX_DIGITS), scale: 0 };

/** Places after the point that a push has for the value; negative where its whole part alone has too many digits. */
const placesOf = (value: Decimal): number => Math.min(MAX_PLACES, MAX_DIGITS - digitsBeforePoint(value));

/** A value below 1 has one: the zero that is written. */
const digitsBeforePoint = (value: Decimal): number => formatDecimal(absolute(value)).split('.')[0]?.length ?? 0;
