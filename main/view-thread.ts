import { Worker } from 'node:worker_threads';
import { type ErrorDocument, TieoutError } from '../shared/errors.ts';
import type { Instant } from '../shared/values/instant.ts';
import type { Views } from './views.ts';

export type ViewRequest = {
  readonly id: number;
  readonly method: keyof Views;
  readonly input: unknown;
  readonly now: number;
};
export type ViewAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorDocument };

type Input<M extends keyof Views> = Parameters<Views[M]>[0];
type Output<M extends keyof Views> = ReturnType<Views[M]>;

/** The views of one workspace in a thread of their own, so that sorting a million cells never holds up a window. */
export type ViewThread = {
  call<M extends keyof Views>(method: M, input: Input<M>): Promise<Output<M>>;
  /** Forgets what was computed from an older cache. */
  refresh(): Promise<void>;
  close(): Promise<void>;
};

/** @param options.url the module that the thread runs */
export function createViewThread(options: {
  readonly url: URL;
  readonly folder: string;
  readonly now: () => Instant;
  /** The environment of the thread, where it is another one than ours. */
  readonly env?: NodeJS.ProcessEnv;
}): ViewThread {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const { folder, env } = options;
  const worker = new Worker(options.url, { workerData: { folder }, ...(env === undefined ? {} : { env }) });
  let sequence = 0;
  let failure: Error | null = null;
  const failAll = (error: Error): void => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.unref();
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new TieoutError('job.failed', { message: 'The workspace was closed.' })));
  worker.on('message', (answer: ViewAnswer) => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.ok) call?.resolve(answer.value);
    else call?.reject(new TieoutError(answer.error.code, answer.error));
  });

  function ask(method: keyof Views, input: unknown): Promise<unknown> {
    if (failure !== null) return Promise.reject(failure);
    sequence += 1;
    const id = sequence;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, input, now: options.now() } satisfies ViewRequest);
    });
  }

  return {
    call: (method, input) => ask(method, input) as Promise<never>,
    refresh: async () => {
      await ask('refresh', undefined).catch(() => {});
    },
    close: async () => {
      await worker.terminate();
    },
  };
}
