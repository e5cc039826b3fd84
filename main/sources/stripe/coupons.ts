import type { Coupon, Discount } from '../../../shared/billing/discount.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import { isAbsent } from './failures.ts';
import { idOf, isRaw } from './fields.ts';
import { readOrLeaveOut } from './leave-out.ts';
import { couponOfDiscount, readCoupon, readDiscount } from './read-discount.ts';
import { RESOURCES } from './resources.ts';
import type { StripeClient } from './stripe-client.ts';

/** Discounts with their coupons; `fallbackStart` where a base gives a discount by its id alone. */
export type DiscountReader = (
  rows: readonly unknown[],
  fallbackStart: Instant,
  signal: AbortSignal,
) => Promise<readonly Discount[]>;

/** Coupons one at a time and once each: `applies_to` lies too deep to be expanded in a list of what they hang on. */
export function createDiscountReader(client: StripeClient): DiscountReader {
  const known = new Map<string, Promise<Coupon | null>>();

  const readAloud = (value: unknown): Coupon | null =>
    readOrLeaveOut(client.warnings, value, readCoupon, 'Its effect on amounts is left out.');

  const fetchCoupon = async (id: string, embedded: unknown, signal: AbortSignal): Promise<Coupon | null> => {
    if (isRaw(embedded) && 'applies_to' in embedded) return readAloud(embedded);
    try {
      return readAloud(
        await client.request(RESOURCES.coupons, (sdk) => sdk.coupons.retrieve(id, { expand: ['applies_to'] }), signal),
      );
    } catch (error) {
      const isRefused = isTieoutError(error) && error.code === 'stripe.not_permitted';
      if (!isAbsent(error) && !isRefused) throw error;
      client.warnings.add({
        code: error.code,
        path: `${id}.applies_to`,
        message: `Coupon ${id} cannot be read by itself; what it applies to is not known.`,
        remedy: isRefused
          ? (error.remedy ?? '')
          : 'A coupon that was deleted or is not served is taken to apply to everything.',
      });
      return isRaw(embedded) ? readAloud(embedded) : null;
    }
  };

  const couponOf = (discount: unknown, signal: AbortSignal): Promise<Coupon | null> => {
    const embedded = couponOfDiscount(discount);
    const id = idOf(embedded);
    if (id === null) {
      client.warnings.add({
        code: 'stripe.bad_answer',
        path: `${idOf(discount) ?? 'discount'}.source.coupon`,
        message: `Discount ${idOf(discount) ?? '(unnamed)'} does not say which coupon it comes from.`,
        remedy: 'Its effect on amounts is left out.',
      });
      return Promise.resolve(null);
    }
    const found = known.get(id);
    if (found !== undefined) return found;
    const coupon = fetchCoupon(id, embedded, signal);
    known.set(id, coupon);
    coupon.catch(() => known.delete(id));
    return coupon;
  };

  return async (rows, fallbackStart, signal) => {
    const discounts: Discount[] = [];
    for (const row of rows) {
      const discount = readOrLeaveOut(
        client.warnings,
        row,
        (value) => readDiscount(value, null, fallbackStart),
        'Its effect on amounts is left out.',
      );
      if (discount !== null) discounts.push({ ...discount, coupon: await couponOf(row, signal) });
    }
    return discounts;
  };
}

/** The discounts of an object: a list since 2024-06-20, one object before. */
export function discountRows(row: unknown): readonly unknown[] {
  if (!isRaw(row)) return [];
  if (Array.isArray(row.discounts) && row.discounts.length > 0) return row.discounts;
  return isRaw(row.discount) ? [row.discount] : [];
}
