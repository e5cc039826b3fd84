import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { startEmbeddedClickHouse } from '../../../../main/sandbox/clickhouse/embedded.ts';

/**
 * An owner for the tests of lifetimes: starts an embedded ClickHouse and says where it is.
 * `thread` as first argument: the owner is a worker thread of this process. `leave`: it ends without stopping anything.
 * The last argument is the data folder, empty for a temporary one.
 */
const [mode = 'stay', folder = ''] = process.argv.slice(2);

if (isMainThread && mode === 'thread') {
  const worker = new Worker(new URL(import.meta.url), { argv: ['stay', folder] });
  worker.on('message', (message: unknown) => tell(message));
  process.once('message', () => void worker.terminate());
} else {
  const server = await startEmbeddedClickHouse({ dataFolder: folder === '' ? null : folder });
  tell({ pid: server.pid, url: server.url, username: server.username, password: server.password });
  if (mode === 'stay') setInterval(() => {}, 1000);
  else process.disconnect?.();
}

function tell(message: unknown): void {
  if (isMainThread) process.send?.(message);
  else parentPort?.postMessage(message);
}
