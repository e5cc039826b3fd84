import { setTimeout as wait } from 'node:timers/promises';
import Stripe from 'stripe';
import { isTieoutError, type Problem, TieoutError } from '../../../shared/errors.ts';
import type { RequestCounts } from '../billing-source.ts';
import { type ApiKeyKind, keyKindOf, keyProblem } from './api-key.ts';
import { adviseRetry, refusesExpansion, toTieoutError } from './failures.ts';
import { type FetchPage, followPages } from './pages.ts';
import { type BudgetClock, createRequestBudget } from './request-budget.ts';
import type { Resource } from './resources.ts';
import { createTransport, parseApiBase } from './transport.ts';
import { createWarnings, type Warnings } from './warnings.ts';

export type StripeSourceConfig = {
  readonly apiKey: string;
  /** Any http(s) URL, with a path prefix where there is one. Default: Stripe. */
  readonly apiBase?: string;
  /** Default 80: Stripe allows about 100 reads a second live, 25 in test mode. */
  readonly requestsPerSecond?: number;
  /** Requests in flight; by default enough to reach the rate when an answer takes a third of a second. */
  readonly concurrency?: number;
  /** Whether customers on test clocks take part. */
  readonly testClocks: boolean;
  /** Repeats of one request. Default 6. */
  readonly maxRetries?: number;
  /** For one attempt, from sending to the last byte. Default 20 s. */
  readonly timeoutMs?: number;
  /** Pages of one list. Default 100 000. */
  readonly pageLimit?: number;
  /** In [0, 1), for the jitter between repeats. */
  readonly random: () => number;
  readonly clock?: BudgetClock;
};

const DEFAULT_API_BASE = 'https://api.stripe.com';

/** The SDK behind the request budget; every failure that leaves it is a TieoutError, or the signal's own reason. */
export type StripeClient = {
  readonly keyKind: ApiKeyKind;
  readonly warnings: Warnings;
  request(resource: Resource, send: (sdk: Stripe) => Promise<unknown>, signal: AbortSignal): Promise<unknown>;
  /**
   * Every page; an unnecessary resource that the base does not serve is empty, with a warning.
   * @param expansions what to expand, the best first: a base that refuses one is asked for the next, at last for none
   */
  list(
    resource: Resource,
    send: (sdk: Stripe, cursor: Parameters<FetchPage>[0], expand: Expand) => Promise<unknown>,
    signal: AbortSignal,
    expansions?: readonly (readonly string[])[],
  ): AsyncGenerator<readonly unknown[]>;
  counts(): RequestCounts;
  close(): void;
};

/** A part of a request's parameters. */
export type Expand = { readonly expand?: string[] };

const systemClock: BudgetClock = {
  nowMs: () => performance.now(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    try {
      await wait(ms, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};

/** @throws TieoutError `config.invalid_value` where the base is no http(s) URL */
export function createStripeClient(config: StripeSourceConfig): StripeClient {
  const apiBase = config.apiBase ?? DEFAULT_API_BASE;
  const base = parseApiBase(apiBase);
  if (base === null) {
    throw new TieoutError('config.invalid_value', {
      message: 'stripe.apiBase is not an http or https URL.',
      path: 'stripe.apiBase',
      remedy: `Leave it out for ${DEFAULT_API_BASE}, or give the address of a sandbox such as http://127.0.0.1:12111.`,
    });
  }
  const apiKey = config.apiKey.trim();
  const keyKind = keyKindOf(apiKey);
  const requestsPerSecond = config.requestsPerSecond ?? 80;
  const timeoutMs = config.timeoutMs ?? 20_000;
  const pageLimit = config.pageLimit ?? 100_000;
  const transport = createTransport(base);
  const warnings = createWarnings();
  const sdk = new Stripe(apiKey === '' ? 'absent' : apiKey, {
    host: base.host,
    port: base.port,
    protocol: base.protocol,
    httpClient: transport.client,
    timeout: timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    appInfo: { name: 'Tieout' },
  });
  const budget = createRequestBudget({
    requestsPerSecond,
    concurrency: config.concurrency ?? Math.max(2, Math.ceil(requestsPerSecond / 3)),
    maxRetries: config.maxRetries ?? 6,
    baseDelayMs: 500,
    maxDelayMs: 8_000,
    random: config.random,
    clock: config.clock ?? systemClock,
    advise: adviseRetry,
  });
  const shownBase = `${base.protocol}://${new URL(apiBase).host}${base.prefix}`;

  const request: StripeClient['request'] = async (resource, send, signal) => {
    if (keyKind.kind === 'absent') throw problemError(keyProblem(keyKind));
    try {
      return await budget.run(() => send(sdk), signal);
    } catch (error) {
      signal.throwIfAborted();
      throw toTieoutError(error, { resource, apiBase: shownBase });
    }
  };

  async function* list(
    resource: Resource,
    send: (sdk: Stripe, cursor: Parameters<FetchPage>[0], expand: Expand) => Promise<unknown>,
    signal: AbortSignal,
    expansions: readonly (readonly string[])[] = [],
  ): AsyncGenerator<readonly unknown[]> {
    let refused = 0;
    const fetchPage: FetchPage = async (cursor) => {
      for (;;) {
        const expand = expansions[refused];
        try {
          const parameters = expand === undefined ? {} : { expand: [...expand] };
          return await request(resource, (client) => send(client, cursor, parameters), signal);
        } catch (error) {
          if (expand === undefined || !refusesExpansion(error)) throw error;
          refused += 1;
        }
      }
    };
    try {
      yield* followPages(fetchPage, { resource, pageLimit });
    } catch (error) {
      if (resource.isNecessary || !isTieoutError(error) || error.code !== 'stripe.not_served') throw error;
      warnings.add({
        code: error.code,
        path: resource.path,
        message: error.message,
        remedy: `Tieout goes on without ${resource.label}.`,
      });
    }
  }

  return { keyKind, warnings, request, list, counts: budget.counts, close: transport.close };
}

function problemError(problem: Problem | null): TieoutError {
  return new TieoutError(problem?.code ?? 'stripe.unauthorized', {
    message: problem?.message ?? 'There is no Stripe key.',
    path: problem?.path ?? null,
    remedy: problem?.remedy ?? null,
  });
}
