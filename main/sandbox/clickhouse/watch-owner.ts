import { rmSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** Ends the process once its parent is no longer the one that started it. */
const { parent, folder } = workerData as { readonly parent: number; readonly folder: string | null };
const LOOK_EVERY_MS = 500;

setInterval(() => {
  if (process.ppid === parent) return;
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);
