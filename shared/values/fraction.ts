import { TieoutError } from '../errors.ts';
import { type Decimal, parseDecimal, powerOfTen, tryParseDecimal } from './decimal.ts';
import { divideInteger, type RoundingMode } from './rounding.ts';

/** numerator ÷ denominator in lowest terms, denominator > 0: the exact form of a meter's `scale` ("1/3600"). */
export type Fraction = { readonly numerator: bigint; readonly denominator: bigint };

export const UNIT_FRACTION: Fraction = { numerator: 1n, denominator: 1n };

/**
 * Reads a decimal (`"0.000001"`) or a fraction of decimals (`"1/3600"`, `"1/1073741824000"`).
 * @throws TieoutError `fraction.malformed`
 */
export function parseFraction(text: string, path: string | null = null): Fraction {
  const parts = text.split('/').map((part) => part.trim());
  const [above, below] = parts;
  const numerator = parts.length <= 2 && above !== undefined ? tryParseDecimal(above) : null;
  const denominator = below === undefined ? parseDecimal('1') : tryParseDecimal(below);
  if (numerator === null || denominator === null || denominator.coefficient === 0n) {
    throw new TieoutError('fraction.malformed', {
      message: `"${text}" is neither a decimal nor a fraction.`,
      path,
      remedy: 'Write an exact decimal such as "0.000001" or a fraction such as "1/3600".',
    });
  }
  return fraction(
    numerator.coefficient * powerOfTen(denominator.scale),
    denominator.coefficient * powerOfTen(numerator.scale),
  );
}

/** @param denominator not 0 */
export function fraction(numerator: bigint, denominator: bigint): Fraction {
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator * sign);
  return { numerator: (numerator * sign) / divisor, denominator: (denominator * sign) / divisor };
}

export const multiplyFractions = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.numerator * b.numerator, a.denominator * b.denominator);

export const formatFraction = (value: Fraction): string =>
  value.denominator === 1n ? value.numerator.toString() : `${value.numerator}/${value.denominator}`;

/** value × fraction, rounded once to `places` decimals. */
export function scaleBy(value: Decimal, by: Fraction, places: number, mode: RoundingMode): Decimal {
  const numerator = value.coefficient * by.numerator * powerOfTen(places);
  return { coefficient: divideInteger(numerator, by.denominator * powerOfTen(value.scale), mode), scale: places };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
