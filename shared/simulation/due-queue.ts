import type { Instant } from '../values/instant.ts';

/**
 * What the clock brings at one instant, in this order (docs/simulation.md, Order). What began or ended by then decides
 * the invoices of the periods that end then; a draft that is final then is made before it is.
 */
export const DUE_RANK = {
  collectionResumes: 0,
  discountOrGrantEnds: 1,
  discountOrGrantBegins: 2,
  subscriptionStarts: 3,
  periodEnds: 4,
  invoiceFinalizes: 5,
} as const;

export type Due = {
  readonly at: Instant;
  readonly rank: (typeof DUE_RANK)[keyof typeof DUE_RANK];
  /** Of what has one rank the smaller first, such as the earlier subscription; 0 unless given. */
  readonly place?: number;
  /** Does nothing where it has been overtaken, as a period end by a cancellation. */
  readonly run: () => void;
};

type Entry = Due & { readonly seq: number };

/** What is due later: a binary heap by instant, then rank, then place, then the order in which it was planned. */
export class DueQueue {
  readonly #heap: Entry[] = [];
  #seq = 0;

  add(due: Due): void {
    this.#heap.push({ ...due, seq: this.#seq });
    this.#seq += 1;
    this.#rise(this.#heap.length - 1);
  }

  /** When the next is due; null: nothing is. */
  get nextAt(): Instant | null {
    return this.#heap[0]?.at ?? null;
  }

  /** Takes the next one out. */
  take(): Due | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    let at = 0;
    for (;;) {
      const left = at * 2 + 1;
      const smaller = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(smaller, at)) return;
      this.#swap(smaller, at);
      at = smaller;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (one === undefined || other === undefined) return false;
    const places = (one.place ?? 0) - (other.place ?? 0);
    return (one.at - other.at || one.rank - other.rank || places || one.seq - other.seq) < 0;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
