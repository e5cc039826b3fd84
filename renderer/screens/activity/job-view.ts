import type { Job } from '../../../shared/contract/schemas.ts';
import { formatCount } from '../../format/number.ts';
import { formatDuration, formatMonth } from '../../format/time.ts';

export type JobProgress = {
  /** 0–1, for the bar; null while the total is unknown. */
  readonly share: number | null;
  /** `12,480 of 48,000 requests · 812/s · 44 s left`. */
  readonly text: string;
};

/** How far a job is, in words and as a share of a bar's width. */
export function progressOf(job: Job): JobProgress {
  const { done, total, unit, ratePerSecond, secondsLeft } = job;
  const parts = [
    total === null ? `${formatCount(done)} ${unit}` : `${formatCount(done)} of ${formatCount(total)} ${unit}`,
  ];
  if (ratePerSecond !== null) parts.push(`${formatCount(ratePerSecond)}/s`);
  if (secondsLeft !== null) parts.push(`${formatDuration(secondsLeft)} left`);
  return { share: total === null || total === 0 ? null : Math.min(1, done / total), text: parts.join(' · ') };
}

/** `Pull May 2026`. */
export const jobTitle = (job: Job): string =>
  job.month === null ? job.title : `${job.title} ${formatMonth(job.month)}`;

/** One sentence for the live region when a job ends. */
export function endSentence(job: Job): string {
  const title = jobTitle(job);
  if (job.state === 'done') {
    const where = job.output === null ? '' : `: ${job.output}`;
    return `${title} is done${where}${job.summary === null ? '' : ` (${job.summary})`}.`;
  }
  if (job.state === 'cancelled') return `${title} was cancelled. Nothing was changed.`;
  return `${title} failed: ${job.error?.message ?? 'no reason given'}`;
}
