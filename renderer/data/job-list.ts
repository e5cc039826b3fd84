import type { Job } from '../../shared/contract/schemas.ts';

/** Whether nothing more will happen to a job. */
export const isOver = (job: Job): boolean =>
  job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
export const isRunning = (job: Job): boolean => !isOver(job);

/** Puts a job that changed into the list, newest first. */
export function mergeJob(list: readonly Job[], job: Job): readonly Job[] {
  const others = list.filter((other) => other.id !== job.id);
  return [job, ...others].sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
}
