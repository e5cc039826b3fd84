import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, JobTask } from '../../../main/jobs/job.ts';

// A worker whose behaviour the month of its task names; it stands in for real work in the runner's own tests.
const task = workerData as JobTask;
const script = 'month' in task ? task.month : '';
const tell = (message: FromWorker): void => parentPort?.postMessage(message);
const progress = (done: number): void =>
  tell({ type: 'progress', progress: { step: 'counting', done, total: 10, unit: 'rows' } });

if (script === '2026-01') {
  for (let done = 0; done <= 10; done += 1) progress(done);
  tell({ type: 'done', result: { summary: 'counted to ten', output: null } });
} else if (script === '2026-02') {
  tell({ type: 'failed', error: { code: 'stripe.unreachable', message: 'No answer.', path: null, remedy: 'Wait.' } });
} else if (script === '2026-03') {
  const timer = setInterval(() => progress(1), 5);
  parentPort?.on('message', () => {
    clearInterval(timer);
    tell({ type: 'failed', error: { code: 'pull.cancelled', message: 'Cancelled.', path: null, remedy: null } });
    parentPort?.close();
  });
} else if (script === '2026-04') {
  // Deaf to cancels, as a native call is.
  const until = Date.now() + 30_000;
  progress(0);
  while (Date.now() < until);
} else {
  throw new Error('broken');
}
