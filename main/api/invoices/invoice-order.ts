import type {
  InvoiceState,
  InvoicesFilter,
  InvoicesRequest,
  InvoicesSort,
} from '../../../shared/contract/invoice-schemas.ts';
import { absolute, compare, type Decimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { InvoiceTable } from './invoice-table.ts';
import type { Preview } from './preview.ts';

/** What a person should look at comes first. */
const STATE_ORDER: readonly InvoiceState[] = ['differs', 'incomplete', 'no_invoice', 'matches'];

const MAX_ORDERS = 8;

/** Orders of one month, the least recently asked for dropped first: 4 bytes an invoice each. */
export class InvoiceOrders {
  readonly #orders = new Map<string, Int32Array>();

  get(table: InvoiceTable, { filter, sort }: Pick<InvoicesRequest, 'filter' | 'sort'>): Int32Array {
    const key = JSON.stringify([filter, sort]);
    const order = this.#orders.get(key) ?? orderInvoices(table, filter, sort);
    this.#orders.delete(key);
    this.#orders.set(key, order);
    for (const oldest of this.#orders.keys()) {
      if (this.#orders.size <= MAX_ORDERS) break;
      this.#orders.delete(oldest);
    }
    return order;
  }
}

/** Ids of the invoices that pass, in order; ties stay in the order of customers. Absent values are last either way. */
export function orderInvoices(table: InvoiceTable, filter: InvoicesFilter, sort: InvoicesSort): Int32Array {
  const ids = filterInvoices(table, filter);
  const sign = sort.direction === 'descending' ? -1 : 1;
  if (sort.by === 'default') return ids.sort((a, b) => sign * byConcern(table, a, b) || a - b);
  const keys = sortKeys(table, ids, sort.by);
  return ids.sort((a, b) => {
    const [left, right] = [keys[a] as number, keys[b] as number];
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || a - b;
    return (left - right) * sign || a - b;
  });
}

/** By state; among differing ones currency by currency, the largest |difference| first. */
function byConcern(table: InvoiceTable, a: number, b: number): number {
  const [left, right] = [table.state(a), table.state(b)];
  if (left !== right) return STATE_ORDER.indexOf(left) - STATE_ORDER.indexOf(right);
  if (left !== 'differs') return 0;
  const [one, other] = [magnitude(table.differenceMinor(a)), magnitude(table.differenceMinor(b))];
  return (
    compareBytes(table.currencies[a] as string, table.currencies[b] as string) ||
    (one === other ? 0 : one > other ? -1 : 1)
  );
}

const magnitude = (minor: bigint | null): bigint => (minor === null ? 0n : minor < 0n ? -minor : minor);

function sortKeys(table: InvoiceTable, ids: Int32Array, by: Exclude<InvoicesSort['by'], 'default'>): Float64Array {
  const keys = new Float64Array(table.length);
  const places = by === 'customer' ? customerPlaces(table) : null;
  for (const id of ids) {
    if (places !== null) keys[id] = places[id] as number;
    else if (by === 'period') keys[id] = table.from(id);
    else if (by === 'state') keys[id] = STATE_ORDER.indexOf(table.state(id));
    else if (by !== 'customer') keys[id] = table.near(id, by);
  }
  return keys;
}

/** Places by name as people sort it, ids where there is no name. */
function customerPlaces(table: InvoiceTable): Float64Array {
  const shown = table.customers.map((id, at) => table.names[at]?.toLowerCase() ?? id);
  const distinct = [...new Set(shown)].sort(compareBytes);
  const places = new Map(distinct.map((text, place) => [text, place]));
  return Float64Array.from(shown, (text) => places.get(text) ?? 0);
}

/** Whether the table would show an invoice under a filter. */
export function passesFilter(preview: Preview, filter: InvoicesFilter): boolean {
  const table = new InvoiceTable();
  table.add(preview);
  return filterInvoices(table, filter).length === 1;
}

function filterInvoices(table: InvoiceTable, filter: InvoicesFilter): Int32Array {
  const search = filter.search?.trim().toLowerCase() ?? '';
  const states = filter.states === undefined ? null : new Set(filter.states);
  const least = filter.minDifference === undefined ? null : absolute(parseDecimal(filter.minDifference));
  const passed = new Int32Array(table.length);
  let length = 0;
  for (let id = 0; id < table.length; id += 1) {
    if (states !== null && !states.has(table.state(id))) continue;
    if (filter.currency !== undefined && table.currencies[id] !== filter.currency) continue;
    if (least !== null && !differsBy(table, id, least)) continue;
    if (search !== '' && !holds(table, id, search)) continue;
    passed[length] = id;
    length += 1;
  }
  return passed.slice(0, length);
}

function differsBy(table: InvoiceTable, id: number, least: Decimal): boolean {
  const difference = table.differenceMinor(id);
  if (difference === null) return false;
  const scale = minorDigits(table.currencies[id] as string);
  return compare(absolute({ coefficient: difference, scale }), least) >= 0;
}

function holds(table: InvoiceTable, id: number, text: string): boolean {
  const stripe = table.stripe(id);
  const texts = [table.customers[id], table.names[id], table.subscriptions[id], stripe?.number, stripe?.id];
  return texts.some((value) => value?.toLowerCase().includes(text) === true);
}
