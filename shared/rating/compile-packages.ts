import { asSafe } from './plain-rounding.ts';
import type { Transform } from './transform-quantity.ts';

/**
 * `transformQuantity` in plain numbers, of a stored quantity ≥ 0.
 * @returns null where the package size is not a whole number below 2^53
 */
export function compilePackages({ divideBy, round }: Transform): ((whole: number, frac: number) => number) | null {
  const size = divideBy.scale === 0 ? asSafe(divideBy.coefficient) : null;
  if (size === null) return null;
  const carry = round === 'up' ? 1 : 0;
  return (whole, frac) => {
    const full = Math.floor(whole / size);
    return frac > 0 || full * size < whole ? full + carry : full;
  };
}
