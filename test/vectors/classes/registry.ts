import type { SkippedClass, VectorClass } from '../vector.ts';
import { checkpoint } from './checkpoint.ts';
import { stripeForm, stripeHard } from './peer-prices.ts';
import { catalogRating, tierPrice } from './rating.ts';
import { drift, lastHeldValue, shadowReportOf, shadowRow } from './reconciliation.ts';
import { meterValue, period } from './values.ts';

const RATING: SkippedClass = { skipped: 'comes with the rating issue' };
const NO_STRIPE_PRICE: SkippedClass = { skipped: 'Stripe has no such price' };
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
  'metering/checkpoint': checkpoint,
  'metering/rating': catalogRating,
  'metering/tier-price': tierPrice,

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

  'lago/standard': stripeForm,
  'lago/graduated': stripeForm,
  'lago/graduated_range': RATING,
  'lago/volume': stripeForm,
  'lago/package': stripeForm,
  'lago/percentage': stripeForm,
  'lago/graduated_percentage': stripeForm,
  'lago/graduated_percentage_range': RATING,
  'lago/dynamic': NO_STRIPE_PRICE,
  'lago/prorated_graduated': NO_STRIPE_PRICE,
  'lago/prorated_graduated_dated': NO_STRIPE_PRICE,
  'lago/minimum_true_up': NO_STRIPE_PRICE,

  'killbill/consumable_all_tiers': stripeForm,
  'killbill/consumable_top_tier': stripeForm,
  'killbill/consumable_multi_unit': NO_STRIPE_PRICE,
  'killbill/incremental': NO_STRIPE_PRICE,
  'killbill/incremental_tiers': NO_STRIPE_PRICE,
  'killbill/bucketing': RATING,
  'killbill/price_change': RATING,
  'killbill/capacity': stripeForm,

  'stripemeter/flat': stripeForm,
  'stripemeter/tiered': stripeForm,
  'stripemeter/graduated': stripeForm,
  'stripemeter/volume': stripeForm,
  'stripemeter/package': stripeForm,
  'stripemeter/invoice': RATING,
  'stripemeter/tolerance': RATING,
  'stripemeter/stripe_hard': stripeHard,
};
