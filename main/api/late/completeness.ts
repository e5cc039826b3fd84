import { type Completeness, completenessOfMonth } from '../../../shared/reconciliation/arrival.ts';
import type { Sight } from '../../../shared/reconciliation/arrival-sight.ts';
import { powerOfTen, rescaleExact, round, tryParseDecimal } from '../../../shared/values/decimal.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import type { MonthKey } from '../../../shared/values/period.ts';
import { fromStored, QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { readArrivals, type UsageArrival } from '../../cache/arrival-store.ts';
import type { HourValue } from '../../cache/hour-pack.ts';
import type { Db } from '../../cache/open.ts';
import { findMeterKey } from '../../cache/pull-store.ts';
import type { ReconcileMeter } from '../reconcile/settings.ts';

export type MeterCompleteness = { readonly meter: CompletenessMeter; readonly completeness: Completeness };

type CompletenessMeter = Pick<ReconcileMeter, 'key' | 'unit' | 'scale' | 'combine' | 'usageFingerprint'>;

/**
 * How complete the usage of a month is, meter by meter, from everything that was pulled until `now`, of any month, as
 * the settings measure it today.
 */
export const completenessOf = (
  db: Db,
  of: { readonly month: MonthKey; readonly meters: readonly CompletenessMeter[]; readonly now: Instant },
): readonly MeterCompleteness[] =>
  of.meters.map((meter) => {
    const sights = readSights(db, meter, of.now);
    const { scale, combine } = meter;
    return { meter, completeness: completenessOfMonth(sights, { month: of.month, scale, combine }) };
  });

function readSights(db: Db, meter: CompletenessMeter, now: Instant): readonly Sight[] {
  const meterKey = findMeterKey(db, meter.key);
  if (meterKey === null) return [];
  return readArrivals(db, meterKey)
    .filter(({ fingerprint, pulledAt }) => fingerprint === meter.usageFingerprint && pulledAt <= now)
    .map(sightOf);
}

const sightOf = ({ pull, month, pulledAt, exponent, hours }: UsageArrival): Sight => ({
  pull,
  month,
  pulledAt,
  hours: new Map(hours.map((value) => [value.hour, unitsOf(value, powerOfTen(exponent))])),
});

/** Native quantity in 10^-12; a text with more decimals is rounded to them, since nothing but an expectation rests on it. */
function unitsOf({ whole, frac, text }: HourValue, factor: bigint): bigint | null {
  if (text === undefined) return fromStored(whole, frac).coefficient * factor;
  const value = tryParseDecimal(text);
  return value === null ? null : rescaleExact(round(value, QUANTITY_PLACES, 'half_up'), QUANTITY_PLACES) * factor;
}
