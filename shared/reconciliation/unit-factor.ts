import { isNear } from './hourly-series.ts';

/** Factors by which units are confused: seconds, minutes, hours, days; thousands; binary thousands; cents; bits. */
export const FACTORS: readonly bigint[] = [
  60n,
  3600n,
  86_400n,
  1000n,
  1_000_000n,
  1_000_000_000n,
  1024n,
  1_048_576n,
  1_073_741_824n,
  24n,
  1440n,
  100n,
  8n,
];

/**
 * @param used above 0
 * @returns `"1024"` where `held` is 1024 times `used`, `"1/1024"` where it is a 1024th of it; null where no factor fits
 */
export function factorBetween(used: bigint, held: bigint): string | null {
  if (used <= 0n || held <= 0n) return null;
  for (const factor of FACTORS) {
    if (isNear(used * factor, held)) return factor.toString();
    if (isNear(used, held * factor)) return `1/${factor}`;
  }
  return null;
}
