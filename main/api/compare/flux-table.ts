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

  parts(id: number): FluxParts {
    return Object.fromEntries(PARTS.map((part) => [part, this.partMinor(id, part)])) as FluxParts;
  }
}
