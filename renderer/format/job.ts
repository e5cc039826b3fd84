import type { Job } from '../../shared/contract/schemas.ts';
import { formatCount } from './number.ts';
import { formatDuration, formatMonth } from './time.ts';

export type JobProgress = {
  /** 0–1, for the bar; null while the total is unknown. */
  readonly share: number | null;
  /** `12,480 of 48,000 requests · 812/s · 44 s left`. */
  readonly text: string;
};

/** How far a job is, in words and as a share of a bar's width; nothing to say before the first step is counted. */
export function progressOf(job: Job): JobProgress {
  const { done, total, unit, ratePerSecond, secondsLeft } = job;
  if (total === null && done === 0) return { share: null, text: '' };
  const counted = total === null ? formatCount(done) : `${formatCount(done)} of ${formatCount(total)}`;
  const parts = [unit === '' ? counted : `${counted} ${unit}`];
  if (ratePerSecond !== null) parts.push(`${formatCount(ratePerSecond)}/s`);
  if (secondsLeft !== null) parts.push(`${formatDuration(secondsLeft)} left`);
  return { share: total === null || total === 0 ? null : Math.min(1, done / total), text: parts.join(' · ') };
}

/** `Pull May 2026`, whether or not the title holds the month already. */
export function jobTitle({ title, month }: Job): string {
  if (month === null) return title;
  return title.includes(month) ? title.replace(month, formatMonth(month)) : `${title} ${formatMonth(month)}`;
}

/** The step with a capital letter, as a line of its own begins. */
export const stepText = ({ step }: Job): string => step.charAt(0).toUpperCase() + step.slice(1);

/**
 * What work that did not end well means for the numbers. A pull is whole per meter, month and source: what it had
 * finished by then counts.
 */
export const LEFT_BEHIND: Readonly<Record<Job['kind'], string>> = {
  pull: 'Numbers that were not pulled completely are as they were before.',
  reconcile: 'No figure changed.',
  export: 'No file was written.',
  demo: 'The sample workspace was not opened.',
  dry_run: 'Nothing was measured, and nothing is kept of a dry run.',
  prove: 'No case was judged.',
};

/** One sentence for the live region when a job ends. */
export function endSentence(job: Job): string {
  const title = jobTitle(job);
  if (job.state === 'done') {
    const where = job.output === null ? '' : `: ${job.output}`;
    return `${title} is done${where}${job.summary === null ? '' : ` (${job.summary})`}.`;
  }
  if (job.state === 'cancelled') return `${title} was cancelled. ${LEFT_BEHIND[job.kind]}`;
  return `${title} failed: ${job.error?.message ?? 'no reason given'}`;
}
