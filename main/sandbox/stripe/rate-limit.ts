import { StripeFailure } from './failure.ts';

/** At most so many requests in any one second, as seen on a monotonic clock. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  #recent: number[] = [];

  constructor(perSecond: number, nowMs: () => number) {
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
  }

  /** @throws StripeFailure 429 with `Retry-After` */
  admit(): void {
    const now = this.#nowMs();
    this.#recent = this.#recent.filter((at) => now - at < 1000);
    if (this.#recent.length >= this.#perSecond) throw rateLimited(1);
    this.#recent.push(now);
  }
}

export const rateLimited = (retryAfterSeconds: number): StripeFailure =>
  new StripeFailure({
    status: 429,
    code: 'rate_limit',
    message: 'Request rate limit exceeded. Send fewer requests at once, and wait before you try again.',
    headers: {
      'retry-after': String(retryAfterSeconds),
      'stripe-rate-limited-reason': 'global-rate',
      'stripe-should-retry': 'true',
    },
  });
