import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { trpc } from './client.ts';

/** The engine against history; null is all of it. */
export const useProof = (month: string | null, isEnabled = true) =>
  useQuery({ ...trpc.proof.summary.queryOptions({ month }), enabled: isEnabled, placeholderData: keepPreviousData });
