import { compare, type Decimal, formatDecimal, isNegative, sum, ZERO } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import { ProblemList, shown } from '../problems.ts';
import { type RateOptions, STRIPE_ROUNDING } from '../rate.ts';
import { isAbsent, isRaw, type Raw, readInstant, readList, readNumber, shownValue } from './fields.ts';
import {
  type DocumentCoupon,
  type DocumentCredit,
  type DocumentTaxRate,
  readCoupons,
  readCredits,
  readTaxRates,
} from './read-adjustments.ts';
import { currencyOfPrice, type DocumentPrice, readDocumentPrice } from './read-price.ts';

/** A rating document (interfaces.md section 3) that was found consistent. Amounts in minor units of `currency`. */
export type RatingDocument = {
  readonly currency: string;
  readonly price: DocumentPrice;
  readonly quantity: Decimal;
  readonly coupons: readonly DocumentCoupon[];
  readonly maximum: Decimal | null;
  readonly minimum: Decimal | null;
  readonly credits: readonly DocumentCredit[];
  readonly taxRates: readonly DocumentTaxRate[];
  readonly options: RateOptions;
  /** When the credits are used. */
  readonly at: Instant | null;
};

const KEYS: ReadonlySet<string> = new Set([
  'currency',
  'price',
  'quantity',
  'quantities',
  'discounts',
  'maximum',
  'minimum',
  'credits',
  'taxRates',
  'rounding',
  'roundAt',
  'at',
]);

/**
 * Reads a rating document. Our own keys are strict, unknown fields of Stripe objects are not looked at.
 * @param raw what `parseExactJson` gives
 * @throws TieoutError with everything that is wrong, in the order of the checks below
 */
export function readDocument(raw: unknown): RatingDocument {
  const problems = new ProblemList();
  if (!isRaw(raw)) {
    const remedy = 'Give an object with currency, price and quantity.';
    problems.add('document-malformed', null, `${shownValue(raw)} is not a rating document.`, remedy);
    problems.throwIfAny();
  }
  const document = raw as Raw;
  refuseUnknownKeys(document, problems);
  const currency = readCurrency(document, problems);
  const price = readDocumentPrice(document.price, currency, problems);
  const quantity = readQuantity(document, problems);
  const context = { currency, problems };
  const coupons = readCoupons(document.discounts, context);
  const { maximum, minimum } = readCommitments(document, problems);
  const credits = readCredits(document.credits, context);
  const taxRates = readTaxRates(document.taxRates, context);
  const options = readOptions(document, problems);
  const at = readInstant(document.at, 'at', problems);
  problems.throwIfAny();
  if (currency === null || price === null) throw new TypeError('A price or currency that is missing was reported');
  return { currency, price, quantity, coupons, maximum, minimum, credits, taxRates, options, at };
}

function refuseUnknownKeys(document: Raw, problems: ProblemList): void {
  // A mode that is null is none; any other makes a document of late usage.
  for (const key of Object.keys(document).filter((name) => name !== 'mode')) {
    if (KEYS.has(key)) continue;
    const remedy = `A rating document has the keys ${[...KEYS].join(', ')}.`;
    problems.add('unknown-key', key, `The key "${shown(key)}" is not known.`, remedy);
  }
}

/** The document's currency in lower case; where it has none, the price's. */
function readCurrency(document: Raw, problems: ProblemList): string | null {
  const { currency } = document;
  if (isAbsent(currency)) {
    const own = currencyOfPrice(document.price);
    if (own !== null && CURRENCY.test(own)) return own;
    problems.add('currency-missing', 'currency', 'There is no currency.', CURRENCY_REMEDY);
    return null;
  }
  const code = typeof currency === 'string' ? currency.toLowerCase() : '';
  if (CURRENCY.test(code)) return code;
  problems.add('currency-malformed', 'currency', `${shownValue(currency)} is not a currency code.`, CURRENCY_REMEDY);
  return null;
}

const CURRENCY = /^[a-z]{3}$/;
const CURRENCY_REMEDY = 'Give a three-letter ISO 4217 code, such as "usd".';

/** One decimal, or a list that is summed exactly first. What is billed is at least 0; parts of it may be less. */
function readQuantity(document: Raw, problems: ProblemList): Decimal {
  const { quantity, quantities } = document;
  if (isAbsent(quantity) && isAbsent(quantities)) {
    problems.add('quantity-missing', 'quantity', 'There is no quantity.', 'Give quantity, or quantities as a list.');
    return ZERO;
  }
  if (!isAbsent(quantity) && !isAbsent(quantities)) {
    const remedy = 'Give one of them: quantities are summed.';
    problems.add('quantity-contradictory', 'quantities', 'There are both quantity and quantities.', remedy);
    return ZERO;
  }
  const path = isAbsent(quantity) ? 'quantities' : 'quantity';
  const total = isAbsent(quantity)
    ? sum(
        readList(quantities, 'quantities', problems).map((one, index) =>
          readOneQuantity(one, `quantities[${index}]`, problems),
        ),
      )
    : readOneQuantity(quantity, 'quantity', problems);
  if (isNegative(total)) {
    problems.add(
      'quantity-negative',
      path,
      `The quantity is ${shown(formatDecimal(total))}.`,
      'Give the total of the whole service period, corrections included, at least 0.',
    );
  }
  return total;
}

const NOT_FINITE = /^[+-]?(?:nan|inf(?:inity)?)$/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function readOneQuantity(value: unknown, path: string, problems: ProblemList): Decimal {
  const read = readNumber(value, path, new ProblemList())?.value ?? null;
  if (read !== null) return read;
  const text = typeof value === 'string' ? value : '';
  const remedy = 'Give a decimal number, such as 3600, "0.25" or 1e6.';
  if (NOT_FINITE.test(text)) {
    problems.add('quantity-not-finite', path, `The quantity is ${shown(text)}.`, remedy);
  } else if (NUMBER.test(text)) {
    const message = `The quantity ${shown(text)} is larger or finer than anything that is used.`;
    problems.add('quantity-out-of-range', path, message, 'Give at most 100 digits before the point.');
  } else {
    problems.add('quantity-malformed', path, `The quantity ${shownValue(value)} is not a number.`, remedy);
  }
  return ZERO;
}

function readCommitments(document: Raw, problems: ProblemList): Pick<RatingDocument, 'maximum' | 'minimum'> {
  const maximum = readNumber(document.maximum, 'maximum', problems)?.value ?? null;
  const minimum = readNumber(document.minimum, 'minimum', problems)?.value ?? null;
  if (maximum !== null && isNegative(maximum)) {
    const message = `The maximum is ${formatDecimal(maximum)}.`;
    problems.add('maximum-negative', 'maximum', message, 'Give at least 0 minor units, or leave it out.');
  }
  if (minimum !== null && isNegative(minimum)) {
    const message = `The minimum is ${formatDecimal(minimum)}.`;
    problems.add('minimum-negative', 'minimum', message, 'Give at least 0 minor units, or leave it out.');
  }
  if (maximum !== null && minimum !== null && compare(minimum, maximum) > 0) {
    const message = `The minimum ${formatDecimal(minimum)} is above the maximum ${formatDecimal(maximum)}.`;
    problems.add('minimum-above-maximum', 'minimum', message, 'Lower the minimum or raise the maximum.');
  }
  return { maximum, minimum };
}

const ROUNDINGS: readonly RateOptions['rounding'][] = ['half_up', 'half_even', 'up', 'down'];
const ROUND_AT: readonly RateOptions['roundAt'][] = ['line', 'total'];

function readOptions(document: Raw, problems: ProblemList): RateOptions {
  const rounding = ROUNDINGS.find((choice) => choice === document.rounding);
  if (rounding === undefined && !isAbsent(document.rounding)) {
    const message = `The rounding ${shownValue(document.rounding)} is not known.`;
    const remedy = 'Give "half_up" (half away from zero), "half_even", "up" (away from zero) or "down" (towards zero).';
    problems.add('rounding-invalid', 'rounding', message, remedy);
  }
  const roundAt = ROUND_AT.find((choice) => choice === document.roundAt);
  if (roundAt === undefined && !isAbsent(document.roundAt)) {
    const message = `Amounts cannot be rounded at ${shownValue(document.roundAt)}.`;
    problems.add('round-at-invalid', 'roundAt', message, 'Give "line" or "total".');
  }
  return { rounding: rounding ?? STRIPE_ROUNDING.rounding, roundAt: roundAt ?? STRIPE_ROUNDING.roundAt };
}
