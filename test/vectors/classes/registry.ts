import type { SkippedClass, VectorClass } from '../vector.ts';
import { drift, lastHeldValue, shadowReportOf, shadowRow } from './reconciliation.ts';
import { meterValue, period } from './values.ts';

const RATING: SkippedClass = { skipped: 'comes with the rating issue' };
const LATE_USAGE: SkippedClass = { skipped: 'comes with the late-usage issue' };
const METERING: SkippedClass = { skipped: 'comes with the metering issue' };
const CLOSE: SkippedClass = { skipped: 'comes with the close issue' };

/** Every class of vectors by `folder/class`. What is not listed here is a failure of the suite. */
export const CLASSES: Readonly<Record<string, VectorClass | SkippedClass>> = {
  'metering/period': period,
  'metering/meter-value': meterValue,
  'metering/drift': drift,
  'metering/last-held': lastHeldValue,
  'metering/shadow-row': shadowRow,
  'metering/shadow-report': shadowReportOf,
  'metering/checkpoint': METERING,

  'metering/rating': RATING,
  'metering/tier-price': RATING,
  'metering/active-series': METERING,
  'metering/rollup': METERING,
  'metering/reserved-bucket': METERING,
  'metering/seam': METERING,
  'metering/parity-bucket': METERING,
  'metering/parity-alert': METERING,
  'metering/soak': METERING,
  'metering/close-gate': CLOSE,
  'metering/credit': CLOSE,

  'openmeter/delta': LATE_USAGE,
  'openmeter/period-preserving': LATE_USAGE,
  'openmeter/single': LATE_USAGE,
  'openmeter/subtract': LATE_USAGE,
  'openmeter/component': LATE_USAGE,

  'lago/standard': RATING,
  'lago/graduated': RATING,
  'lago/graduated_range': RATING,
  'lago/volume': RATING,
  'lago/package': RATING,
  'lago/percentage': RATING,
  'lago/graduated_percentage': RATING,
  'lago/graduated_percentage_range': RATING,
  'lago/dynamic': RATING,
  'lago/prorated_graduated': RATING,
  'lago/prorated_graduated_dated': RATING,
  'lago/minimum_true_up': RATING,

  'killbill/consumable_all_tiers': RATING,
  'killbill/consumable_top_tier': RATING,
  'killbill/consumable_multi_unit': RATING,
  'killbill/incremental': RATING,
  'killbill/incremental_tiers': RATING,
  'killbill/bucketing': RATING,
  'killbill/price_change': RATING,
  'killbill/capacity': RATING,

  'stripemeter/flat': RATING,
  'stripemeter/tiered': RATING,
  'stripemeter/graduated': RATING,
  'stripemeter/volume': RATING,
  'stripemeter/package': RATING,
  'stripemeter/invoice': RATING,
  'stripemeter/tolerance': RATING,
  'stripemeter/stripe_hard': RATING,
};
