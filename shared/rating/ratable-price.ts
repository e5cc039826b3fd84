import type { Price, PriceAmounts } from '../billing/price.ts';
import { TieoutError } from '../errors.ts';
import { compare, type Decimal, isNegative, isZero, parseDecimal, ZERO } from '../values/decimal.ts';

/** The part of a price that decides amounts; `Price` fits. */
export type PriceShape = Pick<Price, 'id' | 'billingScheme' | 'tiersMode' | 'transformQuantity'> & PriceAmounts;

/** One band: `upTo` inclusive, null on the open last one. Amounts in unrounded minor units. */
export type Tier = {
  readonly upTo: Decimal | null;
  readonly unitAmount: Decimal;
  /** Null: the band has no flat fee, hence no line for it. */
  readonly flatAmount: Decimal | null;
};

/** A price that was found consistent, in decimals. */
export type RatablePrice =
  | {
      readonly kind: 'per_unit';
      readonly unitAmount: Decimal;
      readonly transform: { readonly divideBy: Decimal; readonly round: 'up' | 'down' } | null;
    }
  | { readonly kind: 'graduated' | 'volume'; readonly tiers: readonly Tier[] };

/** The amounts of a price in one currency: its own or one of its currency options; null where it has none. */
export function amountsIn(price: Price, currency: string): PriceShape | null {
  if (price.currency === currency) return price;
  const option = price.currencyOptions.find((candidate) => candidate.currency === currency);
  return option === undefined ? null : { ...price, ...option };
}

/**
 * Checks a price and reads its amounts once.
 * @throws TieoutError `price.unsupported`, `price.contradictory`, `price.missing_tiers`,
 *   `price.tier_open_end_missing`, `price.tier_bound_repeated`, `decimal.malformed`
 */
export function readPrice(price: PriceShape): RatablePrice {
  return price.billingScheme === 'per_unit' ? readPerUnit(price) : readTiered(price);
}

function readPerUnit(price: PriceShape): RatablePrice {
  if (price.tiers !== null && price.tiers.length > 0) {
    throw refuse(price, 'price.contradictory', 'is per unit and has tiers', 'Give a price with one or the other.');
  }
  if (price.unitAmount === null) {
    throw refuse(
      price,
      'price.unsupported',
      'has no unit amount',
      'Prices whose amount the customer chooses cannot be rated; use a price with a unit amount.',
    );
  }
  const transform = price.transformQuantity;
  const divideBy = transform === null ? null : parseDecimal(transform.divideBy);
  if (divideBy !== null && (isZero(divideBy) || isNegative(divideBy))) {
    throw refuse(price, 'price.contradictory', 'divides its quantity by less than 1', 'Give a divide_by above 0.');
  }
  return {
    kind: 'per_unit',
    unitAmount: parseDecimal(price.unitAmount),
    transform: transform === null || divideBy === null ? null : { divideBy, round: transform.round },
  };
}

function readTiered(price: PriceShape): RatablePrice {
  if (price.transformQuantity !== null) {
    throw refuse(
      price,
      'price.contradictory',
      'is tiered and transforms its quantity',
      'Stripe allows one or the other.',
    );
  }
  if (price.tiersMode === null) {
    throw refuse(
      price,
      'price.contradictory',
      'is tiered without a tiers mode',
      'Give tiers_mode graduated or volume.',
    );
  }
  if (price.tiers === null || price.tiers.length === 0) {
    throw refuse(price, 'price.missing_tiers', 'is tiered and has no tiers', 'Expand `tiers` when reading the price.');
  }
  const tiers = price.tiers.map((tier) => ({
    upTo: tier.upTo === null ? null : parseDecimal(tier.upTo),
    unitAmount: tier.unitAmount === null ? ZERO : parseDecimal(tier.unitAmount),
    flatAmount: tier.flatAmount === null ? null : parseDecimal(tier.flatAmount),
  }));
  requireLadder(price, tiers);
  return { kind: price.tiersMode, tiers };
}

function requireLadder(price: PriceShape, tiers: readonly Tier[]): void {
  let below: Decimal = ZERO;
  for (const [index, { upTo }] of tiers.entries()) {
    const isLast = index === tiers.length - 1;
    if (upTo === null && !isLast) {
      throw refuse(price, 'price.contradictory', `has an open tier ${index + 1} before the last one`, 'Put it last.');
    }
    if (upTo !== null && isLast) {
      throw refuse(
        price,
        'price.tier_open_end_missing',
        'has no open last tier',
        'The last tier needs up_to null (inf).',
      );
    }
    if (upTo !== null && compare(upTo, below) <= 0) {
      throw refuse(
        price,
        'price.tier_bound_repeated',
        `has a tier ${index + 1} whose bound does not lie above the one before`,
        'Bounds must be above 0 and ascend.',
      );
    }
    if (upTo !== null) below = upTo;
  }
}

type PriceProblem =
  | 'price.unsupported'
  | 'price.contradictory'
  | 'price.missing_tiers'
  | 'price.tier_open_end_missing'
  | 'price.tier_bound_repeated';

const refuse = (price: PriceShape, code: PriceProblem, what: string, remedy: string): TieoutError =>
  new TieoutError(code, { message: `The price ${price.id} ${what}.`, path: 'price', remedy });
