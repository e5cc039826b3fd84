import { parentPort, workerData } from 'node:worker_threads';
import { errorDocument } from '../shared/errors.ts';
import { instant } from '../shared/values/instant.ts';
import type { ViewAnswer, ViewRequest } from './view-thread.ts';
import { createViews, type Views } from './views.ts';

// What the view thread runs: answers one question after another from the cache.
const { folder } = workerData as { readonly folder: string };
let now = instant(0);
let views: Views | null = null;
const port = parentPort;

/** Without a question for this long, the thread does what the next one will need. */
const IDLE_MS = 150;
let idle: NodeJS.Timeout | undefined;

port?.on('message', (request: ViewRequest) => {
  now = instant(request.now);
  port.postMessage(answer(request));
  clearTimeout(idle);
  idle = setTimeout(prepare, IDLE_MS);
});

/** A part at a time: a question that has come meanwhile is answered first. */
function prepare(): void {
  if (views?.prepare(undefined) === true) idle = setTimeout(prepare, 0);
}

function answer({ id, method, input }: ViewRequest): ViewAnswer {
  try {
    // Opened by the first question, so that a cache that cannot be read is the answer to it, with its code.
    views ??= createViews(folder, { env: process.env, now: () => now });
    const call = views[method] as (given: unknown) => unknown;
    return { id, ok: true, value: call(input) };
  } catch (error) {
    return { id, ok: false, error: errorDocument(error, 'cache.failed') };
  }
}
