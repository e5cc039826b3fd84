import {
  absolute,
  add,
  compare,
  type Decimal,
  divide,
  isZero,
  maximum,
  multiply,
  normalize,
  ONE,
  subtract,
  ZERO,
} from '../values/decimal.ts';
import { QUANTITY_PLACES } from '../values/quantity.ts';
import type { Tolerance } from './tolerance.ts';

/**
 * The acceptance rule of StripeMeter (metering.md section 8). Its base is Stripe's value, so unlike drift it is not
 * symmetric: `share` = |local − stripe| ÷ stripe where Stripe holds more than 0, else 1 for any difference.
 */
export type MetricAcceptance = {
  readonly metric: string;
  readonly difference: Decimal;
  /** Rounded to 12 places, half away from zero, for display; the judgement is made without division. */
  readonly share: Decimal;
  readonly isAccepted: boolean;
};

export type MetricPair = { readonly metric: string; readonly local: Decimal; readonly stripe: Decimal };

export type Acceptance = {
  readonly metrics: readonly MetricAcceptance[];
  /** The sums over all metrics compared, which lets opposite errors cancel and mixes units: for comparison only. */
  readonly netted: MetricAcceptance & { readonly local: Decimal; readonly stripe: Decimal };
  /** Every metric is accepted. */
  readonly isAccepted: boolean;
};

/** @param epsilon largest share that is accepted, inclusive; the published rule uses 0.005 */
export function judgeAcceptance(pairs: readonly MetricPair[], epsilon: Decimal): Acceptance {
  const metrics = pairs.map((pair) => judgeMetric(pair, epsilon));
  const local = pairs.reduce((total, pair) => add(total, pair.local), ZERO);
  const stripe = pairs.reduce((total, pair) => add(total, pair.stripe), ZERO);
  return {
    metrics,
    netted: { local, stripe, ...judgeMetric({ metric: 'all', local, stripe }, epsilon) },
    isAccepted: metrics.every((metric) => metric.isAccepted),
  };
}

function judgeMetric({ metric, local, stripe }: MetricPair, epsilon: Decimal): MetricAcceptance {
  const difference = normalize(absolute(subtract(local, stripe)));
  if (isZero(difference)) return { metric, difference, share: ZERO, isAccepted: true };
  if (compare(stripe, ZERO) <= 0) return { metric, difference, share: ONE, isAccepted: compare(ONE, epsilon) <= 0 };
  return {
    metric,
    difference,
    share: normalize(divide(difference, stripe, QUANTITY_PLACES, 'half_up')),
    isAccepted: compare(difference, multiply(epsilon, stripe)) <= 0,
  };
}

/**
 * StripeMeter's tolerance of a single figure: the difference is at most `absolute`, or at most `relative` of what was
 * expected, which counts as 1 where it is less.
 * @see test/vectors/stripemeter/tolerance.json
 */
export const isWithinExpected = (actual: Decimal, expected: Decimal, tolerance: Tolerance): boolean => {
  const difference = absolute(subtract(actual, expected));
  if (compare(difference, tolerance.absolute) <= 0) return true;
  return compare(difference, multiply(tolerance.relative, maximum(ONE, expected))) <= 0;
};
