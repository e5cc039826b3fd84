import { createHash } from 'node:crypto';
import {
  INVOICE_STATES,
  type InvoicesRequest,
  type InvoicesWindow,
  type ProofFooter,
} from '../../../shared/contract/invoice-schemas.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { monthOf, monthPeriod, parseMonth, requireBegun } from '../../../shared/values/period.ts';
import { pullsInForceKey } from '../../cache/pull-store.ts';
import { readSnapshot } from '../../cache/snapshot.ts';
import type { MonthsContext } from '../cells/context.ts';
import { asOfMonth } from '../reconcile/reconcile-month.ts';
import { InvoiceOrders } from './invoice-order.ts';
import { InvoiceTable } from './invoice-table.ts';
import { type PreviewRequest, previewMonth } from './preview-month.ts';

/** What the invoices of a workspace are answered from. */
export type InvoicesContext = Pick<MonthsContext, 'db' | 'settings' | 'toolVersion' | 'now'> & {
  readonly distinctMeters: ReadonlySet<string>;
  readonly tables: InvoiceTables;
  /** What the engine proved on history, to stand beside a preview; null where there is no history. */
  readonly proof: () => ProofFooter | null;
};

type Table = { readonly digest: string; readonly table: InvoiceTable; readonly orders: InvoiceOrders };

const MAX_TABLES = 2;

/** The months looked at last; one that was computed from older pulls or other settings is made anew. */
export class InvoiceTables {
  readonly #tables = new Map<string, Table>();

  open(context: InvoicesContext, month: string): Table {
    const request = previewRequest(context, month);
    const digest = digestOf(context);
    const known = this.#tables.get(month);
    this.#tables.delete(month);
    const table = known?.digest === digest ? known : { digest, table: tableOf(request), orders: new InvoiceOrders() };
    this.#tables.set(month, table);
    for (const oldest of this.#tables.keys()) {
      if (this.#tables.size <= MAX_TABLES) break;
      this.#tables.delete(oldest);
    }
    return table;
  }

  clear(): void {
    this.#tables.clear();
  }
}

/** @throws TieoutError `period.malformed`, `period.in_future` */
export function previewRequest(context: InvoicesContext, month: string): PreviewRequest {
  const { db, settings, distinctMeters } = context;
  const key = parseMonth(month);
  const now = context.now();
  requireBegun(key, now);
  return { db, settings, distinctMeters, month: key, now, quantities: 'metered' };
}

function tableOf(request: PreviewRequest): InvoiceTable {
  return readSnapshot(request.db, () => {
    const table = new InvoiceTable();
    for (const preview of previewMonth(request)) table.add(preview);
    return table;
  });
}

/** Of everything that the invoices depend on: pulls of all months, catalog, settings, and how far the year has come. */
function digestOf({ db, settings, distinctMeters, toolVersion, now }: InvoicesContext): string {
  const plain = {
    toolVersion,
    pulls: pullsInForceKey(db),
    settings,
    distinct: [...distinctMeters],
    month: monthOf(now()),
  };
  const text = JSON.stringify(plain, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return createHash('sha256').update(text).digest('hex');
}

/** A window of the filtered, sorted invoices of a month. @throws TieoutError `period.*` */
export function invoicesWindow(context: InvoicesContext, request: InvoicesRequest): InvoicesWindow {
  const { table, orders } = context.tables.open(context, request.month);
  const ids = orders.get(table, request);
  const month = parseMonth(request.month);
  return {
    total: ids.length,
    all: table.length,
    offset: request.offset,
    rows: Array.from(ids.subarray(request.offset, request.offset + request.limit), (id) => table.row(id)),
    asOf: asOfMonth(context.db, context.settings, month),
    isOpen: monthPeriod(month).to > context.now(),
    ...countsOf(table),
    totals: totalsOf(table, ids),
  };
}

type Counts = Pick<InvoicesWindow, 'byState' | 'currencies'>;

const counted = new WeakMap<InvoiceTable, Counts>();

/** Of the whole month, counted once. */
function countsOf(table: InvoiceTable): Counts {
  const known = counted.get(table);
  if (known !== undefined) return known;
  const byState = Object.fromEntries(INVOICE_STATES.map((state) => [state, 0])) as InvoicesWindow['byState'];
  const uses = new Map<string, number>();
  for (let id = 0; id < table.length; id += 1) {
    byState[table.state(id)] += 1;
    const currency = table.currencies[id] as string;
    uses.set(currency, (uses.get(currency) ?? 0) + 1);
  }
  const currencies = [...uses]
    .sort(([a, left], [b, right]) => right - left || compareBytes(a, b))
    .map(([code]) => code);
  const counts = { byState, currencies };
  counted.set(table, counts);
  return counts;
}

const summed = new WeakMap<Int32Array, InvoicesWindow['totals']>();

/** Of one order, added up once. */
function totalsOf(table: InvoiceTable, ids: Int32Array): InvoicesWindow['totals'] {
  const known = summed.get(ids);
  if (known !== undefined) return known;
  const sums = new Map<string, { invoices: number; total: bigint; stripe: bigint | null; ours: bigint }>();
  for (const id of ids) {
    const currency = table.currencies[id] as string;
    let sum = sums.get(currency);
    if (sum === undefined) {
      sum = { invoices: 0, total: 0n, stripe: null, ours: 0n };
      sums.set(currency, sum);
    }
    sum.invoices += 1;
    sum.total += table.totalMinor(id);
    if (!table.isCompared(id)) continue;
    sum.stripe = (sum.stripe ?? 0n) + table.stripeTotalMinor(id);
    sum.ours += table.totalMinor(id);
  }
  const totals = [...sums]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([currency, { invoices, total, stripe, ours }]) => ({
      currency,
      invoices,
      total: formatMinorAsMajor(total, currency),
      stripe: stripe === null ? null : formatMinorAsMajor(stripe, currency),
      difference: stripe === null ? null : formatMinorAsMajor(ours - stripe, currency),
      notCompared: formatMinorAsMajor(total - ours, currency),
    }));
  summed.set(ids, totals);
  return totals;
}
