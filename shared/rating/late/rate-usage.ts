import { type Decimal, decimal, isNegative, multiply, ONE, subtract, ZERO } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';
import { convertUnits } from './convert-units.ts';
import { applyCredits } from './credits.ts';
import { type DetailedLine, type LineCredit, type LineDiscount, roundMajor, roundProduct } from './line.ts';
import type { Part, Position } from './pricers.ts';
import { throwIfAny } from './problems.ts';
import type { ReadyCharge } from './ready-charge.ts';
import { discountUsage, type Usage } from './usage-discount.ts';

export type RatingRequest = {
  readonly servicePeriod: Period;
  readonly position: Position;
  /** Units in the period; for a whole charge the cumulative quantity. */
  readonly quantity: Decimal;
  readonly quantityBefore: Decimal;
  /** Major units that earlier parts of the charge came to. */
  readonly amountBilledBefore: Decimal;
  readonly isMinimumOff: boolean;
  readonly credits: readonly LineCredit[];
};

/**
 * Rates one quantity of a charge (rating-late-usage.md section 4): unit conversion → usage discount → price →
 * percentage discount → maximum → minimum → credits. A flat price knows the price, the percentage and credits alone.
 * @returns lines in the order of the price's parts, the minimum last
 * @throws LateUsageError what is wrong with the charge; `volume-split`, `quantity-range-invalid`, `credits-not-consumed`
 */
export function rateUsage(charge: ReadyCharge, request: RatingRequest): readonly DetailedLine[] {
  throwIfAny(charge.problems);
  const parts = charge.price(usageOf(charge, request), request.position);
  const lines: DetailedLine[] = [];
  const billedBefore = roundMajor(request.amountBilledBefore, charge.digits);
  let runningMinor = billedBefore;
  for (const part of parts) {
    const line = ratedLine(charge, part, { servicePeriod: request.servicePeriod, runningMinor, index: lines.length });
    runningMinor += line.totals.totalMinor;
    lines.push(line);
  }
  const isMinimumDue = charge.minimum !== null && request.position.isLast && !request.isMinimumOff;
  const missing = isMinimumDue ? missingMinor(charge, request, runningMinor - billedBefore) : 0n;
  if (missing > 0n) lines.push({ ...commitmentLine(charge, request, missing), index: lines.length });
  return request.credits.length === 0 ? lines : applyCredits(lines, request.credits);
}

const WHOLE: Position = { isFirst: true, isLast: true };

/** What both engines ask: a cumulative quantity of the whole charge with nothing before it, without credits. */
export const rateSnapshot = (
  charge: ReadyCharge,
  snapshot: { readonly servicePeriod: Period; readonly quantity: Decimal; readonly isMinimumOff: boolean },
): readonly DetailedLine[] =>
  rateUsage(charge, {
    servicePeriod: snapshot.servicePeriod,
    quantity: snapshot.quantity,
    isMinimumOff: snapshot.isMinimumOff,
    position: WHOLE,
    quantityBefore: ZERO,
    amountBilledBefore: ZERO,
    credits: NO_CREDITS,
  });

const NO_CREDITS: readonly LineCredit[] = [];

/** A cumulative quantity below 0 counts as 0 (section 4.9; the engines warn of it). */
function usageOf(charge: ReadyCharge, { quantity, quantityBefore }: RatingRequest): Usage {
  const isBelowZero = isNegative(quantity) && quantityBefore.coefficient === 0n;
  let usage: Usage = { quantity: isBelowZero ? ZERO : quantity, before: quantityBefore };
  if (charge.conversion !== null) {
    usage = {
      quantity: convertUnits(usage.quantity, charge.conversion).billed,
      before: convertUnits(usage.before, charge.conversion).billed,
    };
  }
  return charge.freeUnits === null ? usage : discountUsage(usage, charge.freeUnits);
}

function ratedLine(
  charge: ReadyCharge,
  { component, paymentTerm, unitAmount, quantity }: Part,
  at: { readonly servicePeriod: Period; readonly runningMinor: bigint; readonly index: number },
): DetailedLine {
  const amountMinor = roundProduct(unitAmount, quantity, charge.digits);
  const discounts = discountsOf(charge, amountMinor, at.runningMinor);
  let discountsMinor = 0n;
  for (const discount of discounts) discountsMinor += discount.amountMinor;
  return {
    id: null,
    component,
    key: component,
    category: 'regular',
    paymentTerm,
    servicePeriod: at.servicePeriod,
    currency: charge.currency,
    unitAmount,
    quantity,
    discounts,
    credits: NO_CREDITS,
    totals: {
      amountMinor,
      chargesMinor: 0n,
      discountsMinor,
      creditsMinor: 0n,
      totalMinor: amountMinor - discountsMinor,
    },
    correctsRun: null,
    reversesLine: null,
    reversesLines: NO_LINES,
    index: at.index,
  };
}

const NO_LINES: readonly string[] = [];
const NO_DISCOUNTS: readonly LineDiscount[] = [];

/** The percentage of the line, then what takes the charge over its maximum. */
function discountsOf(charge: ReadyCharge, amountMinor: bigint, runningMinor: bigint): readonly LineDiscount[] {
  const { percentage, maximumMinor } = charge;
  if (percentage === null && maximumMinor === null) return NO_DISCOUNTS;
  const discounts: LineDiscount[] = [];
  let net = amountMinor;
  if (percentage !== null) {
    const part = multiply(decimal(amountMinor, charge.digits + 2), percentage.value);
    const offMinor = roundMajor(part, charge.digits);
    discounts.push({ kind: 'percentage', id: percentage.id, amountMinor: offMinor });
    net -= offMinor;
  }
  const over = maximumMinor === null ? null : overMaximum(net, runningMinor, maximumMinor);
  if (over !== null) discounts.push({ kind: 'maximum', id: null, amountMinor: over });
  return discounts;
}

/**
 * What a line of this net takes the sum before it over the maximum (section 4.6).
 * @returns the excess, at most the net; null where the maximum is kept
 */
export function overMaximum(netMinor: bigint, beforeMinor: bigint, maximumMinor: bigint): bigint | null {
  const excess = beforeMinor + netMinor - maximumMinor;
  if (excess <= 0n) return null;
  return excess < netMinor ? excess : netMinor;
}

/** @returns what lacks to the minimum, rounded; 0 where nothing does, or less than half a smallest amount */
function missingMinor(charge: ReadyCharge, request: RatingRequest, sumMinor: bigint): bigint {
  if (charge.minimum === null) return 0n;
  const missing = subtract(subtract(charge.minimum, request.amountBilledBefore), decimal(sumMinor, charge.digits));
  return isNegative(missing) ? 0n : roundMajor(missing, charge.digits);
}

/** For the period that was rated; where the charge is split, for all of it. */
function commitmentLine(charge: ReadyCharge, request: RatingRequest, amountMinor: bigint): DetailedLine {
  const isWhole = request.position.isFirst && request.position.isLast;
  return {
    id: null,
    component: 'min.commitment',
    key: 'min.commitment',
    category: 'commitment',
    paymentTerm: 'arrears',
    servicePeriod: isWhole ? request.servicePeriod : charge.period,
    currency: charge.currency,
    unitAmount: decimal(amountMinor, charge.digits),
    quantity: ONE,
    discounts: NO_DISCOUNTS,
    credits: NO_CREDITS,
    totals: {
      amountMinor: 0n,
      chargesMinor: amountMinor,
      discountsMinor: 0n,
      creditsMinor: 0n,
      totalMinor: amountMinor,
    },
    correctsRun: null,
    reversesLine: null,
    reversesLines: NO_LINES,
    index: null,
  };
}
