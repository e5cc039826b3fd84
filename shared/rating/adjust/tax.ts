import { add, type Decimal, decimal, divide, multiply, subtract, sum } from '../../values/decimal.ts';
import { type Fraction, fraction } from '../../values/fraction.ts';
import { type MoneyRounding, roundFraction, roundTogether } from './money-rounding.ts';
import type { Net } from './net.ts';

/** A tax rate in per cent. Inclusive tax is part of a line's amount, exclusive tax comes on top of it. */
export type AppliedRate = { readonly id: string; readonly percentage: Decimal; readonly isInclusive: boolean };

export type LineTax = {
  readonly taxRateId: string;
  readonly isInclusive: boolean;
  /** What the rate was taken of: the line without its inclusive tax. */
  readonly taxable: Net;
  readonly tax: Net;
};

export type TaxRounding = { readonly rounding: MoneyRounding; readonly taxRounding: 'line' | 'total' };

/** Decimals of an unrounded inclusive tax, which need not terminate. */
const EXACT_PLACES = 12;
const HUNDRED = decimal(100n);

/**
 * The tax of each line, per rate in the order given. A line with inclusive rates holds 100 + Σ of them per cent of what
 * all its rates are taken of, the exclusive ones too. Negative lines are taxed with the sign turned.
 * @param ratesOf the rates of a line, by its place in the list
 * @param how `line`: each line and rate is rounded; `total`: each rate once, the units going to the largest remainders
 * @see stripe.md, Sharing of roundings: inclusive tax = round(net − net ÷ (1 + rate))
 */
export function taxLines(
  nets: readonly Net[],
  ratesOf: (index: number) => readonly AppliedRate[],
  how: TaxRounding,
): readonly (readonly LineTax[])[] {
  const pieces = nets.flatMap((net, line) => ratesOf(line).map((rate) => ({ line, net, rate })));
  const held = nets.map((_, line) => add(HUNDRED, sum(ratesOf(line).filter(isInclusive).map(percentageOf))));
  const inclusive = roundPieces(
    pieces.filter(({ rate }) => rate.isInclusive).map((piece) => ({ ...piece, of: held[piece.line] ?? HUNDRED })),
    how,
  );
  const taxables = nets.map((net, line) =>
    withoutTax(
      net,
      inclusive.filter((piece) => piece.line === line),
    ),
  );
  const exclusive = roundPieces(
    pieces
      .filter(({ rate }) => !rate.isInclusive)
      .map((piece) => ({ ...piece, net: taxables[piece.line] ?? piece.net, of: HUNDRED })),
    how,
  );
  const taxOf = new Map([...inclusive, ...exclusive].map(({ line, rate, tax }) => [`${line} ${rate.id}`, tax]));
  return nets.map((net, line) =>
    ratesOf(line).map((rate) => ({
      taxRateId: rate.id,
      isInclusive: rate.isInclusive,
      taxable: taxables[line] ?? net,
      tax: taxOf.get(`${line} ${rate.id}`) ?? net,
    })),
  );
}

/** One rate on one line: `rate.percentage ÷ of` of the net. */
type Piece = { readonly line: number; readonly net: Net; readonly rate: AppliedRate; readonly of: Decimal };
type TaxedPiece = Piece & { readonly tax: Net };

function roundPieces(pieces: readonly Piece[], how: TaxRounding): readonly TaxedPiece[] {
  const minors = how.taxRounding === 'line' ? roundEach(pieces, how.rounding) : roundByRate(pieces, how.rounding);
  return pieces.map((piece, index) => ({ ...piece, tax: { exact: exactTax(piece), minor: minors[index] ?? 0n } }));
}

const roundEach = (pieces: readonly Piece[], rounding: MoneyRounding): readonly bigint[] =>
  pieces.map((piece) => roundFraction(taxOfMinor(piece), rounding));

function roundByRate(pieces: readonly Piece[], rounding: MoneyRounding): readonly bigint[] {
  const minors: bigint[] = [];
  for (const id of new Set(pieces.map(({ rate }) => rate.id))) {
    const places = pieces.flatMap(({ rate }, index) => (rate.id === id ? [index] : []));
    const fractions = pieces.filter(({ rate }) => rate.id === id).map(taxOfMinor);
    for (const [index, minor] of roundTogether(fractions, rounding).entries()) minors[places[index] ?? 0] = minor;
  }
  return minors;
}

const taxOfMinor = ({ net, rate, of }: Piece): Fraction =>
  fraction(
    net.minor * rate.percentage.coefficient * 10n ** BigInt(of.scale),
    of.coefficient * 10n ** BigInt(rate.percentage.scale),
  );

const exactTax = ({ net, rate, of }: Piece): Decimal =>
  rate.isInclusive
    ? divide(multiply(net.exact, rate.percentage), of, EXACT_PLACES, 'half_up')
    : multiply(multiply(net.exact, rate.percentage), decimal(1n, 2));

const withoutTax = (net: Net, taxed: readonly TaxedPiece[]): Net =>
  taxed.reduce((left, { tax }) => ({ exact: subtract(left.exact, tax.exact), minor: left.minor - tax.minor }), net);

const isInclusive = (rate: AppliedRate): boolean => rate.isInclusive;
const percentageOf = (rate: AppliedRate): Decimal => rate.percentage;
