import { setTimeout as pause } from 'node:timers/promises';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { TieoutError } from '../../../shared/errors.ts';
import { type Attempt, asFailure, isWorthAnotherTry } from './failure.ts';

export type ClickHouseConfig = {
  /** The HTTP interface, `https://ch.example.com:8443`. */
  readonly url: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  /** Answers in gzip. Default: off on loopback, where it only costs time, on elsewhere. */
  readonly compression?: boolean;
  /** How long the server may stay silent. Default: five minutes. */
  readonly requestTimeoutMs?: number;
};

export type Parameters = Readonly<Record<string, unknown>>;

/** A request: what it is for (words for a failure), its text and its bound parameters. */
export type Request = {
  readonly what: string;
  readonly query: string;
  readonly parameters: Parameters;
  readonly signal?: AbortSignal;
};

/** A row as the server sent it: the text of one JSON array. */
export type RowText = { readonly text: string };

export type Connection = {
  readonly server: string;
  readonly username: string;
  readonly database: string;
  /** A short answer, read whole. @throws TieoutError `clickhouse.*`, or the server's own error where `raw` is set */
  rows(request: Request): Promise<readonly (readonly unknown[])[]>;
  /** A long answer in chunks. @throws TieoutError `clickhouse.*` */
  stream(request: Request): AsyncIterable<readonly RowText[]>;
  close(): Promise<void>;
};

const DEFAULT_TIMEOUT_MS = 300_000;
const PAUSES_MS = [100, 400];

/**
 * Sent with every query. Instants are UTC whatever the server's zone; integers arrive bare because the queries keep
 * them below 2^53 (architecture.md section 4); a client that goes away takes its query with it.
 * Expressions are not compiled: the compiled `greatest` of ClickHouse 26.7 takes a negative Int128 for the larger number
 * from the third run of a query on. A long list of customers may count as part of the query.
 */
const SETTINGS: ClickHouseSettings = {
  session_timezone: 'UTC',
  compile_expressions: 0,
  max_query_size: '268435456',
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_decimals: 1,
  output_format_json_quote_denormals: 1,
  output_format_json_named_tuples_as_objects: 0,
  http_write_exception_in_output_format: 0,
  cancel_http_readonly_queries_on_client_close: 1,
};

/** @throws TieoutError `config.invalid_value` where the address is none */
export function connect(config: ClickHouseConfig): Connection {
  const url = address(config.url);
  const timeoutMs = config.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  const client = createClient({
    url,
    database: config.database,
    username: config.username,
    password: config.password,
    application: 'tieout',
    request_timeout: timeoutMs,
    compression: { response: config.compression ?? !isLoopback(url.hostname), request: false },
    clickhouse_settings: SETTINGS,
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF },
  });
  const place = { server: url.origin, username: config.username, database: config.database };
  const attempt = (what: string, isStreaming: boolean): Attempt => ({ ...place, what, isStreaming, timeoutMs });
  return {
    ...place,
    async rows(request) {
      let isStreaming = false;
      try {
        const answer = await ask(client, request);
        isStreaming = true;
        const rows: unknown[][] = [];
        for await (const chunk of answer.stream()) for (const row of chunk) rows.push(row.json<unknown[]>());
        return rows;
      } catch (error) {
        request.signal?.throwIfAborted();
        throw asFailure(error, attempt(request.what, isStreaming));
      }
    },
    async *stream(request) {
      let isStreaming = false;
      try {
        const answer = await ask(client, request);
        isStreaming = true;
        for await (const chunk of answer.stream()) {
          request.signal?.throwIfAborted();
          yield chunk;
        }
      } catch (error) {
        request.signal?.throwIfAborted();
        throw asFailure(error, attempt(request.what, isStreaming));
      }
    },
    close: () => client.close(),
  };
}

/** Tries again only while no connection came about; what the server has begun to answer is never asked twice. */
async function ask(client: ClickHouseClient, { query, parameters, signal }: Request) {
  for (let tries = 0; ; tries += 1) {
    signal?.throwIfAborted();
    try {
      return await client.query({
        query,
        format: 'JSONCompactEachRow',
        query_params: { ...parameters },
        ...(signal === undefined ? {} : { abort_signal: signal }),
      });
    } catch (error) {
      const pauseMs = PAUSES_MS[tries];
      if (pauseMs === undefined || !isWorthAnotherTry(error)) throw error;
      await pause(pauseMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function address(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) {
    url.username = '';
    url.password = '';
    return url;
  }
  throw new TieoutError('config.invalid_value', {
    message: 'clickhouse.url is not an http or https address.',
    path: 'clickhouse.url',
    remedy: 'Write the HTTP interface of ClickHouse, such as https://ch.example.com:8443.',
  });
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127\./.test(host);
