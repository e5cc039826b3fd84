import { type Decimal, decimal, multiply, ONE } from '../values/decimal.ts';
import { fromStored } from '../values/quantity.ts';
import { compilePackages } from './compile-packages.ts';
import { compileCharged } from './compile-price.ts';
import { asSafe, toBigInt } from './plain-rounding.ts';
import type { RatablePrice } from './ratable-price.ts';
import { negativeQuantity, type RatedLine, type RateOptions, rate, roundMinor } from './rate.ts';
import { type RatedPart, ratedPart } from './rated-part.ts';

/**
 * Appends the lines that a quantity has under one price, and returns what they are charged: a bigint only where 2^53 is
 * passed.
 * @param whole, frac units of the whole service period as the cache stores them, ≥ 0
 * @throws TieoutError `quantity-negative`
 */
export type LineRater = (whole: number, frac: number, lines: RatedLine[]) => number | bigint;

/**
 * A price made ready to give the invoice lines of many quantities, in every figure those of `rate`. Lines of finished
 * tiers and flat lines are made once and shared by all; a quantity costs one new line, whose amount is computed in plain
 * numbers as far as `compilePrice` does, and nothing between.
 */
export function compileLines(price: RatablePrice, options: RateOptions): LineRater {
  const transform = price.kind === 'per_unit' ? price.transform : null;
  const packagesOf = transform === null ? null : compilePackages(transform);
  const steps = lineSteps(price, options);
  if (steps === null || (transform !== null && packagesOf === null)) return slowLines(price, options);
  const { minorOf } = compileCharged(price, options);
  const isLine = options.roundAt === 'line';
  const chargeUnits = (units: number, frac: number, lines: RatedLine[], used: Decimal | null): number | bigint => {
    const minor = minorOf(units, frac);
    const { tier, upTo, below, unitAmount, head, tail, fixedMinor } = stepOf(steps, units, frac);
    const quantity = decimalOf(units - below, frac);
    const exact = multiply(quantity, unitAmount);
    const amountMinor = isLine ? toBigInt(minor) - fixedMinor : null;
    for (const line of head) lines.push(line);
    lines.push(
      used === null
        ? { type: 'usage', tier, upTo, quantity, unitAmount, exact, amountMinor }
        : { type: 'usage', tier, upTo, quantity, unitAmount, exact, rawQuantity: used, amountMinor },
    );
    for (const line of tail) lines.push(line);
    return minor;
  };
  if (packagesOf === null) return (whole, frac, lines) => chargeUnits(whole, frac, lines, null);
  return (whole, frac, lines) => {
    const used = decimalOf(whole, frac);
    if (whole < 0) throw negativeQuantity(used);
    return chargeUnits(packagesOf(whole, frac), 0, lines, used);
  };
}

const slowLines =
  (price: RatablePrice, options: RateOptions): LineRater =>
  (whole, frac, lines) => {
    const rated = rate(price, decimalOf(whole, frac), options);
    lines.push(...rated.lines);
    return asSafe(rated.amountMinor) ?? rated.amountMinor;
  };

const decimalOf = (whole: number, frac: number): Decimal =>
  frac === 0 ? { coefficient: toBigInt(whole), scale: 0 } : fromStored(whole, frac);

/** A step of a ladder with everything about it that does not depend on the quantity. */
type LineStep = {
  readonly tier: number;
  readonly upTo: Decimal | null;
  /** `upTo` in plain numbers. */
  readonly bound: number;
  readonly below: number;
  readonly unitAmount: Decimal;
  /** Lines of the tiers below it, and its own flat line. */
  readonly head: readonly RatedLine[];
  readonly tail: readonly RatedLine[];
  /** What these are charged. */
  readonly fixedMinor: bigint;
};

function stepOf(steps: readonly LineStep[], whole: number, frac: number): LineStep {
  let index = 0;
  let step = steps[0] as LineStep;
  while (whole > step.bound || (whole === step.bound && frac > 0)) {
    index += 1;
    step = steps[index] as LineStep;
  }
  return step;
}

/** Null where a bound is no whole number below 2^53. */
function lineSteps(price: RatablePrice, options: RateOptions): readonly LineStep[] | null {
  const lineOf = (part: RatedPart): RatedLine => ({
    ...part,
    amountMinor: options.roundAt === 'line' ? roundMinor(part.exact, options.rounding) : null,
  });
  const tiers =
    price.kind === 'per_unit' ? [{ upTo: null, unitAmount: price.unitAmount, flatAmount: null }] : price.tiers;
  const steps: LineStep[] = [];
  let head: readonly RatedLine[] = [];
  let below = 0;
  for (const [index, tier] of tiers.entries()) {
    const { upTo, unitAmount, flatAmount } = tier;
    const bound = upTo === null ? Number.POSITIVE_INFINITY : upTo.scale === 0 ? asSafe(upTo.coefficient) : null;
    if (bound === null) return null;
    const tail = flatAmount === null ? [] : [lineOf(ratedPart('flat', index, tier, ONE, flatAmount))];
    const fixedMinor = [...head, ...tail].reduce((total, { amountMinor }) => total + (amountMinor ?? 0n), 0n);
    steps.push({ tier: index + 1, upTo, bound, below, unitAmount, head, tail, fixedMinor });
    if (price.kind !== 'graduated' || upTo === null) continue;
    head = [...head, lineOf(ratedPart('usage', index, tier, decimal(BigInt(bound - below)), unitAmount)), ...tail];
    below = bound;
  }
  return steps;
}
