import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import path from 'node:path';
import { sendBody } from './body.ts';
import type { Answer, Engine } from './engine.ts';
import { asEngineError, type EngineError, engineError, readonlySettingError } from './exceptions.ts';
import type { FaultPlan } from './faults.ts';
import { contentType } from './formats.ts';
import type { EmbeddedUser } from './protocol.ts';
import { type Arguments, readArguments, readQuery } from './request.ts';
import { authenticate } from './users.ts';

/** ClickHouse's own limit for the length of a URL. */
const URL_LIMIT_BYTES = 1024 * 1024;

export type Front = {
  readonly engine: Engine;
  readonly users: readonly EmbeddedUser[];
  /** Asked anew for each request, since tests change it while the server runs. */
  readonly faults: () => FaultPlan;
};

/** ClickHouse's HTTP interface, as far as `@clickhouse/client` uses it, in front of the engine. */
export function createFront(front: Front): Server {
  return createServer({ maxHeaderSize: URL_LIMIT_BYTES, keepAliveTimeout: 30_000, requestTimeout: 0 }, (req, res) => {
    handle(front, req, res).catch((error: unknown) => {
      if (res.headersSent || res.destroyed) res.destroy();
      else sendError(res, asEngineError(error));
    });
  });
}

async function handle(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const isBareGet = request.method === 'GET' && url.pathname === '/' && !url.searchParams.has('query');
  if (url.pathname === '/ping' || url.pathname === '/replicas_status' || isBareGet)
    return sendText(response, 200, 'Ok.\n');
  if (url.pathname !== '/') return sendText(response, 404, `There is no handle ${url.pathname}\n`);
  if (request.method !== 'GET' && request.method !== 'POST') return sendText(response, 405, 'Method Not Allowed\n');
  const abandoned = new AbortController();
  response.once('close', () => abandoned.abort());
  const spoolFile = path.join(front.engine.spoolFolder, randomUUID());
  try {
    await answerQuery(front, { request, response, url, spoolFile, signal: abandoned.signal });
  } catch (error) {
    if (!abandoned.signal.aborted) throw error;
  } finally {
    await rm(spoolFile, { force: true });
  }
}

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly spoolFile: string;
  readonly signal: AbortSignal;
};

async function answerQuery(front: Front, exchange: Exchange): Promise<void> {
  const { request, response, url, spoolFile, signal } = exchange;
  const { engine } = front;
  const user = authenticate(request, url, front.users);
  const args = readArguments(url);
  const firstSetting = args.settings.keys().next();
  if (user.readonly === 1 && !firstSetting.done) throw readonlySettingError(firstSetting.value);
  if (user.readonly !== 0 && args.settings.has('readonly')) throw readonlySettingError('readonly');
  const { statement, dataFile } = await readQuery(request, args, spoolFile);
  if (statement.verb === '') throw engineError(62, 'SYNTAX_ERROR', 'Syntax error: Empty query');
  if (statement.isSeveral) throw engineError(62, 'SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed)');
  if (statement.writesFile) throw engineError(358, 'INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed');
  const fault = front.faults().take(statement.sql);
  if (fault?.kind === 'unavailable') return sendText(response, 503, 'Service Unavailable\n');
  const answer = await engine.run(
    {
      statement,
      database: args.database ?? header(request, 'x-clickhouse-database'),
      settings: args.settings,
      params: args.params,
      readonly: user.readonly === 0 && request.method === 'GET' ? 2 : user.readonly,
      defaultFormat: args.defaultFormat ?? header(request, 'x-clickhouse-format') ?? 'TabSeparated',
      dataFile,
      isWhole: args.waitsForEnd,
    },
    signal,
  );
  try {
    const isGzip = asksForGzip(request, args);
    const tag = randomBytes(8).toString('hex');
    const head = () => sendHead(response, { engine, args, answer, tag, isGzip });
    await sendBody(response, answer.chunks, { head, fault, isGzip, tag, signal });
  } finally {
    await answer.release();
  }
}

const header = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
};

function asksForGzip(request: IncomingMessage, args: Arguments): boolean {
  const wanted = args.settings.get('enable_http_compression');
  return (wanted === '1' || wanted === 'true') && /\bgzip\b/i.test(header(request, 'accept-encoding') ?? '');
}

function sendHead(
  response: ServerResponse,
  of: { engine: Engine; args: Arguments; answer: Answer; tag: string; isGzip: boolean },
): void {
  const { engine, args, answer } = of;
  response.writeHead(200, {
    'Content-Type': contentType(answer.format),
    'X-ClickHouse-Server-Display-Name': hostname(),
    'X-ClickHouse-Query-Id': args.queryId ?? randomUUID(),
    'X-ClickHouse-Format': answer.format,
    'X-ClickHouse-Timezone': args.settings.get('session_timezone') || engine.timezone,
    'X-ClickHouse-Exception-Tag': of.tag,
    'X-ClickHouse-Summary': JSON.stringify({
      read_rows: String(answer.readRows),
      read_bytes: String(answer.readBytes),
      written_rows: String(answer.writtenRows),
      written_bytes: '0',
      total_rows_to_read: '0',
      result_rows: String(answer.writtenRows),
      result_bytes: '0',
      elapsed_ns: '0',
    }),
    ...(of.isGzip ? { 'Content-Encoding': 'gzip' } : {}),
  });
}

function sendError(response: ServerResponse, error: EngineError): void {
  sendText(response, error.status, `${error.text}\n`, {
    'X-ClickHouse-Exception-Code': String(error.code),
    ...(error.status === 401 ? { 'WWW-Authenticate': 'Basic realm="ClickHouse server HTTP API"' } : {}),
  });
}

/** The rest of an unread request body is thrown away, so that the connection can serve the next request. */
function sendText(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.req.resume();
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8', ...headers });
  response.end(text);
}
