import { useQuery } from '@tanstack/react-query';
import type { CellKey } from '../../shared/contract/schemas.ts';
import { trpc } from './client.ts';

/** Everything known about one customer × meter × month. */
export const useCellDetail = (key: CellKey) => useQuery(trpc.cells.detail.queryOptions(key));
