import { add, type Decimal, multiply, subtract, ZERO } from '../values/decimal.ts';
import type { RatablePrice } from './ratable-price.ts';
import { type RateOptions, roundMinor } from './rate.ts';

/**
 * A ladder whose lower tiers are added up beforehand: a quantity in a step costs
 * `after` + round(`before` + (quantity − `below`) × `unit`), in minor units.
 */
export type CostStep = {
  /** The largest quantity of the step, inclusive; null: open. */
  readonly upTo: Decimal | null;
  readonly below: Decimal;
  readonly unit: Decimal;
  /** What is rounded together with the usage: nothing where each line is rounded. */
  readonly before: Decimal;
  /** What was rounded by itself: nothing where only the total is. */
  readonly after: bigint;
};

/** The steps of a price without a transformation, ascending; the last one is open. */
export function costSteps(price: RatablePrice, options: RateOptions): readonly CostStep[] {
  if (price.kind === 'per_unit') {
    return [{ upTo: null, below: ZERO, unit: price.unitAmount, before: ZERO, after: 0n }];
  }
  const isLine = options.roundAt === 'line';
  const steps: CostStep[] = [];
  let below = ZERO;
  let before = ZERO;
  let after = 0n;
  for (const { upTo, unitAmount, flatAmount } of price.tiers) {
    const flat = flatAmount ?? ZERO;
    const flatMinor = isLine ? roundMinor(flat, options.rounding) : 0n;
    steps.push({
      upTo,
      below,
      unit: unitAmount,
      before: isLine ? ZERO : add(before, flat),
      after: after + flatMinor,
    });
    if (price.kind === 'volume' || upTo === null) continue;
    const usage = multiply(subtract(upTo, below), unitAmount);
    before = add(add(before, usage), flat);
    after += isLine ? roundMinor(usage, options.rounding) + flatMinor : 0n;
    below = upTo;
  }
  return steps;
}

export const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The lower steps of a ladder, and the largest whole part of a quantity for which they can be used; −1: none. */
type Reach = { readonly qmax: number; readonly steps: readonly CostStep[] };

/**
 * How far plain numbers go up a ladder.
 * @param limitOf the largest whole part of a quantity whose cost in a step is proven to stay below 2^53; negative: none
 */
export function reach(steps: readonly CostStep[], limitOf: (step: CostStep) => bigint): Reach {
  const served: CostStep[] = [];
  let floor = 0n;
  for (const step of steps) {
    const { upTo } = step;
    const bound = upTo === null ? MAX_SAFE : upTo.scale === 0 ? upTo.coefficient : -1n;
    const limit = limitOf(step);
    // A quantity just above the floor has its whole part: without this step it is out of reach.
    if (bound < 0n || limit < floor) return { qmax: Number(floor) - 1, steps: served };
    served.push(step);
    if (limit < bound || bound >= MAX_SAFE) return { qmax: Number(limit < MAX_SAFE ? limit : MAX_SAFE), steps: served };
    floor = bound;
  }
  return { qmax: Number(floor) - 1, steps: served };
}
