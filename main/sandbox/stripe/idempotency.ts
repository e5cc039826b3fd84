import { StripeFailure } from './failure.ts';

export type Answer = {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** Answers of POST requests by their idempotency key: the same request gets the same answer, and acts once. */
export class IdempotencyKeys {
  readonly #answers = new Map<string, { readonly fingerprint: string; readonly answer: Answer }>();

  /**
   * @returns the answer of the first request with this key, or null where there is none yet
   * @throws StripeFailure `idempotency_error` where the key was used for another request
   */
  replay(key: string, fingerprint: string): Answer | null {
    const known = this.#answers.get(key);
    if (known === undefined) return null;
    if (known.fingerprint !== fingerprint) {
      throw new StripeFailure({
        status: 400,
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters and the same endpoint. Use another key than '${key}' for another request.`,
      });
    }
    return { ...known.answer, headers: { ...known.answer.headers, 'idempotent-replayed': 'true' } };
  }

  keep(key: string, fingerprint: string, answer: Answer): void {
    this.#answers.set(key, { fingerprint, answer });
  }
}
