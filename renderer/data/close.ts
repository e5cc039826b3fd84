import { useMutation, useQuery } from '@tanstack/react-query';
import type { CellNotesRequest } from '../../shared/contract/close-schemas.ts';
import { queryClient, trpc } from './client.ts';

/** How far a month is on its way to be locked. */
export const useCloseMonth = (month: string) => useQuery(trpc.close.month.queryOptions({ month }));

/** Months that were ever locked. */
export const useCloseStates = () => useQuery(trpc.close.states.queryOptions());

export const useCellNotes = (request: CellNotesRequest) => useQuery(trpc.close.cellNotes.queryOptions(request));

/** The newest entries of the audit log, of every month. */
export const useAuditLog = () => useQuery(trpc.close.audit.queryOptions());

/** Whether what was written and locked is as it was left. */
export const useVerification = () => useQuery(trpc.close.verify.queryOptions());

/** Whatever comes of an act, everything shown of the close is read again. */
const onSettled = (): Promise<void> => queryClient.invalidateQueries(trpc.close.pathFilter());

export const useAddNote = () => useMutation(trpc.close.addNote.mutationOptions({ onSettled }));
export const useSignOff = () => useMutation(trpc.close.signOff.mutationOptions({ onSettled }));
export const useLock = () => useMutation(trpc.close.lock.mutationOptions({ onSettled }));
export const useReopen = () => useMutation(trpc.close.reopen.mutationOptions({ onSettled }));
