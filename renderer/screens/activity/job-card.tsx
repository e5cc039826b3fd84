import { CircleCheck, CircleSlash, CircleX, Clock, LoaderCircle } from 'lucide-react';
import type { Job } from '../../../shared/contract/schemas.ts';
import { Button } from '../../components/button.tsx';
import { ProgressBar } from '../../components/progress.tsx';
import { Failure } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { isRunning, useCancelJob, useRetryJob } from '../../data/jobs.ts';
import { jobTitle, LEFT_BEHIND, progressOf, stepText } from '../../format/job.ts';
import { formatClock } from '../../format/time.ts';
import { JOB_STATE_WORDS } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { useNow } from '../../frame/clock.ts';

const ICON = { size: 15, 'aria-hidden': true } as const;

function StateIcon({ state }: { state: Job['state'] }) {
  if (state === 'done') return <CircleCheck {...ICON} className="text-agree" />;
  if (state === 'failed') return <CircleX {...ICON} className="text-structural" />;
  if (state === 'cancelled') return <CircleSlash {...ICON} className="text-incomplete" />;
  if (state === 'queued') return <Clock {...ICON} className="text-muted" />;
  return <LoaderCircle {...ICON} className="text-accent motion-safe:animate-spin" />;
}

/** A job: done and total, rate, time left and Cancel while it runs; its outcome afterwards. */
export function JobCard({ job }: { job: Job }) {
  const cancel = useCancelJob();
  const retry = useRetryJob();
  const announce = useAnnounce();
  const now = useNow();
  const tryAgain = (): void =>
    retry.mutate({ id: job.id }, { onError: (error) => announce(documentOf(error).message, 'bad') });
  return (
    <li className="py-3">
      <div className="flex min-h-7 items-center gap-2">
        <StateIcon state={job.state} />
        <span className="font-medium">{jobTitle(job)}</span>
        <span className="text-muted">{JOB_STATE_WORDS[job.state]}</span>
        <span className="flex-1" />
        <span className="tabular text-table text-faint">{formatClock(job.finishedAt ?? job.startedAt, now)}</span>
        {isRunning(job) && (
          <Button
            disabled={job.state === 'cancelling'}
            aria-label={`Cancel ${jobTitle(job)}`}
            onClick={() =>
              cancel.mutate({ id: job.id }, { onError: (error) => announce(documentOf(error).message, 'bad') })
            }
          >
            {job.state === 'cancelling' ? 'Cancelling' : 'Cancel'}
          </Button>
        )}
      </div>
      {job.state === 'queued' && (
        <p className="pl-[23px] text-table text-muted">It starts when the job before it has ended.</p>
      )}
      {isRunning(job) && job.state !== 'queued' && (
        <div className="mt-2 pl-[23px]">
          <ProgressBar job={job} />
          <p className="mt-1.5 flex justify-between gap-4 text-table text-muted">
            <span className="truncate">{stepText(job)}</span>
            <span className="tabular whitespace-nowrap">{progressOf(job).text}</span>
          </p>
        </div>
      )}
      {job.summary !== null && <p className="tabular pl-[23px] text-table text-muted">{job.summary}</p>}
      {job.output !== null && (
        <p className="pl-[23px] text-table text-muted">
          Written to <Output path={job.output} isReady={job.state === 'done'} />
        </p>
      )}
      {job.error !== null && (
        <div className="mt-2 pl-[23px]">
          <Failure document={job.error} meaning={LEFT_BEHIND[job.kind]} onRetry={tryAgain} />
        </div>
      )}
    </li>
  );
}

/** Where a job wrote to; a browser can fetch a finished export from there. */
function Output({ path, isReady }: { path: string; isReady: boolean }) {
  const isServed = location.protocol.startsWith('http') && path.startsWith('exports/');
  if (!isReady || !isServed) return <code className="font-mono text-ink">{path}</code>;
  return (
    <a href={`/${path}`} download className="font-mono text-ink underline decoration-line-strong hover:decoration-ink">
      {path}
    </a>
  );
}
