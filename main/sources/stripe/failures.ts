import { isTieoutError, TieoutError } from '../../../shared/errors.ts';
import type { AttemptHistory, RetryAdvice } from './request-budget.ts';
import type { Resource } from './resources.ts';
import { TransportFailure, type TransportFailureKind } from './transport.ts';

/** What the SDK's errors have in common, as far as it is used here. */
type SdkError = {
  readonly statusCode: number | null;
  readonly code: string | null;
  readonly message: string;
  readonly requestId: string | null;
  readonly headers: Readonly<Record<string, unknown>>;
};

/** A wish to wait longer than this is answered by giving up: a person can decide that better. */
const LONGEST_RETRY_AFTER_MS = 120_000;

/**
 * A server that was never reached is not waited for; one that answered before may be back in a moment.
 * A timeout has cost its time already, so it is repeated less often than what fails at once.
 */
export function adviseRetry(error: unknown, past: AttemptHistory): RetryAdvice {
  const transport = transportFailureOf(error);
  if (transport !== null) {
    return isTransientTransport(transport, past) ? { retry: true, afterMs: null, slowDown: false } : { retry: false };
  }
  const failure = sdkErrorOf(error);
  if (failure === null || !isTransientStatus(failure)) return { retry: false };
  const afterMs = retryAfterMs(failure.headers);
  if (afterMs !== null && afterMs > LONGEST_RETRY_AFTER_MS) return { retry: false };
  return { retry: true, afterMs, slowDown: isRateLimit(failure) };
}

function isTransientTransport(kind: TransportFailureKind, { hasSucceeded, repeats }: AttemptHistory): boolean {
  switch (kind) {
    case 'refused':
      return hasSucceeded;
    case 'timeout':
      return repeats < (hasSucceeded ? 2 : 1);
    case 'reset':
    case 'cut_off':
      return true;
    case 'certificate':
    case 'not_json':
      return false;
  }
}

const NOT_SERVED = new Set([404, 405, 501]);

const isRateLimit = ({ statusCode, code }: SdkError): boolean => statusCode === 429 || code === 'rate_limit';
const isTransientStatus = (failure: SdkError): boolean =>
  isRateLimit(failure) ||
  failure.statusCode === 409 ||
  (failure.statusCode !== null && failure.statusCode >= 500 && failure.statusCode !== 501);

/** `Retry-After` in seconds, or as a date, which is measured against the answer's own `Date`. */
export function retryAfterMs(headers: Readonly<Record<string, unknown>>): number | null {
  const wish = headers['retry-after'];
  if (typeof wish !== 'string') return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(wish)) return Math.ceil(Number(wish) * 1000);
  const until = Date.parse(wish);
  const answered = typeof headers.date === 'string' ? Date.parse(headers.date) : Number.NaN;
  return Number.isNaN(until) || Number.isNaN(answered) ? null : Math.max(0, until - answered);
}

/** The base knows the address, but not the object. */
const saysMissingObject = ({ statusCode, code, message }: SdkError): boolean =>
  code === 'resource_missing' || (statusCode === 404 && /^No such /.test(message));
/** The base does not know the address at all. */
const saysNotServed = (failure: SdkError): boolean =>
  failure.statusCode !== null && NOT_SERVED.has(failure.statusCode) && !saysMissingObject(failure);

/** Whether one object that was asked for is not there. */
export const isAbsent = (error: unknown): error is TieoutError =>
  isTieoutError(error) && (error.code === 'stripe.not_found' || error.code === 'stripe.not_served');

/** "This property cannot be expanded": Stripe of another version, or a base that knows fewer objects. */
export const refusesExpansion = (error: unknown): boolean =>
  isTieoutError(error) && error.code === 'stripe.failed' && /\bexpand/i.test(error.message);

/** What Stripe said where it refused a request for what it asks: nothing was done, and nothing will be when repeated. */
export function refusalOf(error: unknown): { readonly message: string; readonly code: string | null } | null {
  const failure = isTieoutError(error) ? sdkErrorOf(error.cause) : null;
  if (failure === null || failure.statusCode === null) return null;
  const isRefusal = failure.statusCode >= 400 && failure.statusCode < 500 && !isTransientStatus(failure);
  return isRefusal ? { message: scrub(failure.message), code: failure.code } : null;
}

/** One sentence about what failed, with the remedy; never the key, never what Stripe held. */
export function toTieoutError(
  error: unknown,
  context: { readonly resource: Resource; readonly apiBase: string },
): TieoutError {
  if (isTieoutError(error)) return error;
  const { resource, apiBase } = context;
  const path = resource.path;
  const transport = transportFailureOf(error);
  if (transport !== null) return transportError(transport, { resource, apiBase, cause: error });
  const failure = sdkErrorOf(error);
  if (failure === null || failure.statusCode === null) {
    return new TieoutError('stripe.bad_answer', {
      message: `The answer for ${resource.label} from ${apiBase} could not be read: ${scrub(messageOf(error))}`,
      path,
      remedy: 'Check that stripe.apiBase serves the Stripe API.',
      cause: error,
    });
  }
  return statusError(failure, failure.statusCode, { resource, apiBase, cause: error });
}

type Context = { readonly resource: Resource; readonly apiBase: string; readonly cause: unknown };

function transportError(kind: TransportFailureKind, { resource, apiBase, cause }: Context): TieoutError {
  const path = resource.path;
  const doing = resource.isWritten === true ? 'writing' : 'reading';
  const what = `${resource.label} from ${apiBase}`;
  switch (kind) {
    case 'refused':
      return new TieoutError('stripe.unreachable', {
        message: `${apiBase} cannot be reached (${causeCode(cause)}).`,
        path,
        remedy: 'Check the network and stripe.apiBase in tieout.yaml.',
        cause,
      });
    case 'certificate':
      return new TieoutError('stripe.unreachable', {
        message: `The certificate of ${apiBase} is not trusted (${causeCode(cause)}).`,
        path,
        remedy: 'Check stripe.apiBase; for a certificate of your own set NODE_EXTRA_CA_CERTS.',
        cause,
      });
    case 'timeout':
      return new TieoutError('stripe.timeout', {
        message: `${resource.isWritten === true ? 'Writing' : 'Reading'} ${what} took too long, also when repeated.`,
        path,
        remedy: 'Try again later, or lower stripe.requestsPerSecond.',
        cause,
      });
    case 'reset':
    case 'cut_off':
      return new TieoutError('stripe.broken_off', {
        message: `The connection broke off while ${doing} ${what}, also when repeated.`,
        path,
        remedy: 'Try again; nothing that was pulled before is lost.',
        cause,
      });
    case 'not_json':
      return new TieoutError('stripe.bad_answer', {
        message: `The answer for ${what} is not a JSON object.`,
        path,
        remedy: 'Check that stripe.apiBase serves the Stripe API.',
        cause,
      });
  }
}

function statusError(failure: SdkError, status: number, { resource, apiBase, cause }: Context): TieoutError {
  const path = resource.path;
  const [doing, may] = resource.isWritten === true ? ['writing', 'write'] : ['reading', 'read'];
  const request = failure.requestId === null ? '' : ` (request ${failure.requestId})`;
  const asksPermission = status === 403 || (status === 401 && /permission/i.test(failure.message));
  if (asksPermission) {
    const named = /rak_[a-z_]+/.exec(failure.message)?.[0];
    return new TieoutError('stripe.not_permitted', {
      message: `The Stripe key may not ${may} ${resource.label}${request}.`,
      path,
      remedy: `Give the restricted key ${may} permission for "${resource.permission}"${named === undefined ? '' : ` (${named})`} under Developers, API keys.`,
      cause,
    });
  }
  if (status === 401) {
    return new TieoutError('stripe.unauthorized', {
      message: `Stripe refused the key while ${doing} ${resource.label}${request}.`,
      path,
      remedy:
        'Check stripe.apiKey in tieout.yaml and the variable it names: the key may be mistyped, expired or rolled.',
      cause,
    });
  }
  if (isRateLimit(failure)) {
    const waitMs = retryAfterMs(failure.headers);
    const wish = waitMs === null ? '' : `; it asks to wait ${Math.ceil(waitMs / 1000)} s`;
    return new TieoutError('stripe.rate_limited', {
      message: `Stripe limited the rate of requests while ${doing} ${resource.label}, also when repeated${wish}.`,
      path,
      remedy: 'Lower stripe.requestsPerSecond in tieout.yaml (25 in test mode, 80 live), or try again later.',
      cause,
    });
  }
  if (saysNotServed(failure)) {
    return new TieoutError('stripe.not_served', {
      message: `${apiBase} does not serve ${resource.label} (${resource.path}, HTTP ${status}).`,
      path,
      remedy: 'Check stripe.apiBase in tieout.yaml.',
      cause,
    });
  }
  if (saysMissingObject(failure)) {
    return new TieoutError('stripe.not_found', {
      message: `Stripe does not know an object asked for in ${resource.label}: ${scrub(failure.message)}`,
      path,
      remedy: 'Check that the key belongs to the account, and to the mode, that holds it.',
      cause,
    });
  }
  const said = failure.message === '' ? '' : `: ${scrub(failure.message)}`;
  return new TieoutError('stripe.failed', {
    message: `Stripe answered HTTP ${status} while ${doing} ${resource.label}${request}${said}`,
    path,
    remedy:
      status >= 500 ? 'Try again later; see status.stripe.com.' : 'Check the configuration that the message names.',
    cause,
  });
}

/** The transport's own failure, wherever the SDK keeps it. */
function transportFailureOf(error: unknown): TransportFailureKind | null {
  for (const candidate of [
    error,
    field(error, 'detail'),
    field(error, 'exception'),
    field(field(error, 'raw'), 'exception'),
  ]) {
    if (candidate instanceof TransportFailure) return candidate.kind;
  }
  return null;
}

function sdkErrorOf(error: unknown): SdkError | null {
  if (!(error instanceof Error) || !('statusCode' in error || 'rawType' in error)) return null;
  const status = field(error, 'statusCode');
  const headers = field(error, 'headers');
  return {
    statusCode: typeof status === 'number' ? status : null,
    code: textOrNull(field(error, 'code')),
    message: error.message,
    requestId: textOrNull(field(error, 'requestId')),
    headers: typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>) : {},
  };
}

const KEY = /\b(?:sk|rk|pk)_[A-Za-z0-9_*]+/g;
const EMAIL = /[^\s"'<>]+@[^\s"'<>]+/g;
const LONGEST_MESSAGE = 200;

/** Stripe's words without anything that looks like a key or an address, and not too many of them. */
function scrub(text: string): string {
  const clean = text.replace(KEY, '(key)').replace(EMAIL, '(address)').replace(/\s+/g, ' ').trim();
  return clean.length > LONGEST_MESSAGE ? `${clean.slice(0, LONGEST_MESSAGE)}…` : clean;
}

function causeCode(error: unknown): string {
  const transport = field(error, 'detail') ?? error;
  const code = field(field(transport, 'cause'), 'code');
  return typeof code === 'string' ? code : 'no connection';
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value ? (value as Record<string, unknown>)[name] : undefined;
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
