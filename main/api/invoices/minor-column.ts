/** Amounts in minor units, eight bytes each; those beyond 2^53 stand beside with all their digits. */
export class MinorColumn {
  #values = new Float64Array(256);
  #length = 0;
  readonly #large = new Map<number, bigint>();

  push(minor: bigint): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    const value = Number(minor);
    if (!Number.isSafeInteger(value)) this.#large.set(this.#length, minor);
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  at(index: number): bigint {
    return this.#large.get(index) ?? BigInt(this.#values[index] as number);
  }

  /** To sort by: exact below 2^53, near enough beyond. */
  near(index: number): number {
    return this.#values[index] as number;
  }
}
