import {
  add,
  compare,
  type Decimal,
  decimal,
  isNegative,
  isZero,
  minimum,
  subtract,
  ZERO,
} from '../../values/decimal.ts';
import { type MoneyRounding, roundMoney } from './money-rounding.ts';
import { type Net, sumNets } from './net.ts';

/**
 * What a maximum takes from each line: walking the lines in order, a line gives what lies above the maximum, at most
 * all it has.
 * @param maximumMinor ≥ 0; rounded where it is compared with rounded amounts
 * @see rating-late-usage.md section 4.6
 */
export function capAt(nets: readonly Net[], maximumMinor: Decimal, rounding: MoneyRounding): readonly Net[] {
  const cap = roundMoney(maximumMinor, rounding);
  let exactSoFar: Decimal = ZERO;
  let minorSoFar = 0n;
  return nets.map(({ exact, minor }) => {
    const exactAbove = subtract(add(exactSoFar, exact), maximumMinor);
    const exactTaken = compare(exactAbove, ZERO) > 0 ? minimum(exactAbove, exact) : ZERO;
    const minorAbove = minorSoFar + minor - cap;
    const minorTaken = minorAbove <= 0n ? 0n : minorAbove < minor ? minorAbove : minor;
    exactSoFar = add(exactSoFar, subtract(exact, exactTaken));
    minorSoFar += minor - minorTaken;
    return { exact: exactTaken, minor: minorTaken };
  });
}

/**
 * What the lines lack to reach a minimum, to be appended as a line of its own; null where they lack nothing.
 * @param minimumMinor ≥ 0; not rounded where it is compared
 * @see rating-late-usage.md section 4.6
 */
export function shortfall(nets: readonly Net[], minimumMinor: Decimal, rounding: MoneyRounding): Net | null {
  const { exact, minor } = sumNets(nets);
  const exactMissing = subtract(minimumMinor, exact);
  const minorMissing = roundMoney(subtract(minimumMinor, decimal(minor)), rounding);
  const missing = {
    exact: isNegative(exactMissing) ? ZERO : exactMissing,
    minor: minorMissing < 0n ? 0n : minorMissing,
  };
  return missing.minor === 0n && isZero(missing.exact) ? null : missing;
}
