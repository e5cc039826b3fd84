import type { RatingOptions } from '../../../shared/rating/options.ts';
import type { ProofContext } from '../../../shared/reconciliation/proof.ts';
import { rateAgain } from '../../../shared/reconciliation/proof.ts';
import type { ProofLine } from '../../../shared/reconciliation/proof-line.ts';
import type { AsMeasured, NotMeasured } from '../../../shared/reports/proof.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { reasonOf, type UsageBook } from '../invoices/usage-book.ts';

/**
 * What the measured quantities should have been billed, per currency, beside what was: every item and service period
 * counts once, however many invoices charge it.
 */
export class MeasuredSums {
  readonly #book: UsageBook;
  readonly #context: ProofContext;
  readonly #options: RatingOptions;
  readonly #sums = new Map<string, { lines: number; billed: bigint; rated: bigint }>();
  readonly #missing = new Map<string, number>();
  /** Items and periods that were charged, by item and by price. */
  readonly #charged = new Set<string>();
  /** Prices and periods that were charged by hand, before an item was. */
  readonly #byHand = new Set<string>();

  constructor(of: { readonly book: UsageBook; readonly context: ProofContext; readonly options: RatingOptions }) {
    this.#book = of.book;
    this.#context = of.context;
    this.#options = of.options;
  }

  /** @param group lines of one item and service period on one invoice */
  add(group: readonly ProofLine[], customerKey: number | undefined): void {
    const [first] = group;
    if (first === undefined || first.isProration || first.priceId === null) return;
    const meterId = this.#context.prices.get(first.priceId)?.meterId ?? null;
    if (meterId === null) return;
    const measured =
      customerKey === undefined
        ? { quantity: null, missing: { message: 'the customer is not in the cache.' } }
        : this.#book.quantityOf(customerKey, meterId, first.servicePeriod);
    if (measured.quantity === null) {
      this.#leaveOut(reasonOf(measured.missing), group.length);
      return;
    }
    const rated = rateAgain(first, measured.quantity, this.#context, this.#options);
    if (rated === null) {
      this.#leaveOut('the price cannot be rated.', group.length);
      return;
    }
    const sum = this.#sums.get(first.currency) ?? { lines: 0, billed: 0n, rated: 0n };
    sum.lines += group.length;
    sum.billed += group.reduce((total, { amountMinor }) => total + amountMinor, 0n);
    if (this.#isFirst(first, customerKey)) sum.rated += rated;
    this.#sums.set(first.currency, sum);
  }

  /** A line made by hand names no item: it charges the one that is charged the same price. */
  #isFirst({ subscriptionItemId, priceId, servicePeriod: { from, to } }: ProofLine, customerKey?: number): boolean {
    const price = `${customerKey} ${priceId} ${from} ${to}`;
    if (subscriptionItemId === null) {
      if (this.#charged.has(price) || this.#byHand.has(price)) return false;
      this.#byHand.add(price);
      return true;
    }
    const item = `${customerKey} ${subscriptionItemId} ${from} ${to}`;
    if (this.#charged.has(item)) return false;
    this.#charged.add(item);
    this.#charged.add(price);
    return !this.#byHand.delete(price);
  }

  #leaveOut(reason: string, lines: number): void {
    this.#missing.set(reason, (this.#missing.get(reason) ?? 0) + lines);
  }

  get sums(): readonly AsMeasured[] {
    return [...this.#sums]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([currency, { lines, billed, rated }]) => ({ currency, lines, billed, rated }));
  }

  /** Lines whose usage is not known, the most first. */
  get missing(): readonly NotMeasured[] {
    return [...this.#missing]
      .map(([reason, lines]) => ({ reason, lines }))
      .sort((a, b) => b.lines - a.lines || compareBytes(a.reason, b.reason));
  }
}
