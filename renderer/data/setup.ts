import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { MeterDraft } from '../../shared/contract/meter-schemas.ts';
import type { SetupDraft } from '../../shared/contract/setup-schemas.ts';
import { client, queryClient, trpc } from './client.ts';
import { putJob } from './jobs.ts';

export const useSetupStart = () => useQuery(trpc.setup.start.queryOptions());

const TYPING_PAUSE_MS = 220;

function useSettled<T>(value: T): T {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return JSON.parse(settled) as T;
}

/** What a folder is, once somebody has stopped typing; asked again each time, for folders change. */
export function useSetupFolder(folder: string) {
  const settled = useSettled(folder.trim());
  const query = useQuery({
    ...trpc.setup.folder.queryOptions({ folder: settled }),
    staleTime: 0,
    enabled: settled !== '',
    placeholderData: keepPreviousData,
  });
  return { ...query, isCurrent: settled === folder.trim() && !query.isPlaceholderData };
}

export const useSecret = (folder: string, name: string) =>
  useQuery({
    ...trpc.setup.secret.queryOptions({ folder, name }),
    enabled: /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name),
    staleTime: 0,
  });

export const useSecrets = () => useQuery(trpc.setup.secrets.queryOptions());

/** A kept secret may be what every question waited for, so everything is asked again. */
const afterSecret = { onSuccess: () => queryClient.invalidateQueries() };
export const useKeepSecret = () => useMutation(trpc.setup.keepSecret.mutationOptions(afterSecret));
export const useForgetSecret = () => useMutation(trpc.setup.forgetSecret.mutationOptions(afterSecret));

export const useTestClickHouse = () => useMutation(trpc.setup.testClickHouse.mutationOptions());
export const useTestStripe = () => useMutation(trpc.setup.testStripe.mutationOptions());
export const useMatch = () => useMutation(trpc.setup.match.mutationOptions());

/** What the first meter means, while somebody types. */
export function useFirstMeterPreview(draft: SetupDraft, meter: MeterDraft, month: string) {
  const request = { draft, meter, month };
  const settled = useSettled(request);
  return {
    ...useQuery({
      queryKey: [...trpc.setup.pathKey(), 'previewed', settled],
      queryFn: () => client.setup.previewMeter.mutate(settled),
      placeholderData: keepPreviousData,
    }),
    /** The answer is about what stands in the form now. */
    isCurrent: JSON.stringify(settled) === JSON.stringify(request),
  };
}

/** The file as it would be written. */
export const useSetupFile = (draft: SetupDraft, meter: MeterDraft) =>
  useQuery({
    queryKey: [...trpc.setup.pathKey(), 'file', draft, meter],
    queryFn: () => client.setup.file.mutate({ draft, meter }),
    staleTime: 0,
  });

/**
 * Writes the workspace and opens it; what was shown belonged to another one and is asked for again. The page that asks
 * goes with it, so that whoever calls keeps what comes back elsewhere.
 */
export async function createWorkspace(draft: SetupDraft, meter: MeterDraft): Promise<string> {
  const { folder } = await client.setup.create.mutate({ draft, meter });
  void queryClient.resetQueries();
  return folder;
}

/** @returns the id of the job that pulls */
export async function pullFirst(month: string): Promise<string> {
  const job = await client.jobs.pull.mutate({ month });
  putJob(job);
  return job.id;
}
