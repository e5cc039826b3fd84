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
import { deltaRuns, lineOf, totalOf } from './late-document.ts';
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

/** Free units are a discount on usage, which the late-usage engines know. */
export const packages = stripeFormOr({
  expected: expectedOf(['amount', 'amountMinor', 'packages']),
  answer: (vector) => {
    const { amount, package_size: packageSize, free_units: free } = propertiesOf(vector);
    const price = { type: 'package', amount: amount ?? null, packageSize: packageSize ?? null };
    const discounts = { usage: { quantity: free ?? '0', id: 'free' } };
    const [run] = deltaRuns(price, [text(usageOf(vector).units, 'units')], { discounts });
    const total = totalOf(run);
    return {
      amount: total,
      amountMinor: toMinor(total, 'total'),
      packages: lineOf(run, 'usage.package')?.quantity ?? '0',
    };
  },
});

/** Billed event by event: each event is a run of the delta engine, and pays what the ladder asks for beyond the last one. */
const byEvent = (unitOf: (range: JsonObject) => string): VectorClass =>
  stripeFormOr({
    skip: (vector) => (usageOf(vector).billing === 'per_event' ? null : NO_STRIPE_PRICE),
    expected: expectedOf(['incrementsMinor']),
    answer: (vector) => {
      const tiers = list(propertiesOf(vector).ranges, 'ranges').map((entry) => {
        const range = object(entry, 'range');
        return { upTo: range.to_value ?? null, unit: unitOf(range), flat: range.flat_amount ?? null };
      });
      const events = list(usageOf(vector).events, 'events').map((event) => text(event, 'event'));
      const cumulative = events.map((_, index) => addUp(events.slice(0, index + 1)));
      const runs = deltaRuns({ type: 'tiered', mode: 'graduated', tiers }, cumulative);
      return { incrementsMinor: runs.map((run) => toMinor(totalOf(run), 'total')) };
    },
  });

export const graduated = byEvent((range) => text(range.per_unit_amount, 'per_unit_amount'));
export const graduatedPercentage = byEvent((range) => toMajor(text(range.rate, 'rate')));

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
