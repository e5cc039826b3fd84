import { rescaleExact } from '../values/decimal.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../values/quantity.ts';
import { type CostStep, MAX_SAFE, reach } from './compile-steps.ts';
import type { RateOptions } from './rate.ts';

/**
 * Rates quantities with 12 decimals under prices with 12 decimals in plain numbers: both are written in digits of base
 * 10^6 and multiplied by hand. The integer part of the amount stays below 2^53, the rest is kept to its last digit.
 */
export type LimbPath = {
  /** Largest whole part that `rate` may be given; −1: none. */
  readonly qmax: number;
  /** @param frac in 10^-12, 0 ≤ frac < 10^12 */
  readonly rate: (whole: number, frac: number) => number;
};

const NO_LIMB_PATH: LimbPath = { qmax: -1, rate: () => Number.NaN };

const BASE = 1_000_000;
const SQUARE = 1_000_000_000_000;
/** Up to it the product with a digit, and with it each column of the multiplication, stays below 2^53. */
const MAX_WHOLE_UNIT = 4_000_000_000n;

/** An amount or a price as whole + high · 10^-6 + low · 10^-12. */
type Limbs = { readonly whole: number; readonly high: number; readonly low: number };

function limbs(scaled: bigint): Limbs {
  const frac = Number(scaled % FRAC_UNIT);
  const high = Math.floor(frac / BASE);
  return { whole: Number(scaled / FRAC_UNIT), high, low: frac - high * BASE };
}

export function compileLimbs(steps: readonly CostStep[], options: RateOptions): LimbPath {
  const isFine = steps.every(({ unit, before }) => Math.max(unit.scale, before.scale) <= QUANTITY_PLACES);
  if (!isFine) return NO_LIMB_PATH;
  const { qmax, steps: served } = reach(steps, ({ below, unit, before, after }) => {
    const rate = rescaleExact(unit, QUANTITY_PLACES);
    const fixed = rescaleExact(before, QUANTITY_PLACES);
    if (rate < 0n || fixed < 0n || after < 0n || rate / FRAC_UNIT > MAX_WHOLE_UNIT) return -1n;
    // (whole − below + 1) × (whole unit + 1) is more than the usage; 2 for the rest of `before` and for rounding.
    const room = MAX_SAFE - fixed / FRAC_UNIT - after - 2n;
    return room < 0n ? -1n : below.coefficient + room / (rate / FRAC_UNIT + 1n) - 1n;
  });
  if (qmax < 0) return NO_LIMB_PATH;
  const ladder = served.map(({ upTo, below, unit, before, after }) => ({
    upTo: upTo === null ? Number.POSITIVE_INFINITY : Number(upTo.coefficient),
    below: Number(below.coefficient),
    unit: limbs(rescaleExact(unit, QUANTITY_PLACES)),
    before: limbs(rescaleExact(before, QUANTITY_PLACES)),
    after: Number(after),
  }));
  const round = limbRounder(options);
  return {
    qmax,
    rate: (whole, frac) => {
      let index = 0;
      let step = ladder[0] as (typeof ladder)[number];
      while (whole > step.upTo || (whole === step.upTo && frac > 0)) {
        index += 1;
        step = ladder[index] as (typeof ladder)[number];
      }
      const { unit, before } = step;
      const usage = whole - step.below;
      // usage = q2 · 10^12 + q1 · 10^6 + q0, frac = f1 · 10^6 + f0
      const q2 = Math.floor(usage / SQUARE);
      const lower = usage - q2 * SQUARE;
      const q1 = Math.floor(lower / BASE);
      const q0 = lower - q1 * BASE;
      const f1 = Math.floor(frac / BASE);
      const f0 = frac - f1 * BASE;
      // Columns of 10^-24, 10^-18, 10^-12, 10^-6 and 1, each with what the one before carries.
      const c4 = f0 * unit.low;
      const carry4 = Math.floor(c4 / BASE);
      const c3 = f1 * unit.low + f0 * unit.high + carry4;
      const carry3 = Math.floor(c3 / BASE);
      const c2 = f1 * unit.high + q0 * unit.low + f0 * unit.whole + before.low + carry3;
      const carry2 = Math.floor(c2 / BASE);
      const c1 = q0 * unit.high + q1 * unit.low + f1 * unit.whole + before.high + carry2;
      const carry1 = Math.floor(c1 / BASE);
      const c0 = q1 * unit.high + q2 * unit.low + q2 * unit.high * BASE + usage * unit.whole + before.whole + carry1;
      const rest = (c1 - carry1 * BASE) * BASE + (c2 - carry2 * BASE);
      const hasMore = c3 !== carry3 * BASE || c4 !== carry4 * BASE;
      return step.after + round(c0, rest, hasMore);
    },
  };
}

const HALF = SQUARE / 2;

/** whole + rest · 10^-12, and a little more where there is more, to a whole amount. */
function limbRounder({ rounding }: RateOptions): (whole: number, rest: number, hasMore: boolean) => number {
  return (whole, rest, hasMore) => {
    if (rounding === 'half_up') return rest >= HALF ? whole + 1 : whole;
    if (rounding === 'down') return whole;
    if (rounding === 'up') return rest > 0 || hasMore ? whole + 1 : whole;
    if (rest === HALF && !hasMore) return whole + (whole % 2);
    return rest >= HALF ? whole + 1 : whole;
  };
}
