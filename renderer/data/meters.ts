import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type {
  HealthCustomersRequest,
  HealthOfCustomerRequest,
  HealthRequest,
  MeterChange,
} from '../../shared/contract/meter-schemas.ts';
import type { Job } from '../../shared/contract/schemas.ts';
import { client, queryClient, trpc } from './client.ts';
import { putJob, useJobs } from './jobs.ts';
import { useListWindow } from './list-window.ts';

/** The meters of tieout.yaml, read again whenever the screen is opened: an editor may have it open, too. */
export const useMeterSettings = () => useQuery({ ...trpc.settings.meters.queryOptions(), staleTime: 0 });

const TYPING_PAUSE_MS = 220;

/** What a draft means, while somebody types: the last answer stays until the next is here. */
export function usePreview(change: MeterChange, month: string) {
  const text = JSON.stringify({ ...change, month });
  const settled = useSettled(text);
  return {
    ...useQuery({
      queryKey: [...trpc.settings.pathKey(), 'previewed', settled],
      queryFn: () => client.settings.preview.mutate(JSON.parse(settled)),
      placeholderData: keepPreviousData,
    }),
    /** The answer is about what stands in the form now. */
    isCurrent: settled === text,
  };
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export const useDryRun = () => useMutation(trpc.settings.dryRun.mutationOptions({ onSuccess: putJob }));
export const useProve = () => useMutation(trpc.settings.prove.mutationOptions({ onSuccess: putJob }));

/** A job by its id, as it stands now. */
export const useJob = (id: string | null): Job | null => (useJobs().data ?? []).find((job) => job.id === id) ?? null;

const isDone = (job: Job | null): boolean => job?.state === 'done';

export const useDryRunResult = (job: Job | null) =>
  useQuery({ ...trpc.settings.dryRunResult.queryOptions({ job: job?.id ?? '' }), enabled: isDone(job) });
export const useProveResult = (job: Job | null) =>
  useQuery({ ...trpc.settings.proveResult.queryOptions({ job: job?.id ?? '' }), enabled: isDone(job) });

/** A meter that is written otherwise changes what every figure means, so everything is read again. */
export const useSaveMeter = () =>
  useMutation(trpc.settings.save.mutationOptions({ onSuccess: () => queryClient.invalidateQueries() }));

export const useMeterPage = (meter: string) => useQuery(trpc.meters.page.queryOptions({ meter }));

/** Shadow mode runs beside the application: its rounds are looked for again from time to time. */
const ROUNDS_MS = 60_000;

export const useMeterHealth = (request: HealthRequest) =>
  useQuery({ ...trpc.meters.health.queryOptions(request), refetchInterval: ROUNDS_MS });

/** @param visible first and last index on screen, inclusive */
export function useHealthCustomers(
  query: Omit<HealthCustomersRequest, 'offset' | 'limit'>,
  visible: { readonly first: number; readonly last: number },
) {
  const list = useListWindow((range) => trpc.meters.customers.queryOptions({ ...query, ...range }), visible);
  return { ...list, retry: () => void queryClient.invalidateQueries(trpc.meters.customers.queryFilter()) };
}

export const useCustomerHealth = (request: HealthOfCustomerRequest) =>
  useQuery(trpc.meters.customer.queryOptions(request));
