import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { performTask } from '../child.ts';
import type { Server } from '../usage-world.ts';

const SAMPLER_MS = 5;

type Pulled = { readonly ms: number; readonly peakBytes: number; readonly check: string };

/** A month pulled in a worker, as the application does it, while the main thread has nothing to do but to stay awake. */
await performTask<{ readonly server: Server; readonly file: string }>(async (input) => {
  const delay = monitorEventLoopDelay({ resolution: SAMPLER_MS });
  const worker = new Worker(new URL('./pull-worker.ts', import.meta.url), { workerData: input });
  const result = await new Promise<Pulled>((resolve, reject) => {
    worker.on('message', (message: 'begun' | 'done' | Pulled) => {
      if (message === 'begun') delay.enable();
      else if (message === 'done') delay.disable();
      else resolve(message);
    });
    worker.once('error', reject);
  });
  return { ...result, figures: { delayP99Ms: delay.percentile(99) / 1e6, delayMaxMs: delay.max / 1e6 } };
});
