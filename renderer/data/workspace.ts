import { useMutation, useQuery } from '@tanstack/react-query';
import { queryClient, trpc } from './client.ts';
import { putJob } from './jobs.ts';

/** The workspace that is open, or null on the desktop's first start. */
export const useWorkspace = () => useQuery(trpc.workspace.current.queryOptions());

export const useRecentWorkspaces = () => useQuery(trpc.workspace.recent.queryOptions());

/**
 * Opens a folder; everything shown so far belonged to another workspace and is dropped.
 * @param onOpened told first: dropping what is shown takes the page that asked with it
 */
export const useOpenWorkspace = (onOpened: () => void) =>
  useMutation(
    trpc.workspace.open.mutationOptions({
      onSuccess: () => {
        onOpened();
        return queryClient.resetQueries();
      },
    }),
  );

/** Asks for a folder through the desktop's dialog. */
export const useChooseFolder = () => useMutation(trpc.workspace.choose.mutationOptions());

export const useOpenSample = () => useMutation(trpc.workspace.openSample.mutationOptions({ onSuccess: putJob }));
