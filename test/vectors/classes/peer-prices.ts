import type { PriceShape } from '../../../shared/rating/ratable-price.ts';
import { rateQuantity } from '../../../shared/rating/rate.ts';
import { type Decimal, formatDecimal, parseDecimal, sum } from '../../../shared/values/decimal.ts';
import { parseCurrency } from '../../../shared/values/money.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  list,
  MalformedVector,
  object,
  text,
  type VectorCase,
  type VectorClass,
} from '../vector.ts';

const NO_STRIPE_PRICE = 'Stripe has no such price';

/**
 * The Stripe form of a peer's case: the mapped price and quantity, against the exact amount and the amount with every
 * line rounded. A case that no Stripe price expresses is passed over.
 */
export const stripeForm: VectorClass = {
  skip: ({ input }) => (isObject(input.stripe) ? null : NO_STRIPE_PRICE),
  expected: ({ input }) => pick(object(input.stripe, 'stripe'), AMOUNTS),
  answer: ({ input }) => {
    const stripe = object(input.stripe, 'stripe');
    const price = readPrice(object(stripe.price, 'price'));
    if (stripe.quantities === undefined) return amounts(price, decimalOf(stripe.quantity, 'quantity'));
    const rated = list(stripe.quantities, 'quantities').map((one) => amounts(price, decimalOf(one, 'quantity')));
    return {
      amountsMinorExact: rated.map((one) => one.amountMinorExact ?? null),
      amountsMinorByLine: rated.map((one) => one.amountMinorByLine ?? null),
    };
  },
};

const AMOUNTS = ['amountMinorExact', 'amountMinorByLine', 'amountsMinorExact', 'amountsMinorByLine'] as const;

/** Constructed cases: the price is given, the quantity is `units` or the exact sum of `events`. */
export const stripeHard: VectorClass = {
  answer: ({ input }: VectorCase) => {
    const usage = object(input.input, 'input');
    const quantity =
      usage.events === undefined
        ? decimalOf(usage.units, 'units')
        : sum(list(usage.events, 'events').map((event) => decimalOf(isObject(event) ? event.value : event, 'event')));
    return amounts(readPrice(object(object(input.stripe, 'stripe').price, 'price')), quantity);
  },
};

function amounts(price: PriceShape, quantity: Decimal): JsonObject {
  const { exact, amountMinor } = rateQuantity(price, quantity);
  return { amountMinorExact: formatDecimal(exact), amountMinorByLine: amountMinor.toString() };
}

function readPrice(price: JsonObject): PriceShape {
  const transform = price.transform_quantity;
  return {
    id: 'price_vector',
    currency: parseCurrency('usd'),
    billingScheme: oneOf(price.billing_scheme, ['per_unit', 'tiered'], 'billing_scheme'),
    tiersMode:
      price.tiers_mode === undefined
        ? null
        : oneOf<'graduated' | 'volume'>(price.tiers_mode, ['graduated', 'volume'], 'tiers_mode'),
    transformQuantity: transform === undefined ? null : readTransform(object(transform, 'transform_quantity')),
    unitAmount: textOrNull(price.unit_amount_decimal, 'unit_amount_decimal'),
    tiers: price.tiers === undefined ? null : list(price.tiers, 'tiers').map((tier) => readTier(object(tier, 'tier'))),
  };
}

const readTransform = (transform: JsonObject): NonNullable<PriceShape['transformQuantity']> => ({
  divideBy: text(transform.divide_by, 'divide_by'),
  round: oneOf(transform.round, ['up', 'down'], 'round'),
});

const readTier = (tier: JsonObject) => ({
  upTo: textOrNull(tier.up_to, 'up_to'),
  unitAmount: textOrNull(tier.unit_amount_decimal, 'unit_amount_decimal'),
  flatAmount: textOrNull(tier.flat_amount_decimal, 'flat_amount_decimal'),
});

const textOrNull = (value: Json | undefined, name: string): string | null =>
  value === null || value === undefined ? null : text(value, name);

const decimalOf = (value: Json | undefined, name: string): Decimal => parseDecimal(text(value, name));

function oneOf<T extends string>(value: Json | undefined, choices: readonly T[], name: string): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new MalformedVector(`${name} is none of ${choices.join(', ')}`);
}

const pick = (from: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
