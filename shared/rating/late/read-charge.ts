import { type Decimal, ZERO } from '../../values/decimal.ts';
import { minorDigits } from '../../values/money.ts';
import {
  isAbsent,
  isRaw,
  type Raw,
  readList,
  readNumber,
  readObject,
  readText,
  shownValue,
} from '../document/fields.ts';
import { readDocumentPrice } from '../document/read-price.ts';
import type { ProblemList } from '../problems.ts';
import {
  type Charge,
  type ChargeCurrency,
  type ChargeDiscounts,
  type ChargePrice,
  type Commitments,
  NO_COMMITMENTS,
  NO_DISCOUNTS,
  type PricedTier,
} from './charge.ts';
import type { UnitConversion } from './convert-units.ts';
import {
  optionalNumber,
  readCount,
  readFlag,
  refuseUnknownKeys,
  requireNumber,
  requirePeriod,
  requireText,
} from './read-fields.ts';
import { type StripeTerms, stripeTerms } from './stripe-charge.ts';

/** The keys of a late-usage document that describe its charge. */
export const CHARGE_KEYS: readonly string[] = [
  'currency',
  'chargePeriod',
  'price',
  'commitments',
  'discounts',
  'unitConversion',
  'unitConversionEnabled',
];

/** Reads the charge of a document (rating-late-usage.md section 12); whether it makes sense is checked later. */
export function readCharge(document: Raw, problems: ProblemList): Charge {
  const currency = readCurrency(document.currency, problems);
  const period = requirePeriod(document.chargePeriod, 'chargePeriod', problems);
  const terms = readTerms(document.price, currency, problems);
  return {
    currency,
    period,
    price: terms.price,
    commitments: readCommitments(document.commitments, problems),
    discounts: readDiscounts(document.discounts, problems),
    conversion: oneConversion(terms.conversion, readConversion(document.unitConversion, problems), problems),
    isConversionEnabled: readFlag(document.unitConversionEnabled, 'unitConversionEnabled', problems) ?? true,
  };
}

const MOST_DIGITS = 12;
const CURRENCY_REMEDY = 'Give a code such as "usd", or { "code", "digits" } with 0 to 12 digits for one of your own.';
const NO_CURRENCY: ChargeCurrency = { code: '', digits: 0 };

/** A code in any case, of whose digits those of an unknown one are 2, or code and digits. */
function readCurrency(value: unknown, problems: ProblemList): ChargeCurrency {
  if (isAbsent(value)) {
    problems.add('currency-missing', 'currency', 'There is no currency.', CURRENCY_REMEDY);
    return NO_CURRENCY;
  }
  if (typeof value === 'string' && value.trim() !== '') {
    const code = value.toLowerCase();
    return { code, digits: minorDigits(code) };
  }
  const code = isRaw(value) && typeof value.code === 'string' ? value.code.toLowerCase() : '';
  const digits = isRaw(value) ? (readCount(value.digits, 'currency.digits', problems) ?? -1) : -1;
  if (isRaw(value)) refuseUnknownKeys(value, ['code', 'digits'], 'currency', problems);
  if (code !== '' && digits >= 0 && digits <= MOST_DIGITS) return { code, digits };
  problems.add('currency-malformed', 'currency', `${shownValue(value)} is not a currency.`, CURRENCY_REMEDY);
  return NO_CURRENCY;
}

const PRICE_KEYS: Readonly<Record<ChargePrice['type'], readonly string[]>> = {
  unit: ['type', 'amount'],
  flat: ['type', 'amount', 'paymentTerm'],
  package: ['type', 'amount', 'packageSize'],
  dynamic: ['type', 'multiplier'],
  tiered: ['type', 'mode', 'tiers'],
};

const isOurs = (type: unknown): type is ChargePrice['type'] =>
  typeof type === 'string' && Object.hasOwn(PRICE_KEYS, type);

/** What a Stripe Price says of its type. */
const STRIPE_TYPES: readonly string[] = ['recurring', 'one_time'];

const NO_PRICE: ChargePrice = { type: 'dynamic', multiplier: ZERO };

/** A price in our own words and major units, or a Stripe Price in minor ones. */
function readTerms(value: unknown, currency: ChargeCurrency, problems: ProblemList): StripeTerms {
  if (isRaw(value) && isOurs(value.type)) {
    refuseUnknownKeys(value, PRICE_KEYS[value.type], 'price', problems);
    return { price: readOwnPrice(value.type, value, problems), conversion: null };
  }
  if (isRaw(value) && typeof value.type === 'string' && !STRIPE_TYPES.includes(value.type)) {
    const message = `There are no prices of the type ${shownValue(value.type)}.`;
    const remedy = `Give ${Object.keys(PRICE_KEYS).join(', ')}, or a Price of Stripe's.`;
    problems.add('value-malformed', 'price.type', message, remedy);
    return { price: NO_PRICE, conversion: null };
  }
  const stripe = readDocumentPrice(value, currency.code, problems);
  return stripe === null ? { price: NO_PRICE, conversion: null } : stripeTerms(stripe.ratable, currency.digits);
}

/** A price that counts whole packages converts its quantity already. */
function oneConversion(
  ofPrice: UnitConversion | null,
  given: UnitConversion | null,
  problems: ProblemList,
): UnitConversion | null {
  if (ofPrice !== null && given !== null) {
    problems.add(
      'unit-conversion-unsupported-price',
      'unitConversion',
      'The price divides its quantity by itself.',
      'Leave unitConversion out, or give a price without transform_quantity.',
    );
  }
  return ofPrice ?? given;
}

function readOwnPrice(type: ChargePrice['type'], raw: Raw, problems: ProblemList): ChargePrice {
  switch (type) {
    case 'unit':
      return { type, amount: requireNumber(raw.amount, 'price.amount', problems) };
    case 'flat':
      return {
        type,
        amount: requireNumber(raw.amount, 'price.amount', problems),
        paymentTerm: readText(raw.paymentTerm, 'price.paymentTerm', problems) ?? 'advance',
      };
    case 'package':
      return {
        type,
        amount: requireNumber(raw.amount, 'price.amount', problems),
        packageSize: requireNumber(raw.packageSize, 'price.packageSize', problems),
      };
    case 'dynamic':
      return { type, multiplier: requireNumber(raw.multiplier, 'price.multiplier', problems) };
    case 'tiered':
      return {
        type,
        mode: requireText(raw.mode, 'price.mode', problems),
        tiers: readList(raw.tiers, 'price.tiers', problems).map((tier, index) =>
          readTier(tier, `price.tiers[${index}]`, problems),
        ),
      };
  }
}

function readTier(value: unknown, path: string, problems: ProblemList): PricedTier {
  const raw = readObject(value ?? {}, path, problems) ?? {};
  refuseUnknownKeys(raw, ['upTo', 'flat', 'unit'], path, problems);
  return {
    upTo: raw.upTo === 'inf' ? null : optionalNumber(raw.upTo, `${path}.upTo`, problems),
    flat: optionalNumber(raw.flat, `${path}.flat`, problems),
    unit: optionalNumber(raw.unit, `${path}.unit`, problems),
  };
}

function readCommitments(value: unknown, problems: ProblemList): Commitments {
  const raw = readObject(value, 'commitments', problems);
  if (raw === null) return NO_COMMITMENTS;
  refuseUnknownKeys(raw, ['minimum', 'maximum'], 'commitments', problems);
  return {
    minimum: optionalNumber(raw.minimum, 'commitments.minimum', problems),
    maximum: optionalNumber(raw.maximum, 'commitments.maximum', problems),
  };
}

function readDiscounts(value: unknown, problems: ProblemList): ChargeDiscounts {
  const raw = readObject(value, 'discounts', problems);
  if (raw === null) return NO_DISCOUNTS;
  refuseUnknownKeys(raw, ['percentage', 'usage'], 'discounts', problems);
  const percentage = readDiscount(raw.percentage, 'value', 'discounts.percentage', problems);
  const usage = readDiscount(raw.usage, 'quantity', 'discounts.usage', problems);
  return {
    percentage: percentage === null ? null : { value: percentage.size, id: percentage.id },
    usage: usage === null ? null : { quantity: usage.size, id: usage.id },
  };
}

function readDiscount(
  value: unknown,
  sizeKey: string,
  path: string,
  problems: ProblemList,
): { readonly size: Decimal; readonly id: string | null } | null {
  const raw = readObject(value, path, problems);
  if (raw === null) return null;
  refuseUnknownKeys(raw, [sizeKey, 'id'], path, problems);
  return {
    size: requireNumber(raw[sizeKey], `${path}.${sizeKey}`, problems),
    id: readText(raw.id, `${path}.id`, problems),
  };
}

function readConversion(value: unknown, problems: ProblemList): UnitConversion | null {
  const path = 'unitConversion';
  const raw = readObject(value, path, problems);
  if (raw === null) return null;
  refuseUnknownKeys(raw, ['operation', 'factor', 'rounding', 'precision'], path, problems);
  return {
    operation: requireText(raw.operation, `${path}.operation`, problems),
    factor: readNumber(raw.factor, `${path}.factor`, problems)?.value ?? ZERO,
    rounding: readText(raw.rounding, `${path}.rounding`, problems) ?? 'none',
    precision: readCount(raw.precision, `${path}.precision`, problems) ?? 0,
  };
}
