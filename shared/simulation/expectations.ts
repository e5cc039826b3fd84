import { compare, tryParseDecimal } from '../values/decimal.ts';
import { formatInstant, type Instant, parseInstant } from '../values/instant.ts';
import type { ExpectedInvoice } from './scenario.ts';

/** One thing that was expected. `held` null: the run stopped before it could be known. */
export type ExpectationAnswer = {
  /** In the scenario: `expect.invoices[0].total`. */
  readonly path: string;
  readonly held: boolean | null;
  readonly expected: unknown;
  /** Null where there is no such invoice. */
  readonly found: unknown;
};

/** What expectations are compared with: an invoice of the answer. */
export type Comparable = { readonly customer: string; readonly period: { readonly from: string; readonly to: string } };

/**
 * Every field that was given, with what was found. An expectation is about the invoice of its customer whose period
 * begins where it says; where several do, the one that fits best and that no other expectation has taken.
 */
export function judgeInvoices(
  expected: readonly ExpectedInvoice[],
  invoices: readonly Comparable[],
): readonly ExpectationAnswer[] {
  const taken = new Map<ExpectedInvoice, Comparable>();
  // Those that fit entirely choose first, so that none of them is taken by an expectation that fails anyway.
  for (const isWhole of [true, false]) {
    for (const one of expected) {
      if (taken.has(one)) continue;
      const used = new Set(taken.values());
      const best = candidatesOf(one, invoices).find(
        (candidate) => !used.has(candidate) && (!isWhole || misses(one, candidate) === 0),
      );
      if (best !== undefined) taken.set(one, best);
    }
  }
  return expected.flatMap((one) => answersOf(one, taken.get(one) ?? null));
}

/** The best first; of those that fit alike one that ends a period before one at creation. */
function candidatesOf(one: ExpectedInvoice, invoices: readonly Comparable[]): readonly Comparable[] {
  const from = formatInstant(one.periodFrom);
  return invoices
    .filter(({ customer, period }) => customer === one.customerId && period.from === from)
    .map((invoice, index) => ({ invoice, index, misses: misses(one, invoice), isEmpty: isEmpty(invoice) ? 1 : 0 }))
    .sort((a, b) => a.misses - b.misses || a.isEmpty - b.isEmpty || a.index - b.index)
    .map(({ invoice }) => invoice);
}

const isEmpty = ({ period }: Comparable): boolean => period.from === period.to;

const misses = (one: ExpectedInvoice, invoice: Comparable): number =>
  answersOf(one, invoice).filter(({ held }) => held === false).length;

function answersOf(one: ExpectedInvoice, invoice: Comparable | null): readonly ExpectationAnswer[] {
  if (invoice === null) {
    const about = { customer: one.customerId, period: { from: formatInstant(one.periodFrom) } };
    return [{ path: one.path, held: false, expected: { ...about, ...plain(one.fields) }, found: null }];
  }
  const fields = Object.entries(one.fields);
  // An expectation without fields says that there is such an invoice.
  if (fields.length === 0) return [{ path: one.path, held: true, expected: null, found: null }];
  return fields.map(([name, value]): ExpectationAnswer => {
    const found = (invoice as Readonly<Record<string, unknown>>)[name];
    const isStatus = name === 'status' && value === 'finalized';
    return {
      path: `${one.path}.${name}`,
      held: isStatus ? found === 'open' || found === 'paid' : fits(value, found),
      expected: plainValue(value),
      found: shownOf(found, value),
    };
  });
}

const plain = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainValue(value)]));

/** The end of a period was read as an instant. */
const plainValue = (value: unknown): unknown =>
  isObject(value) && typeof value.to === 'number' ? { to: formatInstant(value.to as Instant) } : value;

/** Of an object only what was asked for. */
function shownOf(found: unknown, expected: unknown): unknown {
  if (found === undefined) return null;
  if (Array.isArray(found)) {
    return Array.isArray(expected) ? found.map((one: unknown, index) => shownOf(one, expected[index])) : found;
  }
  if (!isObject(found) || !isObject(expected)) return found;
  return Object.fromEntries(Object.keys(expected).map((key) => [key, shownOf(found[key], expected[key])]));
}

type Obj = { readonly [key: string]: unknown };
const isObject = (value: unknown): value is Obj => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether what was found is what was expected: of objects the given keys, of lists every entry in order, numbers by
 * their value, however they are written, and instants by theirs.
 */
function fits(expected: unknown, found: unknown): boolean {
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) return false;
    return expected.every((value, index) => fits(value, found[index]));
  }
  if (isObject(expected))
    return isObject(found) && Object.keys(expected).every((key) => fits(expected[key], found[key]));
  if (expected === found) return true;
  const [a, b] = [numberOf(expected), numberOf(found)];
  if (a !== null && b !== null) return compare(a, b) === 0;
  const instant = typeof found === 'string' ? instantOf(found) : null;
  return instant !== null && instant === (typeof expected === 'number' ? expected : instantOf(String(expected)));
}

const numberOf = (value: unknown) =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string'
    ? tryParseDecimal(String(value))
    : null;

function instantOf(text: string): Instant | null {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return null;
  try {
    return parseInstant(text);
  } catch {
    return null;
  }
}
