import { type QueryKey, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Job } from '../../shared/contract/schemas.ts';
import { client, queryClient, trpc } from './client.ts';
import { endsUnseen, isOver, mergeJob } from './job-list.ts';

export { isRunning } from './job-list.ts';

export const useJobs = () => useQuery(trpc.jobs.list.queryOptions());
export const usePulls = () => useQuery(trpc.jobs.pulls.queryOptions());

/**
 * Listens to every job for as long as the application is open. What a job changed is fetched again when it ends.
 * @param onEnd told once per job that ends while we listen
 */
export function useJobEvents(onEnd: (job: Job) => void): void {
  useEffect(() => {
    const ended = new Set<string>();
    let resume: ReturnType<typeof setTimeout> | undefined;
    let subscription: { unsubscribe(): void } | undefined;
    const receive = (job: Job): void => {
      putJob(job);
      if (!isOver(job) || ended.has(job.id)) return;
      ended.add(job.id);
      refreshAfter(job);
      onEnd(job);
    };
    /** What ended before the line was up: a job that we knew to be running is news, the others are history. */
    const catchUp = (jobs: readonly Job[]): void => {
      for (const job of jobs) if (endsUnseen(knownJobs(), job)) receive(job);
    };
    const listen = (): void => {
      subscription = client.jobs.watch.subscribe(undefined, {
        onStarted: () => void client.jobs.list.query().then(catchUp, () => {}),
        onData: receive,
        onError: again,
        onComplete: again,
      });
    };
    const again = (): void => {
      resume = setTimeout(listen, 2_000);
    };
    listen();
    return () => {
      clearTimeout(resume);
      subscription?.unsubscribe();
    };
  }, [onEnd]);
}

function refreshAfter(job: Job): void {
  if (job.kind === 'demo') {
    // Made, it is open, and what is shown belongs to another workspace; not made, nothing changed.
    if (job.state === 'done') void queryClient.resetQueries();
    return;
  }
  void queryClient.invalidateQueries(trpc.jobs.pulls.queryFilter());
  if (job.kind === 'export' || job.kind === 'dry_run' || job.kind === 'prove') return;
  void queryClient.invalidateQueries(trpc.workspace.pathFilter());
  void queryClient.invalidateQueries(trpc.months.pathFilter());
  void queryClient.invalidateQueries(trpc.cells.pathFilter());
  void queryClient.invalidateQueries(trpc.incidents.pathFilter());
  void queryClient.invalidateQueries(trpc.invoices.pathFilter());
  void queryClient.invalidateQueries(trpc.proof.pathFilter());
  void queryClient.invalidateQueries(trpc.whatIf.pathFilter());
  void queryClient.invalidateQueries(trpc.late.pathFilter());
  void queryClient.invalidateQueries(trpc.close.pathFilter());
  void queryClient.invalidateQueries(trpc.meters.pathFilter());
  void queryClient.invalidateQueries(trpc.settings.meters.queryFilter());
}

const listKey = (): QueryKey => trpc.jobs.list.queryKey();
const knownJobs = (): readonly Job[] => queryClient.getQueryData<readonly Job[]>(listKey()) ?? [];

/** Puts a job into the list that is shown. */
export const putJob = (job: Job): void => {
  queryClient.setQueryData<readonly Job[]>(listKey(), (list) => mergeJob(list ?? [], job));
};

export const usePull = () => useMutation(trpc.jobs.pull.mutationOptions({ onSuccess: putJob }));
export const useRetryJob = () => useMutation(trpc.jobs.retry.mutationOptions({ onSuccess: putJob }));
export const useCancelJob = () => useMutation(trpc.jobs.cancel.mutationOptions({ onSuccess: putJob }));
