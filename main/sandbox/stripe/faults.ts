/** What goes wrong. `after`: the request took effect before it went wrong (idempotency keys are for this). */
export type FaultKind =
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds?: number }
  | { readonly kind: 'server_error'; readonly status?: number; readonly after?: boolean }
  | { readonly kind: 'reset'; readonly after?: boolean }
  | { readonly kind: 'truncated'; readonly afterBytes?: number }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'slow'; readonly delayMs: number };

/** Which requests it strikes: those that match, from the `skip`-th on, `times` times, each with `probability`. */
type FaultRule = FaultKind & {
  readonly path?: RegExp;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Matching requests that pass first; 0 unless given. */
  readonly skip?: number;
  /** How often it strikes; once unless given. */
  readonly times?: number;
  /** Of each matching request, drawn from a generator with `seed`; 1 unless given. */
  readonly probability?: number;
  readonly seed?: number;
};

type FaultHandle = { readonly struck: () => number; readonly remove: () => void };

type Armed = { readonly rule: FaultRule; readonly draw: () => number; matched: number; struck: number };

/** Faults on demand, in the order in which they were added; the first that strikes decides. */
export class Faults {
  readonly #armed = new Set<Armed>();

  add(rule: FaultRule): FaultHandle {
    const armed: Armed = { rule, draw: generator(rule.seed ?? 1), matched: 0, struck: 0 };
    this.#armed.add(armed);
    return { struck: () => armed.struck, remove: () => this.#armed.delete(armed) };
  }

  clear(): void {
    this.#armed.clear();
  }

  strike(method: string, path: string): FaultKind | null {
    for (const armed of this.#armed) {
      const { rule } = armed;
      if (rule.method !== undefined && rule.method !== method) continue;
      if (rule.path !== undefined && !rule.path.test(path)) continue;
      armed.matched += 1;
      if (armed.matched <= (rule.skip ?? 0) || armed.struck >= (rule.times ?? 1)) continue;
      if (armed.draw() >= (rule.probability ?? 1)) continue;
      armed.struck += 1;
      return rule;
    }
    return null;
  }
}

/** A small generator of numbers in [0, 1) (mulberry32), so that faults repeat from run to run. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
