import { absolute, type Decimal, formatDecimal, normalize, powerOfTen, round } from '../../values/decimal.ts';

/** A spreadsheet computes in doubles, of which 15 decimal digits are certain. */
export const SAFE_DIGITS = 15;

/** Beyond it a double is infinite. */
const MAX_WHOLE_DIGITS = 300;

const SAFE = powerOfTen(SAFE_DIGITS);

/** A number as a spreadsheet can hold it. */
export type SheetFigure = {
  /** Decimal text of at most 15 significant digits; null where it is larger than any number of a spreadsheet. */
  readonly number: string | null;
  readonly isWhole: boolean;
  /** All digits, where `number` had to be rounded; null where it is exact. */
  readonly exact: string | null;
};

/**
 * Never loses a digit silently: what has more than 15 of them is rounded (half to even) for the cell that formulas read,
 * and its text is given with all of them.
 */
export function sheetFigure(value: Decimal): SheetFigure {
  const { coefficient } = value;
  if (coefficient < SAFE && coefficient > -SAFE) {
    const number = formatDecimal(value);
    return { number, isWhole: value.scale === 0 || !number.includes('.'), exact: null };
  }
  const small = normalize(value);
  const digits = absolute(small).coefficient.toString();
  const exact = formatDecimal(small);
  if (digits.length - small.scale > MAX_WHOLE_DIGITS) return { number: null, isWhole: small.scale === 0, exact };
  if (digits.replace(/0+$/, '').length <= SAFE_DIGITS) {
    return { number: exact, isWhole: small.scale === 0, exact: null };
  }
  const places = small.scale - (digits.length - SAFE_DIGITS);
  const rounded = places >= 0 ? round(small, places, 'half_even') : roundToTens(small, -places);
  const number = formatDecimal(rounded);
  return { number, isWhole: !number.includes('.'), exact };
}

/** To a multiple of 10^tens. */
function roundToTens(value: Decimal, tens: number): Decimal {
  const shifted = { coefficient: value.coefficient, scale: value.scale + tens };
  return { coefficient: round(shifted, 0, 'half_even').coefficient * powerOfTen(tens), scale: 0 };
}
