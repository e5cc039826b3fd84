import type { InstantType, NumberType } from './column-types.ts';
import { isNullableColumn, isTextColumn, TEXT_PLACES } from './column-types.ts';
import type { EventUsage } from './scan-plan.ts';

/** The SQL of one numeric column: its exact value, whether there is one, and the text where it is no finite number. */
export type Reading = { readonly value: string; readonly sound: string; readonly odd: string };

/** @param raw a quoted, qualified column */
export function reading(raw: string, type: NumberType): Reading {
  if (type.kind === 'integer') {
    const narrow = narrowReading(raw, type);
    return { ...narrow, value: widened(narrow.value, type) };
  }
  if (type.kind === 'decimal') {
    const wide = `toDecimal256(${raw}, ${type.places})`;
    const value = type.isNullable ? `ifNull(${wide}, toDecimal256(0, ${type.places}))` : wide;
    return { value, sound: presence(raw, type), odd: `''` };
  }
  const text = `ifNull(trimBoth(toString(${raw})), '')`;
  const parsed = `toDecimal256OrNull(${text}, ${TEXT_PLACES})`;
  // A text with more places than the sum keeps would be cut silently, and sums of larger numbers could overflow: neither fits.
  const fits =
    type.kind === 'text'
      ? `ifNull(abs(${parsed}) < ${LARGEST}, 0) AND NOT match(${text}, '[.][0-9]{${TEXT_PLACES + 1}}|[eE]-[0-9]{2}')`
      : `ifNull(abs(${parsed}) < ${LARGEST}, 0)`;
  return {
    value: `ifNull(${parsed}, toDecimal256(0, ${TEXT_PLACES}))`,
    sound: fits,
    odd: `if((${fits}) OR ${raw} IS NULL, '', concat('!', ${text}))`,
  };
}

/** The same, an integer still in the column's own type: half the memory where many rows are held, to be widened later. */
export function narrowReading(raw: string, type: NumberType): Reading {
  if (type.kind !== 'integer') return reading(raw, type);
  return { value: type.isNullable ? `ifNull(${raw}, 0)` : raw, sound: presence(raw, type), odd: `''` };
}

/** A narrow value in the type that sums and differences of it are computed in. */
export const widened = (value: string, type: NumberType): string =>
  type.kind === 'integer' ? `toInt${type.bits}(${value})` : value;

const LARGEST = `toDecimal256('1e36', 0)`;

const presence = (raw: string, type: NumberType): string => (type.isNullable ? `(${raw} IS NOT NULL)` : 'true');

/** One value from the readings of an hour; at one instant the larger is the last, so that chance has no say. */
export const AGGREGATES: Readonly<Record<EventUsage['aggregate'], string>> = {
  sum: 'sumIf(value, sound)',
  count: 'sumIf(value, sound)',
  distinct: 'sumIf(value, sound)',
  max: 'maxIf(value, sound)',
  last: 'argMaxIf(value, (at, value), sound)',
};

/** Unix milliseconds of an instant column, finer clocks floored. */
export function unixMs(raw: string, type: InstantType): string {
  if (type === 'unix_ms') return `toInt64(${raw})`;
  if (type === 'seconds') return `toInt64(toUnixTimestamp(${raw})) * 1000`;
  if (type === 'fine') return `toUnixTimestamp64Milli(${raw})`;
  return `toUnixTimestamp64Milli(toDateTime64(${raw}, 3, 'UTC'))`;
}

/**
 * A bound of the period in the column's own type, so that the raw column is compared and the primary key is used.
 * A column of whole seconds is at or after an odd millisecond exactly when it is at or after the next second.
 */
export function bound(parameter: 'start_ms' | 'from_ms' | 'to_ms' | 'after_ms', type: InstantType): string {
  if (type === 'unix_ms') return `{${parameter}:Int64}`;
  if (type === 'fine') return `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`;
  const seconds = `toDateTime(intDiv({${parameter}:Int64} + 999, 1000), 'UTC')`;
  return type === 'seconds' ? seconds : `toDate32(intDiv({${parameter}:Int64} + 86399999, 86400000))`;
}

/** A column as text in byte order; a missing one is the empty text, so that its rows are not swallowed. */
export function asText(raw: string, type: string): string {
  const text = isTextColumn(type) && !type.includes('FixedString') ? raw : `toString(${raw})`;
  return isNullableColumn(type) ? `ifNull(${text}, '')` : text;
}

/** The id of an event or sample; those without one cannot repeat each other: each stands alone. */
export const identityColumns = (column: string, type: string): string =>
  `${column} AS id, ${isNullableColumn(type) ? `if(${column} IS NULL, rowNumberInAllBlocks() + 1, 0)` : '0'} AS nameless`;

/** `true` where the column is a set boolean or a number other than 0; a missing mark is not set (metering.md 1.2). */
export const isSet = (raw: string): string => `ifNull(${raw} != 0, 0)`;

/** Largest integer that a JSON number carries exactly. */
const SAFE = '9007199254740991';
const INT64_MAX = '9223372036854775807';
const UNIT = '1000000000000';

/**
 * The columns that turn `q<i>` into `c<i>`, the tuple (whole, frac, odd) of stored value = native ÷ 10^exponent:
 * `whole` is the floor, `frac` counts 10^-12. What does not fit 64 bits and 12 places is odd, with the native value as
 * text; a float's sum is rounded to 12 places, half away from zero, because its digits beyond are noise of its binary form.
 *
 * Written with bitAnd and products instead of AND and if: those evaluate their arguments lazily, row by row as needed, and
 * repeat the wide arithmetic in every branch, which made the whole query three times slower.
 */
export function storedColumns(i: number, type: NumberType, exponent: number): string {
  return `${type.kind === 'integer' ? integerParts(i, type.bits, exponent) : decimalParts(i, type, exponent)},
           bitOr(bitOr(odd${i} != '', NOT fits${i}), floor${i} > ${SAFE}) + (floor${i} < -${SAFE}) AS special${i},
           if(special${i} = 0, '', multiIf(odd${i} != '', odd${i}, fits${i}, concat('=', toString(floor${i})), concat('!', toString(q${i})))) AS text${i},
           (toInt64(floor${i}) * (text${i} = ''), frac${i} * (NOT startsWith(text${i}, '!')), text${i}) AS c${i}`;
}

const within = (i: number): string => `bitAnd(floor${i} <= ${INT64_MAX}, floor${i} >= -${INT64_MAX})`;

function integerParts(i: number, bits: 128 | 256, exponent: number): string {
  const inside = `${within(i)} AS fits${i}`;
  if (exponent === 0) return `q${i} AS floor${i}, toInt64(0) AS frac${i}, ${inside}`;
  const unit = `toInt${bits}(${10 ** exponent})`;
  return `toInt${bits}(positiveModulo(q${i}, ${unit})) AS rest${i}, intDiv(q${i} - rest${i}, ${unit}) AS floor${i},
           toInt64(rest${i}) * ${10 ** (12 - exponent)} AS frac${i}, ${inside}`;
}

/** Units of 10^-12 stay below 10^31 for what fits at all, so the divisions are done in 128 bits, some ten times faster. */
function decimalParts(i: number, type: Exclude<NumberType, { kind: 'integer' }>, exponent: number): string {
  const isRounded = type.kind === 'float';
  const half = isRounded ? ` + if(q${i} < 0, toDecimal256('-0.5', 1), toDecimal256('0.5', 1))` : '';
  const canBeCut = !isRounded && type.places > 12 - exponent;
  return `abs(q${i}) < toDecimal256('1e${19 + exponent}', 0) AS inside${i},
           q${i} * inside${i} * toDecimal256('${10 ** (12 - exponent)}', 0) AS exact${i},
           toInt128(exact${i}${half}) AS units${i},
           toInt128(positiveModulo(units${i}, toInt128('${UNIT}'))) AS rest${i},
           intDiv(units${i} - rest${i}, toInt128('${UNIT}')) AS floor${i}, toInt64(rest${i}) AS frac${i},
           bitAnd(bitAnd(inside${i}, ${within(i)}), ${canBeCut ? `exact${i} = toDecimal256(units${i}, 0)` : '1'}) AS fits${i}`;
}
