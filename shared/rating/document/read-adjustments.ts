import type { CreditGrant } from '../../billing/credit-grant.ts';
import { compare, type Decimal, decimal, formatDecimal, isNegative, tryParseDecimal } from '../../values/decimal.ts';
import { instant } from '../../values/instant.ts';
import type { ProblemList } from '../problems.ts';
import {
  idOf,
  isAbsent,
  isRaw,
  type Raw,
  readInstant,
  readList,
  readNumber,
  readObject,
  readText,
  readWhole,
  shownValue,
} from './fields.ts';

/** A coupon of a document: one of the two amounts is null. */
export type DocumentCoupon = {
  readonly path: string;
  readonly id: string | null;
  readonly percentOff: Decimal | null;
  readonly amountOffMinor: bigint | null;
  /** Null: every product. */
  readonly productIds: readonly string[] | null;
};

export type DocumentCredit = { readonly path: string; readonly id: string | null; readonly grant: CreditGrant };

export type DocumentTaxRate = {
  readonly path: string;
  readonly id: string | null;
  readonly percentage: Decimal;
  readonly isInclusive: boolean;
};

type Context = { readonly currency: string | null; readonly problems: ProblemList };

/** Coupons, or discounts that hold their coupon, as Stripe returns them. */
export const readCoupons = (value: unknown, context: Context): readonly DocumentCoupon[] =>
  readList(value, 'discounts', context.problems).flatMap(
    (entry, index) => readCoupon(entry, `discounts[${index}]`, context) ?? [],
  );

/** @param entry a coupon, or a discount that holds it */
export function readCoupon(entry: unknown, path: string, context: Context): DocumentCoupon | null {
  const { problems } = context;
  const coupon = couponIn(entry);
  if (!isRaw(coupon) || coupon.deleted === true) {
    const named = idOf(coupon);
    const what = named === null ? 'The discount has no coupon' : `The coupon ${shownValue(named)} does not exist here`;
    const remedy = 'Give the coupon as Stripe returns it, with its percent_off or amount_off.';
    problems.add('coupon-unknown', path, `${what}.`, remedy);
    return null;
  }
  const percentOff = readPercentage(coupon.percent_off, `${path}.percent_off`, problems);
  const amount = amountOffIn(coupon, path, context);
  if (isAbsent(coupon.percent_off) && isAbsent(amount.value)) {
    const remedy = 'Give percent_off or amount_off.';
    problems.add('coupon-amount-missing', path, 'The coupon takes nothing off.', remedy);
  }
  if (!isAbsent(coupon.percent_off) && !isAbsent(amount.value)) {
    const remedy = 'Give percent_off or amount_off, as Stripe allows one of them.';
    problems.add('coupon-contradictory', path, 'The coupon takes off a percentage and an amount.', remedy);
  }
  const amountOffMinor = readWhole(amount.value, { path: amount.path, negative: 'amount-off-negative' }, problems);
  return { path, id: idOf(coupon), percentOff, amountOffMinor, productIds: readProducts(coupon, path, problems) };
}

/** The coupon of an entry: itself, or what a discount holds, be it only its id. */
function couponIn(entry: unknown): unknown {
  const holder = isRaw(entry) && isRaw(entry.source) ? entry.source : entry;
  return isRaw(holder) && 'coupon' in holder ? holder.coupon : entry;
}

/** The amount off in the document's currency, which may stand in the coupon's currency options. */
function amountOffIn(
  coupon: Raw,
  path: string,
  { currency, problems }: Context,
): { readonly value: unknown; readonly path: string } {
  const own = { value: coupon.amount_off, path: `${path}.amount_off` };
  if (isAbsent(coupon.amount_off) || isAbsent(coupon.currency) || currency === null) return own;
  const couponCurrency = readText(coupon.currency, `${path}.currency`, problems)?.toLowerCase() ?? currency;
  if (couponCurrency === currency) return own;
  const options = isRaw(coupon.currency_options) ? coupon.currency_options : {};
  const option = options[currency];
  if (isRaw(option)) return { value: option.amount_off, path: `${path}.currency_options.${currency}.amount_off` };
  addCurrencyMismatch(problems, `${path}.currency`, { what: 'coupon', has: couponCurrency, needs: currency });
  return own;
}

function readProducts(coupon: Raw, path: string, problems: ProblemList): readonly string[] | null {
  const appliesTo = readObject(coupon.applies_to, `${path}.applies_to`, problems);
  if (appliesTo === null || isAbsent(appliesTo.products)) return null;
  return readList(appliesTo.products, `${path}.applies_to.products`, problems).flatMap(
    (product) => idOf(product) ?? [],
  );
}

/** Credit grants as Stripe returns them; `amount` may also be the bare minor units. */
export const readCredits = (value: unknown, context: Context): readonly DocumentCredit[] =>
  readList(value, 'credits', context.problems).flatMap(
    (entry, index) => readCredit(entry, `credits[${index}]`, context) ?? [],
  );

const UNDATED = instant(0);
/** Stripe's, where a grant does not say it. */
const DEFAULT_PRIORITY = 50;

export function readCredit(entry: unknown, path: string, { currency, problems }: Context): DocumentCredit | null {
  const raw = readObject(entry ?? 'null', path, problems);
  if (raw === null) return null;
  const amount = creditAmount(raw, path);
  if (isAbsent(amount.value)) {
    const remedy = 'Give amount.monetary.value in minor units.';
    problems.add('credit-amount-missing', amount.path, 'The credit has no amount.', remedy);
  }
  const minor = readWhole(amount.value, { path: amount.path, negative: 'credit-amount-negative' }, problems);
  const has = readText(amount.currency, amount.currencyPath, problems)?.toLowerCase() ?? currency;
  if (has !== null && currency !== null && has !== currency) {
    addCurrencyMismatch(problems, amount.currencyPath, { what: 'credit', has, needs: currency });
  }
  const id = idOf(raw);
  const grant: CreditGrant = {
    id: id ?? '',
    customerId: '',
    name: null,
    category: readCategory(raw.category, `${path}.category`, problems),
    currency: has ?? '',
    amount: (minor ?? 0n).toString(),
    priority: readPriority(raw.priority, `${path}.priority`, problems),
    effectiveAt: readInstant(raw.effective_at, `${path}.effective_at`, problems),
    expiresAt: readInstant(raw.expires_at, `${path}.expires_at`, problems),
    voidedAt: readInstant(raw.voided_at, `${path}.voided_at`, problems),
    priceIds: pricesInScope(raw, path, problems),
    created: readInstant(raw.created, `${path}.created`, problems) ?? UNDATED,
  };
  return { path, id, grant };
}

function creditAmount(raw: Raw, path: string) {
  const amount = isRaw(raw.amount) ? raw.amount : null;
  const monetary = amount !== null && isRaw(amount.monetary) ? amount.monetary : amount;
  if (monetary === null) {
    return { value: raw.amount, path: `${path}.amount`, currency: raw.currency, currencyPath: `${path}.currency` };
  }
  const place = monetary === amount ? `${path}.amount` : `${path}.amount.monetary`;
  const { value, currency } = monetary;
  return { value, path: `${place}.value`, currency, currencyPath: `${place}.currency` };
}

function readPriority(value: unknown, path: string, problems: ProblemList): number {
  if (isAbsent(value)) return DEFAULT_PRIORITY;
  const priority = typeof value === 'string' && tryParseDecimal(value) !== null ? Number(value) : value;
  if (typeof priority === 'number' && Number.isInteger(priority) && priority >= 0 && priority <= 100) return priority;
  problems.add('value-malformed', path, `The priority is ${shownValue(value)}.`, 'Give 0 (first) to 100 (last).');
  return DEFAULT_PRIORITY;
}

/** Promotional grants are used before paid ones, so a category that Stripe does not have is not taken for either. */
function readCategory(value: unknown, path: string, problems: ProblemList): CreditGrant['category'] {
  if (isAbsent(value)) return 'paid';
  if (value === 'paid' || value === 'promotional') return value;
  problems.add(
    'value-malformed',
    path,
    `The category ${shownValue(value)} is not known.`,
    'Give "paid" or "promotional".',
  );
  return 'paid';
}

/** Null: every metered price. */
function pricesInScope(raw: Raw, path: string, problems: ProblemList): readonly string[] | null {
  const config = readObject(raw.applicability_config, `${path}.applicability_config`, problems);
  const place = `${path}.applicability_config.scope`;
  const scope = config === null ? null : readObject(config.scope, place, problems);
  if (scope === null || isAbsent(scope.prices)) return null;
  const prices = readList(scope.prices, `${place}.prices`, problems);
  // Stripe gives an empty list beside `price_type`.
  return prices.length === 0 && !isAbsent(scope.price_type) ? null : prices.flatMap((price) => idOf(price) ?? []);
}

/** Tax rates as Stripe returns them; a rate that does not say otherwise comes on top. */
export const readTaxRates = (value: unknown, { problems }: Context): readonly DocumentTaxRate[] =>
  readList(value, 'taxRates', problems).flatMap((entry, index) => {
    const path = `taxRates[${index}]`;
    const raw = readObject(entry ?? 'null', path, problems);
    return raw === null ? [] : (readTaxRate(raw, path, problems) ?? []);
  });

export function readTaxRate(raw: Raw, path: string, problems: ProblemList): DocumentTaxRate | null {
  if (isAbsent(raw.percentage)) {
    const remedy = 'Give percentage, such as 19 or "8.25".';
    problems.add('percentage-missing', `${path}.percentage`, 'The tax rate has no percentage.', remedy);
  }
  if (!isAbsent(raw.inclusive) && typeof raw.inclusive !== 'boolean') {
    const message = `${shownValue(raw.inclusive)} is neither true nor false.`;
    problems.add('value-malformed', `${path}.inclusive`, message, 'Give true where the amounts hold the tax.');
  }
  const percentage = readPercentage(raw.percentage, `${path}.percentage`, problems);
  return percentage === null ? null : { path, id: idOf(raw), percentage, isInclusive: raw.inclusive === true };
}

const HUNDRED = decimal(100n);

/** 0 to 100; null where it is absent or no number, which is said. */
function readPercentage(value: unknown, path: string, problems: ProblemList): Decimal | null {
  const percentage = readNumber(value, path, problems)?.value ?? null;
  if (percentage === null || (!isNegative(percentage) && compare(percentage, HUNDRED) <= 0)) return percentage;
  const message = `${formatDecimal(percentage)} per cent is not between 0 and 100.`;
  problems.add('percentage-out-of-range', path, message, 'Give the percentage of the amount, 0 to 100.');
  return null;
}

function addCurrencyMismatch(
  problems: ProblemList,
  path: string,
  { what, has, needs }: { readonly what: 'coupon' | 'credit'; readonly has: string; readonly needs: string },
): void {
  const remedy = `Give the ${what} in ${needs}: Stripe converts nothing.`;
  problems.add('currency-mismatch', path, `The ${what} is in ${has}, the price is rated in ${needs}.`, remedy);
}
