import { invalid, noSuch } from './failure.ts';

/** The objects of one kind, by id, in the order in which they came to be. */
export class Collection<T extends { readonly id: string }> {
  readonly #kind: string;
  readonly #byId = new Map<string, T>();
  #newestFirst: readonly T[] | null = null;

  /** @param kind as in Stripe's sentence "No such …" */
  constructor(kind: string) {
    this.#kind = kind;
  }

  /** @throws StripeFailure `resource_already_exists` */
  requireFree(id: string | undefined): void {
    if (id === undefined || !this.#byId.has(id)) return;
    throw invalid('id', `A ${this.#kind} with the id ${id} exists already.`, 'resource_already_exists');
  }

  /** Adds an object, or replaces it in its place. */
  put(value: T): T {
    this.#byId.set(value.id, value);
    this.#newestFirst = null;
    return value;
  }

  delete(id: string): void {
    this.#byId.delete(id);
    this.#newestFirst = null;
  }

  get(id: string): T | null {
    return this.#byId.get(id) ?? null;
  }

  /** @throws StripeFailure `resource_missing` */
  require(id: string, param = 'id', status: 400 | 404 = 404): T {
    const found = this.#byId.get(id);
    if (found === undefined) throw noSuch(this.#kind, id, param, status);
    return found;
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): Iterable<T> {
    return this.#byId.values();
  }

  /** Stripe's lists: by creation, the newest first; of one second, the one added last first. */
  newestFirst(): readonly T[] {
    this.#newestFirst ??= [...this.#byId.values()].reverse().sort((a, b) => createdOf(b) - createdOf(a));
    return this.#newestFirst;
  }
}

const createdOf = (value: { readonly id: string; readonly created?: unknown }): number =>
  typeof value.created === 'number' ? value.created : 0;
