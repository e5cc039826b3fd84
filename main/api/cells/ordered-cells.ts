import type { CellsFilter } from '../../../shared/contract/schemas.ts';
import type { CellResult } from '../../../shared/reconciliation/result.ts';
import type { MeterBlock } from '../reconcile/block.ts';
import { columnsOf, frameCells } from './frame.ts';
import { DEFAULT_SORT, orderCells } from './order.ts';

/** All cells of a month in the published order, one at a time. */
export const orderedCells = (blocks: readonly MeterBlock[]): Generator<CellResult> => cellsMatching(blocks, {});

/** As `orderedCells`, those that pass a filter. */
export function cellsMatching(blocks: readonly MeterBlock[], filter: CellsFilter): Generator<CellResult> {
  const columns = columnsOf(blocks);
  return frameCells(columns, orderCells(columns, filter, DEFAULT_SORT));
}
