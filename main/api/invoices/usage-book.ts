import type { Meter } from '../../../shared/billing/meter.ts';
import type { Problem } from '../../../shared/errors.ts';
import {
  add,
  type Decimal,
  decimal,
  isNegative,
  maximum,
  multiply,
  normalize,
  tryParseDecimal,
  ZERO,
} from '../../../shared/values/decimal.ts';
import { type Fraction, scaleBy } from '../../../shared/values/fraction.ts';
import { formatDayAndHour, HOUR_MS, type Instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthOf, monthPeriod, nextMonth, type Period } from '../../../shared/values/period.ts';
import { fromStored, QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { type HourValue, readSummaryHours, readUsageHours } from '../../cache/hours-store.ts';
import type { Db } from '../../cache/open.ts';
import { type PullInForce, readPullsInForce } from '../../cache/pull-store.ts';
import { type Identity, usageKeysOf } from '../reconcile/identity.ts';
import { type ReconcileMeter, type ReconcileSettings, stripeMeterName } from '../reconcile/settings.ts';
import { type KeyTotal, loadTotals, lookUpTotals, type TotalsByKey } from './totals-by-key.ts';

/** Whose count an invoice is made of: what Stripe holds, or what the product measured. */
export type Quantities = 'metered' | 'measured';

/** A quantity in the billed unit, or what has to be done before it can be known. `notes` limit what it says. */
export type UsageAnswer =
  | { readonly quantity: Decimal; readonly notes: readonly Problem[] }
  | { readonly quantity: null; readonly missing: Problem };

/** The usage of one customer and meter over any period, from the cache alone. */
export type UsageBook = { quantityOf(customerKey: number, meterId: string, period: Period): UsageAnswer };

export type UsageBookInput = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  /** Keys of configured meters that count distinct things: their hours do not add up to another period. */
  readonly distinctMeters: ReadonlySet<string>;
  readonly identity: Identity;
  readonly stripeMeters: readonly Meter[];
  readonly quantities: Quantities;
  readonly now: Instant;
  /** `few` reads cell by cell, `all` whole pulls. */
  readonly reading: 'few' | 'all';
};

/** One month of one meter as one source was pulled; null where it cannot be used, with the reason. */
type MonthSide = {
  readonly month: MonthKey;
  readonly pull: PullInForce;
  readonly totals: TotalsByKey;
  readonly covers: (customerKey: number) => boolean;
  /** The meter of tieout.yaml; null for one that only Stripe has. */
  readonly meter: ReconcileMeter | null;
};

/** What one month adds to a period, in native units × 10^exponent: a value of each usage id (metered: of key 0). */
type Part = { readonly values: ReadonlyMap<number, Decimal> } | { readonly missing: Problem };

/** What one month says of one id: nothing there, a value, or not known. */
type Found = { readonly value: Decimal | null } | { readonly missing: Problem };

/**
 * Answers from month totals where a period is made of whole calendar months, else from the cached hours. A boundary
 * inside an hour is only taken where that hour holds nothing: no share of an hour is ever guessed.
 */
export function openUsageBook(input: UsageBookInput): UsageBook {
  const monthsOf = monthsMemo();
  const spans = new Map<MonthKey, Period>();
  const sides = new Map<string, MonthSide | Problem>();
  const pulls = new Map<MonthKey, readonly PullInForce[]>();
  const sideOf = (month: MonthKey, meterId: string): MonthSide | Problem => {
    const key = `${month} ${meterId}`;
    const known = sides.get(key);
    if (known !== undefined) return known;
    const inForce = pulls.get(month) ?? readPullsInForce(input.db, month);
    pulls.set(month, inForce);
    const side = openSide(input, { month, meterId, inForce });
    sides.set(key, side);
    return side;
  };
  const addMonth = (
    into: Adding,
    month: MonthKey,
    at: Omit<PartAt, 'combine'> & { readonly meterId: string },
  ): void => {
    const side = sideOf(month, at.meterId);
    if ('code' in side) {
      into.missing = side;
      return;
    }
    into.combine = combineOf(input, side, at.meterId);
    const part = partOf(input, side, { ...at, combine: into.combine });
    if ('missing' in part) {
      into.missing = part.missing;
      return;
    }
    for (const [key, value] of part.values) into.values.set(key, [...(into.values.get(key) ?? []), value]);
    into.scale = input.quantities === 'measured' ? (side.meter?.scale ?? null) : null;
    if (side.pull.startedAt < at.span.to) into.notes.push(usageSoFar(side, side.pull.startedAt, input.quantities));
  };
  const calendarMonth = (month: MonthKey): Period => {
    const span = spans.get(month) ?? monthPeriod(month);
    spans.set(month, span);
    return span;
  };
  return {
    quantityOf(customerKey, meterId, period) {
      const into: Adding = { values: new Map(), notes: [], combine: 'sum', scale: null, missing: null };
      for (const month of monthsOf(period)) {
        const whole = calendarMonth(month);
        const span = clip(period, whole);
        const isWhole = span.from === whole.from && span.to === whole.to;
        if (span.from >= input.now) break;
        addMonth(into, month, { customerKey, meterId, span, isWhole });
        if (into.missing !== null) return { quantity: null, missing: into.missing };
      }
      const { notes } = into;
      if (input.quantities === 'measured' && monthsOf(period).length > 1 && losesPairs(input, meterId))
        notes.push(PAIR_LOST);
      const quantity = total(into);
      if (!isNegative(quantity)) return { quantity, notes };
      return { quantity: ZERO, notes: [...notes, netNegative(meterId, input)] };
    },
  };
}

/** A period as its months are added up. `scale`: native → billed unit; null where they are the same. */
type Adding = {
  /** By usage id, in the order of months. */
  readonly values: Map<number, readonly Decimal[]>;
  readonly notes: Problem[];
  combine: Combine;
  scale: Fraction | null;
  missing: Problem | null;
};

/** Each usage id keeps its own level over the months; increments and levels of several ids are added, scaled once. */
function total({ values, combine, scale }: Adding): Decimal {
  let native: Decimal = ZERO;
  for (const months of values.values()) native = add(native, joined(months, combine));
  return normalize(scale === null ? native : scaleBy(native, scale, QUANTITY_PLACES, 'half_up'));
}

type Combine = 'sum' | 'last' | 'max';

const joined = (values: readonly Decimal[], combine: Combine): Decimal => {
  if (combine === 'last') return values.at(-1) ?? ZERO;
  if (combine === 'max') return values.reduce((most, value) => maximum(most, value), ZERO);
  return normalize(values.reduce((total, value) => add(total, value), ZERO));
};

/** Most customers have the same periods. */
const MAX_KNOWN_PERIODS = 1000;

/** The calendar months that a period touches, remembered. */
function monthsMemo(): (period: Period) => readonly MonthKey[] {
  const known = new Map<string, readonly MonthKey[]>();
  return (period) => {
    const key = `${period.from} ${period.to}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const months = monthsIn(period);
    if (known.size < MAX_KNOWN_PERIODS) known.set(key, months);
    return months;
  };
}

function monthsIn(period: Period): readonly MonthKey[] {
  if (period.to <= period.from) return [];
  const months: MonthKey[] = [];
  for (let month = monthOf(period.from); monthPeriod(month).from < period.to; month = nextMonth(month)) {
    months.push(month);
  }
  return months;
}

const clip = (a: Period, b: Period): Period => ({
  from: a.from > b.from ? a.from : b.from,
  to: a.to < b.to ? a.to : b.to,
});

function combineOf(input: UsageBookInput, side: MonthSide, meterId: string): Combine {
  if (input.quantities === 'measured') return side.meter?.combine ?? 'sum';
  return input.stripeMeters.find(({ id }) => id === meterId)?.formula === 'last' ? 'last' : 'sum';
}

function openSide(
  input: UsageBookInput,
  at: { readonly month: MonthKey; readonly meterId: string; readonly inForce: readonly PullInForce[] },
): MonthSide | Problem {
  return input.quantities === 'metered' ? openMetered(input, at) : openMeasured(input, at);
}

type SideAt = { readonly month: MonthKey; readonly meterId: string; readonly inForce: readonly PullInForce[] };

function openMetered(input: UsageBookInput, { month, meterId, inForce }: SideAt): MonthSide | Problem {
  const pull = inForce.find((one) => one.source === 'stripe' && one.stripeMeterId === meterId);
  if (pull === undefined) {
    const name = input.stripeMeters.find(({ id }) => id === meterId)?.eventName ?? meterId;
    return incomplete(`what Stripe metered of ${name} in ${month} was not pulled`, pullCommand(month));
  }
  const customers = pull.selection === null ? null : new Set(pull.selection.customerKeys);
  return {
    month,
    pull,
    totals: totalsOf(input, 'summary', pull.pull),
    covers: (key) => customers === null || customers.has(key),
    meter: input.settings.meters.find(({ key }) => key === pull.meter) ?? null,
  };
}

function openMeasured(input: UsageBookInput, { month, meterId, inForce }: SideAt): MonthSide | Problem {
  const meter = meterOf(input, meterId, inForce);
  if (meter === null) {
    const name = input.stripeMeters.find(({ id }) => id === meterId)?.eventName ?? meterId;
    return incomplete(
      `tieout.yaml has no meter for ${name}, so nothing of it is measured`,
      'Add it under `meters`, and pull.',
    );
  }
  const pull = inForce.find((one) => one.source === 'clickhouse' && one.meter === meter.key);
  if (pull === undefined) return incomplete(`the usage of ${meter.key} in ${month} was not pulled`, pullCommand(month));
  if (pull.fingerprint !== meter.usageFingerprint) {
    return incomplete(
      `another query, scale or database of ${meter.key} was in force when ${month} was pulled`,
      pullCommand(month),
    );
  }
  if (pull.mappingFingerprint !== input.settings.mappingFingerprint) {
    return incomplete(`customers were mapped otherwise when ${month} was pulled`, pullCommand(month));
  }
  const { selection } = pull;
  const usageKeys = selection === null ? null : new Set(selection.usageKeys);
  const customers = selection === null ? null : new Set(selection.customerKeys);
  return {
    month,
    pull,
    totals: totalsOf(input, 'usage', pull.pull),
    covers: (key) =>
      usageKeys === null ||
      customers?.has(key) === true ||
      usageKeysOf(input.identity, key).every((usageKey) => usageKeys.has(usageKey)),
    meter,
  };
}

const totalsOf = (input: UsageBookInput, side: 'usage' | 'summary', pull: number): TotalsByKey =>
  input.reading === 'all' ? loadTotals(input.db, side, pull) : lookUpTotals(input.db, side, pull);

/** The configured meter behind a meter of Stripe's: by what was pulled, else by name. */
function meterOf(input: UsageBookInput, meterId: string, inForce: readonly PullInForce[]): ReconcileMeter | null {
  const pulled = inForce.find((one) => one.source === 'stripe' && one.stripeMeterId === meterId)?.meter;
  const byPull = input.settings.meters.find(({ key }) => key === pulled);
  if (byPull !== undefined) return byPull;
  return configuredMeter(input, meterId);
}

/** The meter of Stripe's behind a meter of tieout.yaml, an active one before inactive ones; null where there is none. */
export function stripeMeterOf(meters: readonly Meter[], meter: Pick<ReconcileMeter, 'stripe'>): Meter | null {
  const name = stripeMeterName(meter);
  const named = meters.filter(({ id, eventName }) => ('id' in meter.stripe ? id : eventName) === name);
  return named.find(({ status }) => status === 'active') ?? named[0] ?? null;
}

/** The meter of tieout.yaml that counts on a meter of Stripe's; null where the file has none. */
export function configuredMeter(
  input: Pick<UsageBookInput, 'settings' | 'stripeMeters'>,
  meterId: string,
): ReconcileMeter | null {
  const found = input.stripeMeters.find(({ id }) => id === meterId);
  return (
    input.settings.meters.find((meter) => {
      const name = stripeMeterName(meter);
      return name === meterId || name === found?.eventName;
    }) ?? null
  );
}

type PartAt = {
  readonly customerKey: number;
  readonly span: Period;
  /** The span is the calendar month. */
  readonly isWhole: boolean;
  readonly combine: Combine;
};

function partOf(input: UsageBookInput, side: MonthSide, at: PartAt): Part {
  if (!side.covers(at.customerKey)) {
    return {
      missing: incomplete(`the last pull of ${side.month} was limited to other customers`, pullCommand(side.month)),
    };
  }
  return input.quantities === 'metered' ? meteredPart(input, side, at) : measuredPart(input, side, at);
}

function meteredPart(input: UsageBookInput, side: MonthSide, { customerKey, span, isWhole, combine }: PartAt): Part {
  const total = side.totals(customerKey);
  const { month } = side;
  if (total.state === 'absent') {
    return { missing: incomplete(`Stripe was not asked for this customer's usage of ${month}`, pullCommand(month)) };
  }
  if (total.state === 'empty') return NOTHING;
  if (isWhole) return alone(wholeMonth(total, month));
  const hours = readSummaryHours(input.db, side.pull.pull, customerKey);
  if (hours === null) {
    return {
      missing: incomplete(
        `the period is not the calendar month, and Stripe was not asked for the hours of ${month}`,
        `Pull it: \`${pullOf(month)} --hourly all\`.`,
      ),
    };
  }
  return alone(hoursWithin(hours, { month, span, combine }));
}

const NOTHING: Part = { values: new Map() };

/** Metered usage has no ids: one value stands for the customer. */
const alone = (found: Found): Part =>
  'missing' in found ? found : found.value === null ? NOTHING : { values: new Map([[0, found.value]]) };

function measuredPart(input: UsageBookInput, side: MonthSide, { customerKey, span, isWhole, combine }: PartAt): Part {
  const { month, meter, pull } = side;
  const keys = usageKeysOf(input.identity, customerKey);
  if (keys.length === 0) {
    return { missing: NO_USAGE_ID };
  }
  const isCut = !isWhole;
  if (isCut && meter !== null && input.distinctMeters.has(meter.key)) {
    return {
      missing: incomplete(
        `${meter.key} counts what is distinct in a calendar month; a period that is not one cannot be cut from its hours`,
        null,
      ),
    };
  }
  const unit = decimal(10n ** BigInt(pull.exponent));
  const values = new Map<number, Decimal>();
  for (const key of keys) {
    const total = side.totals(key);
    if (total.state === 'absent') continue;
    const hours = isCut ? readUsageHours(input.db, pull.pull, key) : null;
    if (isCut && hours === null) {
      return { missing: incomplete(`the usage of ${month} has no hours to cut a period from`, pullCommand(month)) };
    }
    const part = hours === null ? wholeMonth(total, month) : hoursWithin(hours, { month, span, combine });
    if ('missing' in part) return part;
    if (part.value !== null) values.set(key, multiply(part.value, unit));
  }
  return { values };
}

const NO_USAGE_ID: Problem = {
  code: 'mapping.no_match',
  path: null,
  message: 'The invoice is incomplete: no usage id belongs to this customer, so nothing is known to be measured.',
  remedy: 'Give it one, as `customers` in tieout.yaml has it, and pull.',
};

function wholeMonth(total: KeyTotal, month: MonthKey): Found {
  if (total.state === 'value') return { value: total.value };
  if (total.state !== 'invalid') return { value: null };
  return {
    missing: incomplete(`the total of ${month} is no decimal number`, 'Correct it at its source, and pull again.'),
  };
}

/** Hours of one month that lie in a span; a boundary inside an hour counts only where that hour holds nothing. */
function hoursWithin(
  hours: readonly HourValue[],
  at: { readonly month: MonthKey; readonly span: Period; readonly combine: Combine },
): Found {
  const start = monthPeriod(at.month).from;
  const [from, to] = [(at.span.from - start) / HOUR_MS, (at.span.to - start) / HOUR_MS];
  const values: Decimal[] = [];
  for (const value of hours) {
    if (value.hour + 1 <= from || value.hour >= to) continue;
    const decimalOf = hourDecimal(value);
    if (decimalOf === null) return wholeMonth({ state: 'invalid' }, at.month);
    const isCut = value.hour < from || value.hour + 1 > to;
    if (!isCut) values.push(decimalOf);
    else if (at.combine !== 'sum' || decimalOf.coefficient !== 0n) {
      return {
        missing: incomplete(
          `the period begins or ends inside an hour with usage (${formatDayAndHour((start + value.hour * HOUR_MS) as Instant)} UTC); usage is known by whole hours`,
          null,
        ),
      };
    }
  }
  return { value: values.length === 0 ? null : joined(values, at.combine) };
}

function hourDecimal(value: HourValue): Decimal | null {
  return value.text === undefined ? fromStored(value.whole, value.frac) : tryParseDecimal(value.text);
}

const pullOf = (month: MonthKey): string => `tieout pull DIR --month ${month}`;
const pullCommand = (month: MonthKey): string => `Pull it: \`${pullOf(month)}\`.`;

/** The note of an invoice that cannot be made whole: it names what to pull. */
const INCOMPLETE = 'The invoice is incomplete: ';

/** Why a quantity is not known, for where no invoice is spoken of: without a capital, with its full stop. */
export const reasonOf = ({ message }: Pick<Problem, 'message'>): string =>
  message.startsWith(INCOMPLETE) ? message.slice(INCOMPLETE.length) : message;

const incomplete = (why: string, remedy: string | null): Problem => ({
  code: 'invoice.incomplete',
  path: null,
  message: `${INCOMPLETE}${why}.`,
  ...(remedy === null ? {} : { remedy }),
});

const usageSoFar = (side: MonthSide, at: Instant, quantities: Quantities): Problem => ({
  code: 'invoice.usage_so_far',
  path: side.meter?.key ?? side.pull.meter,
  message: `Usage as ${quantities === 'metered' ? 'Stripe held' : 'ClickHouse had'} it on ${formatDayAndHour(at)} UTC, before the period ended.`,
  severity: 'warning',
});

/** Pairs of counter readings lie within one month (metering.md section 1.3); a period over its turn loses one. */
const losesPairs = (input: UsageBookInput, meterId: string): boolean =>
  configuredMeter(input, meterId)?.template === 'counter_checkpoints';

const PAIR_LOST: Problem = {
  code: 'invoice.usage_so_far',
  path: null,
  message:
    'A pair of readings across the turn of a month counts in neither month, so the period may be measured short by one pair per series.',
  severity: 'warning',
};

const netNegative = (meterId: string, input: UsageBookInput): Problem => ({
  code: 'quantity-negative',
  path: input.stripeMeters.find(({ id }) => id === meterId)?.eventName ?? meterId,
  message: 'The corrections of the period are larger than its usage; it is billed as 0.',
  severity: 'warning',
});
