import { seeded } from './seeded.ts';

/** What quantities look like: whole ones below a million, or 15 digits before and 12 after the point. */
export type Mix = 'integers' | 'nine_in_ten' | 'long';

/** Quantities as the cache stores them: whole parts, and decimals in 10^-12. */
export type Quantities = { readonly wholes: Float64Array; readonly fracs: Float64Array };

export function makeQuantities(mix: Mix, count: number): Quantities {
  const random = seeded(42);
  const wholes = new Float64Array(count);
  const fracs = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const isLong = mix === 'long' || (mix === 'nine_in_ten' && random.below(10) === 0);
    wholes[index] = isLong
      ? random.below(100_000_000) * 10_000_000 + random.below(10_000_000)
      : random.below(1_000_000);
    fracs[index] = isLong ? random.below(1_000_000) * 1_000_000 + random.below(1_000_000) : 0;
  }
  return { wholes, fracs };
}
