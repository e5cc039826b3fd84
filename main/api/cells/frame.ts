import type { CellResult } from '../../../shared/reconciliation/result.ts';
import type { ReconcileSummary } from '../../../shared/reconciliation/summary.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { cellAt, type MeterBlock } from '../reconcile/block.ts';
import type { Identity } from '../reconcile/identity.ts';
import type { ReconcileRequest } from '../reconcile/reconcile-month.ts';
import { reconcileAndSave, type SavedRun } from '../reconcile/save-run.ts';

/** All cells of a month in memory, as the columns of its meters; a cell's id is its place in them. */
export type MonthFrame = {
  readonly summary: ReconcileSummary;
  readonly run: SavedRun['run'];
  readonly blocks: readonly MeterBlock[];
  /** Id of the first cell of each block. */
  readonly starts: Int32Array;
  /** Per cell the block it stands in. */
  readonly blockOf: Uint16Array;
  readonly length: number;
  /** Ids by customer (null last), usage id, meter; byte order. The last ties of every order are broken by it. */
  readonly base: Int32Array;
  /** A cell's place in `base`. */
  readonly baseRank: Int32Array;
};

/** Computes a month and keeps its cells; the run is stored too where `canStore`. */
export function buildFrame(
  request: ReconcileRequest & { readonly toolVersion: string },
  options: { readonly canStore: boolean },
): MonthFrame {
  const blocks: MeterBlock[] = [];
  const storing = options.canStore ? ('exceptions' as const) : ('none' as const);
  const { summary, run } = reconcileAndSave(request, { storing, keep: (block) => blocks.push(block) });
  return { ...columnsOf(blocks), summary, run };
}

/** The cells of a month without what they came with. */
export type CellColumns = Omit<MonthFrame, 'summary' | 'run'>;

export function columnsOf(blocks: readonly MeterBlock[]): CellColumns {
  const starts = new Int32Array(blocks.length);
  let length = 0;
  for (const [index, block] of blocks.entries()) {
    starts[index] = length;
    length += block.length;
  }
  const blockOf = new Uint16Array(length);
  for (const [index, block] of blocks.entries()) {
    const start = starts[index] as number;
    blockOf.fill(index, start, start + block.length);
  }
  const base = baseOrder(blocks, starts, length);
  const baseRank = new Int32Array(length);
  for (let place = 0; place < length; place += 1) baseRank[base[place] as number] = place;
  return { blocks, starts, blockOf, length, base, baseRank };
}

/** The block of a cell and its position there. */
export function locate(frame: CellColumns, id: number): { readonly block: MeterBlock; readonly position: number } {
  const index = frame.blockOf[id] as number;
  return { block: frame.blocks[index] as MeterBlock, position: id - (frame.starts[index] as number) };
}

export function frameCell(frame: CellColumns, id: number): CellResult {
  const { block, position } = locate(frame, id);
  return cellAt(block, position);
}

/** Cells in the order of ids, made one at a time: a million rows never stand in memory at once. */
export function* frameCells(frame: CellColumns, order: Int32Array): Generator<CellResult> {
  for (const id of order) yield frameCell(frame, id);
}

/**
 * Customer, usage id, meter, without comparing texts a million times over: ranks of the ids once, then a counting sort
 * over the blocks in the order of their meters' keys.
 */
function baseOrder(blocks: readonly MeterBlock[], starts: Int32Array, length: number): Int32Array {
  const first = blocks[0];
  if (first === undefined) return new Int32Array(0);
  const { identity } = first;
  const customerRank = ranksOf(identity.customerIds);
  const usageRank = needsUsageRanks(blocks) ? ranksOf(identity.usageIds) : new Int32Array(identity.usageIds.length);
  const customers = identity.customerIds.length;
  // Cells without a customer follow all others, by usage id.
  const keyOf = (block: MeterBlock, position: number): number => {
    const customer = block.customerKeys[position] as number;
    return customer === 0
      ? customers + (usageRank[block.usageKeys[position] as number] as number)
      : (customerRank[customer] as number);
  };
  const counts = new Int32Array(customers + identity.usageIds.length + 2);
  for (const block of blocks) {
    for (let position = 0; position < block.length; position += 1) {
      const key = keyOf(block, position) + 1;
      counts[key] = (counts[key] as number) + 1;
    }
  }
  for (let key = 1; key < counts.length; key += 1) counts[key] = (counts[key] as number) + (counts[key - 1] as number);
  const byMeter = blocks.map((_, index) => index);
  byMeter.sort((a, b) => compareBytes(blocks[a]?.meter.key ?? '', blocks[b]?.meter.key ?? ''));
  const order = new Int32Array(length);
  for (const index of byMeter) {
    const block = blocks[index] as MeterBlock;
    const start = starts[index] as number;
    for (let position = 0; position < block.length; position += 1) {
      const key = keyOf(block, position);
      const place = counts[key] as number;
      order[place] = start + position;
      counts[key] = place + 1;
    }
  }
  return order;
}

const needsUsageRanks = (blocks: readonly MeterBlock[]): boolean =>
  blocks.some((block) => block.length > 0 && block.customerKeys[block.length - 1] === 0);

/** Key → rank of its id in byte order, from 0. */
export function ranksOf(ids: Identity['customerIds'] | Identity['usageIds']): Int32Array {
  const keys: number[] = [];
  let isSorted = true;
  let previous = '';
  for (const [key, id] of ids.entries()) {
    if (id === undefined) continue;
    if (isSorted && keys.length > 0 && compareBytes(previous, id) > 0) isSorted = false;
    previous = id;
    keys.push(key);
  }
  if (!isSorted) keys.sort((a, b) => compareBytes(ids[a] ?? '', ids[b] ?? ''));
  const ranks = new Int32Array(ids.length);
  for (const [rank, key] of keys.entries()) ranks[key] = rank;
  return ranks;
}
