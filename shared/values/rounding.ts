/**
 * How a tie or a remainder is resolved. `half_up` is half away from zero, `up` away from zero, `down` towards zero
 * (interfaces.md section 3); `ceiling` and `floor` go towards +∞ and −∞ (transform quantities, storage).
 */
export type RoundingMode = 'half_up' | 'half_even' | 'up' | 'down' | 'ceiling' | 'floor';

/**
 * Integer quotient numerator ÷ denominator under a rounding mode.
 * @param denominator not 0
 */
export function divideInteger(numerator: bigint, denominator: bigint, mode: RoundingMode): bigint {
  if (denominator === 0n) throw new RangeError('Division by zero');
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const negative = numerator < 0n !== denominator < 0n;
  return roundsAway({ quotient, remainder, denominator, negative, mode }) ? quotient + (negative ? -1n : 1n) : quotient;
}

function roundsAway(at: {
  readonly quotient: bigint;
  readonly remainder: bigint;
  readonly denominator: bigint;
  readonly negative: boolean;
  readonly mode: RoundingMode;
}): boolean {
  switch (at.mode) {
    case 'up':
      return true;
    case 'down':
      return false;
    case 'ceiling':
      return !at.negative;
    case 'floor':
      return at.negative;
    case 'half_up':
    case 'half_even': {
      const twice = (at.remainder < 0n ? -at.remainder : at.remainder) * 2n;
      const whole = at.denominator < 0n ? -at.denominator : at.denominator;
      if (twice !== whole) return twice > whole;
      return at.mode === 'half_up' || at.quotient % 2n !== 0n;
    }
  }
}
