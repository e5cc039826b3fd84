import type { MeterFormula } from '../billing/meter.ts';
import { type Decimal, normalize, tryParseDecimal } from '../values/decimal.ts';
import { DAY_MS, type Instant } from '../values/instant.ts';

/** What the state machine must know of a meter; all but the status is fixed when the meter is made. */
export type MeterDefinition = {
  readonly id: string;
  readonly eventName: string;
  readonly formula: MeterFormula;
  readonly customerPayloadKey: string;
  readonly valuePayloadKey: string;
  readonly eventTimeWindow: 'hour' | 'day' | null;
  readonly status: 'active' | 'inactive';
};

/** One usage report as it arrives. `timestamp` null: the moment of receipt; `identifier` null: one is made up. */
export type MeterEvent = {
  readonly eventName: string;
  readonly payload: Readonly<Record<string, string>>;
  readonly timestamp: Instant | null;
  readonly identifier: string | null;
};

/**
 * Why an event does not count. The first four are known at receipt; the others are found while processing, when the
 * answer 200 is long gone (Stripe, error codes of `v1.billing.meter.error_report_triggered`).
 */
export type MeterEventRejection =
  | 'timestamp_too_far_in_past'
  | 'timestamp_in_future'
  | 'duplicate_meter_event'
  | 'no_meter'
  | 'archived_meter'
  | 'meter_event_no_customer_defined'
  | 'meter_event_customer_not_found'
  | 'meter_event_value_not_found'
  | 'meter_event_invalid_value'
  | 'meter_event_value_too_many_digits';

/** Timestamps lie within the past 35 calendar days (35 times 24 hours: UTC days are all of one length) … */
const MAX_AGE_MS = 35 * DAY_MS;
/** … and at most 5 minutes in the future. Both limits are inclusive. */
const MAX_AHEAD_MS = 5 * 60_000;
/** Identifiers are unique, and events can be cancelled, for this long after receipt. */
export const IDENTIFIER_WINDOW_MS = DAY_MS;
/** A value may have this many significant digits. */
const MAX_SIGNIFICANT_DIGITS = 15;

/** @returns the rejection, or null where the timestamp is acceptable at `now` */
export function judgeTimestamp(timestamp: Instant, now: Instant): MeterEventRejection | null {
  if (now - timestamp > MAX_AGE_MS) return 'timestamp_too_far_in_past';
  return timestamp - now > MAX_AHEAD_MS ? 'timestamp_in_future' : null;
}

/**
 * A value as it is kept: coefficient × 10^-scale, where |coefficient| < 10^15 is exact in a double (15 significant
 * digits) and −128 < scale < 128.
 */
export type EventValue = { readonly coefficient: number; readonly scale: number };

/** Zeros that only place the point, before or after the digits, are not significant. Negative values are allowed. */
export function parseEventValue(text: string): EventValue | MeterEventRejection {
  const plain = text.length <= MAX_SIGNIFICANT_DIGITS ? parsePlain(text) : null;
  if (plain !== null) return plain;
  const parsed = tryParseDecimal(text);
  if (parsed === null) return 'meter_event_invalid_value';
  return toEventValue(parsed);
}

/** A number of more digits than a meter takes as several that add up to it exactly; none where it is no such number. */
export function partsOfLongValue(text: string): readonly EventValue[] {
  const parsed = tryParseDecimal(text);
  if (parsed === null || typeof toEventValue(parsed) !== 'string') return [];
  const parts: EventValue[] = [];
  let { coefficient: rest, scale } = normalize(parsed);
  for (; rest !== 0n; scale -= MAX_SIGNIFICANT_DIGITS) {
    if (Math.abs(scale) >= 128) return [];
    parts.push({ coefficient: Number(rest % LIMIT), scale });
    rest /= LIMIT;
  }
  return parts;
}

/** Plain notation of so few characters that the digits fit; null: another notation, or none. Millions come like this. */
function parsePlain(text: string): EventValue | null {
  const { length } = text;
  const isBelowZero = text.charCodeAt(0) === MINUS;
  let coefficient = 0;
  let point = -1;
  for (let at = isBelowZero ? 1 : 0; at < length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO_DIGIT;
    if (digit >= 0 && digit <= 9) coefficient = coefficient * 10 + digit;
    else if (digit === POINT - ZERO_DIGIT && point < 0) point = at;
    else return null;
  }
  const first = isBelowZero ? 1 : 0;
  const scale = point < 0 ? 0 : length - 1 - point;
  if (length === first || point === first || point === length - 1) return null;
  return { coefficient: isBelowZero && coefficient !== 0 ? -coefficient : coefficient, scale };
}

const MINUS = 45;
const POINT = 46;
const ZERO_DIGIT = 48;

/** As `parseEventValue` for a decimal. */
function toEventValue(value: Decimal): EventValue | MeterEventRejection {
  let { coefficient, scale } = normalize(value);
  if (isShort(coefficient) && scale < 128) return { coefficient: Number(coefficient), scale };
  while (coefficient % 10n === 0n && scale > -127) {
    coefficient /= 10n;
    scale -= 1;
  }
  if (!isShort(coefficient)) return 'meter_event_value_too_many_digits';
  return Math.abs(scale) < 128 ? { coefficient: Number(coefficient), scale } : 'meter_event_invalid_value';
}

const LIMIT = 10n ** BigInt(MAX_SIGNIFICANT_DIGITS);
const isShort = (coefficient: bigint): boolean => coefficient < LIMIT && coefficient > -LIMIT;
