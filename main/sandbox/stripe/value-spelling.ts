import {
  compare,
  type Decimal,
  formatDecimal,
  multiply,
  normalize,
  powerOfTen,
  ZERO,
} from '../../../shared/values/decimal.ts';

/** The exact value in exponent notation, as JSON allows: `1.2345e+7`, `-5e-12`, `0`. */
export function asExponent(value: Decimal): string {
  let { coefficient, scale } = normalize(value);
  if (coefficient === 0n) return '0';
  while (coefficient % 10n === 0n) {
    coefficient /= 10n;
    scale -= 1;
  }
  const sign = coefficient < 0n ? '-' : '';
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  const exponent = digits.length - 1 - scale;
  const fraction = digits.length === 1 ? '' : `.${digits.slice(1)}`;
  return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

/**
 * The value with one unit more in its 16th significant digit: the noise that a sum of doubles leaves behind. Relative to
 * the value it is at most 10^-15.
 */
export function withNoise(value: Decimal): string {
  if (compare(value, ZERO) === 0) return '0';
  const { coefficient, scale } = normalize(value);
  const length = (coefficient < 0n ? -coefficient : coefficient).toString().length;
  const lift = Math.max(0, 16 - length);
  const unit = powerOfTen(Math.max(0, length - 16));
  const lifted = multiply({ coefficient, scale: scale + lift }, { coefficient: powerOfTen(lift), scale: 0 });
  const step = lifted.coefficient < 0n ? -unit : unit;
  return formatDecimal({ coefficient: lifted.coefficient + step, scale: lifted.scale });
}
