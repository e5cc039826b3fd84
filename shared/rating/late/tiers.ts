import { compare, type Decimal, isNegative, isZero, minimum, subtract, ZERO } from '../../values/decimal.ts';
import type { PricedTier } from './charge.ts';
import { roundMajor, roundProduct } from './line.ts';
import { lateProblem, throwIfAny } from './problems.ts';

/** By bound, the open one last. */
export const sortTiers = (tiers: readonly PricedTier[]): readonly PricedTier[] =>
  [...tiers].sort((a, b) => {
    if (a.upTo === null || b.upTo === null) return a.upTo === b.upTo ? 0 : a.upTo === null ? 1 : -1;
    return compare(a.upTo, b.upTo);
  });

/** @param tiers sorted @returns the index of the tier whose bound is the first that holds the quantity */
export function volumeTier(tiers: readonly PricedTier[], quantity: Decimal): number {
  let index = 0;
  for (const { upTo } of tiers) {
    if (upTo === null || compare(quantity, upTo) <= 0) break;
    index += 1;
  }
  return index;
}

/** The part of a range of units that falls into one tier. */
export type Segment = {
  readonly tierIndex: number;
  readonly quantity: Decimal;
  /** It begins at the lower bound of its tier, so that the tier's flat part is due. */
  readonly startsTier: boolean;
};

/**
 * Walks (before, after] through the tiers. With nothing before and nothing after the first tier is still visited; an
 * empty range further up gives nothing, and one that starts exactly on a bound starts in the next tier.
 * @param tiers sorted, the last one open
 * @throws LateUsageError `quantity-range-invalid` where the range begins below 0 or runs backwards
 */
export function walkGraduated(tiers: readonly PricedTier[], before: Decimal, after: Decimal): readonly Segment[] {
  if (isNegative(before) || compare(after, before) < 0) throwIfAny([INVALID_RANGE]);
  if (isZero(after)) return [{ tierIndex: 0, quantity: ZERO, startsTier: true }];
  const segments: Segment[] = [];
  let lower = ZERO;
  for (const [tierIndex, { upTo }] of tiers.entries()) {
    if (compare(lower, after) >= 0) break;
    // A first tier that ends at 0 holds no units, and is entered all the same.
    const isEntered = tierIndex === 0 && isZero(before);
    const upper = upTo === null ? after : minimum(upTo, after);
    if (isEntered || compare(upper, before) > 0) {
      const startsTier = compare(before, lower) <= 0;
      segments.push({ tierIndex, quantity: subtract(upper, startsTier ? lower : before), startsTier });
    }
    if (upTo !== null) lower = upTo;
  }
  return segments;
}

const INVALID_RANGE = lateProblem(
  'quantity-range-invalid',
  'Graduated tiers are walked upwards from 0; the quantity before the period is negative, or the one after it smaller.',
  'Give the quantity before the period, at least 0, and what was added in the period.',
);

/**
 * What a cumulative quantity costs in graduated tiers, every part rounded on its own.
 * @param tiers sorted @returns units of the currency's last digit
 */
export function graduatedTotal(tiers: readonly PricedTier[], quantity: Decimal, digits: number): bigint {
  let total = 0n;
  for (const segment of walkGraduated(tiers, ZERO, quantity)) total += segmentAmount(tiers, segment, digits);
  return total;
}

/** As `walkGraduated`, each segment with what everything below it costs. */
export function graduatedWalk(
  tiers: readonly PricedTier[],
  range: { readonly from: Decimal; readonly to: Decimal },
  digits: number,
): readonly (Segment & { readonly totalBeforeMinor: bigint })[] {
  let total = isZero(range.from) ? 0n : graduatedTotal(tiers, range.from, digits);
  return walkGraduated(tiers, range.from, range.to).map((segment) => {
    const totalBeforeMinor = total;
    total += segmentAmount(tiers, segment, digits);
    return { ...segment, totalBeforeMinor };
  });
}

function segmentAmount(tiers: readonly PricedTier[], segment: Segment, digits: number): bigint {
  const tier = tiers[segment.tierIndex];
  const flat = tier?.flat ?? null;
  const unit = tier?.unit ?? null;
  const flatMinor = flat === null || !segment.startsTier ? 0n : roundMajor(flat, digits);
  return flatMinor + (unit === null ? 0n : roundProduct(unit, segment.quantity, digits));
}
