import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Stripe from 'stripe';
import { parseExact } from './exact-json.ts';

/** How a request failed before an answer could be read. */
export type TransportFailureKind = 'refused' | 'certificate' | 'reset' | 'timeout' | 'cut_off' | 'not_json';

/** Carries no `code`, so that the SDK leaves the decision to repeat to the request budget. */
export class TransportFailure extends Error {
  readonly kind: TransportFailureKind;

  constructor(kind: TransportFailureKind, cause: unknown) {
    super(`transport: ${kind}`, { cause });
    this.name = 'TransportFailure';
    this.kind = kind;
  }
}

/** A base URL as the SDK takes it, and the path prefix that it does not. */
export type ApiBase = {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: string;
  readonly prefix: string;
};

/** @returns null where the text is no http(s) URL. A trailing `/v1` is dropped: the SDK's paths begin with it. */
export function parseApiBase(text: string): ApiBase | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return {
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (protocol === 'http' ? '80' : '443') : url.port,
    prefix: url.pathname.replace(/\/+$/, '').replace(/\/v1$/, ''),
  };
}

/** The SDK's own Node client behind a path prefix, with exact numbers and a limit on the whole answer. */
export function createTransport(base: ApiBase): {
  readonly client: Stripe.HttpClient;
  readonly close: () => void;
} {
  const agent = base.protocol === 'http' ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true });
  const inner = Stripe.createNodeHttpClient(agent);
  const client: Stripe.HttpClient = {
    getClientName: () => inner.getClientName(),
    makeRequest: async (host, port, path, method, headers, body, protocol, timeoutMs) => {
      try {
        const answer = await inner.makeRequest(
          host,
          port,
          `${base.prefix}${path}`,
          method,
          headers,
          body,
          protocol,
          timeoutMs,
        );
        return exactResponse(answer, timeoutMs);
      } catch (error) {
        throw asTransportFailure(error);
      }
    },
  };
  return { client, close: () => agent.destroy() };
}

function exactResponse(answer: Stripe.HttpClientResponse, timeoutMs: number): Stripe.HttpClientResponse {
  const message = answer.getRawResponse() as IncomingMessage;
  return {
    getStatusCode: () => answer.getStatusCode(),
    getHeaders: () => answer.getHeaders(),
    getRawResponse: () => message,
    toStream: (onComplete) => answer.toStream(onComplete),
    toJSON: async () => {
      const status = answer.getStatusCode();
      const text = await readText(message, timeoutMs);
      const parsed = tryParse(text);
      if (isObject(parsed) && (status < 400 || isObject(parsed.error))) return parsed;
      if (status >= 400) return { error: { type: 'api_error', message: `HTTP ${status}` } };
      throw new TransportFailure(text.trimStart().startsWith('{') ? 'cut_off' : 'not_json', null);
    },
  };
}

async function readText(message: IncomingMessage, timeoutMs: number): Promise<string> {
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    message.destroy();
  }, timeoutMs);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    if (!message.complete) throw new TransportFailure('cut_off', null);
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw new TransportFailure(isLate || isTimeout(error) ? 'timeout' : 'cut_off', error);
  } finally {
    clearTimeout(deadline);
  }
}

function tryParse(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

const RESET_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

function asTransportFailure(error: unknown): TransportFailure {
  if (error instanceof TransportFailure) return error;
  const code = codeOf(error);
  if (isTimeout(error)) return new TransportFailure('timeout', error);
  if (RESET_CODES.has(code)) return new TransportFailure('reset', error);
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code)) return new TransportFailure('certificate', error);
  return new TransportFailure('refused', error);
}

const codeOf = (error: unknown): string => (isObject(error) && typeof error.code === 'string' ? error.code : '');
const isTimeout = (error: unknown): boolean => codeOf(error) === 'ETIMEDOUT';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
