import type { CreditGrant } from '../../../shared/billing/credit-grant.ts';
import type { Coupon, Discount, TaxRate } from '../../../shared/billing/discount.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import {
  badAnswer,
  idOf,
  isRaw,
  oneOf,
  optionalCount,
  optionalDecimal,
  optionalInstant,
  optionalText,
  type Raw,
  requireId,
  requireMinor,
  requireObject,
  UNKNOWN_INSTANT,
} from './fields.ts';

export function readCoupon(value: unknown): Coupon {
  const { raw, owner } = requireObject(value, 'coupon');
  const scope = isRaw(raw.applies_to) && Array.isArray(raw.applies_to.products) ? raw.applies_to.products : null;
  return {
    id: owner.id,
    name: optionalText(raw.name),
    percentOff: optionalDecimal(raw.percent_off, 'percent_off', owner),
    amountOff: optionalDecimal(raw.amount_off, 'amount_off', owner),
    currency: optionalText(raw.currency),
    duration: oneOf(raw.duration, ['forever', 'once', 'repeating'], { name: 'duration', owner, fallback: 'forever' }),
    durationInMonths: optionalCount(raw.duration_in_months, 'duration_in_months', owner),
    productIds: scope === null ? null : scope.flatMap((product: unknown) => idOf(product) ?? []),
  };
}

/** The coupon of a discount: in `source` since 2025-09-30, before that directly on it. An id where not expanded. */
export function couponOfDiscount(value: unknown): unknown {
  if (!isRaw(value)) return null;
  return (isRaw(value.source) ? value.source.coupon : null) ?? value.coupon ?? null;
}

/** @param fallbackStart a discount that a base did not expand is known by its id alone */
export function readDiscount(value: unknown, coupon: Coupon | null, fallbackStart: Instant): Discount {
  const id = idOf(value);
  const owner = { kind: 'discount', id: id ?? '(unnamed)' };
  if (id === null) throw badAnswer(owner, 'id', 'expected an id or an object with one');
  const raw: Raw = isRaw(value) ? value : {};
  return {
    id,
    coupon,
    start: optionalInstant(raw.start, 'start', owner) ?? fallbackStart,
    end: optionalInstant(raw.end, 'end', owner),
  };
}

/** @returns null for a grant that is not in money (custom pricing units), which no invoice amount can use */
export function readCreditGrant(value: unknown): CreditGrant | null {
  const { raw, owner } = requireObject(value, 'credit grant');
  const amount = isRaw(raw.amount) ? raw.amount : null;
  if (amount === null) throw badAnswer(owner, 'amount', 'expected an object');
  const monetary = isRaw(amount.monetary) ? amount.monetary : null;
  if (monetary === null) return null;
  const currency = optionalText(monetary.currency);
  if (currency === null) throw badAnswer(owner, 'amount.monetary.currency', 'expected text');
  return {
    id: owner.id,
    customerId: requireId(raw, 'customer', owner),
    name: optionalText(raw.name),
    category: oneOf(raw.category, ['paid', 'promotional'], { name: 'category', owner, fallback: 'paid' }),
    currency: currency.toLowerCase(),
    amount: requireMinor(monetary, 'value', owner).toString(),
    priority: optionalCount(raw.priority, 'priority', owner) ?? 50,
    effectiveAt: optionalInstant(raw.effective_at, 'effective_at', owner),
    expiresAt: optionalInstant(raw.expires_at, 'expires_at', owner),
    voidedAt: optionalInstant(raw.voided_at, 'voided_at', owner),
    priceIds: scopeOf(raw),
    created: optionalInstant(raw.created, 'created', owner) ?? UNKNOWN_INSTANT,
  };
}

/** The listed prices, or null for all metered ones. */
function scopeOf(raw: Raw): readonly string[] | null {
  const config = isRaw(raw.applicability_config) ? raw.applicability_config : {};
  const prices = isRaw(config.scope) ? config.scope.prices : null;
  return Array.isArray(prices) && prices.length > 0 ? prices.flatMap((price: unknown) => idOf(price) ?? []) : null;
}

export function readTaxRate(value: unknown): TaxRate {
  const { raw, owner } = requireObject(value, 'tax rate');
  const percentage = optionalDecimal(raw.percentage, 'percentage', owner);
  if (percentage === null) throw badAnswer(owner, 'percentage', 'expected a decimal number');
  return {
    id: owner.id,
    displayName: optionalText(raw.display_name) ?? owner.id,
    percentage,
    isInclusive: raw.inclusive === true,
    isActive: raw.active !== false,
  };
}
