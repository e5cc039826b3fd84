import {
  add,
  type Decimal,
  decimal,
  formatDecimal,
  isZero,
  maximum,
  multiply,
  normalize,
  tryParseDecimal,
  ZERO,
} from '../../shared/values/decimal.ts';
import { type Fraction, scaleBy } from '../../shared/values/fraction.ts';
import { formatInstant, HOUR_MS, instant } from '../../shared/values/instant.ts';
import { type MonthKey, monthOf, monthPeriod, nextMonth, type Period } from '../../shared/values/period.ts';
import { fromStored, QUANTITY_PLACES, toStored } from '../../shared/values/quantity.ts';
import { readCustomerNames } from './customer-store.ts';
import { type HourValue, packHours } from './hour-pack.ts';
import { readPackedUsageHours, readUsageHours } from './hours-store.ts';
import { readMapping } from './mapping-store.ts';
import type { Db } from './open.ts';
import { type PullInForce, readPullsInForce } from './pull-store.ts';
import type { PackedMonth } from './rating-run-store.ts';
import { readUsageTotal } from './total-store.ts';

/** What has to be known of a meter to say what was measured. */
export type MeasuredMeter = {
  /** In tieout.yaml. */
  readonly key: string;
  readonly scale: Fraction;
  readonly combine: 'sum' | 'last' | 'max';
  readonly usageFingerprint: string;
  /** Its hours count what is distinct in a calendar month and do not add up to another period. */
  readonly isDistinct: boolean;
};

/**
 * What was measured of a period, in billed units. `not_yet`: another pull can tell; `never`: it cannot be told from what
 * is pulled by month and hour.
 */
export type MeasuredPeriod =
  | {
      readonly state: 'known';
      readonly quantity: Decimal;
      /** The pull in force of the month in which the period begins. */
      readonly pull: number;
    }
  | { readonly state: 'not_yet' | 'never'; readonly reason: string };

export type MeasuredReader = {
  quantityOf(customerId: string, meter: MeasuredMeter, period: Period): MeasuredPeriod;
  /** All usage ids added up, hours of the period alone, as they are stored; empty where usage has no hours. */
  hoursOf(customerId: string, meter: MeasuredMeter, period: Period): readonly PackedMonth[];
};

type Month = { readonly month: MonthKey; readonly pull: PullInForce; readonly span: Period; readonly isWhole: boolean };
type Missing = Extract<MeasuredPeriod, { reason: string }>;

/** Reads from the pulls in force, cell by cell. An ambiguous usage id belongs to nobody. */
export function openMeasured(db: Db): MeasuredReader {
  let identity: Identity | null = null;
  const inForce = new Map<MonthKey, readonly PullInForce[]>();
  const pullOf = (month: MonthKey, meter: string): PullInForce | null => {
    const pulls = inForce.get(month) ?? readPullsInForce(db, month);
    inForce.set(month, pulls);
    return pulls.find((pull) => pull.source === 'clickhouse' && pull.meter === meter) ?? null;
  };
  const keysOf = (customerId: string): Keys => {
    identity ??= readKeys(db);
    const customerKey = identity.customerKeys.get(customerId) ?? 0;
    return { customerKey, usageKeys: identity.usageKeys.get(customerKey) ?? [] };
  };
  const monthsOf = (meter: MeasuredMeter, period: Period, keys: Keys): readonly Month[] | Missing => {
    const months: Month[] = [];
    for (let month = monthOf(period.from); monthPeriod(month).from < period.to; month = nextMonth(month)) {
      const found = monthAt({ month, pull: pullOf(month, meter.key) }, meter, period, keys);
      if ('reason' in found) return found;
      months.push(found);
    }
    return months;
  };
  return {
    quantityOf(customerId, meter, period) {
      const keys = keysOf(customerId);
      if (keys.usageKeys.length === 0) return never('no usage id belongs to the customer');
      const months = monthsOf(meter, period, keys);
      if ('reason' in months) return months;
      let native: Decimal = ZERO;
      // Each usage id has a level of its own: levels are joined over months by id, and then added like increments.
      for (const key of keys.usageKeys) {
        const values: Decimal[] = [];
        for (const month of months) {
          const value = nativeValue(db, month, meter, key);
          if (value !== null && 'reason' in value) return value;
          if (value !== null) values.push(value);
        }
        native = add(native, joined(values, meter.combine));
      }
      const quantity = normalize(scaleBy(native, meter.scale, QUANTITY_PLACES, 'half_up'));
      return { state: 'known', quantity, pull: months[0]?.pull.pull ?? 0 };
    },
    hoursOf(customerId, meter, period) {
      const keys = keysOf(customerId);
      const months = monthsOf(meter, period, keys);
      if ('reason' in months) return [];
      return months.flatMap((each) => {
        const packed = packedHours(db, each, keys.usageKeys);
        return packed === null ? [] : [{ month: each.month, exponent: each.pull.exponent, packed }];
      });
    },
  };
}

/** Mostly a whole month of one usage id, which is copied as it is. */
function packedHours(db: Db, month: Month, [only, ...others]: readonly number[]): Uint8Array | null {
  if (only === undefined) return null;
  const { pull } = month.pull;
  if (month.isWhole && others.length === 0) return readPackedUsageHours(db, pull, only);
  const lists = [only, ...others].map((key) => hoursWithin(readUsageHours(db, pull, key) ?? [], month));
  const hours = mergeHours(lists);
  return hours.length === 0 ? null : packHours(hours);
}

type Keys = { readonly customerKey: number; readonly usageKeys: readonly number[] };

type Identity = {
  readonly customerKeys: ReadonlyMap<string, number>;
  readonly usageKeys: ReadonlyMap<number, readonly number[]>;
};

function readKeys(db: Db): Identity {
  const customerKeys = new Map<string, number>();
  for (const [key, id] of readCustomerNames(db).ids.entries()) if (id !== undefined) customerKeys.set(id, key);
  const mapping = readMapping(db);
  const usageKeys = new Map<number, number[]>();
  for (const [index, usageKey] of mapping.usageKeys.entries()) {
    const isAmbiguous = mapping.usageKeys[index - 1] === usageKey || mapping.usageKeys[index + 1] === usageKey;
    if (isAmbiguous) continue;
    const customerKey = mapping.customerKeys[index] as number;
    const known = usageKeys.get(customerKey);
    if (known === undefined) usageKeys.set(customerKey, [usageKey]);
    else known.push(usageKey);
  }
  return { customerKeys, usageKeys };
}

const notYet = (reason: string): Missing => ({ state: 'not_yet', reason });
const never = (reason: string): Missing => ({ state: 'never', reason });

function monthAt(
  { month, pull }: { readonly month: MonthKey; readonly pull: PullInForce | null },
  meter: MeasuredMeter,
  period: Period,
  { customerKey, usageKeys }: Keys,
): Month | Missing {
  const whole = monthPeriod(month);
  const span = {
    from: period.from > whole.from ? period.from : whole.from,
    to: period.to < whole.to ? period.to : whole.to,
  };
  const isWhole = span.from === whole.from && span.to === whole.to;
  if (pull === null) return notYet(`the usage of ${meter.key} in ${month} was not pulled`);
  if (pull.fingerprint !== meter.usageFingerprint) {
    return notYet(`another query, scale or database of ${meter.key} was in force when ${month} was pulled`);
  }
  if (pull.startedAt < span.to) return notYet(`${month} was pulled before the service period ended`);
  const { selection } = pull;
  const isCovered =
    selection === null ||
    selection.customerKeys.includes(customerKey) ||
    usageKeys.every((key) => selection.usageKeys.includes(key));
  if (!isCovered) return notYet(`the last pull of ${month} was limited to other customers`);
  if (!isWhole && meter.isDistinct) {
    return never(`${meter.key} counts what is distinct in a calendar month, and the service period is not one`);
  }
  return { month, pull, span, isWhole };
}

/** One usage id in the month's part of the period, in native units; null where there is nothing. */
function nativeValue(
  db: Db,
  { month, pull, span, isWhole }: Month,
  meter: MeasuredMeter,
  usageKey: number,
): Decimal | null | Missing {
  const total = readUsageTotal(db, pull.pull, usageKey);
  if (total === null) return null;
  const unit = decimal(10n ** BigInt(pull.exponent));
  if (isWhole) {
    if (total.text === null) return multiply(fromStored(total.whole, total.frac), unit);
    return (pull.exponent > 0 ? null : tryParseDecimal(total.text)) ?? noNumber(month);
  }
  const hours = readUsageHours(db, pull.pull, usageKey);
  if (hours === null) return never(`the usage of ${month} has no hours to cut the service period from`);
  const cut = cutHours(hours, { month, span });
  if ('reason' in cut) return cut;
  return cut.length === 0 ? null : multiply(joined(cut, meter.combine), unit);
}

const noNumber = (month: MonthKey): Missing => notYet(`the total of ${month} is no decimal number`);

type Cut = { readonly month: MonthKey; readonly span: Period };

const boundsOf = ({ month, span }: Cut): readonly [number, number] => {
  const start = monthPeriod(month).from;
  return [(span.from - start) / HOUR_MS, (span.to - start) / HOUR_MS];
};

/** Hours that the span touches. */
function hoursWithin(hours: readonly HourValue[], cut: Cut): readonly HourValue[] {
  const [from, to] = boundsOf(cut);
  return hours.filter(({ hour }) => hour + 1 > from && hour < to);
}

/** A boundary inside an hour counts only where that hour holds nothing: no share of an hour is ever guessed. */
function cutHours(hours: readonly HourValue[], cut: Cut): readonly Decimal[] | Missing {
  const [from, to] = boundsOf(cut);
  const values: Decimal[] = [];
  for (const each of hoursWithin(hours, cut)) {
    const value = hourDecimal(each);
    if (value === null) return noNumber(cut.month);
    if (each.hour >= from && each.hour + 1 <= to) values.push(value);
    else if (!isZero(value)) {
      const at = instant(monthPeriod(cut.month).from + each.hour * HOUR_MS);
      return never(`the service period begins or ends inside an hour with usage (${formatInstant(at)})`);
    }
  }
  return values;
}

/** The exact value of an hour in stored native units; null where it is no decimal. */
export const hourDecimal = ({ whole, frac, text }: HourValue): Decimal | null =>
  text === undefined ? fromStored(whole, frac) : tryParseDecimal(text);

function joined(values: readonly Decimal[], combine: MeasuredMeter['combine']): Decimal {
  if (combine === 'last') return values.at(-1) ?? ZERO;
  if (combine === 'max') return values.reduce((most, value) => maximum(most, value), ZERO);
  return normalize(values.reduce((total, value) => add(total, value), ZERO));
}

/** Hours of several usage ids, added up hour by hour; an hour that is no number stays its text. */
function mergeHours(lists: readonly (readonly HourValue[])[]): readonly HourValue[] {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  const byHour = new Map<number, HourValue>();
  for (const list of lists) {
    for (const value of list) {
      const known = byHour.get(value.hour);
      byHour.set(value.hour, known === undefined ? value : addHour(known, value));
    }
  }
  return [...byHour.values()].sort((a, b) => a.hour - b.hour);
}

function addHour(a: HourValue, b: HourValue): HourValue {
  const [left, right] = [hourDecimal(a), hourDecimal(b)];
  if (left === null || right === null) return left === null ? a : b;
  const total = add(left, right);
  const stored = toStored(total);
  return stored === null
    ? { hour: a.hour, whole: 0, frac: 0, text: formatDecimal(total) }
    : { hour: a.hour, whole: small(stored.whole), frac: Number(stored.frac) };
}

const small = (whole: bigint): number | bigint => (Number.isSafeInteger(Number(whole)) ? Number(whole) : whole);
