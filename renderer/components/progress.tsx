import type { Job } from '../../shared/contract/schemas.ts';
import { progressOf } from '../format/job.ts';

/** A bar for a job; without a known total it only says that work goes on. */
export function ProgressBar({ job }: { job: Job }) {
  const { share, text } = progressOf(job);
  return (
    <div
      role="progressbar"
      aria-label={job.title}
      aria-valuetext={text}
      {...(share === null
        ? {}
        : { 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.round(share * 100) })}
      className="h-1 w-full overflow-hidden rounded-full bg-pressed"
    >
      <div
        className={`h-full rounded-full bg-accent-fill transition-[width] duration-100 ${share === null ? 'w-1/4 opacity-60' : ''}`}
        style={share === null ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}
