import { type Completeness, completenessOfMonth } from '../../../shared/reconciliation/arrival.ts';
import { choosePulls } from '../../../shared/reconciliation/arrival-choice.ts';
import type { PullOfMonth, Sight } from '../../../shared/reconciliation/arrival-sight.ts';
import { powerOfTen, rescaleExact, round, tryParseDecimal } from '../../../shared/values/decimal.ts';
import type { Instant } from '../../../shared/values/instant.ts';
import type { MonthKey } from '../../../shared/values/period.ts';
import { fromStored, QUANTITY_PLACES } from '../../../shared/values/quantity.ts';
import { listArrivals, readArrivalHours } from '../../cache/arrival-store.ts';
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
    const sights = readSights(db, { ...of, meter });
    const { scale, combine } = meter;
    return { meter, completeness: completenessOfMonth(sights, { month: of.month, scale, combine }) };
  });

function readSights(
  db: Db,
  of: { readonly meter: CompletenessMeter; readonly month: MonthKey; readonly now: Instant },
): readonly Sight[] {
  const meterKey = findMeterKey(db, of.meter.key);
  if (meterKey === null) return [];
  const alike = listArrivals(db, meterKey).filter(
    ({ fingerprint, pulledAt }) => fingerprint === of.meter.usageFingerprint && pulledAt <= of.now,
  );
  return choosePulls(alike, of.month).map((pull) => sightOf(db, pull));
}

function sightOf(db: Db, { pull, month, pulledAt }: PullOfMonth): Sight {
  const { exponent, hours } = readArrivalHours(db, pull);
  const factor = powerOfTen(exponent);
  return { pull, month, pulledAt, hours: new Map(hours.map((value) => [value.hour, unitsOf(value, factor)])) };
}

/** Native quantity in 10^-12; a text with more decimals is rounded to them, since nothing but an expectation rests on it. */
function unitsOf({ whole, frac, text }: HourValue, factor: bigint): bigint | null {
  if (text === undefined) return fromStored(whole, frac).coefficient * factor;
  const value = tryParseDecimal(text);
  return value === null ? null : rescaleExact(round(value, QUANTITY_PLACES, 'half_up'), QUANTITY_PLACES) * factor;
}
