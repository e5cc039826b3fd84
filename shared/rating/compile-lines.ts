import { compare, type Decimal, decimal, multiply, ONE, powerOfTen, subtract, ZERO } from '../values/decimal.ts';
import { FRAC_UNIT, QUANTITY_PLACES } from '../values/quantity.ts';
import { compilePackages } from './compile-packages.ts';
import { compileRatable } from './compile-price.ts';
import { asSafe } from './plain-rounding.ts';
import type { RatablePrice } from './ratable-price.ts';
import { type RatedLine, type RatedQuantity, type RateOptions, rate, roundMinor } from './rate.ts';
import { type RatedPart, ratedPart } from './rated-part.ts';

/** As `rate` gives them; the unrounded sum is that of the lines. */
export type RatedLines = Omit<RatedQuantity, 'exact'>;

/**
 * A price made ready to give the invoice lines of many quantities, in every figure those of `rate`. Lines of finished
 * tiers and flat lines are made once and shared, so that a quantity costs one new line, and its amount is computed in
 * plain numbers as far as `compilePrice` does.
 * @returns a function of the quantity of the whole service period; it throws TieoutError `quantity-negative`
 */
export function compileLines(price: RatablePrice, options: RateOptions): (quantity: Decimal) => RatedLines {
  const steps = lineSteps(price, options);
  const { minorOf } = compileRatable(price, options);
  const transform = price.kind === 'per_unit' ? price.transform : null;
  const packagesOf = transform === null ? null : compilePackages(transform);
  const isLine = options.roundAt === 'line';
  return (used) => {
    const stored = storedOf(used);
    if (stored === null || (transform !== null && packagesOf === null)) return rate(price, used, options);
    const { whole, frac } = stored;
    const charged = packagesOf === null ? used : decimal(BigInt(packagesOf(whole, frac)));
    const { tier, upTo, below, unitAmount, template, at, fixedMinor } = stepOf(steps, charged);
    const quantity = below === ZERO ? charged : subtract(charged, below);
    const exact = multiply(quantity, unitAmount);
    const amountMinor = BigInt(minorOf(whole, frac));
    const lineMinor = isLine ? amountMinor - fixedMinor : null;
    const lines = template.slice();
    lines[at] =
      packagesOf === null
        ? { type: 'usage', tier, upTo, quantity, unitAmount, exact, amountMinor: lineMinor }
        : { type: 'usage', tier, upTo, quantity, unitAmount, exact, rawQuantity: used, amountMinor: lineMinor };
    return { lines, amountMinor };
  };
}

/** A quantity as the cache stores it; null where it is negative or has no such form. */
function storedOf({ coefficient, scale }: Decimal): { readonly whole: number; readonly frac: number } | null {
  if (scale > QUANTITY_PLACES || coefficient < 0n) return null;
  if (scale === 0) {
    const whole = asSafe(coefficient);
    return whole === null ? null : { whole, frac: 0 };
  }
  const scaled = coefficient * powerOfTen(QUANTITY_PLACES - scale);
  const whole = asSafe(scaled / FRAC_UNIT);
  return whole === null ? null : { whole, frac: Number(scaled % FRAC_UNIT) };
}

/** A step of a ladder with everything about it that does not depend on the quantity. */
type LineStep = {
  readonly tier: number;
  readonly upTo: Decimal | null;
  readonly below: Decimal;
  readonly unitAmount: Decimal;
  /** Lines of the tiers below it and its own flat line; between them, at `at`, any line in place of its usage. */
  readonly template: readonly RatedLine[];
  readonly at: number;
  /** What the lines but that one are charged. */
  readonly fixedMinor: bigint;
};

function stepOf(steps: readonly LineStep[], quantity: Decimal): LineStep {
  for (const step of steps) if (step.upTo === null || compare(quantity, step.upTo) <= 0) return step;
  throw new RangeError('A tier ladder ends with an open tier');
}

function lineSteps(price: RatablePrice, options: RateOptions): readonly LineStep[] {
  const lineOf = (part: RatedPart): RatedLine => ({
    ...part,
    amountMinor: options.roundAt === 'line' ? roundMinor(part.exact, options.rounding) : null,
  });
  const tiers =
    price.kind === 'per_unit' ? [{ upTo: null, unitAmount: price.unitAmount, flatAmount: null }] : price.tiers;
  const steps: LineStep[] = [];
  let head: readonly RatedLine[] = [];
  let below: Decimal = ZERO;
  for (const [index, tier] of tiers.entries()) {
    const { upTo, unitAmount, flatAmount } = tier;
    const tail = flatAmount === null ? [] : [lineOf(ratedPart('flat', index, tier, ONE, flatAmount))];
    const fixedMinor = [...head, ...tail].reduce((total, { amountMinor }) => total + (amountMinor ?? 0n), 0n);
    const usage = lineOf(ratedPart('usage', index, tier, subtract(upTo ?? below, below), unitAmount));
    const template = [...head, usage, ...tail];
    steps.push({ tier: index + 1, upTo, below, unitAmount, template, at: head.length, fixedMinor });
    if (price.kind !== 'graduated' || upTo === null) continue;
    head = template;
    below = upTo;
  }
  return steps;
}
