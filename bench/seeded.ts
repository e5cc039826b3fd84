/** Whole numbers from a fixed seed (xorshift32): the same data on every machine. */
export type Seeded = {
  /** 0 ≤ result < bound, bound up to 2^31. */
  readonly below: (bound: number) => number;
};

export function seeded(seed: number): Seeded {
  let state = seed | 0 || 1;
  return {
    below: (bound) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % bound;
    },
  };
}
