import { isPushedForm } from '../billing/meter-value.ts';
import {
  add,
  compare,
  type Decimal,
  isNegative,
  isZero,
  maximum,
  minimum,
  multiply,
  ONE,
  subtract,
  ZERO,
} from '../values/decimal.ts';
import type { Verdict } from './result.ts';
import { differsByRounding, isWithin, type Tolerance } from './tolerance.ts';

/** One side of a cell: a number, nothing, or a text that is no decimal. */
export type Side = { readonly value: Decimal | null; readonly isInvalid: boolean };

/**
 * The hour in which the value that Stripe holds was sent: the last UTC hour with a summary. The measured values are the
 * cumulative ones at its start and end; for meters of levels, the levels.
 */
export type HeldEvidence = {
  readonly measuredAtStart: Decimal;
  readonly measuredAtEnd: Decimal;
  /** Start of the Stripe pull minus start of that hour. */
  readonly ageMs: number;
};

export type VerdictInput = {
  readonly measured: Side;
  readonly metered: Side;
  readonly meterExists: boolean;
  readonly tolerance: Tolerance;
  /** The longest age at which a value may lag behind; `staleness` of tieout.yaml. */
  readonly stalenessMs: number;
  readonly held: HeldEvidence | null;
  /** Start of the Stripe pull minus start of the first hour with usage; null where that hour is unknown. */
  readonly firstUsageAgeMs: number | null;
};

/** A verdict and whether it is agreement but for rounding: that of the push, or of Stripe's own sums. */
export type Decision = { readonly verdict: Verdict; readonly byRounding: boolean };

/**
 * The decision table of metering.md section 5, first match wins, with the words of interfaces.md section 2.
 * `unmapped` and `incomplete` are settled before: they need no numbers (`engine` rules).
 */
export function decideVerdict(input: VerdictInput): Decision {
  const { measured, metered, tolerance } = input;
  if (isInvalidSide(measured) || isInvalidSide(metered)) return plain('invalid');
  const left = measured.value ?? ZERO;
  const right = metered.value ?? ZERO;
  if (isZero(left) && isZero(right)) return plain('agree_zero');
  if (!input.meterExists) return plain('no_meter');
  if (isZero(right)) return plain(fitsHeld(input, right) ?? firstUsageVerdict(input) ?? 'missing_stripe');
  if (isZero(left)) return plain('missing_usage');
  const byRounding = agreesByRounding(left, right);
  if (byRounding || isWithin(left, right, tolerance)) return { verdict: 'agree', byRounding };
  if (compare(right, left) < 0) return plain(fitsHeld(input, right) ?? 'under_reported');
  return plain('over_reported');
}

/** Two sides, none 0, that differ by the rounding of a push or of Stripe's sums alone: they agree whatever the hours say. */
export const agreesByRounding = (measured: Decimal, metered: Decimal): boolean =>
  isPushedForm(measured, metered) || differsByRounding(measured, metered);

const STRUCTURAL: ReadonlySet<Verdict> = new Set<Verdict>([
  'stale_overdue',
  'under_reported',
  'over_reported',
  'missing_stripe',
  'missing_usage',
  'no_meter',
]);

/** Whether an expectation did not hold; `unmapped` counts when its quantity is not 0. */
export const isStructural = (verdict: Verdict, measured: Decimal | null): boolean =>
  STRUCTURAL.has(verdict) || (verdict === 'unmapped' && measured !== null && !isZero(measured));

const plain = (verdict: Verdict): Decision => ({ verdict, byRounding: false });

export const isInvalidSide = (side: Side): boolean => side.isInvalid || (side.value !== null && isNegative(side.value));

/** at start × (1 − relative) ≤ metered ≤ at end × (1 + relative): Stripe holds what was true in that hour. */
function fitsHeld(input: VerdictInput, metered: Decimal): 'stale' | 'stale_overdue' | null {
  const { held, tolerance } = input;
  if (held === null) return null;
  // Levels may fall within the hour; for totals the start is never above the end.
  const low = multiply(minimum(held.measuredAtStart, held.measuredAtEnd), subtract(ONE, tolerance.relative));
  const high = multiply(maximum(held.measuredAtStart, held.measuredAtEnd), add(ONE, tolerance.relative));
  if (compare(low, metered) > 0 || compare(metered, high) > 0) return null;
  return held.ageMs <= input.stalenessMs ? 'stale' : 'stale_overdue';
}

/** Stripe holds nothing at all: the first push may still be on its way. */
function firstUsageVerdict(input: VerdictInput): 'stale' | null {
  if (input.metered.value !== null || input.firstUsageAgeMs === null) return null;
  return input.firstUsageAgeMs < input.stalenessMs ? 'stale' : null;
}
