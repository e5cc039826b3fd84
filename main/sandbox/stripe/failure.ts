/** An error answer in Stripe's shape. */
export class StripeFailure extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(details: {
    readonly status: number;
    readonly message: string;
    readonly type?: string;
    readonly code?: string | null;
    readonly param?: string | null;
    readonly headers?: Readonly<Record<string, string>>;
  }) {
    super(details.message);
    this.name = 'StripeFailure';
    this.status = details.status;
    this.type = details.type ?? 'invalid_request_error';
    this.code = details.code ?? null;
    this.param = details.param ?? null;
    this.headers = details.headers ?? {};
  }

  /** `{ error: { type, code, message, param, doc_url, request_log_url } }`, without what is null. */
  body(requestId: string): { readonly error: Readonly<Record<string, string>> } {
    return {
      error: {
        ...(this.code === null ? {} : { code: this.code, doc_url: `https://stripe.com/docs/error-codes/${this.code}` }),
        message: this.message,
        ...(this.param === null ? {} : { param: this.param }),
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
        type: this.type,
      },
    };
  }
}

export const invalid = (param: string | null, message: string, code: string | null = null): StripeFailure =>
  new StripeFailure({ status: 400, message, param, code });

export const missingParameter = (param: string): StripeFailure =>
  invalid(param, `Missing required param: ${param}.`, 'parameter_missing');

/** @param kind as in Stripe's sentence: `customer`, `billing meter`, … */
export const noSuch = (kind: string, id: string, param = 'id', status: 400 | 404 = 404): StripeFailure =>
  new StripeFailure({ status, message: `No such ${kind}: '${id}'`, param, code: 'resource_missing' });
