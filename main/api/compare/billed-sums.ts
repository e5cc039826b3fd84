import type { Period } from '../../../shared/values/period.ts';
import { eachBilledSum } from '../../cache/billed-store.ts';
import type { Db } from '../../cache/open.ts';
import { MinorColumn } from '../invoices/minor-column.ts';

export type BilledIn = { readonly currency: string; readonly grossMinor: bigint; readonly offMinor: bigint };

/** What finalised invoices charge for one meter and month, by customer key: some twenty bytes a customer. */
export class BilledSums {
  readonly #first: Int32Array;
  readonly #customers: number[] = [];
  readonly #currencies: string[] = [];
  readonly #gross = new MinorColumn();
  readonly #off = new MinorColumn();

  /** @param customers one more than the largest customer key */
  constructor(db: Db, of: { readonly period: Period; readonly meterId: string; readonly customers: number }) {
    this.#first = new Int32Array(of.customers);
    const known = new Map<string, string>();
    for (const [key, text, gross, off] of eachBilledSum(db, of.period, of.meterId)) {
      const customer = Number(key);
      const currency = known.get(text) ?? text;
      known.set(currency, currency);
      this.#customers.push(customer);
      this.#currencies.push(currency);
      this.#gross.push(gross);
      this.#off.push(off);
      if (this.#first[customer] === 0) this.#first[customer] = this.#customers.length;
    }
  }

  has(customerKey: number): boolean {
    return (this.#first[customerKey] ?? 0) > 0;
  }

  /** One entry per currency, in byte order. */
  of(customerKey: number): readonly BilledIn[] {
    const found: BilledIn[] = [];
    const first = this.#first[customerKey] ?? 0;
    if (first === 0) return found;
    for (let at = first - 1; this.#customers[at] === customerKey; at += 1) {
      found.push({
        currency: this.#currencies[at] as string,
        grossMinor: this.#gross.at(at),
        offMinor: this.#off.at(at),
      });
    }
    return found;
  }
}
