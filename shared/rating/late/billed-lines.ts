import { type Decimal, equals, isZero, multiply, sum, tryParseDecimal, ZERO } from '../../values/decimal.ts';
import type { Charge } from './charge.ts';
import { type DetailedLine, NO_TOTALS, sumTotals } from './line.ts';
import { rateSnapshot } from './rate-usage.ts';
import { type ReadyCharge, readyCharge } from './ready-charge.ts';
import { majorUnits } from './stripe-charge.ts';

/** What is read of a line of an invoice; amounts as Stripe billed them, before discounts, credits and tax. */
export type BilledLine = {
  readonly id: string;
  readonly quantity: string | null;
  readonly unitAmount: string | null;
  readonly amountMinor: bigint;
};

export type BilledUsage = {
  /** With the ids of the invoice's lines; the totals add up to what was billed, whatever the price says. */
  readonly lines: readonly DetailedLine[];
  /** In billed units; null where the invoice tells packages and not their contents, or no quantity. */
  readonly quantity: Decimal | null;
};

/**
 * The lines of one item and service period on an invoice as lines of the late-usage engines. Stripe shows a tiered price
 * as a line per tier and flat lines of quantity 0; other prices, and tiered ones on older invoices, as one line. Where
 * the lines are not those that the price gives, the parts are the price's and the last one takes what is left over.
 * @param charge without problems
 */
export function billedUsage(charge: Charge, lines: readonly BilledLine[]): BilledUsage {
  const ready = readyCharge(charge);
  const quantities = lines.map(({ quantity }) => (quantity === null ? null : tryParseDecimal(quantity)));
  const isUnknown = quantities.some((quantity) => quantity === null);
  const shown = sum(quantities.map((quantity) => quantity ?? ZERO));
  const packages = packagesShown(charge, ready, { lines, shown });
  const rated = rateWhole(ready, packages ?? shown);
  const matched = matchLines(rated, lines, quantities);
  const booked = matched === null ? spread(rated, charge, { lines, shown }) : matched;
  return {
    lines: booked.map((line, index) => ({ ...line, ...soldAt(charge, lines), index })),
    quantity: isUnknown || packages !== null ? null : shown,
  };
}

const rateWhole = (ready: ReadyCharge, quantity: Decimal): readonly DetailedLine[] =>
  rateSnapshot(ready, { servicePeriod: ready.period, quantity, isMinimumOff: true });

const billedMinor = (lines: readonly BilledLine[]): bigint =>
  lines.reduce((total, { amountMinor }) => total + amountMinor, 0n);

/** Units that the packages on the invoice hold at most, where it shows packages; null where it shows units. */
function packagesShown(
  charge: Charge,
  ready: ReadyCharge,
  { lines, shown }: { readonly lines: readonly BilledLine[]; readonly shown: Decimal },
): Decimal | null {
  const { price, conversion } = charge;
  const size = price.type === 'package' ? price.packageSize : (conversion?.factor ?? null);
  if (size === null) return null;
  const billed = billedMinor(lines);
  const asPackages = multiply(shown, size);
  const isUnits = sumTotals(rateWhole(ready, shown)).totalMinor === billed;
  return !isUnits && sumTotals(rateWhole(ready, asPackages)).totalMinor === billed ? asPackages : null;
}

/** Each part with the line that shows it; null where they are not the same parts. */
function matchLines(
  rated: readonly DetailedLine[],
  lines: readonly BilledLine[],
  quantities: readonly (Decimal | null)[],
): readonly DetailedLine[] | null {
  const [line, part] = [lines[0], rated[0]];
  if (lines.length === 1 && rated.length === 1 && line !== undefined && part !== undefined)
    return [billedAs(part, line)];
  const isUnits = lines.map((_, index) => !isZero(quantities[index] ?? ZERO));
  const unitLines = lines.filter((_, index) => isUnits[index] === true);
  const unitQuantities = quantities.filter((_, index) => isUnits[index] === true);
  const units = rated.filter((each) => !isFlat(each) && !isZero(each.quantity));
  const areUnitsSame =
    units.length === unitLines.length &&
    units.every(({ quantity }, index) => equals(quantity, unitQuantities[index] ?? ZERO));
  const fees = matchFees(
    rated.filter(isFlat),
    lines.filter((_, index) => isUnits[index] === false),
  );
  if (!areUnitsSame || fees === null) return null;
  const lineOf = new Map([...fees, ...units.map((each, index) => [each, unitLines[index]] as const)]);
  return rated.flatMap((each) => {
    const shownBy = lineOf.get(each);
    return shownBy === undefined ? [] : [billedAs(each, shownBy)];
  });
}

const isFlat = ({ component }: DetailedLine): boolean => component.endsWith('.flat');

/** Flat parts of nothing may be shown or left out. */
function matchFees(
  fees: readonly DetailedLine[],
  lines: readonly BilledLine[],
): readonly (readonly [DetailedLine, BilledLine | undefined])[] | null {
  if (fees.length === lines.length) return fees.map((fee, index) => [fee, lines[index]]);
  const due = fees.filter(({ totals }) => totals.totalMinor !== 0n);
  const charged = lines.filter(({ amountMinor }) => amountMinor !== 0n);
  return due.length === charged.length ? due.map((fee, index) => [fee, charged[index]]) : null;
}

const billedAs = (part: DetailedLine, { id, amountMinor }: BilledLine): DetailedLine => ({
  ...part,
  id,
  totals: { ...NO_TOTALS, amountMinor, totalMinor: amountMinor },
});

/** The price's parts under the first line's id; the last takes what is left of the billed sum. */
function spread(
  rated: readonly DetailedLine[],
  charge: Charge,
  { lines, shown }: { readonly lines: readonly BilledLine[]; readonly shown: Decimal },
): readonly DetailedLine[] {
  const [first] = lines;
  let leftMinor = billedMinor(lines);
  if (first === undefined) return [];
  if (rated.length === 0)
    return leftMinor === 0n ? [] : [billedAs(barePart(charge, shown), { ...first, amountMinor: leftMinor })];
  return rated.map((part, index) => {
    const amountMinor = index === rated.length - 1 ? leftMinor : part.totals.totalMinor;
    leftMinor -= amountMinor;
    return billedAs(part, { ...first, amountMinor });
  });
}

/** Money for no usage: an amount that was written by hand. */
const barePart = ({ price, period, currency }: Charge, quantity: Decimal): DetailedLine => {
  const component =
    price.type === 'tiered' ? (price.mode === 'volume' ? 'volume.unit' : 'graduated.1.unit') : `usage.${price.type}`;
  return {
    id: null,
    component,
    key: component,
    category: 'regular',
    paymentTerm: 'arrears',
    servicePeriod: period,
    currency: currency.code,
    unitAmount: 'amount' in price ? price.amount : ZERO,
    quantity,
    discounts: [],
    credits: [],
    totals: NO_TOTALS,
    correctsRun: null,
    reversesLine: null,
    reversesLines: [],
    index: 0,
  };
};

/** A unit amount on the invoice that is not the price's: what was sold at another amount is taken back at that one. */
function soldAt(charge: Charge, lines: readonly BilledLine[]): { readonly unitAmount?: Decimal } {
  const [line] = lines;
  if (charge.price.type !== 'unit' || charge.conversion !== null || lines.length !== 1) return {};
  const text = line?.unitAmount ?? null;
  const minor = text === null ? null : tryParseDecimal(text);
  if (minor === null || minor.coefficient < 0n) return {};
  return { unitAmount: majorUnits(minor, charge.currency.digits) };
}
