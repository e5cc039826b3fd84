import { type FluxParts, PARTS } from '../../../shared/reconciliation/flux/split-change.ts';
import { MinorColumn } from '../invoices/minor-column.ts';

/** The rows of two months as columns: some eighty bytes a row. A row's id is its place. */
export class FluxTable {
  readonly currencies: string[] = [];
  readonly #customers: number[] = [];
  readonly #meters: number[] = [];
  readonly #currency: number[] = [];
  readonly #from = new MinorColumn();
  readonly #to = new MinorColumn();
  readonly #parts = PARTS.map(() => new MinorColumn());

  get length(): number {
    return this.#customers.length;
  }

  add(row: {
    readonly customerKey: number;
    readonly meter: number;
    readonly currency: string;
    readonly fromMinor: bigint;
    readonly toMinor: bigint;
    readonly parts: FluxParts;
  }): void {
    let currency = this.currencies.indexOf(row.currency);
    if (currency === -1) currency = this.currencies.push(row.currency) - 1;
    this.#customers.push(row.customerKey);
    this.#meters.push(row.meter);
    this.#currency.push(currency);
    this.#from.push(row.fromMinor);
    this.#to.push(row.toMinor);
    for (const [index, part] of PARTS.entries()) this.#parts[index]?.push(row.parts[part]);
  }

  customerKey(id: number): number {
    return this.#customers[id] as number;
  }

  /** Place of the meter in the configuration. */
  meter(id: number): number {
    return this.#meters[id] as number;
  }

  currency(id: number): string {
    return this.currencies[this.#currency[id] as number] as string;
  }

  fromMinor(id: number): bigint {
    return this.#from.at(id);
  }

  toMinor(id: number): bigint {
    return this.#to.at(id);
  }

  changeMinor(id: number): bigint {
    return this.#to.at(id) - this.#from.at(id);
  }

  partMinor(id: number, part: (typeof PARTS)[number]): bigint {
    return (this.#parts[PARTS.indexOf(part)] as MinorColumn).at(id);
  }

  /** To tell from nothing, to sort by and to add up: exact below 2^53, near enough beyond. */
  nearPart(id: number, part: (typeof PARTS)[number]): number {
    return (this.#parts[PARTS.indexOf(part)] as MinorColumn).near(id);
  }

  /** The change, the same way. */
  nearChange(id: number): number {
    return this.#to.near(id) - this.#from.near(id);
  }

  /** Whether the change is smaller than that, as far as plain numbers can tell; false where they cannot. */
  isBelow(id: number, bound: number): boolean {
    const [from, to] = [this.#from.near(id), this.#to.near(id)];
    return Number.isSafeInteger(from) && Number.isSafeInteger(to) && Math.abs(to - from) < bound;
  }

  /** The columns that rows are added up by: both months, then the parts in their order. */
  get summed(): readonly MinorColumn[] {
    return [this.#from, this.#to, ...this.#parts];
  }

  /** Place of the currency among `currencies`. */
  currencyAt(id: number): number {
    return this.#currency[id] as number;
  }

  parts(id: number): FluxParts {
    return Object.fromEntries(PARTS.map((part) => [part, this.partMinor(id, part)])) as FluxParts;
  }
}
