import { type Decimal, decimal, subtract, sum, ZERO } from '../../values/decimal.ts';
import { type MoneyRounding, roundMoney } from './money-rounding.ts';

/**
 * What is left of a line, or what a step takes from it, in minor units: unrounded, and the integer that is charged.
 * Every step carries the two side by side; neither is computed from the other again.
 */
export type Net = { readonly exact: Decimal; readonly minor: bigint };

/** Which lines a step takes from; a line is known by its place in the list. */
export type LineChoice = (index: number) => boolean;

export const ZERO_NET: Net = { exact: ZERO, minor: 0n };

/** An unrounded amount with its rounded one. */
export const roundedNet = (exact: Decimal, rounding: MoneyRounding): Net => ({
  exact,
  minor: roundMoney(exact, rounding),
});

/** An amount that is a whole number of minor units. */
export const wholeNet = (minor: bigint): Net => ({ exact: decimal(minor), minor });

const subtractNet = (a: Net, b: Net): Net => ({ exact: subtract(a.exact, b.exact), minor: a.minor - b.minor });

export const sumNets = (nets: readonly Net[]): Net => ({
  exact: sum(nets.map(({ exact }) => exact)),
  minor: nets.reduce((total, { minor }) => total + minor, 0n),
});

/** The lines after a step that took `taken` from them. */
export const afterTaking = (nets: readonly Net[], taken: readonly Net[]): readonly Net[] =>
  nets.map((net, index) => subtractNet(net, taken[index] ?? ZERO_NET));
