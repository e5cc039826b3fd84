import { Decimal as Oracle } from 'decimal.js';
import type { RoundingMode } from '../../../shared/values/rounding.ts';

/** decimal.js with more digits than any case here needs, so that it never rounds unasked and never writes an exponent. */
export const Exact = Oracle.clone({ precision: 3000, toExpNeg: -9e15, toExpPos: 9e15, minE: -9e15, maxE: 9e15 });

/** decimal.js's name for each of our modes. */
export const ORACLE_MODE: Readonly<Record<RoundingMode, Oracle.Rounding>> = {
  half_up: Oracle.ROUND_HALF_UP,
  half_even: Oracle.ROUND_HALF_EVEN,
  up: Oracle.ROUND_UP,
  down: Oracle.ROUND_DOWN,
  ceiling: Oracle.ROUND_CEIL,
  floor: Oracle.ROUND_FLOOR,
};

/** Plain text as we write it: decimal.js keeps the sign of a zero. */
export const plain = (value: Oracle): string => (value.isZero() ? '0' : value.toFixed());
