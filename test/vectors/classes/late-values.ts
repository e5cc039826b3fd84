import type { Charge, ChargePrice, PricedTier } from '../../../shared/rating/late/charge.ts';
import type { UnitConversion } from '../../../shared/rating/late/convert-units.ts';
import { type DetailedLine, roundMajor, type Totals } from '../../../shared/rating/late/line.ts';
import { LateUsageError } from '../../../shared/rating/late/problems.ts';
import { type Decimal, decimal, formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import { flag, isObject, type Json, type JsonObject, list, MalformedVector, object, text } from '../vector.ts';

/** Digits of the currencies that the vectors use (README, `currency`). */
const DIGITS: Readonly<Record<string, number>> = { USD: 2, JPY: 0, KWD: 3 };

export const digitsOf = (currency: Json | undefined): number => DIGITS[text(currency, 'currency')] ?? 2;

export const number = (value: Json | undefined, name: string): Decimal => parseDecimal(text(value, name));

export const numberOrNull = (value: Json | undefined, name: string): Decimal | null =>
  value === undefined || value === null ? null : number(value, name);

export const minor = (value: Json | undefined, digits: number): bigint =>
  value === undefined ? 0n : roundMajor(number(value, 'amount'), digits);

export const money = (amountMinor: bigint, digits: number): string => formatDecimal(decimal(amountMinor, digits));

export function periodOf(value: Json | undefined): Period {
  const { from, to } = object(value, 'period');
  return { from: parseInstant(text(from, 'from')), to: parseInstant(text(to, 'to')) };
}

export const tiersOf = (value: Json | undefined): readonly PricedTier[] =>
  list(value, 'tiers').map((tier) => {
    const { upTo, flat, unit } = object(tier, 'tier');
    return {
      upTo: numberOrNull(upTo, 'upTo'),
      flat: numberOrNull(flat, 'flat'),
      unit: numberOrNull(unit, 'unit'),
    };
  });

export function priceOf(value: Json | undefined): ChargePrice {
  const price = object(value, 'price');
  const type = text(price.type, 'type');
  switch (type) {
    case 'unit':
      return { type, amount: number(price.amount, 'amount') };
    case 'flat':
      return { type, amount: number(price.amount, 'amount'), paymentTerm: text(price.paymentTerm, 'paymentTerm') };
    case 'package':
      return {
        type,
        amount: number(price.amount, 'amount'),
        packageSize: number(price.packageSize, 'packageSize'),
      };
    case 'dynamic':
      return { type, multiplier: number(price.multiplier, 'multiplier') };
    case 'tiered':
      return { type, mode: text(price.mode, 'mode'), tiers: tiersOf(price.tiers) };
    default:
      throw new MalformedVector(`price type ${type} is not known`);
  }
}

export function commitmentsOf(value: Json | undefined): Charge['commitments'] {
  if (!isObject(value)) return { minimum: null, maximum: null };
  return { minimum: numberOrNull(value.minimum, 'minimum'), maximum: numberOrNull(value.maximum, 'maximum') };
}

export function discountsOf(value: Json | undefined): Charge['discounts'] {
  if (!isObject(value)) return { percentage: null, usage: null };
  const { percentage, usage } = value;
  return {
    percentage: isObject(percentage)
      ? { value: number(percentage.value, 'percentage'), id: idOf(percentage.id) }
      : null,
    usage: isObject(usage) ? { quantity: number(usage.quantity, 'usage discount'), id: idOf(usage.id) } : null,
  };
}

const idOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

export function conversionOf(value: Json | undefined): UnitConversion | null {
  if (!isObject(value)) return null;
  if (typeof value.precision !== 'number') throw new MalformedVector('precision is not a number');
  return {
    operation: text(value.operation, 'operation'),
    factor: number(value.factor, 'factor'),
    rounding: text(value.rounding, 'rounding'),
    precision: value.precision,
  };
}

export const chargeOf = (vector: JsonObject): Charge => ({
  currency: { code: text(vector.currency, 'currency').toLowerCase(), digits: digitsOf(vector.currency) },
  period: periodOf(vector.chargePeriod),
  price: priceOf(vector.price),
  commitments: commitmentsOf(vector.commitments),
  discounts: discountsOf(vector.discounts),
  conversion: conversionOf(vector.unitConversion),
  isConversionEnabled:
    vector.unitConversionEnabled === undefined || flag(vector.unitConversionEnabled, 'unitConversionEnabled'),
});

export function totalsOf(value: Json | undefined, digits: number): Totals {
  const totals = object(value, 'totals');
  return {
    amountMinor: minor(totals.amount, digits),
    chargesMinor: minor(totals.charges, digits),
    discountsMinor: minor(totals.discounts, digits),
    creditsMinor: minor(totals.credits, digits),
    totalMinor: minor(totals.total, digits),
  };
}

/** A line of a vector; what it does not say is what booking gives it. */
export function lineOf(value: Json, vector: JsonObject, servicePeriod: Period | null): DetailedLine {
  const line = object(value, 'line');
  const component = text(line.component, 'component');
  const period = isObject(line.servicePeriod) ? periodOf(line.servicePeriod) : servicePeriod;
  if (period === null) throw new MalformedVector('a line has no service period');
  return {
    id: idOf(line.id),
    component,
    key: typeof line.key === 'string' ? line.key : component,
    // Vectors of invalid lines hold other words, which the check is to find.
    category: (idOf(line.category) ?? 'regular') as DetailedLine['category'],
    paymentTerm: (idOf(line.paymentTerm) ?? 'arrears') as DetailedLine['paymentTerm'],
    servicePeriod: period,
    currency: text(vector.currency, 'currency').toLowerCase(),
    unitAmount: number(line.unitAmount, 'unitAmount'),
    quantity: number(line.quantity, 'quantity'),
    discounts: [],
    credits: [],
    totals: totalsOf(line.totals ?? {}, digitsOf(vector.currency)),
    correctsRun: idOf(line.correctsRun),
    reversesLine: idOf(line.reversesLine),
    reversesLines: [],
    index: null,
  };
}

/** The answer, or `{ error }` in its place, as an expected error is written. */
export function answerOrError(answer: () => Json): Json {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof LateUsageError)) throw error;
    return errorJson(error);
  }
}

export const errorJson = ({ code, problems }: LateUsageError): JsonObject => {
  const [first] = problems;
  return { ...(JSON.parse(JSON.stringify(first ?? {})) as JsonObject), code, codes: problems.map((one) => one.code) };
};
