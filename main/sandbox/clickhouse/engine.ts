import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Session } from 'chdb';
import { engineError } from './exceptions.ts';
import { streamedFormat, withoutLines } from './formats.ts';
import { Slots } from './slots.ts';
import { quoteName, quoteText, type Statement } from './statement.ts';

type Chdb = typeof import('chdb');

export type Query = {
  readonly statement: Statement;
  readonly database: string | null;
  readonly settings: ReadonlyMap<string, string>;
  /** Bound parameters, each value in ClickHouse's escaped text, as its HTTP interface takes them. */
  readonly params: ReadonlyMap<string, string>;
  readonly readonly: 0 | 1 | 2;
  /** The format of an answer whose statement names none. */
  readonly defaultFormat: string;
  /** The file that holds the rows of an INSERT, or null. */
  readonly dataFile: string | null;
  /** True where the answer must be complete before its first byte is sent. */
  readonly isWhole: boolean;
};

export type Answer = {
  readonly format: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  /** To be called once, at the end or on giving up: frees the engine for the next query. */
  readonly release: () => Promise<void>;
};

type Body = Omit<Answer, 'release'> & { readonly end?: () => Promise<void> };

/** Queries at work at a time. More wait: each may use every core, and an answer that is not read holds its place. */
const QUERIES_AT_A_TIME = 4;

/**
 * The engine on one data folder. Each query gets a connection of its own, so that settings and parameters of one never
 * reach another. A call into the engine cannot be broken off: an abandoned query keeps its place until it ends.
 */
export class Engine {
  readonly #chdb: Chdb;
  readonly #dataFolder: string;
  readonly #root: Session;
  readonly #slots = new Slots(QUERIES_AT_A_TIME);
  readonly spoolFolder: string;
  readonly version: string;
  readonly timezone: string;

  private constructor(chdb: Chdb, dataFolder: string, root: Session, spoolFolder: string) {
    this.#chdb = chdb;
    this.#dataFolder = dataFolder;
    this.#root = root;
    this.spoolFolder = spoolFolder;
    this.version = root.query('SELECT version()', 'TabSeparatedRaw').trim();
    this.timezone = root.query('SELECT serverTimezone()', 'TabSeparatedRaw').trim();
  }

  /** @throws whatever chdb throws where the folder cannot be opened, another process holding it above all */
  static async open(chdb: Chdb, options: { dataFolder: string; memoryLimitBytes: number }): Promise<Engine> {
    const root = new chdb.Session(options.dataFolder, {
      connectionArgs: [`--max_server_memory_usage=${options.memoryLimitBytes}`, '--mark_cache_size=268435456'],
    });
    const spoolFolder = path.join(options.dataFolder, 'tmp', 'tieout');
    await rm(spoolFolder, { recursive: true, force: true });
    await mkdir(spoolFolder, { recursive: true });
    return new Engine(chdb, options.dataFolder, root, spoolFolder);
  }

  /** Runs a statement of our own at once, outside the queue. */
  command(sql: string): string {
    return this.#root.query(sql, 'TabSeparatedRaw');
  }

  /** True while a query is at work; a call into the engine cannot be broken off, so closing would wait for it. */
  get isBusy(): boolean {
    return this.#slots.held > 0;
  }

  close(): void {
    this.#root.close();
  }

  /**
   * Runs a query as soon as its turn comes.
   * @throws EngineError as ClickHouse words it; `AbortError` where `signal` was aborted while it waited
   */
  async run(query: Query, signal: AbortSignal): Promise<Answer> {
    const leave = await this.#slots.take(signal);
    if (leave === null) throw signal.reason;
    let session: Session | null = null;
    try {
      session = new this.#chdb.Session(this.#dataFolder);
      const open = session;
      prepare(open, query);
      const { end, ...body } = await this.#execute(open, query);
      const release = async () => {
        try {
          await end?.();
        } finally {
          open.close();
          leave();
        }
      };
      return { ...body, release };
    } catch (error) {
      session?.close();
      leave();
      throw error;
    }
  }

  async #execute(session: Session, query: Query): Promise<Body> {
    const { statement } = query;
    const format = plainFormat(statement.format?.name ?? query.defaultFormat);
    if (statement.insert !== null && query.dataFile !== null) {
      const { head, settings, format: dataFormat } = statement.insert;
      const sql = `${head} FROM INFILE ${quoteText(query.dataFile)} ${settings} FORMAT ${dataFormat}`;
      const result = await session.queryAsync(sql, { format });
      return { format, chunks: of(), ...NOTHING_READ, writtenRows: result.rowsRead };
    }
    if (['SELECT', 'WITH', 'FROM'].includes(statement.verb)) {
      const how = query.isWhole || isArrayOfRows(query) ? null : streamedFormat(format);
      if (how === null) return this.#throughFile(session, query, format);
      const body = await streamed(session, query, format, how.header);
      if (body !== null) return body;
    }
    const result = await session.queryAsync(statement.sql, { format });
    return {
      format,
      chunks: of(result.bytes()),
      readRows: result.rowsRead,
      readBytes: result.bytesRead,
      writtenRows: statement.verb.startsWith('INSERT') ? result.rowsRead : 0,
    };
  }

  /** The engine writes the answer to a file, which is then sent on: formats that are one document, at bounded memory. */
  async #throughFile(session: Session, query: Query, format: string): Promise<Body> {
    const { sql, format: clause } = query.statement;
    const file = path.join(this.spoolFolder, randomUUID());
    const at = clause?.at ?? sql.length;
    const tail = clause === null ? `FORMAT ${format}` : sql.slice(at);
    const end = () => rm(file, { force: true });
    try {
      const intoFile = `${sql.slice(0, at)}\nINTO OUTFILE ${quoteText(file)} TRUNCATE ${tail}`;
      const { rowsRead, bytesRead } = await session.queryAsync(intoFile, { format });
      const chunks = createReadStream(file, { highWaterMark: 1 << 18 });
      return { format, chunks, readRows: rowsRead, readBytes: bytesRead, writtenRows: 0, end };
    } catch (error) {
      await end();
      throw error;
    }
  }
}

/** chdb starts with the habits of clickhouse-local; a server has these. */
const SERVER_HABITS = 'SET implicit_select = 0, allow_introspection_functions = 0';

const NOTHING_READ = { readRows: 0, readBytes: 0 };

const isArrayOfRows = (query: Query): boolean => {
  const setting = query.settings.get('output_format_json_array_of_rows');
  return setting !== undefined && setting !== '0' && setting !== 'false';
};

function plainFormat(format: string): string {
  if (!/^[A-Za-z]\w*$/.test(format)) throw engineError(73, 'UNKNOWN_FORMAT', `Unknown format ${format}`);
  return format;
}

/** Puts a fresh connection into the state that the request asks for. */
function prepare(session: Session, query: Query): void {
  session.query(SERVER_HABITS);
  for (const [name, value] of query.settings) session.query(`SET ${quoteName(name)} = ${quoteText(value)}`);
  if (query.database !== null) session.query(`USE ${quoteName(query.database)}`);
  for (const [name, value] of query.params) {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw engineError(36, 'BAD_ARGUMENTS', `Bad name of a parameter: ${name}`);
    session.query(`SET param_${name} = ${quoteText(value)}`);
  }
  if (query.readonly !== 0) session.query(`SET readonly = ${query.readonly}`);
}

/**
 * Waits for the first block, so that most errors still find the status line unsent.
 * @returns null for a statement that the engine does not stream (`WITH … INSERT`)
 */
async function streamed(session: Session, query: Query, format: string, header: number): Promise<Body | null> {
  const stream = openStream(session, query.statement.sql, format);
  if (stream === null) return null;
  const source = stream[Symbol.asyncIterator]();
  const first = await source.next();
  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    if (first.done) return;
    yield first.value.raw();
    for (let step = await source.next(); !step.done; step = await source.next()) {
      yield withoutLines(step.value.raw(), header);
    }
  }
  const end = async () => {
    await source.return?.();
  };
  return { format, chunks: chunks(), ...NOTHING_READ, writtenRows: 0, end };
}

function openStream(session: Session, sql: string, format: string): ReturnType<Session['queryStream']> | null {
  try {
    return session.queryStream(sql, { format });
  } catch (error) {
    if (error instanceof Error && error.message.includes('Streaming query is not supported')) return null;
    throw error;
  }
}

async function* of(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* chunks;
}
