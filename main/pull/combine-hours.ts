import { assert } from '../../shared/errors.ts';
import { add, compare, type Decimal, formatDecimal, normalize, tryParseDecimal } from '../../shared/values/decimal.ts';
import { FRAC_UNIT, fromStored, QUANTITY_PLACES } from '../../shared/values/quantity.ts';
import type { Combine, UsageHour } from '../sources/usage-source.ts';

/**
 * The value of a period in native units. `invalid` is text where two integers do not hold it: the exact decimal of a
 * value beyond 64 bits or of more than 12 places, or the source's text where there is no number.
 */
export type PeriodTotal = {
  readonly whole: number | bigint;
  readonly frac: number;
  readonly invalid: string | null;
};

const FRAC_LIMIT = 1_000_000_000_000;
const MAX_WHOLE = 2n ** 63n - 1n;
const MIN_WHOLE = -(2n ** 63n);

/**
 * How the hours of a month become its value, exactly (interfaces.md section 1, `combine`). A sum or maximum over an hour
 * that is no number is none either; of `last` only the last hour counts.
 * @param exponent of the stored values; above 0, what 64 bits do not hold is no value
 * @returns null where there is no hour: nothing was measured, which is not zero
 */
export function combineHours(hours: readonly UsageHour[], combine: Combine, exponent: number): PeriodTotal | null {
  const last = hours.at(-1);
  if (last === undefined) return null;
  if (combine === 'last') return totalOf(last, exponent);
  if (hours.some((hour) => hour.invalid !== undefined)) return combineTexts(hours, combine, exponent);
  return combine === 'sum' ? sumOf(hours, exponent) : totalOf(hours.reduce(larger, last), exponent);
}

const totalOf = (hour: UsageHour, exponent: number): PeriodTotal =>
  hour.invalid === undefined
    ? { whole: hour.whole, frac: hour.frac, invalid: null }
    : { whole: 0, frac: 0, invalid: exponent === 0 ? hour.invalid : unfit(hour.invalid) };

/** Not to be taken for a number: its unit is another one than that of the stored values. */
const unfit = (text: string): string => (tryParseDecimal(text) === null ? text : `${text} does not fit 64 bits`);

/** Hours of which some are text: exact where all of them are decimals. */
function combineTexts(hours: readonly UsageHour[], combine: 'sum' | 'max', exponent: number): PeriodTotal {
  let total: Decimal | null = null;
  for (const hour of hours) {
    const value = hour.invalid === undefined ? fromStored(hour.whole, hour.frac) : tryParseDecimal(hour.invalid);
    if (value === null || exponent > 0) {
      if (hour.invalid !== undefined) return totalOf(hour, exponent);
      continue;
    }
    total = total === null ? value : combine === 'sum' ? add(total, value) : compare(value, total) > 0 ? value : total;
  }
  assert(total !== null, 'a list of hours of which some are text has a value or was given back as text');
  return stored(total);
}

/** As two integers where they hold it, else as text. */
function stored(value: Decimal): PeriodTotal {
  const { coefficient, scale } = normalize(value);
  if (scale <= QUANTITY_PLACES) {
    const units = coefficient * 10n ** BigInt(QUANTITY_PLACES - scale);
    const frac = ((units % FRAC_UNIT) + FRAC_UNIT) % FRAC_UNIT;
    const whole = (units - frac) / FRAC_UNIT;
    if (whole <= MAX_WHOLE && whole >= MIN_WHOLE) return { whole, frac: Number(frac), invalid: null };
  }
  return { whole: 0, frac: 0, invalid: formatDecimal(value) };
}

const larger = (a: UsageHour, b: UsageHour): UsageHour =>
  b.whole > a.whole || (b.whole >= a.whole && b.frac > a.frac) ? b : a;

/** In plain integers while they are proven exact: at most 744 fractions stay far below 2^53. */
function sumOf(hours: readonly UsageHour[], exponent: number): PeriodTotal {
  let whole = 0;
  let frac = 0;
  for (const hour of hours) {
    if (typeof hour.whole === 'bigint') return bigSum(hours, exponent);
    whole += hour.whole;
    frac += hour.frac;
    if (!Number.isSafeInteger(whole)) return bigSum(hours, exponent);
  }
  const carry = Math.floor(frac / FRAC_LIMIT);
  const sum = whole + carry;
  return Number.isSafeInteger(sum)
    ? { whole: sum, frac: frac - carry * FRAC_LIMIT, invalid: null }
    : bigSum(hours, exponent);
}

function bigSum(hours: readonly UsageHour[], exponent: number): PeriodTotal {
  let units = 0n;
  for (const hour of hours) units += BigInt(hour.whole) * FRAC_UNIT + BigInt(hour.frac);
  const total = stored({ coefficient: units, scale: QUANTITY_PLACES });
  return total.invalid === null || exponent === 0 ? total : { ...total, invalid: unfit(total.invalid) };
}
