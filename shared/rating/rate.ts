import { TieoutError } from '../errors.ts';
import { add, type Decimal, formatDecimal, isNegative, powerOfTen, ZERO } from '../values/decimal.ts';
import { divideInteger, type RoundingMode } from '../values/rounding.ts';
import { priceGraduated } from './graduated.ts';
import { type PriceShape, type RatablePrice, readPrice } from './ratable-price.ts';
import { type RatedPart, ratedPart } from './rated-part.ts';
import { transformQuantity } from './transform-quantity.ts';
import { priceVolume } from './volume.ts';

/** `rating` of tieout.yaml: the mode, and whether each line is rounded or only their sum. */
export type RateOptions = {
  readonly rounding: Extract<RoundingMode, 'half_up' | 'half_even' | 'up' | 'down'>;
  readonly roundAt: 'line' | 'total';
};

/** What Stripe does: half a cent goes away from zero, on every line (stripe.md, Prices). */
export const STRIPE_ROUNDING: RateOptions = { rounding: 'half_up', roundAt: 'line' };

/** `amountMinor` is null where only the total is rounded. */
export type RatedLine = RatedPart & { readonly amountMinor: bigint | null };

/** `exact` is the unrounded sum in minor units; `amountMinor` the amount that is charged: the sum that `roundAt` says. */
export type RatedQuantity = {
  readonly lines: readonly RatedLine[];
  readonly exact: Decimal;
  readonly amountMinor: bigint;
  /** Both ways to a whole amount: each line rounded and then summed, and the sum rounded once. */
  readonly sums: { readonly ofRoundedLines: bigint; readonly rounded: bigint };
};

/**
 * What a quantity must cost under one price, in the minor units of the price's amounts.
 * @param quantity units of the whole service period; ≥ 0
 * @returns a usage line per tier reached, each followed by its flat line; the lines' amounts sum to the amount
 * @throws TieoutError `quantity-negative`, and what `readPrice` finds wrong with the price
 * @see stripe.md, Prices; interfaces.md section 3; test/vectors/{lago,killbill,stripemeter}
 */
export const rateQuantity = (
  price: PriceShape,
  quantity: Decimal,
  options: RateOptions = STRIPE_ROUNDING,
): RatedQuantity => rate(readPrice(price), quantity, options);

/** As `rateQuantity`, for a price that was read before. */
export function rate(price: RatablePrice, quantity: Decimal, options: RateOptions): RatedQuantity {
  if (isNegative(quantity)) throw negativeQuantity(quantity);
  const parts = price.kind === 'per_unit' ? pricePerUnit(price, quantity) : priceTiers(price, quantity);
  const exact = parts.reduce((total, part) => add(total, part.exact), ZERO);
  const isLine = options.roundAt === 'line';
  let ofRoundedLines = 0n;
  const lines = parts.map((part) => {
    const amountMinor = roundMinor(part.exact, options.rounding);
    ofRoundedLines += amountMinor;
    return { ...part, amountMinor: isLine ? amountMinor : null };
  });
  const sums = { ofRoundedLines, rounded: roundMinor(exact, options.rounding) };
  return { lines, exact, amountMinor: isLine ? sums.ofRoundedLines : sums.rounded, sums };
}

export const negativeQuantity = (quantity: Decimal): TieoutError =>
  new TieoutError('quantity-negative', {
    message: `The quantity ${formatDecimal(quantity)} is negative.`,
    path: 'quantity',
    remedy: 'Give the total of the whole service period, corrections included, at least 0.',
  });

function pricePerUnit(price: Extract<RatablePrice, { kind: 'per_unit' }>, quantity: Decimal): RatedPart[] {
  const open = { upTo: null };
  if (price.transform === null) return [ratedPart('usage', 0, open, quantity, price.unitAmount)];
  const packages = transformQuantity(quantity, price.transform);
  return [{ ...ratedPart('usage', 0, open, packages, price.unitAmount), rawQuantity: quantity }];
}

const priceTiers = (price: Exclude<RatablePrice, { kind: 'per_unit' }>, quantity: Decimal): RatedPart[] =>
  price.kind === 'graduated' ? priceGraduated(quantity, price.tiers) : priceVolume(quantity, price.tiers);

/** Unrounded minor units → integer minor units. */
export const roundMinor = (minorUnits: Decimal, mode: RoundingMode): bigint =>
  divideInteger(minorUnits.coefficient, powerOfTen(minorUnits.scale), mode);
