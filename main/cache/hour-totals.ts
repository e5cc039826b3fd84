import { assert } from '../../shared/errors.ts';
import { add, type Decimal, formatDecimal, tryParseDecimal, ZERO } from '../../shared/values/decimal.ts';
import { fromStored, toStored } from '../../shared/values/quantity.ts';
import type { HourValue } from './hour-pack.ts';

/** More than the hours of any month. */
const SLOTS = 768;
const FRAC_LIMIT = 1_000_000_000_000;

/**
 * The hours of many cells added up, exactly: in plain numbers while these are proven exact, what they do not hold
 * beside them. An hour with a value that is no number has no total.
 */
export class HourTotals {
  readonly #wholes = new Float64Array(SLOTS);
  readonly #fracs = new Float64Array(SLOTS);
  readonly #isUsed = new Uint8Array(SLOTS);
  readonly #large = new Map<number, Decimal>();
  readonly #texts = new Map<number, string>();
  readonly #exponent: number;
  #hasHours = true;

  /** @param exponent of the stored values; above 0 a text has another unit than they, and counts as no number */
  constructor(exponent: number) {
    this.#exponent = exponent;
  }

  /** @param hours of one cell; null: the source gives none, and then there are no totals either */
  add(hours: readonly HourValue[] | null): void {
    if (hours === null) {
      this.#hasHours = false;
      return;
    }
    for (const value of hours) {
      const { hour, whole } = value;
      assert(hour < SLOTS, 'an hour lies in its month');
      this.#isUsed[hour] = 1;
      if (value.text !== undefined || typeof whole === 'bigint') {
        this.#addOdd(value);
        continue;
      }
      let sum = (this.#wholes[hour] as number) + whole;
      let frac = (this.#fracs[hour] as number) + value.frac;
      if (frac >= FRAC_LIMIT) {
        frac -= FRAC_LIMIT;
        sum += 1;
      }
      if (!Number.isSafeInteger(sum)) {
        this.#addOdd(value);
        continue;
      }
      this.#wholes[hour] = sum;
      this.#fracs[hour] = frac;
    }
  }

  /** Ascending; what two integers do not hold is text. Null where a cell came without hours. */
  totals(): readonly HourValue[] | null {
    if (!this.#hasHours) return null;
    const totals: HourValue[] = [];
    for (let hour = 0; hour < SLOTS; hour += 1) if (this.#isUsed[hour] === 1) totals.push(this.#totalOf(hour));
    return totals;
  }

  #totalOf(hour: number): HourValue {
    const text = this.#texts.get(hour);
    if (text !== undefined) return { hour, whole: 0, frac: 0, text };
    const whole = this.#wholes[hour] as number;
    const frac = this.#fracs[hour] as number;
    const large = this.#large.get(hour);
    if (large === undefined) return { hour, whole, frac };
    const total = add(large, fromStored(whole, frac));
    const stored = toStored(total);
    if (stored === null) return { hour, whole: 0, frac: 0, text: this.#unfit(formatDecimal(total)) };
    return { hour, whole: plain(stored.whole), frac: Number(stored.frac) };
  }

  #addOdd({ hour, whole, frac, text }: HourValue): void {
    const value = text === undefined ? fromStored(whole, frac) : this.#valueOf(text);
    if (value === null) this.#texts.set(hour, this.#unfit(text ?? ''));
    else this.#large.set(hour, add(this.#large.get(hour) ?? ZERO, value));
  }

  #valueOf(text: string): Decimal | null {
    return this.#exponent === 0 ? tryParseDecimal(text) : null;
  }

  /** Not to be taken for a number where its unit is another one than that of the stored values. */
  #unfit(text: string): string {
    return this.#exponent === 0 || tryParseDecimal(text) === null ? text : `${text} does not fit 64 bits`;
  }
}

const plain = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
