import { type Decimal, powerOfTen } from '../../values/decimal.ts';
import { type Fraction, fraction } from '../../values/fraction.ts';
import { divideInteger, type RoundingMode } from '../../values/rounding.ts';

/** How an unrounded amount becomes one that can be charged: which way, and to multiples of how many minor units. */
export type MoneyRounding = { readonly mode: RoundingMode; readonly unitMinor: bigint };

/** Rounding to single minor units. */
export const toMinorUnits = (mode: RoundingMode): MoneyRounding => ({ mode, unitMinor: 1n });

/** Unrounded minor units → integer minor units, a multiple of the rounding's unit. */
export const roundMoney = (exact: Decimal, rounding: MoneyRounding): bigint =>
  roundFraction({ numerator: exact.coefficient, denominator: powerOfTen(exact.scale) }, rounding);

export const roundFraction = (exact: Fraction, { mode, unitMinor }: MoneyRounding): bigint =>
  divideInteger(exact.numerator, exact.denominator * unitMinor, mode) * unitMinor;

/**
 * Rounds amounts so that they sum to their rounded sum: each goes down, and the units that remain go to the largest
 * remainders, of equal ones to the earlier.
 */
export function roundTogether(exacts: readonly Fraction[], rounding: MoneyRounding): readonly bigint[] {
  const down: MoneyRounding = { ...rounding, mode: 'floor' };
  const amounts = exacts.map((exact) => roundFraction(exact, down));
  const rests = exacts.map((exact, index) => minus(exact, amounts[index] ?? 0n));
  const whole = roundFraction(exacts.reduce(plus, { numerator: 0n, denominator: 1n }), rounding);
  const missing = whole - amounts.reduce((total, amount) => total + amount, 0n);
  const order = rests.map((_, index) => index).sort((a, b) => compareAt(rests, b, a) || a - b);
  for (const index of order.slice(0, Number(missing / rounding.unitMinor))) {
    amounts[index] = (amounts[index] ?? 0n) + rounding.unitMinor;
  }
  return amounts;
}

export const fractionOf = (value: Decimal): Fraction => fraction(value.coefficient, powerOfTen(value.scale));

const plus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);

const minus = (a: Fraction, minor: bigint): Fraction => ({
  numerator: a.numerator - minor * a.denominator,
  denominator: a.denominator,
});

function compareAt(list: readonly Fraction[], a: number, b: number): number {
  const [left, right] = [list[a], list[b]];
  if (left === undefined || right === undefined) return 0;
  const difference = left.numerator * right.denominator - right.numerator * left.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
