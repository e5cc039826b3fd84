/** A seeded generator of whole numbers: the same seed gives the same sample on every machine. Not for secrets. */
export type Random = {
  /** 0 ≤ result < bound. */
  below(bound: number): number;
  /** low ≤ result ≤ high. */
  between(low: number, high: number): number;
};

const MODULUS = 2 ** 31 - 1;
const MULTIPLIER = 48_271;

/** Lehmer's multiplicative congruential generator with the "minimal standard" multiplier; products stay below 2^53. */
export function createRandom(seed: number): Random {
  let state = (Math.abs(Math.trunc(seed)) % (MODULUS - 1)) + 1;
  const next = (): number => {
    state = (state * MULTIPLIER) % MODULUS;
    return state;
  };
  return {
    below: (bound) => next() % bound,
    between: (low, high) => low + (next() % (high - low + 1)),
  };
}
