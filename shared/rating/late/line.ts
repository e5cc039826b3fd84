import { type Decimal, powerOfTen } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';
import { divideInteger } from '../../values/rounding.ts';

/**
 * `regular`, or `commitment` for the line that makes up for a minimum. Lines that come from outside are checked
 * (check-line.ts), hence text.
 */
export type Category = 'regular' | 'commitment';
export type PaymentTerm = 'advance' | 'arrears';

/** Sums of a line in units of the currency's last digit, each already rounded; total = amount + charges − discounts − credits. */
export type Totals = {
  /** The regular value. */
  readonly amountMinor: bigint;
  /** The value of a commitment. */
  readonly chargesMinor: bigint;
  readonly discountsMinor: bigint;
  readonly creditsMinor: bigint;
  readonly totalMinor: bigint;
};

export type LineDiscount = {
  readonly kind: 'percentage' | 'maximum';
  /** Of the discount that the customer has; null for a maximum, and where it has none. */
  readonly id: string | null;
  readonly amountMinor: bigint;
};

export type LineCredit = { readonly label: string | null; readonly amountMinor: bigint };

/**
 * One priced part of a charge, or of what changed in it (rating-late-usage.md section 2). A correction's totals are
 * differences of rounded totals: its amount is never to be worked out again from unit amount and quantity.
 */
export type DetailedLine = {
  /** Given when the line is booked; null on a freshly rated one. */
  readonly id: string | null;
  /** Which part of the price; arithmetic matches on it. */
  readonly component: string;
  /** Identity inside one run; arithmetic ignores it. */
  readonly key: string;
  readonly category: Category;
  readonly paymentTerm: PaymentTerm;
  /** What the line is for. */
  readonly servicePeriod: Period;
  readonly currency: string;
  /** Major currency units per unit, ≥ 0, unrounded except where the price is dynamic. */
  readonly unitAmount: Decimal;
  /** Negative where it takes something back. */
  readonly quantity: Decimal;
  readonly discounts: readonly LineDiscount[];
  readonly credits: readonly LineCredit[];
  readonly totals: Totals;
  /** The run that owns the prior period which this line corrects. */
  readonly correctsRun: string | null;
  /** The booked line that this one takes back; where several are taken back together, the first of them. */
  readonly reversesLine: string | null;
  /** All booked lines that this one takes back. */
  readonly reversesLines: readonly string[];
  /** Place in the output of its run; null where it was never numbered. */
  readonly index: number | null;
};

export const NO_TOTALS: Totals = {
  amountMinor: 0n,
  chargesMinor: 0n,
  discountsMinor: 0n,
  creditsMinor: 0n,
  totalMinor: 0n,
};

export const addTotals = (a: Totals, b: Totals): Totals => ({
  amountMinor: a.amountMinor + b.amountMinor,
  chargesMinor: a.chargesMinor + b.chargesMinor,
  discountsMinor: a.discountsMinor + b.discountsMinor,
  creditsMinor: a.creditsMinor + b.creditsMinor,
  totalMinor: a.totalMinor + b.totalMinor,
});

export const subtractTotals = (a: Totals, b: Totals): Totals => ({
  amountMinor: a.amountMinor - b.amountMinor,
  chargesMinor: a.chargesMinor - b.chargesMinor,
  discountsMinor: a.discountsMinor - b.discountsMinor,
  creditsMinor: a.creditsMinor - b.creditsMinor,
  totalMinor: a.totalMinor - b.totalMinor,
});

export const areEqual = (a: Totals, b: Totals): boolean =>
  a.amountMinor === b.amountMinor &&
  a.totalMinor === b.totalMinor &&
  a.discountsMinor === b.discountsMinor &&
  a.chargesMinor === b.chargesMinor &&
  a.creditsMinor === b.creditsMinor;

/** Every field is zero: such a line is dropped, whatever its quantity (section 5.3). */
export const isNothing = (totals: Totals): boolean =>
  totals.amountMinor === 0n &&
  totals.totalMinor === 0n &&
  totals.discountsMinor === 0n &&
  totals.chargesMinor === 0n &&
  totals.creditsMinor === 0n;

export function sumTotals(lines: readonly DetailedLine[]): Totals {
  let sum = NO_TOTALS;
  for (const { totals } of lines) sum = addTotals(sum, totals);
  return sum;
}

/** Credits are given after rating; they are taken off again before anything is compared (section 7, step 3). */
export const withoutCredits = (totals: Totals): Totals =>
  totals.creditsMinor === 0n
    ? totals
    : { ...totals, creditsMinor: 0n, totalMinor: totals.totalMinor + totals.creditsMinor };

/** unitAmount × quantity as `roundMajor` rounds it, without the product in between. */
export const roundProduct = (unitAmount: Decimal, quantity: Decimal, digits: number): bigint =>
  roundMajorUnits(unitAmount.coefficient * quantity.coefficient, unitAmount.scale + quantity.scale, digits);

/** A decimal of major units, rounded half away from zero to the currency's digits (section 3). */
export const roundMajor = ({ coefficient, scale }: Decimal, digits: number): bigint =>
  roundMajorUnits(coefficient, scale, digits);

const roundMajorUnits = (coefficient: bigint, scale: number, digits: number): bigint =>
  scale <= digits
    ? coefficient * powerOfTen(digits - scale)
    : divideInteger(coefficient, powerOfTen(scale - digits), 'half_up');
