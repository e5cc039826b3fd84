const FLUSH_BYTES = 256 * 1024;
const ZERO = 48;
const POINT = 46;
/** Below it the digits of a number come from 32-bit arithmetic. */
const HALF = 1_000_000_000;

/**
 * Text as UTF-8 bytes, handed on 256 KiB at a time. A line from columns is put together from pieces that were encoded
 * once and digits that never were text: strings that are joined, encoded and dropped cost several times that.
 * @param write must be done with the bytes when it returns: they are written over
 */
export class CsvBytes {
  readonly #bytes = Buffer.allocUnsafe(FLUSH_BYTES);
  readonly #write: (piece: Uint8Array) => void;
  #used = 0;

  constructor(write: (piece: Uint8Array) => void) {
    this.#write = write;
  }

  /** A piece that is written again and again, from `encode`. */
  piece(piece: Uint8Array): void {
    const { length } = piece;
    if (this.#isTooLong(length)) {
      this.#write(piece);
      return;
    }
    const bytes = this.#bytes;
    const at = this.#used;
    for (let index = 0; index < length; index += 1) bytes[at + index] = piece[index] as number;
    this.#used = at + length;
  }

  text(text: string): void {
    this.piece(encode(text));
  }

  /** @param value an integer from 0 below 2^53 */
  integer(value: number): void {
    this.#isTooLong(MAX_DIGITS);
    if (value < HALF) {
      this.#digits(value, digitsOf(value));
      return;
    }
    const low = value % HALF;
    const high = (value - low) / HALF;
    this.#digits(high, digitsOf(high));
    this.#digits(low, HALF_DIGITS);
  }

  /** Plain notation of whole + frac · 10^-12 without zeros at the end; `whole` from 0 below 2^53, 0 ≤ frac < 10^12. */
  quantity(whole: number, frac: number): void {
    this.integer(whole);
    if (frac === 0) return;
    this.#isTooLong(1 + FRAC_DIGITS);
    this.#bytes[this.#used] = POINT;
    this.#used += 1;
    const low = frac % HALF;
    this.#digits((frac - low) / HALF, FRAC_DIGITS - HALF_DIGITS);
    this.#digits(low, HALF_DIGITS);
    while (this.#bytes[this.#used - 1] === ZERO) this.#used -= 1;
  }

  /** An amount in major units. @param minor an integer from 0 below 2^53 @param digits decimals of the currency */
  amount(minor: number, digits: number): void {
    if (digits === 0) {
      this.integer(minor);
      return;
    }
    const unit = 10 ** digits;
    const rest = minor % unit;
    this.integer((minor - rest) / unit);
    this.#isTooLong(1 + digits);
    this.#bytes[this.#used] = POINT;
    this.#used += 1;
    this.#digits(rest, digits);
  }

  /** Hands on what is left. */
  end(): void {
    if (this.#used > 0) this.#write(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Makes room for `length` bytes. @returns whether there can be none */
  #isTooLong(length: number): boolean {
    if (this.#used + length <= FLUSH_BYTES) return false;
    this.end();
    return length > FLUSH_BYTES;
  }

  /** @param value below 10^9 */
  #digits(value: number, count: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#used + count - 1; at >= this.#used; at -= 1) {
      const tens = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.#used += count;
  }
}

const MAX_DIGITS = 16;
const HALF_DIGITS = 9;
const FRAC_DIGITS = 12;

export const encode = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** @param value from 0 below 10^9 */
function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits += 1;
  return digits;
}
