import type { CellsRequest, CellsWindow, MoneyRow } from '../../../shared/contract/schemas.ts';
import { reportRow } from '../../../shared/reports/cell-row.ts';
import { passing } from './filter.ts';
import { frameCell, type MonthFrame } from './frame.ts';
import { CellOrders } from './order.ts';
import { sumMoney } from './sums.ts';

/** The ids of one filter and sort, with the sums of what passed. */
export type Ordered = { readonly ids: Int32Array; readonly money: readonly MoneyRow[] };

const MAX_ORDERS = 8;
/** Below this many cells, sorting takes no time that anybody sees. */
const WORTH_PREPARING = 100_000;

/** Orders of one month, the least recently asked for dropped first: at most 4 bytes a cell each. */
export class OrderCache {
  readonly #orders = new Map<string, Ordered>();
  #cells: { readonly frame: MonthFrame; readonly orders: CellOrders } | null = null;

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

  /** Does a part of what the next requests will need. @returns false where nothing is left to do */
  prepare(frame: MonthFrame): boolean {
    return frame.length >= WORTH_PREPARING && this.#ordersOf(frame).prepare();
  }

  #ordersOf(frame: MonthFrame): CellOrders {
    if (this.#cells?.frame !== frame) this.#cells = { frame, orders: new CellOrders(frame) };
    return this.#cells.orders;
  }

  #make(frame: MonthFrame, { filter, sort }: Pick<CellsRequest, 'filter' | 'sort'>): Ordered {
    const passed = passing(frame, filter);
    const ids = this.#ordersOf(frame).ids(passed, sort);
    // Another sort of the same filter has the same sums.
    const sameFilter = JSON.stringify(filter);
    for (const [key, { money }] of this.#orders) {
      if (key.startsWith(`[${sameFilter},`)) return { ids, money };
    }
    return { ids, money: sumMoney(frame, passed) };
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
