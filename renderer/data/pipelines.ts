import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type {
  CutoverRequest,
  ParityKey,
  ParityListRequest,
  ParityRequest,
  ReservationRequest,
  RollupRequest,
  SeamRequest,
} from '../../shared/contract/pipelines-schemas.ts';
import { queryClient, trpc } from './client.ts';
import { putJob } from './jobs.ts';
import { useListWindow } from './list-window.ts';

/** Hours become due while the screen is open: the clock of the soak is asked again from time to time. */
const CLOCK_MS = 60_000;

export const usePipelines = () =>
  useQuery({ ...trpc.pipelines.overview.queryOptions(), refetchInterval: CLOCK_MS, staleTime: 0 });

export const useParity = (request: ParityRequest) =>
  useQuery({ ...trpc.pipelines.parity.queryOptions(request), refetchInterval: CLOCK_MS });

type Visible = {
  /** First and last index on screen, inclusive. */
  readonly first: number;
  readonly last: number;
};

export function useParityCustomers(query: Omit<ParityListRequest, 'offset' | 'limit'>, visible: Visible) {
  const list = useListWindow((range) => trpc.pipelines.customers.queryOptions({ ...query, ...range }), visible);
  return { ...list, retry: () => void queryClient.invalidateQueries(trpc.pipelines.customers.queryFilter()) };
}

export const useParityCustomer = (key: ParityKey) => useQuery(trpc.pipelines.customer.queryOptions(key));

export function useRollup(query: Omit<RollupRequest, 'offset' | 'limit'>, visible: Visible) {
  const list = useListWindow((range) => trpc.pipelines.rollup.queryOptions({ ...query, ...range }), visible);
  return { ...list, retry: () => void queryClient.invalidateQueries(trpc.pipelines.rollup.queryFilter()) };
}

/** The last plan stays until the next is here. */
export const useCutoverPlan = (request: CutoverRequest) =>
  useQuery({ ...trpc.pipelines.plan.queryOptions(request), placeholderData: keepPreviousData });

export function useSeam(query: Omit<SeamRequest, 'offset' | 'limit'>, visible: Visible) {
  const list = useListWindow((range) => trpc.pipelines.seam.queryOptions({ ...query, ...range }), visible);
  return { ...list, retry: () => void queryClient.invalidateQueries(trpc.pipelines.seam.queryFilter()) };
}

export const useCutoverReport = () => useMutation(trpc.pipelines.report.mutationOptions({ onSuccess: putJob }));

/** Null asks for nothing. */
export const useReservation = (request: ReservationRequest | null) =>
  useQuery({
    ...trpc.pipelines.reservation.queryOptions(request ?? NOBODY),
    enabled: request !== null,
    placeholderData: keepPreviousData,
  });

const NOBODY: ReservationRequest = { pipeline: '-', customer: '-', sizes: ['0'] };
