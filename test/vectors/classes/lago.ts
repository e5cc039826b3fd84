import { compare, formatDecimal, parseDecimal, subtract } from '../../../shared/values/decimal.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  list,
  object,
  text,
  type VectorCase,
  type VectorClass,
} from '../vector.ts';
import { addUp, answerTo, decimalOf, linesOf, pick, sumOf, toMajor, toMinor } from './document.ts';
import { NO_STRIPE_PRICE, stripeFormOr } from './peer-prices.ts';

const propertiesOf = ({ input }: VectorCase): JsonObject => object(input.properties, 'properties');
const usageOf = ({ input }: VectorCase): JsonObject => object(input.input, 'input');
const expectedOf = (names: readonly string[]) => (vector: VectorCase) => pick(object(vector.expected, 'expect'), names);
const amountsOf = (document: JsonObject): { readonly exact: string; readonly minor: string } =>
  sumOf(answerTo({ currency: 'usd', ...document }), 'total');

const perUnit = (amount: Json | undefined): JsonObject => ({ unit_amount_decimal: toMinor(amount, 'amount') });

/** Filters: a price, and so a document, for each group. */
export const standard = stripeFormOr({
  skip: (vector) => {
    const isByGroup = usageOf(vector).groups !== undefined && propertiesOf(vector).conversionRate === undefined;
    return isByGroup ? null : NO_STRIPE_PRICE;
  },
  expected: expectedOf(['amount', 'perGroup', 'perGroupMinor']),
  answer: (vector) => {
    const { amount } = propertiesOf(vector);
    const groups = list(usageOf(vector).groups, 'groups').map((entry) => {
      const { units, properties } = object(entry, 'group');
      const price = perUnit(isObject(properties) ? properties.amount : amount);
      return amountsOf({ price, quantity: units ?? null });
    });
    const majors = groups.map(({ exact }) => toMajor(exact));
    return { amount: addUp(majors), perGroup: majors, perGroupMinor: groups.map(({ minor }) => minor) };
  },
});

/** Free units are subtracted first, as the format says. Where nothing is left of the usage, there is nothing to rate. */
export const packages = stripeFormOr({
  skip: (vector) =>
    compare(decimalOf(usageOf(vector).units, 'units'), freeUnits(vector)) < 0
      ? 'free units beyond the usage: a quantity is never negative'
      : null,
  expected: expectedOf(['amount', 'amountMinor', 'packages']),
  answer: (vector) => {
    const { amount, package_size: size } = propertiesOf(vector);
    const quantities = [text(usageOf(vector).units, 'units'), `-${formatDecimal(freeUnits(vector))}`];
    const price = { ...perUnit(amount), transform_quantity: { divide_by: size ?? null, round: 'up' } };
    const answer = answerTo({ currency: 'usd', price, quantities });
    const { exact, minor } = sumOf(answer, 'total');
    return { amount: toMajor(exact), amountMinor: minor, packages: linesOf(answer)[0]?.quantity ?? null };
  },
});

const freeUnits = (vector: VectorCase) => parseDecimal(text(propertiesOf(vector).free_units ?? '0', 'free_units'));

/** The usage of the meter is the cost itself, in minor units; without units there is no cost. */
export const dynamic: VectorClass = {
  skip: (vector) => (usageOf(vector).preciseAmountsMinor === undefined ? NO_STRIPE_PRICE : null),
  expected: expectedOf(['amount', 'amountMinor']),
  answer: (vector) => {
    const { units, preciseAmountsMinor } = usageOf(vector);
    const hasUnits = compare(decimalOf(units, 'units'), parseDecimal('0')) > 0;
    const costs = list(preciseAmountsMinor, 'preciseAmountsMinor');
    const { exact, minor } = amountsOf({ price: { unit_amount: 1 }, quantities: hasUnits ? costs : [] });
    return { amount: toMajor(exact), amountMinor: minor };
  },
};

/** What was used, lifted to the minimum: the adjustment is the true-up. */
export const minimumTrueUp: VectorClass = {
  skip: (vector) => {
    const { days, conversionRate } = propertiesOf(vector);
    if (days !== undefined) return 'a minimum of a document is for the whole period';
    return conversionRate === undefined ? null : NO_STRIPE_PRICE;
  },
  answer: (vector) => {
    const { minimumMinor } = propertiesOf(vector);
    const document = { price: { unit_amount: 1 }, quantity: usageOf(vector).usedMinor ?? null };
    const { adjustments } = answerTo({ currency: 'usd', ...document, minimum: minimumMinor ?? null });
    const [trueUp] = list(adjustments ?? null, 'adjustments').map((entry) => object(entry, 'adjustment'));
    return { trueUpMinorExact: trueUp?.exact ?? null, trueUpMinor: String(trueUp?.amount) };
  },
};

/** One range alone: the tier of a graduated price whose other tiers are free. */
const range = (unitAmountOf: (range: JsonObject) => string): VectorClass => ({
  answer: (vector) => {
    const properties = propertiesOf(vector);
    const given = object(properties.range, 'range');
    const from = decimalOf(given.from_value, 'from_value');
    // Bounds that touch are the ladder's own; whole ones lie one apart (0 to 10, 11 to 20).
    const isOwnBound = properties.adjacent === true || from.coefficient === 0n;
    const below = isOwnBound ? from : subtract(from, parseDecimal('1'));
    const free = { unit_amount: 0 };
    const tiers: readonly JsonObject[] = [
      ...(below.coefficient === 0n ? [] : [{ ...free, up_to: formatDecimal(below) }]),
      {
        up_to: given.to_value ?? null,
        unit_amount_decimal: unitAmountOf(given),
        flat_amount_decimal: toMinor(given.flat_amount, 'flat_amount'),
      },
      ...(isOpen(given) ? [] : [{ ...free, up_to: null }]),
    ];
    const price = { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers };
    const answer = answerTo({ currency: 'usd', price, quantity: usageOf(vector).units ?? null });
    const tier = below.coefficient === 0n ? 1 : 2;
    const part = (type: string, field: string): string =>
      text(linesOf(answer).find((line) => line.type === type && line.tier === tier)?.[field] ?? '0', field);
    const [unitTotal, flat] = [toMajor(part('usage', 'exact')), toMajor(part('flat', 'exact'))];
    return { units: part('usage', 'quantity'), unitTotal, flat, amount: addUp([unitTotal, flat]) };
  },
});

const isOpen = (given: JsonObject): boolean => given.to_value === null || given.to_value === undefined;

export const graduatedRange = range((given) => toMinor(given.per_unit_amount, 'per_unit_amount'));
/** A rate in per cent is as many minor units for each major one. */
export const graduatedPercentageRange = range((given) => text(given.rate, 'rate'));
