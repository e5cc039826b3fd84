import { TieoutError } from '../errors.ts';
import { divideInteger, type RoundingMode } from './rounding.ts';

/** coefficient × 10^-scale, exact; scale ≥ 0. There is no bare division: use `divide` with places and a rounding mode. */
export type Decimal = { readonly coefficient: bigint; readonly scale: number };

/** More digits than this, before or after the point, are refused: an exponent must not be able to exhaust memory. */
export const MAX_DIGITS = 1000;

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const POWERS: bigint[] = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent));

/** 10^exponent, exponent ≥ 0. */
export const powerOfTen = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent);

export const decimal = (coefficient: bigint, scale = 0): Decimal => ({ coefficient, scale });
export const ZERO: Decimal = decimal(0n);
export const ONE: Decimal = decimal(1n);

/**
 * Reads plain or exponent notation, `"-1.50"`, `".5"`, `"1e-9"`, exactly as written.
 * @throws TieoutError `decimal.malformed`, `decimal.out_of_range`
 */
export function parseDecimal(text: string, path: string | null = null): Decimal {
  const parsed = tryParseDecimal(text);
  if (parsed !== null) return parsed;
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  if (DECIMAL_TEXT.test(text) && /^[+-]?\.?\d/.test(text)) {
    throw new TieoutError('decimal.out_of_range', {
      message: `"${shown}" has more than ${MAX_DIGITS} digits.`,
      path,
      remedy: 'Give a number of a plausible size.',
    });
  }
  throw new TieoutError('decimal.malformed', {
    message: `"${shown}" is not a decimal number.`,
    path,
    remedy: 'Write digits with an optional sign, point and exponent, such as "3600", "-1.5" or "1e-6".',
  });
}

/** As `parseDecimal`, but `null` where the text is not a decimal or has too many digits. */
export function tryParseDecimal(text: string): Decimal | null {
  const match = DECIMAL_TEXT.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponentText] = match;
  if (whole === '' && fraction === '') return null;
  const exponent = exponentText === undefined ? 0 : Number(exponentText);
  if (whole.length > MAX_DIGITS || fraction.length > MAX_DIGITS || Math.abs(exponent) > MAX_DIGITS) return null;
  const magnitude = BigInt(whole + fraction);
  const coefficient = sign === '-' ? -magnitude : magnitude;
  const scale = fraction.length - exponent;
  return scale >= 0 ? { coefficient, scale } : { coefficient: coefficient * powerOfTen(-scale), scale: 0 };
}

/** Plain notation without trailing zeros and without an exponent: `"3600"`, `"0.000012"`, `"-1.5"`. */
export function formatDecimal(value: Decimal): string {
  const { coefficient, scale } = value;
  if (scale === 0) return coefficient.toString();
  const negative = coefficient < 0n;
  const digits = (negative ? -coefficient : coefficient).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const body = fraction === '' ? whole : `${whole}.${fraction}`;
  return negative && body !== '0' ? `-${body}` : body;
}

/** Plain notation with exactly `places` decimals; the value must fit (round first). */
export function formatFixed(value: Decimal, places: number): string {
  const rescaled = rescaleExact(value, places);
  const negative = rescaled < 0n;
  const digits = (negative ? -rescaled : rescaled).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const body = places === 0 ? whole : `${whole}.${digits.slice(digits.length - places)}`;
  return negative ? `-${body}` : body;
}

/** @returns the coefficient at `scale`; asserts that no digit is lost. */
export function rescaleExact(value: Decimal, scale: number): bigint {
  if (value.scale <= scale) return value.coefficient * powerOfTen(scale - value.scale);
  const divisor = powerOfTen(value.scale - scale);
  if (value.coefficient % divisor !== 0n)
    throw new RangeError(`${formatDecimal(value)} does not fit ${scale} decimals`);
  return value.coefficient / divisor;
}

/** The same value with the smallest scale. */
export function normalize(value: Decimal): Decimal {
  let { coefficient, scale } = value;
  if (coefficient === 0n) return ZERO;
  while (scale > 0 && coefficient % 10n === 0n) {
    coefficient /= 10n;
    scale -= 1;
  }
  return { coefficient, scale };
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { coefficient: raise(a, scale) + raise(b, scale), scale };
}

export const negate = (value: Decimal): Decimal => ({ coefficient: -value.coefficient, scale: value.scale });

export function subtract(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { coefficient: raise(a, scale) - raise(b, scale), scale };
}

export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  coefficient: a.coefficient * b.coefficient,
  scale: a.scale + b.scale,
});
export const absolute = (value: Decimal): Decimal => (value.coefficient < 0n ? negate(value) : value);
export const isZero = (value: Decimal): boolean => value.coefficient === 0n;
export const isNegative = (value: Decimal): boolean => value.coefficient < 0n;
export const sum = (values: Iterable<Decimal>): Decimal => {
  let total = ZERO;
  for (const value of values) total = add(total, value);
  return total;
};

/** −1, 0 or 1. */
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const scale = Math.max(a.scale, b.scale);
  const left = raise(a, scale);
  const right = raise(b, scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

export const equals = (a: Decimal, b: Decimal): boolean => compare(a, b) === 0;
export const maximum = (a: Decimal, b: Decimal): Decimal => (compare(a, b) >= 0 ? a : b);
export const minimum = (a: Decimal, b: Decimal): Decimal => (compare(a, b) <= 0 ? a : b);

/** Rounds to `places` decimals. */
export function round(value: Decimal, places: number, mode: RoundingMode): Decimal {
  if (value.scale <= places) return value;
  return { coefficient: divideInteger(value.coefficient, powerOfTen(value.scale - places), mode), scale: places };
}

/** a ÷ b rounded once to `places` decimals. */
export function divide(a: Decimal, b: Decimal, places: number, mode: RoundingMode): Decimal {
  const numerator = a.coefficient * powerOfTen(places + b.scale);
  const denominator = b.coefficient * powerOfTen(a.scale);
  return { coefficient: divideInteger(numerator, denominator, mode), scale: places };
}

const raise = (value: Decimal, scale: number): bigint =>
  value.scale === scale ? value.coefficient : value.coefficient * powerOfTen(scale - value.scale);
