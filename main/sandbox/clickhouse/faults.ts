/**
 * A failure injected on purpose, so that tests can see how a client bears it.
 * - `refuse`: nobody listens on the port.
 * - `unavailable`: HTTP 503 before the query is looked at.
 * - `slow`: waits before the first byte and between chunks of the body.
 * - `break`: closes the connection after `afterBytes` of the body.
 * - `error`: after `afterBytes` of the body, the exception text that ClickHouse writes into a started answer.
 */
export type Fault = (
  | { readonly kind: 'refuse' }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'slow'; readonly firstByteMs: number; readonly betweenChunksMs: number }
  | { readonly kind: 'break'; readonly afterBytes: number }
  | { readonly kind: 'error'; readonly afterBytes: number; readonly message: string }
) & {
  /** Only requests whose query holds this text; absent: all but /ping. */
  readonly match?: string;
  /** Only the first so many matching requests; absent: until another fault is set. */
  readonly times?: number;
};

/** Which fault, if any, the next request meets. */
export class FaultPlan {
  #fault: Fault | null;
  #left: number;

  constructor(fault: Fault | null) {
    this.#fault = fault;
    this.#left = fault?.times ?? Number.POSITIVE_INFINITY;
  }

  /** @returns the fault for this query, counted as used; null where none applies. */
  take(query: string): Fault | null {
    const fault = this.#fault;
    if (fault === null || this.#left <= 0) return null;
    if (fault.match !== undefined && !query.includes(fault.match)) return null;
    this.#left -= 1;
    return fault;
  }
}
