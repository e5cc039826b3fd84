import type { Price, PriceAmounts } from '../billing/price.ts';
import { type Decimal, tryParseDecimal } from '../values/decimal.ts';
import { checkPrice, type Placed, type PlacedPrice } from './check-price.ts';
import { addMalformed, ProblemList } from './problems.ts';

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
 * Checks a price and reads its amounts once; tiers may come in any order.
 * @throws TieoutError with all that is wrong (`unit-amount-missing`, `tier-open-end-missing`, …: check-price.ts), paths
 *   in Stripe's names from `price` on
 */
export function readPrice(price: PriceShape): RatablePrice {
  const problems = new ProblemList();
  const ratable = checkPrice(placePrice(price, problems), problems);
  problems.throwIfAny();
  return ratable;
}

function placePrice(price: PriceShape, problems: ProblemList): PlacedPrice {
  const place = (text: string, path: string): Placed => {
    const value = tryParseDecimal(text);
    if (value === null) addMalformed(problems, text, path);
    return { value, path };
  };
  const placeOrNull = (text: string | null, path: string): Placed | null => (text === null ? null : place(text, path));
  const { transformQuantity } = price;
  return {
    path: 'price',
    amountsPath: 'price',
    scheme: price.billingScheme,
    tiersMode: price.tiersMode,
    transform:
      transformQuantity === null
        ? null
        : {
            divideBy: place(transformQuantity.divideBy, 'price.transform_quantity.divide_by'),
            round: transformQuantity.round,
          },
    unitAmount: placeOrNull(price.unitAmount, 'price.unit_amount_decimal'),
    tiers:
      price.tiers?.map((tier, index) => ({
        path: `price.tiers[${index}]`,
        upTo: placeOrNull(tier.upTo, `price.tiers[${index}].up_to`),
        unitAmount: placeOrNull(tier.unitAmount, `price.tiers[${index}].unit_amount_decimal`),
        flatAmount: placeOrNull(tier.flatAmount, `price.tiers[${index}].flat_amount_decimal`),
      })) ?? null,
  };
}
