import type { Tolerance } from '../../../shared/reconciliation/tolerance.ts';
import { type Decimal, formatDecimal } from '../../../shared/values/decimal.ts';

/** What plain numbers can prove of a cell; `unknown` goes the exact way. */
export const PROVEN = { unknown: 0, agree: 1, zero: 2 } as const;

const FRAC = 1_000_000_000_000;

/**
 * A filter for the cells that agree: differences and bounds in doubles, with every rounding error counted against the
 * answer. It says `agree` only where the exact comparison would too, for two sides ≥ 0 below 2^53; everything near a
 * bound, and everything that drifts, stays `unknown`. The exact rules are shared/reconciliation/verdict.ts.
 */
export function agreeKernel(
  tolerance: Tolerance,
): (measuredWhole: number, measuredFrac: number, meteredWhole: number, meteredFrac: number) => number {
  const relative = asNumber(tolerance.relative);
  return (measuredWhole, measuredFrac, meteredWhole, meteredFrac) => {
    if (measuredWhole < 0 || meteredWhole < 0) return PROVEN.unknown;
    if (measuredWhole === meteredWhole && measuredFrac === meteredFrac) {
      return measuredWhole === 0 && measuredFrac === 0 ? PROVEN.zero : PROVEN.agree;
    }
    // A side of zero is no agreement, whatever the tolerance: the decision table asks for it first.
    if (measuredWhole === 0 && measuredFrac === 0) return PROVEN.unknown;
    if (meteredWhole === 0 && meteredFrac === 0) return PROVEN.unknown;
    const wholes = measuredWhole - meteredWhole;
    const distance = Math.abs(wholes + (measuredFrac - meteredFrac) / FRAC);
    const slack = 1e-15 * (Math.abs(wholes) + 1);
    const larger = measuredWhole > meteredWhole ? measuredWhole : meteredWhole;
    // Differences by the rounding of a push, or of Stripe's sums, are named as such, so they are left to the exact path.
    if (distance - slack <= 1.1e-14 * (larger + 1)) return PROVEN.unknown;
    return distance + slack < relative * larger * (1 - 1e-12) ? PROVEN.agree : PROVEN.unknown;
  };
}

const asNumber = (value: Decimal): number => Number(formatDecimal(value));
