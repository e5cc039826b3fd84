import type { CellsRequest, CellsWindow, MoneyRow } from '../../../shared/contract/schemas.ts';
import { reportRow } from '../../../shared/reports/cell-row.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { moneyAt } from '../reconcile/block.ts';
import { frameCell, locate, type MonthFrame } from './frame.ts';
import { orderCells } from './order.ts';

/** The ids of one filter and sort, with the sums of what passed. */
export type Ordered = { readonly ids: Int32Array; readonly money: readonly MoneyRow[] };

const MAX_ORDERS = 8;

/** Orders of one month, the least recently asked for dropped first: 4 bytes a cell each. */
export class OrderCache {
  readonly #orders = new Map<string, Ordered>();

  get(frame: MonthFrame, request: Pick<CellsRequest, 'filter' | 'sort'>): Ordered {
    const key = JSON.stringify([request.filter, request.sort]);
    const known = this.#orders.get(key);
    const ordered = known ?? this.#make(frame, request);
    this.#orders.delete(key);
    this.#orders.set(key, ordered);
    for (const oldest of this.#orders.keys()) {
      if (this.#orders.size <= MAX_ORDERS) break;
      this.#orders.delete(oldest);
    }
    return ordered;
  }

  #make(frame: MonthFrame, { filter, sort }: Pick<CellsRequest, 'filter' | 'sort'>): Ordered {
    // Another sort of the same filter has the same sums.
    const sameFilter = JSON.stringify(filter);
    for (const [key, { money }] of this.#orders) {
      if (key.startsWith(`[${sameFilter},`)) return { ids: orderCells(frame, filter, sort), money };
    }
    const ids = orderCells(frame, filter, sort);
    return { ids, money: sumMoney(frame, ids) };
  }
}

/** A slice of the order as rows, and how many there are in all. */
export function windowOf(
  frame: MonthFrame,
  ordered: Ordered,
  request: Pick<CellsRequest, 'offset' | 'limit'>,
): CellsWindow {
  const ids = ordered.ids.subarray(request.offset, request.offset + request.limit);
  return {
    total: ordered.ids.length,
    all: frame.length,
    offset: request.offset,
    rows: Array.from(ids, (id) => reportRow(frameCell(frame, id))),
    money: [...ordered.money],
  };
}

type Sums = { measured: bigint | null; metered: bigint | null; billed: bigint | null; difference: bigint | null };

function sumMoney(frame: MonthFrame, ids: Int32Array): readonly MoneyRow[] {
  if (ids.length === frame.length) return frame.summary.money;
  const sums = new Map<string, Sums>();
  for (const id of ids) {
    const { block, position } = locate(frame, id);
    const money = moneyAt(block, position);
    if (money === null) continue;
    const sum = sums.get(money.currency) ?? { measured: 0n, metered: 0n, billed: 0n, difference: 0n };
    sum.measured = plus(sum.measured, money.measuredMinor);
    sum.metered = plus(sum.metered, money.meteredMinor);
    sum.billed = plus(sum.billed, money.billedMinor);
    sum.difference = plus(sum.difference, money.differenceMinor);
    sums.set(money.currency, sum);
  }
  return [...sums]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([currency, sum]) => ({
      currency,
      measured: major(sum.measured, currency),
      metered: major(sum.metered, currency),
      billed: major(sum.billed, currency),
      difference: major(sum.difference, currency),
    }));
}

const plus = (sum: bigint | null, value: bigint | null): bigint | null =>
  sum === null || value === null ? null : sum + value;
const major = (minor: bigint | null, currency: string): string | null =>
  minor === null ? null : formatMinorAsMajor(minor, currency);
