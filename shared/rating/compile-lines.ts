import { type Decimal, decimal, multiply, ONE, subtract } from '../values/decimal.ts';
import { fromStored, toStored } from '../values/quantity.ts';
import { compilePackages } from './compile-packages.ts';
import { compileCharged } from './compile-price.ts';
import { asSafe, toBigInt } from './plain-rounding.ts';
import { type PriceShape, type RatablePrice, readPrice } from './ratable-price.ts';
import { negativeQuantity, type RatedLine, type RateOptions, rate, rateQuantity, roundMinor } from './rate.ts';
import { type RatedPart, ratedPart } from './rated-part.ts';

/**
 * Appends the lines that a quantity has under one price, and returns what they are charged: a bigint only where 2^53 is
 * passed.
 * @param whole, frac units of the whole service period as the cache stores them, ≥ 0
 * @param used the same as a decimal, where there is one: lines then keep its scale
 * @throws TieoutError `quantity-negative`
 */
export type LineRater = (whole: number, frac: number, lines: RatedLine[], used?: Decimal) => number | bigint;

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
  if (packagesOf !== null) {
    return (whole, frac, lines, used = decimalOf(whole, frac)) => {
      if (whole < 0) throw negativeQuantity(used);
      const packages = packagesOf(whole, frac);
      const minor = minorOf(packages, 0);
      const [{ tier, upTo, unitAmount }] = steps;
      const quantity = decimalOf(packages, 0);
      const exact = multiply(quantity, unitAmount);
      const amountMinor = isLine ? toBigInt(minor) : null;
      lines.push({ type: 'usage', tier, upTo, quantity, unitAmount, exact, rawQuantity: used, amountMinor });
      return minor;
    };
  }
  return (whole, frac, lines, used) => {
    const minor = minorOf(whole, frac);
    const { tier, upTo, below, unitAmount, head, tail, fixedMinor } = stepOf(steps, whole, frac);
    const quantity =
      used === undefined
        ? decimalOf(whole - below, frac)
        : below === 0
          ? used
          : subtract(used, decimal(toBigInt(below)));
    const exact = multiply(quantity, unitAmount);
    const amountMinor = isLine ? toBigInt(minor) - fixedMinor : null;
    for (const line of head) lines.push(line);
    lines.push({ type: 'usage', tier, upTo, quantity, unitAmount, exact, amountMinor });
    for (const line of tail) lines.push(line);
    return minor;
  };
}

const slowLines =
  (price: RatablePrice, options: RateOptions): LineRater =>
  (whole, frac, lines, used = decimalOf(whole, frac)) => {
    const rated = rate(price, used, options);
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

type Ladder = readonly [LineStep, ...LineStep[]];

function stepOf(steps: Ladder, whole: number, frac: number): LineStep {
  let index = 0;
  let [step] = steps;
  while (whole > step.bound || (whole === step.bound && frac > 0)) {
    index += 1;
    step = steps[index] as LineStep;
  }
  return step;
}

/** Null where a bound is no whole number below 2^53. */
function lineSteps(price: RatablePrice, options: RateOptions): Ladder | null {
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
  const [first, ...others] = steps;
  return first === undefined ? null : [first, ...others];
}

/** Compiled prices by what they came from; `shape` may be made anew for every use, the price is read once. */
const RATERS = new WeakMap<object, Map<string, LineRater>>();

/**
 * The lines of a quantity, as `rate` gives them, by a price that is compiled once for as long as it lives.
 * @param of `price`: the catalog's own, never changed; `shape`: its amounts in one currency
 * @throws TieoutError as `rateQuantity`
 */
export function linesOfPrice(
  of: { readonly price: object; readonly shape: PriceShape; readonly options: RateOptions },
  quantity: Decimal,
): readonly RatedLine[] {
  const stored = toStored(quantity);
  const whole = stored === null ? null : asSafe(stored.whole);
  if (stored === null || whole === null) return rateQuantity(of.shape, quantity, of.options).lines;
  const lines: RatedLine[] = [];
  raterOf(of)(whole, Number(stored.frac), lines, quantity);
  return lines;
}

function raterOf({ price, shape, options }: Parameters<typeof linesOfPrice>[0]): LineRater {
  const key = `${shape.currency} ${options.rounding} ${options.roundAt}`;
  const known = RATERS.get(price);
  const found = known?.get(key);
  if (found !== undefined) return found;
  const rater = compileLines(readPrice(shape), options);
  if (known === undefined) RATERS.set(price, new Map([[key, rater]]));
  else known.set(key, rater);
  return rater;
}
