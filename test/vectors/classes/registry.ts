import type { SkippedClass, VectorClass } from '../vector.ts';
import { activeSeries } from './active-series.ts';
import { checkpoint } from './checkpoint.ts';
import { closeGate } from './close-gate.ts';
import { credit } from './credit.ts';
import { bucketing, incremental, incrementalTiers, multiUnit, priceChange } from './killbill.ts';
import {
  dynamic,
  graduated,
  graduatedPercentage,
  graduatedPercentageRange,
  graduatedRange,
  minimumTrueUp,
  packages,
  standard,
} from './lago.ts';
import { lateComponent } from './late-component.ts';
import { lateDelta, latePeriodPreserving } from './late-phases.ts';
import { lateSingle, lateSubtract } from './late-rating.ts';
import { NO_STRIPE_PRICE, stripeForm, stripeHard } from './peer-prices.ts';
import {
  parityAlertClass,
  parityBucketClass,
  reservedBucketClass,
  rollupClass,
  seamClass,
  soakClass,
} from './pipelines.ts';
import { catalogRating, tierPrice } from './rating.ts';
import { drift, lastHeldValue, shadowReportOf, shadowRow } from './reconciliation.ts';
import { flat, invoice, tolerance } from './stripemeter.ts';
import { meterValue, period } from './values.ts';

const NOT_IN_STRIPE: SkippedClass = { skipped: NO_STRIPE_PRICE };

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

  'metering/active-series': activeSeries,
  'metering/rollup': rollupClass,
  'metering/reserved-bucket': reservedBucketClass,
  'metering/seam': seamClass,
  'metering/parity-bucket': parityBucketClass,
  'metering/parity-alert': parityAlertClass,
  'metering/soak': soakClass,
  'metering/close-gate': closeGate,
  'metering/credit': credit,

  'openmeter/delta': lateDelta,
  'openmeter/period-preserving': latePeriodPreserving,
  'openmeter/single': lateSingle,
  'openmeter/subtract': lateSubtract,
  'openmeter/component': lateComponent,

  'lago/standard': standard,
  'lago/graduated': graduated,
  'lago/graduated_range': graduatedRange,
  'lago/volume': stripeForm,
  'lago/package': packages,
  'lago/percentage': stripeForm,
  'lago/graduated_percentage': graduatedPercentage,
  'lago/graduated_percentage_range': graduatedPercentageRange,
  'lago/dynamic': dynamic,
  'lago/prorated_graduated': NOT_IN_STRIPE,
  'lago/prorated_graduated_dated': NOT_IN_STRIPE,
  'lago/minimum_true_up': minimumTrueUp,

  'killbill/consumable_all_tiers': stripeForm,
  'killbill/consumable_top_tier': stripeForm,
  'killbill/consumable_multi_unit': multiUnit,
  'killbill/incremental': incremental,
  'killbill/incremental_tiers': incrementalTiers,
  'killbill/bucketing': bucketing,
  'killbill/price_change': priceChange,
  'killbill/capacity': stripeForm,

  'stripemeter/flat': flat,
  'stripemeter/tiered': stripeForm,
  'stripemeter/graduated': stripeForm,
  'stripemeter/volume': stripeForm,
  'stripemeter/package': stripeForm,
  'stripemeter/invoice': invoice,
  'stripemeter/tolerance': tolerance,
  'stripemeter/stripe_hard': stripeHard,
};
