import {
  compare,
  type Decimal,
  decimal,
  isNegative,
  maximum,
  minimum,
  multiply,
  sum,
  ZERO,
} from '../../values/decimal.ts';
import { fractionOf, type MoneyRounding, roundMoney, roundTogether } from './money-rounding.ts';
import type { LineChoice, Net } from './net.ts';
import { type Sharing, shareOut, shareOutExact } from './share-out.ts';

const PER_CENT = decimal(1n, 2);
const HUNDRED = decimal(100n);

/**
 * What a percent discount takes from each line. Lines without anything left, and credits, give nothing.
 * @param percentOff 0 to 100
 * @param how `line`: rounded on every line; `total`: rounded once on the sum, the units going to the largest remainders
 * @see stripe.md, Sharing of roundings
 */
export function takePercent(
  nets: readonly Net[],
  percentOff: Decimal,
  isEligible: LineChoice,
  how: { readonly rounding: MoneyRounding; readonly percentDiscount: 'line' | 'total' },
): readonly Net[] {
  if (isNegative(percentOff) || compare(percentOff, HUNDRED) > 0) throw new RangeError('A percent lies in 0 to 100');
  const share = multiply(percentOff, PER_CENT);
  const { exacts, minors } = takeable(nets, isEligible);
  const parts = minors.map((minor) => multiply(decimal(minor), share));
  const rounded =
    how.percentDiscount === 'line'
      ? parts.map((part) => roundMoney(part, how.rounding))
      : roundTogether(parts.map(fractionOf), how.rounding);
  return exacts.map((exact, index) => ({
    exact: multiply(exact, share),
    minor: smaller(rounded[index] ?? 0n, minors[index] ?? 0n),
  }));
}

/**
 * What a fixed amount takes from the lines: at most what is left, shared out over them.
 * @param amountOffMinor ≥ 0
 * @param how `sharing`: Stripe's is assumed to be in proportion to what is left, by largest remainder
 * @returns what each line gives; the sum is below `amountOffMinor` where less than that was left
 * @see stripe.md, Sharing of roundings
 */
export function takeAmount(
  nets: readonly Net[],
  amountOffMinor: bigint,
  isEligible: LineChoice,
  how: { readonly rounding: MoneyRounding; readonly sharing: Sharing },
): readonly Net[] {
  const { exacts, minors } = takeable(nets, isEligible);
  const { unitMinor } = how.rounding;
  const units = minors.map((minor) => minor / unitMinor);
  const left = units.reduce((total, unit) => total + unit, 0n);
  const taken = shareOut(smaller(amountOffMinor / unitMinor, left), units, how.sharing);
  const exactTaken = shareOutExact(minimum(decimal(amountOffMinor), sum(exacts)), exacts, how.sharing);
  return taken.map((unit, index) => ({ exact: exactTaken[index] ?? ZERO, minor: unit * unitMinor }));
}

/** What may be taken from each line: nothing from those that are not meant or have nothing left. */
function takeable(
  nets: readonly Net[],
  isEligible: LineChoice,
): { readonly exacts: readonly Decimal[]; readonly minors: readonly bigint[] } {
  return {
    exacts: nets.map(({ exact }, index) => (isEligible(index) ? maximum(exact, ZERO) : ZERO)),
    minors: nets.map(({ minor }, index) => (isEligible(index) && minor > 0n ? minor : 0n)),
  };
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
