import { type Decimal, decimal, isZero, powerOfTen, subtract, ZERO } from '../../values/decimal.ts';
import { divideInteger } from '../../values/rounding.ts';

/** Packages that a cumulative quantity takes: 0 of 10 is none, 10 is one, 11 is two. @param packageSize > 0 */
export function packageCount(quantity: Decimal, packageSize: Decimal): Decimal {
  if (isZero(quantity)) return ZERO;
  const numerator = quantity.coefficient * powerOfTen(packageSize.scale);
  return decimal(divideInteger(numerator, packageSize.coefficient * powerOfTen(quantity.scale), 'ceiling'));
}

/** Packages that a period adds. @param before null: nothing was rated before, whatever was used */
export const packagesBetween = (before: Decimal | null, after: Decimal, packageSize: Decimal): Decimal =>
  before === null
    ? packageCount(after, packageSize)
    : subtract(packageCount(after, packageSize), packageCount(before, packageSize));
