import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline as connect, type Duplex, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { engineError } from './exceptions.ts';
import { readMultipart } from './multipart.ts';
import { readStatement, type Statement } from './statement.ts';

/** URL parameters of the HTTP interface that are no settings. */
const RESERVED = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
  'role',
  'stacktrace',
  'wait_end_of_query',
  'buffer_size',
  'compress',
  'decompress',
  'session_id',
  'session_timeout',
  'session_check',
  'close_session',
]);

/** A statement that travels in the body is read into memory up to this; the rows of an INSERT are not. */
const STATEMENT_LIMIT_BYTES = 64 * 1024 * 1024;

export type Arguments = {
  readonly settings: ReadonlyMap<string, string>;
  readonly params: Map<string, string>;
  readonly database: string | null;
  readonly defaultFormat: string | null;
  readonly queryId: string | null;
  readonly query: string;
  readonly waitsForEnd: boolean;
};

/** What the URL says. */
export function readArguments(url: URL): Arguments {
  const settings = new Map<string, string>();
  const params = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) params.set(name.slice('param_'.length), value);
    else if (!RESERVED.has(name)) settings.set(name, value);
  }
  for (const name of ['compress', 'decompress', 'session_id']) {
    const value = url.searchParams.get(name);
    if (value === null || value === '0') continue;
    throw engineError(48, 'NOT_IMPLEMENTED', `The embedded ClickHouse does not know the URL parameter ${name}`);
  }
  return {
    settings,
    params,
    database: url.searchParams.get('database'),
    defaultFormat: url.searchParams.get('default_format'),
    queryId: url.searchParams.get('query_id'),
    query: url.searchParams.get('query') ?? '',
    waitsForEnd: url.searchParams.get('wait_end_of_query') === '1',
  };
}

/**
 * The statement of a request, wherever it travels, and the file that its rows were put into.
 * Rows go to `spoolFile` as they arrive: a slow sender never holds the engine, and no body is held in memory.
 */
export async function readQuery(
  request: IncomingMessage,
  args: Arguments,
  spoolFile: string,
): Promise<{ readonly statement: Statement; readonly dataFile: string | null }> {
  const body = decoded(request);
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (boundary !== undefined) {
    const parts = readMultipart(await readText(body), boundary);
    for (const [name, value] of parts) if (name.startsWith('param_')) args.params.set(name.slice(6), value);
    return { statement: readStatement(args.query || (parts.get('query') ?? '')), dataFile: null };
  }
  const statement = readStatement(args.query);
  if (statement.insert !== null) {
    const inline = Buffer.from(args.query.slice(statement.insert.dataAt));
    await spool(spoolFile, inline, body);
    return { statement, dataFile: spoolFile };
  }
  return readQueryInBody(args.query, body, spoolFile);
}

async function readQueryInBody(
  prefix: string,
  body: Readable,
  spoolFile: string,
): Promise<{ readonly statement: Statement; readonly dataFile: string | null }> {
  const chunks: Buffer[] = prefix === '' ? [] : [Buffer.from(`${prefix}\n`)];
  let bytes = 0;
  let head: ReturnType<typeof insertAtHead> = null;
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > STATEMENT_LIMIT_BYTES) throw engineError(62, 'SYNTAX_ERROR', 'The statement is too long');
    head = chunks.length === 1 ? insertAtHead(chunk) : null;
    if (head !== null) break;
  }
  const first = chunks[0];
  if (head !== null && first !== undefined) {
    await spool(spoolFile, first.subarray(head.dataAt), body);
    return { statement: head.statement, dataFile: spoolFile };
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const statement = readStatement(text);
  if (statement.insert === null) return { statement, dataFile: null };
  await writeFile(spoolFile, text.slice(statement.insert.dataAt));
  return { statement, dataFile: spoolFile };
}

/** An INSERT whose clause before the data lies within the first chunk of the body; `dataAt` counts bytes. */
function insertAtHead(chunk: Buffer): { readonly statement: Statement; readonly dataAt: number } | null {
  const text = chunk.toString('latin1');
  if (!/^\s*INSERT\b/i.test(text)) return null;
  const dataAt = readStatement(text).insert?.dataAt;
  if (dataAt === undefined || dataAt >= text.length) return null;
  return { statement: readStatement(chunk.subarray(0, dataAt).toString('utf8')), dataAt };
}

async function spool(file: string, first: Buffer, rest: Readable): Promise<void> {
  const sink = createWriteStream(file, { highWaterMark: 1 << 20 });
  if (first.length > 0) sink.write(first);
  await pipeline(rest, sink);
}

function decoded(request: IncomingMessage): Readable {
  switch ((request.headers['content-encoding'] ?? 'identity').toLowerCase()) {
    case 'identity':
    case '':
      return request;
    case 'gzip':
    case 'x-gzip':
      return through(request, createGunzip());
    case 'deflate':
      return through(request, createInflate());
    case 'br':
      return through(request, createBrotliDecompress());
    case 'zstd':
      return through(request, createZstdDecompress());
    default:
      throw engineError(48, 'NOT_IMPLEMENTED', `Unknown Content-Encoding ${request.headers['content-encoding']}`);
  }
}

/** An error on either side ends both, and reaches whoever reads the result. */
function through(request: IncomingMessage, decoder: Duplex): Readable {
  connect(request, decoder, () => {});
  return decoder;
}

async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > STATEMENT_LIMIT_BYTES) throw engineError(62, 'SYNTAX_ERROR', 'The statement is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
