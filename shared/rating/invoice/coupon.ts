import type { Coupon } from '../../billing/discount.ts';
import { compare, type Decimal, decimal, isNegative, tryParseDecimal } from '../../values/decimal.ts';

const HUNDRED = decimal(100n);

/** Whether a coupon is for a product; one without a list is for all. */
export const coversProduct = (coupon: Coupon, productId: string | null): boolean =>
  coupon.productIds === null || (productId !== null && coupon.productIds.includes(productId));

/** Its percentage, null where it has none within 0 to 100. */
export function percentOf(coupon: Coupon): Decimal | null {
  const percent = coupon.percentOff === null ? null : tryParseDecimal(coupon.percentOff);
  return percent === null || isNegative(percent) || compare(percent, HUNDRED) > 0 ? null : percent;
}
