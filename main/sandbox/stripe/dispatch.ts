import { setTimeout as wait } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { callFor, type Endpoint } from './endpoint.ts';
import { StripeFailure } from './failure.ts';
import type { FaultKind, Faults } from './faults.ts';
import { decodeForm } from './form.ts';
import { type Answer, IdempotencyKeys } from './idempotency.ts';
import { authenticate, authorize, type SandboxKey } from './keys.ts';
import { RateLimit, rateLimited } from './rate-limit.ts';
import type { SandboxState } from './state.ts';

/** One request as it was answered. Keys and bodies are not kept. */
export type LoggedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** 0: the connection was broken off. */
  readonly status: number;
  readonly fault: FaultKind['kind'] | null;
};

type SandboxContext = Context<{ Bindings: HttpBindings }>;

/** The API version that the answers are shaped after. */
const API_VERSION = '2026-10-28.endive';
const LOGGED_REQUESTS = 100_000;

/** Leads every request the same way: key, rate limit, fault, idempotency, endpoint, log. */
export class Dispatcher {
  readonly #state: SandboxState;
  readonly #keys: readonly SandboxKey[];
  readonly #faults: Faults;
  readonly #rateLimit: RateLimit | null;
  readonly #idempotency = new IdempotencyKeys();
  readonly #closing = new AbortController();
  readonly #log: LoggedRequest[] = [];
  readonly #counts = new Map<string, number>();
  #requests = 0;

  constructor(of: {
    readonly state: SandboxState;
    readonly keys: readonly SandboxKey[];
    readonly faults: Faults;
    readonly requestsPerSecond: number | null;
    readonly nowMs: () => number;
  }) {
    this.#state = of.state;
    this.#keys = of.keys;
    this.#faults = of.faults;
    this.#rateLimit = of.requestsPerSecond === null ? null : new RateLimit(of.requestsPerSecond, of.nowMs);
  }

  get requests() {
    const self = this;
    return {
      /** The last requests, oldest first. */
      get log(): readonly LoggedRequest[] {
        return self.#log;
      },
      /** By method and route: `GET /v1/prices/:id`. */
      get counts(): ReadonlyMap<string, number> {
        return self.#counts;
      },
      get total(): number {
        return self.#requests;
      },
    };
  }

  /** Ends what is waiting. */
  close(): void {
    this.#closing.abort();
  }

  /** @param endpoint null where no route fits */
  async answer(context: SandboxContext, endpoint: Endpoint | null): Promise<Response> {
    this.#requests += 1;
    const requestId = `req_sandbox${this.#requests.toString(36).padStart(8, '0')}`;
    const url = new URL(context.req.url);
    const fault = this.#faults.strike(context.req.method, url.pathname);
    if (fault?.kind === 'slow') await wait(fault.delayMs, undefined, { signal: this.#closing.signal }).catch(() => {});
    const takesEffect = fault === null || fault.kind === 'slow' || effectFirst(fault);
    const answer = takesEffect ? await this.#attempt(context, { endpoint, url, requestId }) : null;
    const sent = send(context, { answer: spoiled(answer, fault, requestId), fault, requestId });
    this.#note(endpoint, {
      method: context.req.method,
      path: url.pathname,
      query: url.search,
      status: sent === RESPONSE_ALREADY_SENT ? 0 : sent.status,
      fault: fault?.kind ?? null,
    });
    return sent;
  }

  async #attempt(
    context: SandboxContext,
    of: { readonly endpoint: Endpoint | null; readonly url: URL; readonly requestId: string },
  ): Promise<Answer> {
    try {
      return await this.#act(context, of);
    } catch (error) {
      return failed(error, of.requestId);
    }
  }

  async #act(
    context: SandboxContext,
    { endpoint, url, requestId }: { readonly endpoint: Endpoint | null; readonly url: URL; readonly requestId: string },
  ): Promise<Answer> {
    const { method } = context.req;
    const key = authenticate(context.req.header('authorization'), this.#keys);
    this.#rateLimit?.admit();
    if (endpoint === null) {
      throw new StripeFailure({ status: 404, message: `Unrecognized request URL (${method}: ${url.pathname}).` });
    }
    authorize(key, endpoint.permission, this.#state.accountId);
    const body = method === 'GET' ? '' : await context.req.text();
    const idempotencyKey = method === 'POST' ? (context.req.header('idempotency-key') ?? null) : null;
    const fingerprint = `${key.key} ${method} ${url.pathname} ${body}`;
    const replayed = idempotencyKey === null ? null : this.#idempotency.replay(idempotencyKey, fingerprint);
    if (replayed !== null) return replayed;
    const answer = this.#perform(endpoint, {
      id: context.req.param('id') ?? '',
      text: body || url.search.slice(1),
      requestId,
    });
    if (idempotencyKey !== null) this.#idempotency.keep(idempotencyKey, fingerprint, answer);
    return answer;
  }

  #perform(endpoint: Endpoint, of: { readonly id: string; readonly text: string; readonly requestId: string }): Answer {
    try {
      const call = callFor(endpoint, { state: this.#state, id: of.id, form: decodeForm(of.text) });
      return { status: 200, body: JSON.stringify(endpoint.answer(call)), headers: {} };
    } catch (error) {
      return failed(error, of.requestId);
    }
  }

  #note(endpoint: Endpoint | null, request: LoggedRequest): void {
    const route = `${request.method} ${endpoint?.path ?? request.path}`;
    this.#counts.set(route, (this.#counts.get(route) ?? 0) + 1);
    this.#log.push(request);
    if (this.#log.length > LOGGED_REQUESTS) this.#log.splice(0, LOGGED_REQUESTS / 10);
  }
}

function failed(error: unknown, requestId: string): Answer {
  const failure =
    error instanceof StripeFailure
      ? error
      : new StripeFailure({ status: 500, type: 'api_error', message: `The sandbox failed: ${String(error)}` });
  return { status: failure.status, body: JSON.stringify(failure.body(requestId)), headers: failure.headers };
}

/** Whether the request acts before it goes wrong. */
function effectFirst(fault: FaultKind): boolean {
  if (fault.kind === 'truncated' || fault.kind === 'malformed') return true;
  return (fault.kind === 'reset' || fault.kind === 'server_error') && fault.after === true;
}

/** What is answered in the end. */
function spoiled(answer: Answer | null, fault: FaultKind | null, requestId: string): Answer {
  if (fault?.kind === 'rate_limited') return failed(rateLimited(fault.retryAfterSeconds ?? 1), requestId);
  if (fault?.kind === 'server_error') {
    const message = 'An error occurred in the sandbox, on demand.';
    return failed(new StripeFailure({ status: fault.status ?? 500, type: 'api_error', message }), requestId);
  }
  const whole = answer ?? { status: 200, body: '', headers: {} };
  return fault?.kind === 'malformed' ? { ...whole, body: `<html>${whole.body.slice(1)}` } : whole;
}

function send(
  context: SandboxContext,
  of: { readonly answer: Answer; readonly fault: FaultKind | null; readonly requestId: string },
): Response {
  const { answer, fault } = of;
  const headers = {
    'content-type': 'application/json',
    'request-id': of.requestId,
    'stripe-version': context.req.header('stripe-version') ?? API_VERSION,
    ...echoed('idempotency-key', context.req.header('idempotency-key')),
    ...answer.headers,
  };
  if (fault?.kind === 'reset') {
    context.env.incoming.socket.resetAndDestroy();
    return RESPONSE_ALREADY_SENT;
  }
  if (fault?.kind === 'truncated') {
    const bytes = Buffer.from(answer.body);
    const kept = bytes.subarray(0, Math.min(fault.afterBytes ?? Math.floor(bytes.length / 2), bytes.length - 1));
    const { outgoing } = context.env;
    outgoing.writeHead(answer.status, { ...headers, 'content-length': String(bytes.length) });
    outgoing.write(kept, () => outgoing.destroy());
    return RESPONSE_ALREADY_SENT;
  }
  return new Response(answer.body, { status: answer.status, headers });
}

const echoed = (name: string, value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { [name]: value };
