import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FromCustomerRequest, ScenarioCheck } from '../../shared/contract/simulate-schemas.ts';
import { client, queryClient, trpc } from './client.ts';
import { documentOf } from './errors.ts';
import { useListWindow } from './list-window.ts';

/** Scenarios of the workspace and those that come with Tieout, read again whenever the screen is opened. */
export const useScenarios = () => useQuery({ ...trpc.simulate.list.queryOptions(), staleTime: 0 });

/** Null asks for nothing. */
export const useScenarioFile = (id: string | null) =>
  useQuery({ ...trpc.simulate.read.queryOptions({ id: id ?? 'own/none' }), enabled: id !== null });

/** Null asks for nothing. What the cache gives changes only with a pull. */
export const useCustomerScenario = (request: FromCustomerRequest | null) =>
  useQuery({ ...trpc.simulate.fromCustomer.queryOptions(request ?? NOBODY), enabled: request !== null });

const NOBODY: FromCustomerRequest = {
  customer: '',
  month: '2000-01',
  quantities: 'metered',
  late: null,
  delay: null,
  grace: null,
};

const TYPING_PAUSE_MS = 250;

type Checked = { readonly text: string; readonly check: ScenarioCheck };

/** What a text means, while somebody types: the last answer stays until the next is here. */
export function useScenarioCheck(text: string) {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [error, setError] = useState<unknown>(null);
  const asked = useRef<string | null>(null);
  const ask = useCallback(async (wanted: string): Promise<void> => {
    asked.current = wanted;
    try {
      const check = await client.simulate.check.mutate({ text: wanted });
      if (asked.current !== wanted) return;
      setChecked({ text: wanted, check });
      setError(null);
    } catch (failure) {
      if (asked.current === wanted) setError(failure);
    }
  }, []);
  useEffect(() => {
    if (asked.current === text) return;
    if (asked.current === null) {
      void ask(text);
      return;
    }
    const timer = setTimeout(() => void ask(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, ask]);
  return { check: checked?.check ?? null, isCurrent: checked?.text === text, error, retry: () => void ask(text) };
}

/** A scenario is kept for a while only: where it is gone, it is brought anew. */
function useBringBack(error: unknown, text: string | null, refetch: () => unknown): void {
  const isGone = error !== null && documentOf(error).code === 'scenario.text_gone';
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each time that it is gone
  useEffect(() => {
    if (!isGone || text === null) return;
    void client.simulate.check.mutate({ text }).then(refetch, () => {});
  }, [isGone]);
}

type Played = { readonly digest: string; readonly text: string };

/** How things stand with the clock at an instant; the last moment stays until the next is here. */
export function useSimulationState(played: Played | null, at: string) {
  const query = useQuery({
    ...trpc.simulate.state.queryOptions({ digest: played?.digest ?? '', at }),
    enabled: played !== null,
    placeholderData: keepPreviousData,
  });
  useBringBack(query.error, played?.text ?? null, query.refetch);
  return query;
}

export const useSimulatedInvoice = (request: {
  readonly digest: string;
  readonly at: string;
  readonly invoice: string;
}) => useQuery({ ...trpc.simulate.invoice.queryOptions(request), placeholderData: keepPreviousData });

/** @param visible first and last index on screen, inclusive */
export const useTimeline = (
  query: { readonly digest: string; readonly unfolded: readonly string[] },
  visible: { readonly first: number; readonly last: number },
) =>
  useListWindow(
    (range) => trpc.simulate.timeline.queryOptions({ ...query, unfolded: [...query.unfolded], ...range }),
    visible,
  );

/** Another text beside one that was played. */
export const useComparison = (left: string | null, right: string | null) =>
  useQuery({
    queryKey: [...trpc.simulate.compare.queryKey(), left, right],
    queryFn: async () => {
      if (left === null || right === null) return null;
      const [a, b] = await Promise.all([left, right].map((text) => client.simulate.check.mutate({ text })));
      if (a === undefined || b === undefined || a.overview === null || b.overview === null) return null;
      return client.simulate.compare.query({ left: a.digest, right: b.digest });
    },
    enabled: left !== null && right !== null,
    gcTime: 0,
  });

const onChange = { onSuccess: () => queryClient.invalidateQueries(trpc.simulate.list.queryFilter()) };

export const useSaveScenario = () =>
  useMutation(
    trpc.simulate.save.mutationOptions({
      onSuccess: (file) => {
        queryClient.setQueryData(trpc.simulate.read.queryKey({ id: file.id }), file);
        return onChange.onSuccess();
      },
    }),
  );

export const useRemoveScenario = () => useMutation(trpc.simulate.remove.mutationOptions(onChange));
