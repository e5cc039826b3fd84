import type { Meter } from '../../../shared/billing/meter.ts';
import {
  add,
  type Decimal,
  decimal,
  maximum,
  multiply,
  normalize,
  subtract,
  tryParseDecimal,
  ZERO,
} from '../../../shared/values/decimal.ts';
import { scaleBy } from '../../../shared/values/fraction.ts';
import { HOUR_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import { type MonthKey, monthOf, monthPeriod, nextMonth, type Period } from '../../../shared/values/period.ts';
import { fromStored, QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { type HourValue, readSummaryHours, readUsageHours } from '../../cache/hours-store.ts';
import type { Db } from '../../cache/open.ts';
import { type PullInForce, readPullsInForce } from '../../cache/pull-store.ts';
import { configuredMeter, type Quantities } from '../invoices/usage-book.ts';
import { type Identity, usageKeysOf } from '../reconcile/identity.ts';
import type { ReconcileSettings } from '../reconcile/settings.ts';

/** What a meter had counted of a customer by the end of an hour, in the billed unit. */
export type HourLevel = { readonly hour: Instant; readonly level: Decimal };

/** Whose hours they are; null: the cache has none of this meter. */
export type CachedHours = { readonly of: Quantities; readonly hours: readonly HourLevel[] } | null;

export type HoursRequest = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  readonly identity: Identity;
  readonly stripeMeters: readonly Meter[];
  readonly quantities: Quantities;
};

/**
 * The hours with usage of one customer on one meter within a period, each with the level that its end reached: from 0
 * at the beginning of the period, or of a calendar month where the meter holds the last value of a month. Stripe's own
 * hours are used where they were asked for, else those that were measured.
 */
export function cachedHours(
  request: HoursRequest,
  of: { readonly customerKey: number; readonly meter: Meter; readonly period: Period },
): CachedHours {
  const sides: readonly Quantities[] = request.quantities === 'metered' ? ['metered', 'measured'] : ['measured'];
  for (const side of sides) {
    const hours = side === 'metered' ? meteredHours(request, of) : measuredHours(request, of);
    if (hours !== null) return { of: side, hours };
  }
  return null;
}

type Wanted = Parameters<typeof cachedHours>[1];

/** Hours of one month, of one usage id or of Stripe. */
type Series = { readonly month: MonthKey; readonly values: readonly (readonly [Instant, Decimal])[] };

function meteredHours({ db }: HoursRequest, { customerKey, meter, period }: Wanted): readonly HourLevel[] | null {
  const series: Series[] = [];
  for (const month of monthsIn(period)) {
    const pull = readPullsInForce(db, month).find((one) => one.source === 'stripe' && one.stripeMeterId === meter.id);
    const hours = pull === undefined ? null : readSummaryHours(db, pull.pull, customerKey);
    if (hours === null) return null;
    series.push({ month, values: within(hours, month, period) });
  }
  return levelsOf([series], meter.formula === 'last' ? 'last' : 'sum', meter);
}

function measuredHours(request: HoursRequest, { customerKey, meter, period }: Wanted): readonly HourLevel[] | null {
  const configured = configuredMeter(request, meter.id);
  const usageKeys = usageKeysOf(request.identity, customerKey);
  if (configured === null || usageKeys.length === 0) return null;
  const pulls = monthsIn(period).map((month) => ({ month, pull: measuredPull(request.db, month, configured.key) }));
  const ofKeys = usageKeys.map((usageKey) =>
    pulls.flatMap(({ month, pull }): Series[] => {
      const hours = pull === null ? null : readUsageHours(request.db, pull.pull, usageKey);
      if (pull === null || hours === null) return [];
      const unit = decimal(10n ** BigInt(pull.exponent));
      const toBilled = (native: Decimal): Decimal =>
        scaleBy(multiply(native, unit), configured.scale, QUANTITY_PLACES, 'half_up');
      const values = within(hours, month, period).map(([hour, native]) => [hour, toBilled(native)] as const);
      return [{ month, values }];
    }),
  );
  if (ofKeys.every((series) => series.length === 0)) return null;
  return levelsOf(ofKeys, configured.combine, meter);
}

const measuredPull = (db: Db, month: MonthKey, key: string): PullInForce | null =>
  readPullsInForce(db, month).find((one) => one.source === 'clickhouse' && one.meter === key) ?? null;

/** The hours of a month that lie in a period, with their values; a value that is no number is left out. */
function within(hours: readonly HourValue[], month: MonthKey, { from, to }: Period): Series['values'] {
  const start = monthPeriod(month).from;
  return hours.flatMap((value): Series['values'] => {
    const hour = instant(start + value.hour * HOUR_MS);
    const number = value.text === undefined ? fromStored(value.whole, value.frac) : tryParseDecimal(value.text);
    return number === null || hour + HOUR_MS <= from || hour >= to ? [] : [[hour, number]];
  });
}

/**
 * Joins the hours of several usage ids: increments are added up, levels (`last`, `max`) hold until the next hour of the
 * same id; those of all ids are added.
 */
function levelsOf(
  ofKeys: readonly (readonly Series[])[],
  combine: 'sum' | 'last' | 'max',
  { formula }: Meter,
): readonly HourLevel[] {
  const changes = new Map<Instant, Decimal>();
  const change = (hour: Instant, by: Decimal): void => {
    changes.set(hour, add(changes.get(hour) ?? ZERO, by));
  };
  const months = new Set<MonthKey>();
  for (const series of ofKeys) {
    let level: Decimal = ZERO;
    for (const { month, values } of series) {
      months.add(month);
      for (const [hour, value] of values) {
        const next = combine === 'sum' ? null : combine === 'max' ? maximum(level, value) : value;
        change(hour, next === null ? value : subtract(next, level));
        level = next ?? level;
      }
    }
  }
  let level: Decimal = ZERO;
  let month: MonthKey | null = null;
  const restarts = combine === 'sum' && formula === 'last';
  return [...changes]
    .sort(([a], [b]) => a - b)
    .map(([hour, by]) => {
      const own = monthOf(hour);
      level = normalize(add(restarts && month !== null && own !== month ? ZERO : level, by));
      month = own;
      return { hour, level };
    });
}

function monthsIn({ from, to }: Period): readonly MonthKey[] {
  const months: MonthKey[] = [];
  for (let month = monthOf(from); monthPeriod(month).from < to; month = nextMonth(month)) months.push(month);
  return months;
}
