import type { RunComparison, RunDifference } from '../../../../shared/contract/simulate-schemas.ts';
import type { SimulationAnswer, SimulationInvoice } from '../../../../shared/simulation/answer.ts';
import { formatDecimal, normalize, subtract, tryParseDecimal } from '../../../../shared/values/decimal.ts';
import { printExactJson } from '../../../../shared/values/exact-json.ts';
import { formatMinorAsMajor } from '../../../../shared/values/money.ts';

const MOST_ROWS = 500;
const TOTALS = ['subtotal', 'discount', 'credits', 'tax', 'total', 'startingBalance', 'amountDue'] as const;

type Place = Pick<RunDifference, 'subject' | 'customer' | 'period' | 'name' | 'currency'>;

/** Lays two runs beside each other, invoice by invoice, line by line, meter by meter. */
export function compareRuns(left: SimulationAnswer, right: SimulationAnswer): RunComparison {
  const found = new Differences();
  for (const [a, b] of paired(left.invoices, right.invoices, invoiceKey)) compareInvoice(found, a, b);
  for (const [a, b] of paired(left.meters, right.meters, meterKey)) {
    const either = a ?? b;
    if (either === undefined) continue;
    const { customer, period, event } = either;
    const place: Place = { subject: 'meter', customer, period, name: event, currency: null };
    for (const field of ['measured', 'metered', 'billed'] as const) {
      found.add(place, field, a?.[field] ?? null, b?.[field] ?? null);
    }
  }
  for (const [a, b] of paired(left.expectations, right.expectations, ({ path }) => path)) {
    const either = a ?? b;
    if (either === undefined) continue;
    const place: Place = { subject: 'expectation', customer: null, period: null, name: either.path, currency: null };
    found.add(place, 'expected', textOf(a?.expected), textOf(b?.expected));
    found.add(place, 'held', heldWord(a?.held), heldWord(b?.held));
  }
  return { compared: found.compared, total: found.rows.length, rows: found.rows.slice(0, MOST_ROWS) };
}

class Differences {
  compared = 0;
  readonly rows: RunDifference[] = [];

  add(place: Place, field: string, left: string | null, right: string | null): void {
    this.compared += 1;
    if (left === right) return;
    const [a, b] = [left, right].map((text) => (text === null ? null : tryParseDecimal(text)));
    const difference = a != null && b != null ? formatDecimal(normalize(subtract(b, a))) : null;
    this.rows.push({ ...place, field, left, right, difference });
  }
}

function compareInvoice(found: Differences, a: SimulationInvoice | undefined, b: SimulationInvoice | undefined): void {
  const either = a ?? b;
  if (either === undefined) return;
  const { customer, period, currency } = either;
  const place: Place = { subject: 'invoice', customer, period, name: either.id, currency: null };
  const major = (invoice: SimulationInvoice, minor: bigint): string => formatMinorAsMajor(minor, invoice.currency);
  if (a === undefined || b === undefined) {
    const total = (one: SimulationInvoice | undefined) => (one === undefined ? null : major(one, one.total));
    found.add({ ...place, currency }, 'invoice', total(a), total(b));
    return;
  }
  found.add(place, 'status', a.status, b.status);
  found.add(place, 'currency', a.currency, b.currency);
  for (const field of TOTALS) found.add({ ...place, currency }, field, major(a, a[field]), major(b, b[field]));
  for (const [x, y] of paired(a.lines, b.lines, ({ id }) => id)) {
    const line: Place = {
      subject: 'line',
      customer,
      period,
      name: x?.description ?? y?.description ?? x?.id ?? y?.id ?? '',
      currency: null,
    };
    if (x === undefined || y === undefined) {
      const amount = x === undefined ? null : major(a, x.amount);
      found.add({ ...line, currency }, 'line', amount, y === undefined ? null : major(b, y.amount));
      continue;
    }
    found.add(line, 'quantity', x.quantity, y.quantity);
    found.add({ ...line, currency }, 'amount', major(a, x.amount), major(b, y.amount));
  }
}

const invoiceKey = ({ customer, subscription, period, reason }: SimulationInvoice): string =>
  [customer, subscription, period.from, period.from === period.to, reason].join(' ');
const meterKey = ({ customer, meter, period }: SimulationAnswer['meters'][number]): string =>
  [customer, meter, period.from].join(' ');

const textOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : printExactJson(value);
const heldWord = (held: boolean | null | undefined): string | null =>
  held === undefined ? null : held === null ? 'not known' : held ? 'yes' : 'no';

/** What has the same key belongs together, the first with the first; the order is the left one's. */
function paired<One>(
  left: readonly One[],
  right: readonly One[],
  keyOf: (one: One) => string,
): readonly (readonly [One | undefined, One | undefined])[] {
  const waiting = new Map<string, One[]>();
  for (const one of right) {
    const others = waiting.get(keyOf(one));
    if (others === undefined) waiting.set(keyOf(one), [one]);
    else others.push(one);
  }
  const pairs = left.map((one) => [one, waiting.get(keyOf(one))?.shift()] as const);
  return [...pairs, ...[...waiting.values()].flat().map((one) => [undefined, one] as const)];
}
