import type { ReactNode } from 'react';
import type { Job } from '../../../shared/contract/schemas.ts';
import { Button } from '../../components/button.tsx';
import { ProgressBar } from '../../components/progress.tsx';
import { Failure } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { isRunning, useCancelJob } from '../../data/jobs.ts';
import { jobTitle, LEFT_BEHIND, progressOf, stepText } from '../../format/job.ts';

export function Panel({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="mt-7 first:mt-0">
      <div className="mb-2 flex items-baseline gap-3 border-b border-line pb-1">
        <h2 className="font-semibold whitespace-nowrap">{title}</h2>
        <p className="min-w-0 truncate text-table text-faint" title={note}>
          {note}
        </p>
      </div>
      {children}
    </section>
  );
}

/** How a run goes, or why it did not end well; what it found is shown by whoever started it. */
export function RunState({ job, error }: { job: Job | null; error: unknown }) {
  const cancel = useCancelJob();
  if (error !== null && error !== undefined) {
    return (
      <div className="mt-3">
        <Failure document={documentOf(error)} meaning="Nothing was started." />
      </div>
    );
  }
  if (job === null || job.state === 'done') return null;
  if (isRunning(job)) {
    return (
      <div className="mt-3 flex items-center gap-4">
        <div className="min-w-0 flex-1">
          <ProgressBar job={job} />
          <p className="mt-1.5 flex justify-between gap-4 text-table text-muted">
            <span className="truncate">{stepText(job)}</span>
            <span className="tabular whitespace-nowrap">{progressOf(job).text}</span>
          </p>
        </div>
        <Button
          aria-label={`Cancel ${jobTitle(job)}`}
          disabled={job.state === 'cancelling'}
          onClick={() => cancel.mutate({ id: job.id })}
        >
          Cancel
        </Button>
      </div>
    );
  }
  if (job.error !== null) {
    return (
      <div className="mt-3">
        <Failure document={job.error} meaning={LEFT_BEHIND[job.kind]} />
      </div>
    );
  }
  return <p className="mt-3 text-muted">Cancelled. {LEFT_BEHIND[job.kind]}</p>;
}
