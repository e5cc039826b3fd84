import { type Decimal, decimal, divide, MAX_DIGITS, multiply, powerOfTen, round } from '../../values/decimal.ts';
import { fraction } from '../../values/fraction.ts';
import type { RoundingMode } from '../../values/rounding.ts';

/** From the meter's unit to the billed one. Operation and rounding are text until they are checked (check-charge.ts). */
export type UnitConversion = {
  /** `multiply` or `divide` by the factor, which is above 0. */
  readonly operation: string;
  readonly factor: Decimal;
  /** `none`, `ceiling`, `floor` or `half-up` (away from zero), to `precision` digits. */
  readonly rounding: string;
  readonly precision: number;
};

/** Places kept of a division that never ends and is not rounded to a precision. */
const ENDLESS_PLACES = 16;

const MODES: Readonly<Record<string, RoundingMode>> = { ceiling: 'ceiling', floor: 'floor', 'half-up': 'half_up' };

export const CONVERSION_OPERATIONS: readonly string[] = ['multiply', 'divide'];
export const CONVERSION_ROUNDINGS: readonly string[] = ['none', ...Object.keys(MODES)];

/**
 * @param conversion checked, or null: nothing changes
 * @returns `exact`, the converted quantity (a division that never ends at 16 places, half away from zero), and
 *   `billed`, rounded as the conversion says: once, from the exact quotient
 */
export function convertUnits(
  quantity: Decimal,
  conversion: UnitConversion | null,
): { readonly exact: Decimal; readonly billed: Decimal } {
  if (conversion === null) return { exact: quantity, billed: quantity };
  const { operation, factor, rounding, precision } = conversion;
  const mode = MODES[rounding];
  if (operation === 'multiply') {
    const exact = multiply(quantity, factor);
    return { exact, billed: mode === undefined ? exact : round(exact, precision, mode) };
  }
  const ending = divideExactly(quantity, factor);
  const exact = ending ?? divide(quantity, factor, ENDLESS_PLACES, 'half_up');
  if (mode === undefined) return { exact, billed: exact };
  if (ending !== null) return { exact, billed: round(ending, precision, mode) };
  return { exact, billed: divide(quantity, factor, Math.min(precision, MAX_DIGITS), mode) };
}

/** a ÷ b, b > 0, or null where it never ends. */
function divideExactly(a: Decimal, b: Decimal): Decimal | null {
  const { numerator, denominator } = fraction(a.coefficient * powerOfTen(b.scale), b.coefficient * powerOfTen(a.scale));
  const [twos, withoutTwos] = takeOut(denominator, 2n);
  const [fives, rest] = takeOut(withoutTwos, 5n);
  if (rest !== 1n) return null;
  const scale = Math.max(twos, fives);
  return decimal((numerator * powerOfTen(scale)) / denominator, scale);
}

function takeOut(value: bigint, prime: bigint): readonly [number, bigint] {
  let rest = value;
  let times = 0;
  for (; rest % prime === 0n; times += 1) rest /= prime;
  return [times, rest];
}
