import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { trpc } from './client.ts';

/** The engine against history; null is all of it. */
export const useProof = (month: string | null) =>
  useQuery({ ...trpc.proof.summary.queryOptions({ month }), placeholderData: keepPreviousData });
