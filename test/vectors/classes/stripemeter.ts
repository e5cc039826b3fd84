import { applyGrants } from '../../../shared/rating/adjust/credit-grants.ts';
import { afterTaking, type Net, sumNets } from '../../../shared/rating/adjust/net.ts';
import { taxLines } from '../../../shared/rating/adjust/tax.ts';
import { moneyRounding, STRIPE_RATING } from '../../../shared/rating/options.ts';
import { isWithinExpected } from '../../../shared/reconciliation/acceptance.ts';
import { parseDecimal } from '../../../shared/values/decimal.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { type Json, type JsonObject, list, object, text, type VectorCase, type VectorClass } from '../vector.ts';
import { addUp, answerTo, decimalOf, oneOf, pick, sumOf, toMajor, toMinor } from './document.ts';
import { stripeFormOr } from './peer-prices.ts';

const usageOf = ({ input }: VectorCase): JsonObject => object(input.input, 'input');

/** Minimum and maximum belong to the document. */
export const flat = stripeFormOr({
  skip: ({ input }) =>
    decimalOf(usageOf({ id: '', input, expected: null }).units, 'units').coefficient < 0n
      ? 'a quantity of a document is never negative'
      : null,
  expected: ({ expected }) => pick(object(expected, 'expect'), ['amount']),
  answer: (vector) => {
    const document = priced(object(vector.input.properties, 'properties'));
    return {
      amount: toMajor(sumOf(answerTo({ ...document, quantity: usageOf(vector).units ?? null }), 'total').minor),
    };
  },
});

/** A price in the program's own terms as the document of one line, whose tiers are rounded once on their sum. */
function priced(price: JsonObject): JsonObject {
  const model = oneOf(price.model, ['flat', 'package', 'tiered', 'graduated', 'volume'], 'model');
  const { minimumCharge, maximumCharge } = price;
  const limits: JsonObject = {
    ...(minimumCharge === undefined ? {} : { minimum: toMinor(minimumCharge, 'minimumCharge') }),
    ...(maximumCharge === undefined ? {} : { maximum: toMinor(maximumCharge, 'maximumCharge') }),
  };
  return { currency: text(price.currency, 'currency'), price: stripePrice(model, price), ...limits, roundAt: 'total' };
}

function stripePrice(model: 'flat' | 'package' | 'tiered' | 'graduated' | 'volume', price: JsonObject): JsonObject {
  if (model === 'flat') return { unit_amount_decimal: toMinor(price.unitPrice, 'unitPrice') };
  if (model === 'package') {
    const transform = { divide_by: price.packageSize ?? null, round: 'up' };
    return { unit_amount_decimal: toMinor(price.unitPrice, 'unitPrice'), transform_quantity: transform };
  }
  const tiers = list(price.tiers, 'tiers').map((entry) => {
    const { upTo, unitPrice, flatPrice } = object(entry, 'tier');
    return {
      up_to: upTo ?? null,
      unit_amount_decimal: toMinor(unitPrice, 'unitPrice'),
      ...(model === 'graduated' && flatPrice !== undefined
        ? { flat_amount_decimal: toMinor(flatPrice, 'flatPrice') }
        : {}),
    };
  });
  return { billing_scheme: 'tiered', tiers_mode: model === 'volume' ? 'volume' : 'graduated', tiers };
}

/** Every line is a document; commitments and credits are grants on all lines, and the tax is rounded once. */
export const invoice: VectorClass = {
  skip: (vector) =>
    list(usageOf(vector).lines, 'lines').some(hasFlatAmountWithoutUsage)
      ? 'Stripe charges the first flat amount without usage, the source does not'
      : null,
  answer: (vector) => {
    const { lines, credits, taxRate } = usageOf(vector);
    const documents = list(lines, 'lines').map((entry) => {
      const { units, price } = object(entry, 'line');
      return sumOf(answerTo({ ...priced(object(price, 'price')), quantity: units ?? null }), 'total');
    });
    const nets = documents.map(({ minor }): Net => ({ exact: parseDecimal(minor), minor: BigInt(minor) }));
    const commitments = commitmentsOf(vector);
    const credited = list(credits, 'credits').map(amountOf);
    const grants = [...commitments, ...credited].map((amount, index) => ({
      id: String(index),
      amountMinor: BigInt(amount),
      isEligible: () => true,
    }));
    const rounding = moneyRounding(STRIPE_RATING, 'usd');
    const applied = applyGrants(nets, grants, { rounding, sharing: STRIPE_RATING.creditSharing });
    // The source grants a credit in full, and of a commitment what the subtotal takes.
    const drawn = applied.slice(0, commitments.length).map(({ taken }) => sumNets(taken).minor.toString());
    const left = applied.reduce((rest, { taken }) => afterTaking(rest, taken), nets as readonly Net[]);
    const rate = { id: 'tax', percentage: decimalOf(taxRate, 'taxRate'), isInclusive: false };
    const taxes = taxLines(left, () => [rate], { rounding, taxRounding: 'total' }).flat();
    const tax = sumNets(taxes.map((line) => line.tax)).minor;
    return {
      amount: toMajor((sumNets(left).minor + tax).toString()),
      subtotal: toMajor(sumNets(nets).minor.toString()),
      credits: toMajor(addUp([...drawn, ...credited])),
      tax: toMajor(tax.toString()),
      lines: documents.map(({ minor }) => toMajor(minor)),
    };
  },
};

function hasFlatAmountWithoutUsage(entry: Json): boolean {
  const { units, price } = object(entry, 'line');
  const { model, tiers } = object(price, 'price');
  if (model !== 'graduated' || decimalOf(units, 'units').coefficient !== 0n) return false;
  const first = object(list(tiers, 'tiers')[0], 'tier').flatPrice ?? '0';
  return decimalOf(first, 'flatPrice').coefficient !== 0n;
}

const amountOf = (entry: unknown): string => toMinor(object(entry as JsonObject, 'credit').amount, 'amount');

/** What is left of the commitments that are in force in the period. */
function commitmentsOf(vector: VectorCase): readonly string[] {
  const { commitments, periodStart, periodEnd } = usageOf(vector);
  const [from, to] = [parseInstant(text(periodStart, 'periodStart')), parseInstant(text(periodEnd, 'periodEnd'))];
  return list(commitments ?? [], 'commitments')
    .map((entry) => object(entry, 'commitment'))
    .filter(({ startDate, endDate }) => {
      const [start, end] = [parseInstant(text(startDate, 'startDate')), parseInstant(text(endDate, 'endDate'))];
      return start <= to && end >= from;
    })
    .map(({ amount, applied }) => addUp([toMinor(amount, 'amount'), `-${toMinor(applied ?? '0', 'applied')}`]));
}

/** The defaults are the source's. */
export const tolerance: VectorClass = {
  answer: ({ input }) => {
    const { actual, expected } = object(input.input, 'input');
    const { absolute = '0.001', relative = '0.0005' } = object(input.properties ?? {}, 'properties');
    const isWithin = isWithinExpected(decimalOf(actual, 'actual'), decimalOf(expected, 'expected'), {
      absolute: decimalOf(absolute, 'absolute'),
      relative: decimalOf(relative, 'relative'),
    });
    return { within: isWithin };
  },
};
