import { FRAC_UNIT } from '../../shared/values/quantity.ts';
import type { Combine, UsageHour } from '../sources/usage-source.ts';

/** The value of a period in native units; `invalid` is the source's text where there is none. */
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
 * that is no number is none either; of `last` only the last hour counts. A sum beyond 64 bits is given as text.
 * @returns null where there is no hour: nothing was measured, which is not zero
 */
export function combineHours(hours: readonly UsageHour[], combine: Combine): PeriodTotal | null {
  const last = hours.at(-1);
  if (last === undefined) return null;
  if (combine === 'last') return totalOf(last);
  const odd = hours.find((hour) => hour.invalid !== undefined);
  if (odd !== undefined) return totalOf(odd);
  return combine === 'sum' ? sumOf(hours) : totalOf(hours.reduce(larger, last));
}

const totalOf = (hour: UsageHour): PeriodTotal =>
  hour.invalid === undefined
    ? { whole: hour.whole, frac: hour.frac, invalid: null }
    : { whole: 0, frac: 0, invalid: hour.invalid };

const larger = (a: UsageHour, b: UsageHour): UsageHour =>
  b.whole > a.whole || (b.whole >= a.whole && b.frac > a.frac) ? b : a;

/** In plain integers while they are proven exact: at most 744 fractions stay far below 2^53. */
function sumOf(hours: readonly UsageHour[]): PeriodTotal {
  let whole = 0;
  let frac = 0;
  for (const hour of hours) {
    if (typeof hour.whole === 'bigint') return bigSum(hours);
    whole += hour.whole;
    frac += hour.frac;
    if (!Number.isSafeInteger(whole)) return bigSum(hours);
  }
  const carry = Math.floor(frac / FRAC_LIMIT);
  const sum = whole + carry;
  return Number.isSafeInteger(sum) ? { whole: sum, frac: frac - carry * FRAC_LIMIT, invalid: null } : bigSum(hours);
}

function bigSum(hours: readonly UsageHour[]): PeriodTotal {
  let whole = 0n;
  let frac = 0n;
  for (const hour of hours) {
    whole += BigInt(hour.whole);
    frac += BigInt(hour.frac);
  }
  whole += frac / FRAC_UNIT;
  const rest = Number(frac % FRAC_UNIT);
  if (whole <= MAX_WHOLE && whole >= MIN_WHOLE) return { whole, frac: rest, invalid: null };
  return { whole: 0, frac: 0, invalid: `${whole} does not fit 64 bits` };
}
