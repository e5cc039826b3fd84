import type { Job } from '../../shared/contract/schemas.ts';

/** Whether nothing more will happen to a job. */
export const isOver = (job: Job): boolean =>
  job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
export const isRunning = (job: Job): boolean => !isOver(job);

/** Puts a job that changed into the list, newest first. A job that is over stays so: an older answer came late. */
export function mergeJob(list: readonly Job[], job: Job): readonly Job[] {
  const known = list.find((other) => other.id === job.id);
  if (known !== undefined && isOver(known) && isRunning(job)) return list;
  const others = list.filter((other) => other.id !== job.id);
  return [job, ...others].sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
}

/** Whether a job is over that the list still has as running. */
export const endsUnseen = (list: readonly Job[], job: Job): boolean =>
  isOver(job) && list.some((known) => known.id === job.id && isRunning(known));
