import { firstRepeat, isCounted } from '../../../shared/reconciliation/billing-verdict.ts';
import { add, type Decimal, tryParseDecimal, ZERO } from '../../../shared/values/decimal.ts';
import type { Period } from '../../../shared/values/period.ts';
import { fromStored, toStored } from '../../../shared/values/quantity.ts';
import { eachMeterLine, type MeterLineFacts } from '../../cache/meter-line-store.ts';
import type { Db } from '../../cache/open.ts';

/** What finalised invoices charge a customer for a meter and month, as Stripe says, not re-rated. */
export type Billed = { readonly minor: bigint; readonly currency: string; readonly quantity: Decimal | null };

/**
 * What the lines of a customer look like. `charged`: one item, price and service period on one finalised invoice, which
 * plain numbers hold. `draft`: drafts, nothing finalised. `outside`: what is finalised bills periods that reach out of the
 * month. `several`: anything else, which is judged line by line.
 */
export const LINES = { none: 0, charged: 1, draft: 2, outside: 3, several: 4 } as const;

/**
 * Invoice lines of one meter and month by customer key. Nearly all customers are `charged`, and are kept as columns; the
 * sums of the others stand beside.
 */
export type BilledLines = {
  /** Customers with something charged. */
  readonly size: number;
  has(customerKey: number): boolean;
  get(customerKey: number): Billed | undefined;
  /** One of LINES. */
  kindOf(customerKey: number): number;
  /** Of a customer that is `charged`. */
  chargedAt(customerKey: number): Charged;
  /** The line that stands for those of a customer that is `charged`, `draft` or `outside`. */
  lineOf(customerKey: number): string | null;
  /** The lines of a customer that is `several`, handed over: they are not kept. Null where that was done before. */
  takeLines(customerKey: number): readonly MeterLineFacts[] | null;
};

/** Quantity as two plain integers, amount in minor units; `price` as `priceIndex` gave it. */
export type Charged = { readonly whole: number; readonly frac: number; readonly minor: number; readonly price: number };

/**
 * Reads the lines of one meter, one customer at a time.
 * @param of.priceIndex the index of a price in a currency among the items' prices; −1: no item has it
 */
export function readBilledLines(
  db: Db,
  of: {
    readonly period: Period;
    readonly meterId: string;
    readonly customers: number;
    readonly priceIndex: (priceId: string, currency: string) => number;
  },
): BilledLines {
  const columns = new Columns(of.customers, of.period, of.priceIndex);
  let own: MeterLineFacts[] = [];
  for (const line of eachMeterLine(db, of.period, of.meterId)) {
    if (own.length > 0 && own[0]?.[0] !== line[0]) {
      columns.add(own);
      own = [];
    }
    own.push(line);
  }
  if (own.length > 0) columns.add(own);
  return columns;
}

export const NO_LINES: BilledLines = {
  size: 0,
  has: () => false,
  get: () => undefined,
  kindOf: () => LINES.none,
  chargedAt: () => ({ whole: 0, frac: 0, minor: 0, price: -1 }),
  lineOf: () => null,
  takeLines: () => null,
};

class Columns implements BilledLines {
  readonly #period: Period;
  readonly #priceIndex: (priceId: string, currency: string) => number;
  readonly #kinds: Uint8Array;
  /** Customer key → place in the columns below. */
  readonly #places: Int32Array;
  readonly #wholes: number[] = [];
  readonly #fracs: number[] = [];
  readonly #minors: number[] = [];
  readonly #prices: number[] = [];
  readonly #currencies: string[] = [];
  readonly #ids: string[] = [];
  readonly #sums = new Map<number, Billed>();
  readonly #several = new Map<number, readonly MeterLineFacts[]>();
  #charged = 0;

  constructor(customers: number, period: Period, priceIndex: (priceId: string, currency: string) => number) {
    this.#period = period;
    this.#priceIndex = priceIndex;
    this.#kinds = new Uint8Array(customers);
    this.#places = new Int32Array(customers);
  }

  get size(): number {
    return this.#charged + this.#sums.size;
  }

  has(customerKey: number): boolean {
    return this.#kinds[customerKey] === LINES.charged || this.#sums.has(customerKey);
  }

  get(customerKey: number): Billed | undefined {
    if (this.#kinds[customerKey] !== LINES.charged) return this.#sums.get(customerKey);
    const place = this.#places[customerKey] as number;
    const { whole, frac, minor } = this.chargedAt(customerKey);
    return { minor: BigInt(minor), currency: this.#currencies[place] as string, quantity: fromStored(whole, frac) };
  }

  kindOf(customerKey: number): number {
    return this.#kinds[customerKey] ?? LINES.none;
  }

  chargedAt(customerKey: number): Charged {
    const place = this.#places[customerKey] as number;
    return {
      whole: this.#wholes[place] as number,
      frac: this.#fracs[place] as number,
      minor: this.#minors[place] as number,
      price: this.#prices[place] as number,
    };
  }

  lineOf(customerKey: number): string | null {
    const kind = this.#kinds[customerKey];
    const isKept = kind !== undefined && kind !== LINES.none && kind !== LINES.several;
    return isKept ? (this.#ids[this.#places[customerKey] as number] ?? null) : null;
  }

  takeLines(customerKey: number): readonly MeterLineFacts[] | null {
    const lines = this.#several.get(customerKey) ?? null;
    this.#several.delete(customerKey);
    return lines;
  }

  /** @param lines all lines of one customer, at least one */
  add(lines: readonly MeterLineFacts[]): void {
    const [first] = lines;
    if (first === undefined) return;
    const key = first[0];
    const charged = this.#chargedOf(lines);
    if (charged !== null) {
      this.#put(key, LINES.charged, first, charged);
      this.#charged += 1;
      return;
    }
    if (lines.every(([, status]) => status === 'draft')) {
      this.#put(key, LINES.draft, first, NOTHING);
      return;
    }
    const counted = lines.filter(([, status]) => isCounted(status));
    if (counted.length > 0 && counted.every((line) => !isWithin(line, this.#period))) {
      this.#put(key, LINES.outside, counted[0] as MeterLineFacts, NOTHING);
      return;
    }
    this.#kinds[key] = LINES.several;
    this.#several.set(key, lines);
    const sum = sumOf(lines, this.#period);
    if (sum !== null) this.#sums.set(key, sum);
  }

  #put(key: number, kind: number, first: MeterLineFacts, { whole, frac, minor, price }: Charged): void {
    this.#kinds[key] = kind;
    this.#places[key] = this.#ids.length;
    this.#wholes.push(whole);
    this.#fracs.push(frac);
    this.#minors.push(minor);
    this.#prices.push(price);
    this.#currencies.push(first[11]);
    this.#ids.push(first[3]);
  }

  #chargedOf(lines: readonly MeterLineFacts[]): Charged | null {
    const first = lines[0] as MeterLineFacts;
    let minor = 0;
    for (const line of lines) {
      if (!isCounted(line[1]) || !isSameCharge(first, line) || line[8] === 1 || line[9] === null) return null;
      if (typeof line[10] === 'string') return null;
      minor += line[10];
    }
    if (!isWithin(first, this.#period) || !Number.isSafeInteger(minor) || isRepeated(lines)) return null;
    const quantity = plainQuantity(lines);
    return quantity === null ? null : { ...quantity, minor, price: this.#priceIndex(first[4], first[11]) };
  }
}

const NOTHING: Charged = { whole: 0, frac: 0, minor: 0, price: -1 };

const isWithin = (line: MeterLineFacts, period: Period): boolean => line[6] >= period.from && line[7] <= period.to;

/** Same invoice, price, item, service period and currency. */
const isSameCharge = (a: MeterLineFacts, b: MeterLineFacts): boolean =>
  a[2] === b[2] && a[4] === b[4] && a[5] === b[5] && a[6] === b[6] && a[7] === b[7] && a[11] === b[11];

const isRepeated = (lines: readonly MeterLineFacts[]): boolean =>
  lines.length > 1 && firstRepeat(lines.map((line) => ({ quantity: line[9], amount: String(line[10]) }))) !== null;

const PLAIN_INTEGER = /^\d{1,15}$/;

/** The quantity of the lines together as two plain integers; null where they do not hold it, or a line has none. */
function plainQuantity(lines: readonly MeterLineFacts[]): { readonly whole: number; readonly frac: number } | null {
  const only = lines[0]?.[9] ?? null;
  if (lines.length === 1 && only !== null && PLAIN_INTEGER.test(only)) return { whole: Number(only), frac: 0 };
  const total = quantityOf(lines);
  const stored = total === null ? null : toStored(total);
  if (stored === null || stored.whole < 0n || stored.whole > MAX_SAFE) return null;
  return { whole: Number(stored.whole), frac: Number(stored.frac) };
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function quantityOf(lines: readonly MeterLineFacts[]): Decimal | null {
  let total: Decimal = ZERO;
  for (const [, , , , , , , , , text] of lines) {
    const quantity = text === null ? null : tryParseDecimal(text);
    if (quantity === null) return null;
    total = add(total, quantity);
  }
  return total;
}

/** Finalised lines whose service period lies within the month, in the currency of the first; null: none. */
function sumOf(lines: readonly MeterLineFacts[], period: Period): Billed | null {
  const counted = lines.filter((line) => isCounted(line[1]) && isWithin(line, period));
  const [first] = counted;
  if (first === undefined) return null;
  const currency = first[11];
  let minor = 0n;
  let quantity: Decimal | null = null;
  for (const line of counted) {
    if (line[11] !== currency) continue;
    minor += BigInt(line[10]);
    const own = line[9] === null ? null : tryParseDecimal(line[9]);
    if (own !== null) quantity = add(quantity ?? ZERO, own);
  }
  return { minor, currency, quantity };
}
