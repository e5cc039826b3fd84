import { useMutation, useQuery } from '@tanstack/react-query';
import type { RemedyRequest } from '../../shared/contract/incident-schemas.ts';
import type { CellKey } from '../../shared/contract/schemas.ts';
import { trpc } from './client.ts';
import { putJob } from './jobs.ts';

/** What went wrong in a month, and what nobody knows the cause of. */
export const useMonthIncidents = (month: string, isEnabled = true) =>
  useQuery({ ...trpc.incidents.list.queryOptions({ month }), enabled: isEnabled });

/** Why one cell is off, null where it is not: its faults, what they explain, and what Stripe would hold if they were true. */
export const useCellCause = (key: CellKey, isEnabled: boolean) =>
  useQuery({ ...trpc.incidents.cell.queryOptions(key), enabled: isEnabled });

/** What to do about an incident, with the files that do it. */
export const useRemedy = (request: RemedyRequest) => useQuery(trpc.incidents.remedy.queryOptions(request));

export const useWriteRemedy = () => useMutation(trpc.incidents.exportFile.mutationOptions({ onSuccess: putJob }));
