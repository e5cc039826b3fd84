import type { Price } from '../billing/price.ts';
import { isTieoutError } from '../errors.ts';
import { roundFraction } from '../rating/adjust/money-rounding.ts';
import { chargeMinor } from '../rating/charge.ts';
import { fullPeriodFrom } from '../rating/invoice/billing-periods.ts';
import { moneyRounding, type RatingOptions } from '../rating/options.ts';
import { amountsIn, type RatablePrice, readPrice } from '../rating/ratable-price.ts';
import { rate, STRIPE_ROUNDING } from '../rating/rate.ts';
import { absolute, type Decimal, equals, isZero, powerOfTen, sum, tryParseDecimal } from '../values/decimal.ts';
import type { Period } from '../values/period.ts';
import { alternatives, applied } from './proof-alternatives.ts';
import { type Comparison, compareAmounts, type Expected, expectedOf, type QuantityLines } from './proof-expected.ts';
import {
  type Alternative,
  copiesOf,
  type Differing,
  type GroupProof,
  type ProofCause,
  type ProofLine,
  type Unratable,
} from './proof-line.ts';

/** What is known beside the lines of an invoice. */
export type ProofContext = {
  readonly prices: ReadonlyMap<string, Price>;
  /** The trial of a subscription; null where it had none or is not known. */
  readonly trialOf: (subscriptionId: string) => Period | null;
  /** The whole billing period that a proration is a part of; null where it is not known. */
  readonly billingPeriodOf: (line: ProofLine, price: Price) => Period | null;
};

/** A price in one currency, read once. */
type Readable = { readonly price: Price; readonly ratable: RatablePrice };

/**
 * Rates the lines of one price and service period again, with the quantities of the invoice (interfaces.md section 6,
 * `prove`). A line that cannot be rated is told with its reason and stops nothing.
 * @param group lines of one group (`groupLines`)
 * @returns null where the lines are not to be proved: made by hand, without a recurring price
 */
export function proveGroup(
  group: readonly ProofLine[],
  context: ProofContext,
  options: RatingOptions,
): GroupProof | null {
  const [first] = group;
  if (first === undefined || isByHand(first, context)) return null;
  const kind = kindOf(first, context);
  const cannot = (reason: string): GroupProof => ({
    kind,
    lines: group.length,
    exact: 0,
    differing: [],
    unratable: group.map((line): Unratable => ({ line, reason })),
  });
  try {
    const readable = readableOf(first, context);
    if (typeof readable === 'string') return cannot(readable);
    if (group.length > 1 && isByLine(readable.ratable))
      return together(group.map((line) => proveGroup([line], context, options)));
    const quantities = group.map(({ quantity }) => (quantity === null ? null : tryParseDecimal(quantity)));
    if (!quantities.every((quantity) => quantity !== null)) return cannot('The line has no quantity.');
    const lines: QuantityLines = { lines: group, quantities, currency: first.currency };
    const whole = (): Proved => proveLines(lines, { readable, options, isTrial: isInTrial(first, context), kind });
    const part = (): Proved | string => proveProration(first, lines, { readable, context, options });
    const proved = first.isProration ? part() : whole();
    // A first period that ends at a later anchor is charged by the second.
    const again = kind === 'licensed' && !first.isProration && isOffAlone(proved) && isPart(first, readable.price);
    if (again) {
      const second = part();
      if (typeof second !== 'string') return { kind, ...second };
    }
    if (typeof proved === 'string') return cannot(proved);
    return (proved.exact < group.length ? asCopies(group, context, options) : null) ?? { kind, ...proved };
  } catch (error) {
    return cannot(isTieoutError(error) ? error.message : `It could not be rated: ${String(error)}`);
  }
}

/** Lines that stand twice were rated twice; null where they do not, or that does not make them exact either. */
function asCopies(group: readonly ProofLine[], context: ProofContext, options: RatingOptions): GroupProof | null {
  const copies = copiesOf(group);
  const apart = copies === null ? null : together(copies.map((copy) => proveGroup(copy, context, options)));
  return apart?.exact === group.length ? apart : null;
}

const isOffAlone = (proved: Proved | string): boolean =>
  typeof proved !== 'string' && proved.lines === 1 && proved.exact === 0;

/** Every line of such a price is rated by itself. */
const isByLine = (price: RatablePrice): boolean => price.kind === 'per_unit' && price.transform === null;

function together(proofs: readonly (GroupProof | null)[]): GroupProof | null {
  const known = proofs.filter((proof) => proof !== null);
  const [first] = known;
  if (first === undefined) return null;
  const count = (of: 'lines' | 'exact'): number => known.reduce((total, proof) => total + proof[of], 0);
  return {
    kind: first.kind,
    lines: count('lines'),
    exact: count('exact'),
    differing: known.flatMap(({ differing }) => differing),
    unratable: known.flatMap(({ unratable }) => unratable),
  };
}

/** Ids of the lines of a group that are exact under other options. */
export function exactUnder(
  group: readonly ProofLine[],
  context: ProofContext,
  options: RatingOptions,
): ReadonlySet<string> {
  const proof = proveGroup(group, context, options);
  if (proof === null) return new Set();
  const { differing, unratable } = proof;
  const isAllOff = differing.some(({ lines }) => lines > 1);
  const off = new Set([...differing, ...unratable].map(({ line }) => line.id));
  return new Set(group.flatMap(({ id }) => (isAllOff || off.has(id) ? [] : [id])));
}

/** Lines without a recurring price are nobody's usage: items made by hand, or one-off prices. */
function isByHand(line: ProofLine, { prices }: ProofContext): boolean {
  if (line.priceId === null) return line.origin !== 'subscription_item';
  const price = prices.get(line.priceId);
  return price !== undefined && price.usageType === null && price.meterId === null;
}

/** A price that is not known counts as metered, so that "N of M" never looks better than it is. */
function kindOf(line: ProofLine, { prices }: ProofContext): GroupProof['kind'] {
  const price = line.priceId === null ? undefined : prices.get(line.priceId);
  return price?.usageType === 'licensed' ? 'licensed' : 'metered';
}

const readables = new WeakMap<Price, Map<string, Readable | string>>();

/** The price of a line, or why it cannot be rated. Kept per price and currency. */
function readableOf(line: ProofLine, { prices }: ProofContext): Readable | string {
  if (line.priceId === null) return 'The line names no price.';
  const price = prices.get(line.priceId);
  if (price === undefined) return `The price ${line.priceId} is not in the cache: Stripe no longer gives it.`;
  let known = readables.get(price);
  if (known === undefined) {
    known = new Map();
    readables.set(price, known);
  }
  let found = known.get(line.currency);
  if (found === undefined) {
    found = read(price, line.currency);
    known.set(line.currency, found);
  }
  return found;
}

function read(price: Price, currency: string): Readable | string {
  const shape = amountsIn(price, currency);
  if (shape === null) return `The price ${price.id} has no amounts in ${currency}.`;
  try {
    return { price, ratable: readPrice(shape) };
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    return `${price.id}: ${error.message}`;
  }
}

const isInTrial = ({ subscriptionId, servicePeriod }: ProofLine, context: ProofContext): boolean => {
  const trial = subscriptionId === null ? null : context.trialOf(subscriptionId);
  return trial !== null && trial.from <= servicePeriod.from && servicePeriod.to <= trial.to;
};

type Proved = Pick<GroupProof, 'lines' | 'exact' | 'differing' | 'unratable'>;

type Rating = {
  readonly readable: Readable;
  readonly options: RatingOptions;
  readonly isTrial: boolean;
  readonly kind: GroupProof['kind'];
};

function proveLines(lines: QuantityLines, rating: Rating): Proved {
  const expected = expectedOf(rating.readable.ratable, lines, rating.options);
  const compared = compare(expected, lines, rating);
  const off = compared.filter(isOff);
  const differing = off.map((each): Differing => {
    const fixes = wasPriceChanged(each, { lines, expected, rating })
      ? null
      : fixesOf(each, { lines, expected, rating });
    return { ...each, cause: causeOf(each, fixes), fixes: fixes ?? [] };
  });
  return {
    lines: lines.lines.length,
    exact: lines.lines.length - off.reduce((count, each) => count + each.lines, 0),
    differing,
    unratable: [],
  };
}

const isOff = ({ rated, billed }: Comparison): boolean => rated !== billed;

/** Licensed items are never charged within a trial; of metered ones it is assumed. */
const compare = (expected: Expected, lines: QuantityLines, { isTrial, kind, options }: Rating): readonly Comparison[] =>
  compareAmounts(expected, lines, options, isTrial && (kind === 'licensed' || options.trialUsage === 'free'));

type Off = { readonly lines: QuantityLines; readonly expected: Expected; readonly rating: Rating };

/** @param fixes null: the price is not the one that was charged */
function causeOf({ billed, rated }: Comparison, fixes: readonly Alternative[] | null): ProofCause {
  if (fixes === null) return 'price_changed';
  if (fixes.length > 0) return 'rounding';
  const isReversed = billed < 0n !== rated < 0n && billed !== 0n && rated !== 0n;
  return isReversed ? 'unknown_feature' : 'manual_edit';
}

/** The lines name a unit amount that the price does not have, or parts that its tiers do not give. */
function wasPriceChanged({ line, lines: count }: Comparison, { lines, expected, rating }: Off): boolean {
  const { ratable } = rating.readable;
  const own = ratable.kind === 'per_unit' ? [ratable.unitAmount] : ratable.tiers.map(({ unitAmount }) => unitAmount);
  const compared = count === 1 ? [line] : lines.lines;
  const isForeign = compared.some(({ unitAmount }) => {
    const amount = unitAmount === null ? null : tryParseDecimal(unitAmount);
    return amount !== null && !own.some((each) => equals(each, amount));
  });
  return isForeign || (expected.byLine === null && ratable.kind !== 'per_unit' && count > 1);
}

/** The smallest changes of settings under which a comparison comes out even. */
function fixesOf(off: Comparison, { lines, expected, rating }: Off): readonly Alternative[] {
  const { ratable } = rating.readable;
  const relevant = {
    isTrial: rating.isTrial && rating.kind === 'metered',
    isPackaged: ratable.kind === 'per_unit' && ratable.transform !== null,
    currency: lines.currency,
  };
  for (const candidates of alternatives(rating.options, relevant)) {
    const fixing = candidates.filter((alternative) => {
      const options = applied(rating.options, alternative);
      const again = options.packageLine === rating.options.packageLine ? expected : expectedOf(ratable, lines, options);
      const results = compare(again, lines, { ...rating, options });
      const same = results.find(({ line, lines: count }) => line.id === off.line.id && count === off.lines);
      return same === undefined ? !results.some(isOff) : !isOff(same);
    });
    if (fixing.length > 0) return fixing;
  }
  return [];
}

/** A part of a period costs its share of the price by the second; what is given back is negative. */
function proveProration(
  line: ProofLine,
  lines: QuantityLines,
  at: { readonly readable: Readable; readonly context: ProofContext; readonly options: RatingOptions },
): Proved | string {
  const { price, ratable } = at.readable;
  const wholes = wholePeriods(line, price, at.context);
  const { from, to } = line.servicePeriod;
  const { exact } = rate(ratable, absolute(sum(lines.quantities)), STRIPE_ROUNDING);
  const rounding = moneyRounding(at.options, line.currency);
  const shares = wholes.map((whole) => {
    const share = roundFraction(shareOf(exact, { partMs: to - from, wholeMs: whole.to - whole.from }), rounding);
    return line.amountMinor < 0n ? -share : share;
  });
  const [rated] = shares;
  if (rated === undefined) return 'It is a proration, and the billing period that it is a part of is not known.';
  const isFree = isInTrial(line, at.context) && line.amountMinor === 0n;
  const isExact = isFree || shares.includes(line.amountMinor);
  const differing: readonly Differing[] = isExact
    ? []
    : [{ line, lines: 1, rated, billed: line.amountMinor, cause: 'proration', fixes: [] }];
  return { lines: 1, exact: isExact ? 1 : 0, differing, unratable: [] };
}

/** What a line may be a part of: the billing period that holds it, or a first one that ends at a later anchor. */
function wholePeriods(line: ProofLine, price: Price, context: ProofContext): readonly Period[] {
  const { from, to } = line.servicePeriod;
  const known = context.billingPeriodOf(line, price);
  const imagined = price.interval === null ? null : fullPeriodFrom(from, price.interval);
  return [known, known === null ? null : imagined].filter(
    (whole): whole is Period => whole !== null && whole.from < whole.to && whole.from <= from && to <= whole.to,
  );
}

/** A licensed line for less than an interval, though it is not marked as a proration. */
const isPart = ({ servicePeriod }: ProofLine, { interval }: Price): boolean =>
  interval !== null && servicePeriod.to < fullPeriodFrom(servicePeriod.from, interval).to;

const shareOf = (exact: Decimal, of: { readonly partMs: number; readonly wholeMs: number }) => ({
  numerator: isZero(exact) ? 0n : exact.coefficient * BigInt(of.partMs),
  denominator: powerOfTen(exact.scale) * BigInt(of.wholeMs),
});

/**
 * What another quantity would have cost under the price of a line, in its currency, rounded as the options say.
 * @returns null where the price cannot be rated
 */
export function rateAgain(
  line: ProofLine,
  quantity: Decimal,
  context: ProofContext,
  options: RatingOptions,
): bigint | null {
  const readable = readableOf(line, context);
  if (typeof readable === 'string') return null;
  if (isInTrial(line, context) && options.trialUsage === 'free') return 0n;
  return chargeMinor(readable.ratable, quantity, { currency: line.currency, options });
}
