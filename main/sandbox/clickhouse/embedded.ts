import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TieoutError } from '../../../shared/errors.ts';
import type { Fault } from './faults.ts';
import { readUsageFolder } from './files.ts';
import type { EmbeddedUser, Order, Report, StartOrder } from './protocol.ts';

export type { Fault } from './faults.ts';
export type { EmbeddedUser } from './protocol.ts';

export type EmbeddedOptions = {
  /** Where the engine keeps its data; null = a temporary folder that is removed at the end. */
  readonly dataFolder: string | null;
  /** A folder whose `*.parquet` and `*.csv` files are shown as tables named after them. */
  readonly filesFolder?: string | null;
  /** Aborting it stops the server. */
  readonly signal?: AbortSignal;
  /** The server's own time zone; UTC unless a test wants another. */
  readonly timezone?: string;
  /** Users beside the one of the handle. */
  readonly users?: readonly EmbeddedUser[];
  /** What the engine may hold in memory; half of the machine's unless given. */
  readonly memoryLimitBytes?: number;
  /** A failure in force from the start (tests). */
  readonly fault?: Fault | null;
};

/** A running embedded ClickHouse. It ends with the process (or worker thread) that started it, however that ends. */
export type EmbeddedClickHouse = {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly pid: number;
  /** `26.7.2.1` */
  readonly version: string;
  readonly timezone: string;
  /** Why the child ended although nobody stopped it (`clickhouse.embedded_failed`); null while it runs or was stopped. */
  readonly failure: TieoutError | null;
  /** Ends the child and removes a temporary data folder. Calling it again does nothing more. */
  readonly stop: () => Promise<void>;
  /** Kills the child, with whatever it computes, and starts another on the same data, address and password. */
  readonly restart: () => Promise<void>;
  /** Injects a failure, or with null ends one (tests). */
  readonly setFault: (fault: Fault | null) => Promise<void>;
};

const USERNAME = 'tieout';
/** Beside this module, under the name that this module has itself: TypeScript here, JavaScript where it was built. */
const SERVER_FILE = fileURLToPath(new URL(`./server${path.extname(import.meta.url)}`, import.meta.url));
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 3_000;

/**
 * Threads enough that queries at work never hold up files and compression; few memory arenas, since blocks of answers
 * pass from thread to thread (a third less memory at the peak); and plain Node where the owner is Electron.
 */
const CHILD_ENVIRONMENT = { UV_THREADPOOL_SIZE: '16', MALLOC_ARENA_MAX: '2', ELECTRON_RUN_AS_NODE: '1' };

/** Names of the environment that the child needs; keys of other systems stay with the owner. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'LANG', 'LC_ALL', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];

/**
 * Starts ClickHouse's engine behind its HTTP interface, on loopback, with a random port and password.
 * @throws TieoutError `clickhouse.embedded_unavailable` where this platform or installation has no engine;
 *   `clickhouse.embedded_failed` where it does not start (the data folder is in use, a file cannot be read, …)
 */
export async function startEmbeddedClickHouse(options: EmbeddedOptions): Promise<EmbeddedClickHouse> {
  if (process.platform === 'win32') throw unavailable(`There is no embedded ClickHouse for ${process.platform}.`);
  requireEngine();
  options.signal?.throwIfAborted();
  const isTemporary = options.dataFolder === null;
  const dataFolder = options.dataFolder ?? mkdtempSync(path.join(tmpdir(), 'tieout-clickhouse-'));
  const password = randomBytes(24).toString('base64url');
  const removeData = () => {
    if (isTemporary) rmSync(dataFolder, { recursive: true, force: true });
  };
  const launch = (port: number, fault: Fault | null): Promise<Child> =>
    Child.start(options.timezone ?? 'UTC', {
      kind: 'start',
      dataFolder,
      isTemporary,
      filesFolder: options.filesFolder ?? null,
      port,
      users: [{ name: USERNAME, password, readonly: 0 }, ...(options.users ?? [])],
      memoryLimitBytes: options.memoryLimitBytes ?? Math.floor(totalmem() / 2),
      fault,
    });

  let child: Child;
  try {
    await mkdir(dataFolder, { recursive: true });
    child = await launch(0, options.fault ?? null);
  } catch (error) {
    removeData();
    throw error;
  }
  const { port, version, timezone } = child;
  let stopping: Promise<void> | null = null;
  let restarting: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      await restarting?.catch(() => {});
      await child.stop().finally(removeData);
    })();
    return stopping;
  };
  const replace = async (): Promise<void> => {
    await child.kill();
    child = await launch(port, null);
  };
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  if (options.signal?.aborted) {
    await stop();
    options.signal.throwIfAborted();
  }
  return {
    url: `http://127.0.0.1:${port}`,
    username: USERNAME,
    password,
    version,
    timezone,
    get pid() {
      return child.pid;
    },
    get failure() {
      return child.failure;
    },
    stop,
    restart: async () => {
      if (stopping !== null) throw failed('The embedded ClickHouse was stopped and cannot be restarted.');
      restarting ??= replace().finally(() => {
        restarting = null;
      });
      await restarting;
    },
    setFault: (fault) => child.setFault(fault),
  };
}

/**
 * Starts the embedded ClickHouse on what `clickhouse.embedded` of tieout.yaml names: a folder of Parquet and CSV files,
 * each shown as a table named after it, or a ClickHouse data folder.
 * @throws TieoutError as startEmbeddedClickHouse does; `clickhouse.embedded_failed` too where the folder cannot be read
 */
export async function startOnUsageFolder(
  folder: string,
  options: Omit<EmbeddedOptions, 'dataFolder' | 'filesFolder'> = {},
): Promise<EmbeddedClickHouse> {
  const found = await readUsageFolder(folder).catch((error: unknown) => {
    throw new TieoutError('clickhouse.embedded_failed', {
      message: `The usage folder cannot be read. ${error instanceof Error ? error.message : String(error)}`,
      remedy: 'Point clickhouse.embedded at a folder of Parquet or CSV files, or at a ClickHouse data folder.',
      cause: error,
    });
  });
  return startEmbeddedClickHouse({ ...options, ...found });
}

/** Before a child is started: in a packaged desktop there is no engine, and no Node that a child could run on. */
function requireEngine(): void {
  try {
    createRequire(import.meta.url).resolve('chdb');
  } catch (error) {
    throw unavailable('The embedded ClickHouse is not installed here: the package chdb is missing.', error);
  }
}

const unavailable = (message: string, cause?: unknown): TieoutError =>
  new TieoutError('clickhouse.embedded_unavailable', {
    message,
    remedy: 'Use a ClickHouse server (clickhouse.url), or Linux or macOS with the package chdb installed.',
    cause,
  });

const failed = (message: string, remedy?: string): TieoutError =>
  new TieoutError('clickhouse.embedded_failed', { message, remedy: remedy ?? null });

/** One life of the child process. */
class Child {
  readonly #process: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #faultsSet = new Map<number, () => void>();
  #noise = '';
  #isEnding = false;
  port = 0;
  version = '';
  timezone = '';
  failure: TieoutError | null = null;

  private constructor(timezone: string) {
    const env: NodeJS.ProcessEnv = { ...CHILD_ENVIRONMENT, TZ: timezone };
    for (const name of PASSED_ON) if (process.env[name] !== undefined) env[name] = process.env[name];
    this.#process = spawn(process.execPath, [SERVER_FILE], {
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#noise = (this.#noise + text).slice(-4000);
    });
    this.#gone = new Promise((resolve) => {
      this.#process.once('error', () => resolve());
      this.#process.once('exit', (code, signal) => {
        if (!this.#isEnding)
          this.failure = failed(`The embedded ClickHouse ended by itself (${signal ?? `exit code ${code}`}).`);
        for (const done of this.#faultsSet.values()) done();
        resolve();
      });
    });
  }

  static async start(timezone: string, order: StartOrder): Promise<Child> {
    const child = new Child(timezone);
    try {
      await child.#begin(order);
    } catch (error) {
      await child.kill();
      throw error;
    }
    child.#release();
    return child;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  #begin(order: StartOrder): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(failed('The embedded ClickHouse did not start in time.')), START_LIMIT_MS);
      let complaint: Extract<Report, { kind: 'failed' }> | null = null;
      this.#process.once('error', (error) => {
        clearTimeout(timer);
        reject(failed(`The embedded ClickHouse cannot be started: ${error.message}`));
      });
      // after 'close' the engine's own words on stderr are complete
      this.#process.once('close', () => {
        clearTimeout(timer);
        reject(startError(complaint, this.#noise, order));
      });
      this.#process.on('message', (message: Report) => {
        if (message.kind === 'failed') complaint = message;
        if (message.kind === 'fault_set') this.#faultsSet.get(message.id)?.();
        if (message.kind !== 'ready') return;
        clearTimeout(timer);
        this.port = message.port;
        this.version = message.version;
        this.timezone = message.timezone;
        resolve();
      });
      this.#send(order);
    });
  }

  /** Lets the owner end while the child runs; the child follows it. */
  #release(): void {
    this.#process.unref();
    this.#process.channel?.unref();
    const { stderr } = this.#process;
    if (stderr !== null && 'unref' in stderr && typeof stderr.unref === 'function') stderr.unref();
  }

  #send(order: Order): void {
    if (this.#process.connected) this.#process.send(order, () => {});
  }

  async setFault(fault: Fault | null): Promise<void> {
    if (this.failure !== null) throw this.failure;
    const id = this.#faultsSet.size + 1;
    this.#process.channel?.ref();
    await new Promise<void>((resolve) => {
      this.#faultsSet.set(id, resolve);
      this.#send({ kind: 'fault', id, fault });
    });
    this.#process.channel?.unref();
  }

  async stop(): Promise<void> {
    this.#isEnding = true;
    this.#process.ref();
    this.#send({ kind: 'stop' });
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#process.ref();
    this.#process.kill('SIGKILL');
    await this.#gone;
  }
}

function startError(
  complaint: Extract<Report, { kind: 'failed' }> | null,
  noise: string,
  order: StartOrder,
): TieoutError {
  if (complaint === null) return failed(`The embedded ClickHouse ended while starting. ${noise}`.trim());
  const { reason, message } = complaint;
  if (reason === 'missing') return unavailable(`The embedded ClickHouse is not installed here: ${message}`);
  if (reason === 'files') return failed(`The usage folder cannot be read. ${message}`);
  if (reason === 'engine' && /lock file/i.test(noise)) {
    return failed(
      `Another process has the ClickHouse data folder ${order.dataFolder} open.`,
      'Close the other Tieout that uses this folder, or point clickhouse.embedded at another one.',
    );
  }
  return failed(`The embedded ClickHouse did not start: ${message}`);
}
