import { Worker } from 'node:worker_threads';
import type { CancelSignal } from '../../shared/contract/api.ts';
import type { Job } from '../../shared/contract/schemas.ts';
import { errorDocument, TieoutError } from '../../shared/errors.ts';
import { formatInstant, type Instant } from '../../shared/values/instant.ts';
import { type FromWorker, isFinal, type JobTask, type Progress, type ToWorker } from './job.ts';
import { createRateMeter, type RateMeter } from './rate.ts';

/** A cancel shows within 200 ms, whatever the worker is doing. */
const CANCEL_GRACE_MS = 150;
/**
 * How long a cancelled worker may clear up before its thread is ended: an engine that it started is a process of its
 * own, which hears of the end of a thread only when the query that it runs is over.
 */
const CLEAR_UP_MS = 5_000;
const PUBLISH_INTERVAL_MS = 100;
/** What a worker gets to leave the cache and its child processes in order when the application ends. */
const STOP_GRACE_MS = 1_000;
const KEPT_JOBS = 50;

export type JobRunner = {
  start(task: JobTask, title: string): Job;
  cancel(id: string): Job;
  /** Starts the work of an ended job once more; one that has not ended is left alone. */
  retry(id: string): Job;
  list(): readonly Job[];
  /** What the work of a kind found; undefined while it goes on, or where it found nothing. */
  valueOf(id: string, kind: JobTask['kind']): unknown;
  watch(signal?: CancelSignal): AsyncIterable<Job>;
  /** Ends what runs; resolves when every thread is gone. */
  stop(): Promise<void>;
};

type Running = {
  job: Job;
  readonly task: JobTask;
  worker: Worker | null;
  rate: RateMeter;
  publishedAt: number;
  pending: NodeJS.Timeout | null;
  /** The worker has said how its work ended. */
  isSettled: boolean;
  value: unknown;
};

/**
 * Runs long work in worker threads, one at a time (a workspace has one writer), and tells everyone who watches.
 * @param workerUrl the module that a thread runs; it composes its own parts
 * @param now wall clock in milliseconds
 */
export function createJobRunner(options: {
  readonly workerUrl: URL;
  readonly now: () => number;
  /** What must be in place when a job is seen to have ended: what it changed is read anew before anybody looks. */
  readonly beforeEnd?: (task: JobTask, isDone: boolean) => Promise<void>;
  /** The environment of a thread, where it is another one than ours. */
  readonly envOf?: (task: JobTask) => NodeJS.ProcessEnv;
}): JobRunner {
  const jobs = new Map<string, Running>();
  const watchers = new Set<(job: Job) => void>();
  let sequence = 0;
  let isStopped = false;

  const instantText = (): string => formatInstant(options.now() as Instant);

  function publish(running: Running, change: Partial<Job>): void {
    running.job = { ...running.job, ...change };
    if (running.pending !== null) clearTimeout(running.pending);
    running.pending = null;
    running.publishedAt = options.now();
    for (const tell of watchers) tell(running.job);
  }

  function progress(running: Running, at: Progress): void {
    const { ratePerSecond, secondsLeft } = running.rate.measure(at, options.now());
    running.job = { ...running.job, ...at, ratePerSecond, secondsLeft };
    const wait = PUBLISH_INTERVAL_MS - (options.now() - running.publishedAt);
    if (wait <= 0) publish(running, {});
    else running.pending ??= setTimeout(() => publish(running, {}), wait);
  }

  function finish(running: Running, change: Partial<Job>): void {
    if (isFinal(running.job)) return;
    publish(running, { ...change, finishedAt: instantText(), secondsLeft: null });
  }

  /** The worker has said how the work ended; what follows from it comes before the world is told. */
  async function settle(running: Running, end: Partial<Job> & { readonly state: Job['state'] }): Promise<void> {
    running.isSettled = true;
    try {
      await options.beforeEnd?.(running.task, end.state === 'done');
      finish(running, end);
    } catch (error) {
      finish(running, { state: 'failed', error: errorDocument(error) });
    }
  }

  function startNext(): void {
    const all = [...jobs.values()];
    if (isStopped) return;
    if (all.some((running) => running.worker !== null)) return;
    const next = all.find((running) => running.job.state === 'queued');
    if (next !== undefined) run(next);
  }

  function run(running: Running): void {
    const env = options.envOf?.(running.task);
    const worker = new Worker(options.workerUrl, {
      workerData: running.task,
      ...(env === undefined ? {} : { env }),
    });
    running.worker = worker;
    publish(running, { state: 'running', startedAt: instantText() });
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'progress') return isFinal(running.job) ? undefined : progress(running, message.progress);
      if (message.type === 'done') {
        const { value, ...result } = message.result;
        running.value = value;
        return void settle(running, { state: 'done', ...result });
      }
      const wasCancelled = message.error.code === 'pull.cancelled' || running.job.state === 'cancelling';
      if (wasCancelled) return finish(running, { state: 'cancelled' });
      return void settle(running, { state: 'failed', error: message.error });
    });
    worker.on('error', (error) => finish(running, { state: 'failed', error: errorDocument(error) }));
    worker.on('exit', (code) => {
      const isCancelled = running.job.state === 'cancelling';
      const error = errorDocument(new TieoutError('job.failed', { message: `The work ended early (code ${code}).` }));
      if (!running.isSettled) finish(running, isCancelled ? { state: 'cancelled' } : { state: 'failed', error });
      // Only now: a thread that is still closing may hold the workspace's write lock.
      running.worker = null;
      startNext();
    });
  }

  function find(id: string): Running {
    const running = jobs.get(id);
    if (running !== undefined) return running;
    throw new TieoutError('job.not_found', { message: `There is no job ${id}.`, remedy: 'Reload the list of jobs.' });
  }

  function forgetOld(): void {
    const ended = [...jobs.values()].filter((running) => isFinal(running.job));
    for (const running of ended.slice(0, Math.max(0, ended.length - KEPT_JOBS))) jobs.delete(running.job.id);
  }

  function start(task: JobTask, title: string): Job {
    sequence += 1;
    const job: Job = {
      id: `job-${sequence}`,
      kind: task.kind,
      title,
      month: 'month' in task ? task.month : null,
      state: 'queued',
      step: 'waiting for the work before it',
      done: 0,
      total: null,
      unit: '',
      ratePerSecond: null,
      secondsLeft: null,
      startedAt: instantText(),
      finishedAt: null,
      error: null,
      summary: null,
      output: null,
    };
    const running: Running = {
      job,
      task,
      worker: null,
      rate: createRateMeter(),
      publishedAt: 0,
      pending: null,
      isSettled: false,
      value: undefined,
    };
    jobs.set(job.id, running);
    forgetOld();
    publish(running, {});
    startNext();
    return running.job;
  }

  return {
    start,
    retry(id) {
      const { job, task } = find(id);
      return isFinal(job) ? start(task, job.title) : job;
    },
    cancel(id) {
      const running = find(id);
      if (isFinal(running.job) || running.isSettled) return running.job;
      const { worker } = running;
      if (worker === null) {
        finish(running, { state: 'cancelled' });
        return running.job;
      }
      publish(running, { state: 'cancelling' });
      worker.postMessage({ type: 'cancel' } satisfies ToWorker);
      setTimeout(() => {
        if (isFinal(running.job) || running.isSettled) return;
        finish(running, { state: 'cancelled' });
        setTimeout(() => void worker.terminate(), CLEAR_UP_MS).unref();
      }, CANCEL_GRACE_MS);
      return running.job;
    },
    valueOf(id, kind) {
      const running = find(id);
      return running.task.kind === kind && running.job.state === 'done' ? running.value : undefined;
    },
    list: () => [...jobs.values()].map((running) => running.job).reverse(),
    watch: (signal) => changes(watchers, signal),
    async stop() {
      isStopped = true;
      const workers = [...jobs.values()].flatMap((running) => (running.worker === null ? [] : [running.worker]));
      await Promise.all(workers.map(endWorker));
    },
  };
}

/** Asks a worker to stop, and ends its thread where it does not in time. */
async function endWorker(worker: Worker): Promise<void> {
  worker.postMessage({ type: 'cancel' } satisfies ToWorker);
  const timer = setTimeout(() => void worker.terminate(), STOP_GRACE_MS);
  await new Promise<void>((resolve) => {
    if (worker.threadId === -1) resolve();
    else worker.once('exit', () => resolve());
  });
  clearTimeout(timer);
}

/** The newest state of each job that changed; a slow reader misses steps in between, never the last one. */
async function* changes(watchers: Set<(job: Job) => void>, signal?: CancelSignal): AsyncGenerator<Job> {
  const waiting = new Map<string, Job>();
  let wake: () => void = () => {};
  const tell = (job: Job): void => {
    waiting.set(job.id, job);
    wake();
  };
  const abort = (): void => wake();
  watchers.add(tell);
  signal?.addEventListener('abort', abort);
  try {
    while (signal?.aborted !== true) {
      const next = waiting.entries().next();
      if (next.done === true) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const [id, job] = next.value;
      waiting.delete(id);
      yield job;
    }
  } finally {
    watchers.delete(tell);
    signal?.removeEventListener('abort', abort);
  }
}
