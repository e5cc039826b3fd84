import { type Decimal, decimal, rescaleExact } from '../../values/decimal.ts';

/** How an amount is shared out over lines: each by its weight, or each fully before the next one in order. */
export type Sharing = 'largest_remainder' | 'last_line' | 'in_order';

/** Decimals of a share that would not terminate. */
const SHARE_PLACES = 12;

/**
 * Shares an integer amount out by weights so that the shares sum to it.
 *
 * - `largest_remainder`: every share is rounded down, the units that remain go to the largest remainders, of equal ones
 *   to the earlier line (stripe.md, Sharing of roundings).
 * - `last_line`: every share is rounded down, the last line with a weight takes what remains, as far as it goes.
 * - `in_order`: the first line takes up to its weight, then the next one.
 *
 * @param amount  0 ≤ amount ≤ the sum of the weights
 * @param weights ≥ 0
 * @returns a share for each weight, none above it
 */
export function shareOut(amount: bigint, weights: readonly bigint[], sharing: Sharing): readonly bigint[] {
  const whole = weights.reduce((total, weight) => total + weight, 0n);
  if (amount < 0n || amount > whole) throw new RangeError(`${amount} cannot be shared out over ${whole}`);
  if (whole === 0n) return weights;
  if (sharing === 'in_order') return shareInOrder(amount, weights);
  const shares = weights.map((weight) => (amount * weight) / whole);
  const order = sharing === 'last_line' ? fromTheEnd(weights) : byRemainder(amount, weights, whole);
  let rest = amount - shares.reduce((total, share) => total + share, 0n);
  for (const index of order) {
    const room = (weights[index] ?? 0n) - (shares[index] ?? 0n);
    const step = sharing === 'last_line' ? smaller(rest, room) : smaller(smaller(rest, room), 1n);
    shares[index] = (shares[index] ?? 0n) + step;
    rest -= step;
  }
  return shares;
}

/** As `shareOut`, for decimals: shares are whole multiples of 10^-12 or of the finest digit given. */
export function shareOutExact(amount: Decimal, weights: readonly Decimal[], sharing: Sharing): readonly Decimal[] {
  const scale = Math.max(SHARE_PLACES, amount.scale, ...weights.map((weight) => weight.scale));
  const integers = weights.map((weight) => rescaleExact(weight, scale));
  return shareOut(rescaleExact(amount, scale), integers, sharing).map((share) => decimal(share, scale));
}

function shareInOrder(amount: bigint, weights: readonly bigint[]): readonly bigint[] {
  let rest = amount;
  return weights.map((weight) => {
    const share = smaller(rest, weight);
    rest -= share;
    return share;
  });
}

const fromTheEnd = (weights: readonly bigint[]): readonly number[] => weights.map((_, index) => index).reverse();

function byRemainder(amount: bigint, weights: readonly bigint[], whole: bigint): readonly number[] {
  const remainders = weights.map((weight) => (amount * weight) % whole);
  const at = (index: number): bigint => remainders[index] ?? 0n;
  return weights.map((_, index) => index).sort((a, b) => (at(a) === at(b) ? a - b : at(a) > at(b) ? -1 : 1));
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
