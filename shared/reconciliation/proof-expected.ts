import { roundMoney } from '../rating/adjust/money-rounding.ts';
import { moneyRounding, type RatingOptions } from '../rating/options.ts';
import type { RatablePrice } from '../rating/ratable-price.ts';
import { rate, STRIPE_ROUNDING } from '../rating/rate.ts';
import type { RatedPart } from '../rating/rated-part.ts';
import {
  absolute,
  compare,
  type Decimal,
  decimal,
  equals,
  isZero,
  multiply,
  ONE,
  subtract,
  sum,
  tryParseDecimal,
  ZERO,
} from '../values/decimal.ts';
import type { ProofLine } from './proof-line.ts';

/** The options that decide the amount of a line before discounts, credits and tax. */
export type LineOptions = Pick<RatingOptions, 'rounding' | 'roundAt' | 'trialUsage' | 'packageLine' | 'smallestAmount'>;

/** Lines of one price and service period, with their quantities read. */
export type QuantityLines = {
  readonly lines: readonly ProofLine[];
  readonly quantities: readonly Decimal[];
  readonly currency: string;
};

/** Unrounded minor units: line by line where the lines have the shape that the price gives, else only their sum. */
export type Expected = { readonly byLine: readonly Decimal[] | null; readonly total: Decimal };

/**
 * What the lines must come to under one price, from their own quantities. Stripe shows a tiered price as a line per tier
 * and flat lines of quantity 0; other prices, and tiered ones on older invoices, as one line (stripe.md, Prices).
 * @throws TieoutError `quantity-negative`
 */
export function expectedOf(
  price: RatablePrice,
  { lines, quantities }: QuantityLines,
  options: Pick<LineOptions, 'packageLine'>,
): Expected {
  if (price.kind === 'per_unit' && price.transform === null) {
    const byLine = quantities.map((quantity) => multiply(quantity, price.unitAmount));
    return { byLine, total: sum(byLine) };
  }
  const isPackages = price.kind === 'per_unit' && options.packageLine === 'transformed';
  const rated = rate(isPackages ? { ...price, transform: null } : price, sum(quantities), STRIPE_ROUNDING);
  if (lines.length === 1) return { byLine: [rated.exact], total: rated.exact };
  const byLine = price.kind === 'per_unit' ? null : matchShape(rated.lines, lines, quantities);
  return { byLine, total: rated.exact };
}

/**
 * The rated part of every line, in whatever order the invoice shows the tiers; null where the lines are not those that
 * the price gives.
 */
function matchShape(
  parts: readonly RatedPart[],
  lines: readonly ProofLine[],
  quantities: readonly Decimal[],
): readonly Decimal[] | null {
  const isFlat = lines.map((line, index) => isZero(quantities[index] ?? ZERO) && line.unitAmount === null);
  const usage = parts.filter(({ type, quantity }) => type === 'usage' && !isZero(quantity));
  const allFlats = parts.filter(({ type }) => type === 'flat');
  // Flat lines of nothing may be shown or left out.
  const isEveryFlatShown = isFlat.filter(Boolean).length === allFlats.length;
  const flats = isEveryFlatShown ? allFlats : allFlats.filter(({ exact }) => !isZero(exact));
  const byLine: Decimal[] = [];
  for (const [index, line] of lines.entries()) {
    const quantity = quantities[index] ?? ZERO;
    const isNothing = isFlat[index] === true ? !isEveryFlatShown && line.amountMinor === 0n : isZero(quantity);
    if (isNothing) {
      byLine.push(ZERO);
      continue;
    }
    const part = isFlat[index] === true ? takeFlat(flats, line) : takeTier(usage, line, quantity);
    if (part === undefined) return null;
    byLine.push(part.exact);
  }
  return usage.length === 0 && flats.length === 0 ? byLine : null;
}

/** Takes the flat amount that a line shows out of the list: its own to less than a unit, else the first. */
function takeFlat(flats: RatedPart[], { amountMinor }: ProofLine): RatedPart | undefined {
  const amount = decimal(amountMinor);
  const place = flats.findIndex(({ exact }) => compare(absolute(subtract(exact, amount)), ONE) < 0);
  return flats.splice(Math.max(place, 0), 1)[0];
}

/** Takes the tier that a line shows out of the list: the first of its quantity, at its unit amount where it names one. */
function takeTier(usage: RatedPart[], line: ProofLine, quantity: Decimal): RatedPart | undefined {
  const unitAmount = line.unitAmount === null ? null : tryParseDecimal(line.unitAmount);
  const isOfQuantity = (part: RatedPart): boolean => equals(part.quantity, quantity);
  const atUnitAmount = usage.findIndex(
    (part) =>
      isOfQuantity(part) && unitAmount !== null && part.unitAmount !== null && equals(part.unitAmount, unitAmount),
  );
  const place = atUnitAmount >= 0 ? atUnitAmount : usage.findIndex(isOfQuantity);
  return place < 0 ? undefined : usage.splice(place, 1)[0];
}

/** Lines against their amounts: each, or all together where only the sum can be compared. */
export type Comparison = {
  readonly line: ProofLine;
  readonly lines: number;
  readonly rated: bigint;
  readonly billed: bigint;
};

/** @param isFree nothing is owed: the lines lie within a trial */
export function compareAmounts(
  expected: Expected,
  { lines, currency }: QuantityLines,
  options: LineOptions,
  isFree: boolean,
): readonly Comparison[] {
  const rounding = moneyRounding(options, currency);
  const amountOf = (exact: Decimal): bigint => (isFree ? 0n : roundMoney(exact, rounding));
  const { byLine } = expected;
  if (byLine !== null && (options.roundAt === 'line' || lines.length === 1)) {
    return lines.map((line, index) => ({
      line,
      lines: 1,
      rated: amountOf(byLine[index] ?? ZERO),
      billed: line.amountMinor,
    }));
  }
  const [first] = lines;
  if (first === undefined) return [];
  const billed = lines.reduce((total, line) => total + line.amountMinor, 0n);
  return [{ line: first, lines: lines.length, rated: amountOf(expected.total), billed }];
}
