import { Empty, Failure, SkeletonRows } from '../../components/states.tsx';
import { useAuditLog } from '../../data/close.ts';
import { documentOf } from '../../data/errors.ts';
import { isRunning, useJobs, usePulls } from '../../data/jobs.ts';
import { formatCount } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { useTitle } from '../../frame/title.ts';
import { AuditList } from '../close/audit-list.tsx';
import { JobCard } from './job-card.tsx';
import { PullForm } from './pull-form.tsx';
import { PullsTable } from './pulls-table.tsx';

/** Long work and its traces: what runs, what ended, what was pulled when, and who did what to the books. */
export function ActivityScreen() {
  const jobs = useJobs();
  useTitle('Activity');
  const pulls = usePulls();
  const audit = useAuditLog();
  const list = jobs.data ?? [];
  const waiting = list.filter(({ state }) => state === 'queued').length;
  const running = list.filter(isRunning).length - waiting;
  const failed = list.filter(({ state }) => state === 'failed').length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="Activity" tabIndex={0} className="h-full overflow-y-auto px-6 pt-5 pb-12">
      <h1 className="text-title font-semibold tracking-[-0.01em]">Activity</h1>
      <p className="mt-0.5 text-muted">{activitySentence(running, waiting, failed)}</p>
      <div className="mt-5 grid grid-cols-1 gap-x-10 gap-y-8 min-[1400px]:grid-cols-[minmax(0,1fr)_minmax(0,1.25fr)]">
        <div className="space-y-8">
          <PullForm />
          <section aria-labelledby="jobs">
            <h2 id="jobs" className="mb-2 text-lead font-semibold">
              Jobs
            </h2>
            {jobs.isError && <Failure document={documentOf(jobs.error)} onRetry={() => void jobs.refetch()} />}
            {jobs.isPending && <SkeletonRows rows={2} label="Loading the jobs" />}
            {jobs.data !== undefined && list.length === 0 && (
              <p className="border-t border-line py-3 text-muted">
                Nothing has run since the application started. Pulls and exports appear here.
              </p>
            )}
            <ul className="divide-y divide-line border-t border-line empty:border-0">
              {list.map((job) => (
                <JobCard key={job.id} job={job} />
              ))}
            </ul>
          </section>
        </div>
        <section aria-labelledby="pulls">
          <h2 id="pulls" className="mb-2 text-lead font-semibold">
            Past pulls
          </h2>
          {pulls.isError && <Failure document={documentOf(pulls.error)} onRetry={() => void pulls.refetch()} />}
          {pulls.isPending && <SkeletonRows rows={8} label="Loading past pulls" />}
          {pulls.data !== undefined &&
            (pulls.data.length === 0 ? (
              <Empty title="No pulls yet">
                Every pull of a meter and a month is listed here, with its rows and requests, and which one is in force.
              </Empty>
            ) : (
              <PullsTable pulls={pulls.data} />
            ))}
        </section>
      </div>
      {audit.data !== undefined && <AuditList audit={audit.data} hasMonths />}
    </section>
  );
}

function activitySentence(running: number, waiting: number, failed: number): string {
  const queue = waiting === 0 ? '' : `, ${formatCount(waiting)} ${plural(waiting, 'waits', 'wait')} in the queue`;
  const now =
    running === 0
      ? `Nothing is running${queue}.`
      : `${formatCount(running)} ${plural(running, 'job is', 'jobs are')} running${queue}.`;
  return failed === 0
    ? now
    : `${now} ${formatCount(failed)} ${plural(failed, 'job')} failed; its reason and what it means are below.`;
}
