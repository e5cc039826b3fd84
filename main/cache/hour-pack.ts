import { assert } from '../../shared/errors.ts';

/**
 * The value of one hour: `whole + frac · 10^-12`, `0 ≤ frac < 10^12`. `text` stands for a value that does not fit
 * (whole and frac are then 0): no decimal at all, more than 12 decimals, beyond 64 bits.
 */
export type HourValue = {
  readonly hour: number;
  readonly whole: number | bigint;
  readonly frac: number;
  readonly text?: string;
};

const HAS_FRAC = 1;
const IS_NEGATIVE = 2;
const HAS_TEXT = 4;
const FLAG_BITS = 8;

/** Longest varint of a 64-bit magnitude, twice, and a small head. */
const BYTES_PER_HOUR = 32;
const SAFE_LIMIT = 2 ** 53;

/**
 * Packs ascending hours: for each a head (steps of hours since the one before, times 8, and flags), the magnitude of
 * `whole`, and `frac` where it is not 0, as little-endian base-128 numbers. A month of one meter takes 1 to 5 kB.
 */
export class HourPacker {
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #used = 0;

  /** Bytes packed since `reset`. They are overwritten after the next `reset`. */
  get packed(): Buffer {
    return this.#buffer.subarray(0, this.#used);
  }

  reset(): void {
    this.#used = 0;
  }

  /** @returns a view that is valid until `reset`, or until the buffer grows: bind or copy it at once */
  pack(hours: readonly HourValue[]): Buffer {
    const start = this.#used;
    const textBytes = hours.reduce((bytes, { text }) => (text === undefined ? bytes : bytes + text.length * 3), 0);
    this.#reserve(hours.length * BYTES_PER_HOUR + textBytes);
    let previous = -1;
    for (const value of hours) {
      assert(value.hour > previous, 'hours ascend');
      this.#packHour(value, value.hour - previous - 1);
      previous = value.hour;
    }
    return this.#buffer.subarray(start, this.#used);
  }

  #packHour(value: HourValue, skipped: number): void {
    const { whole, frac, text } = value;
    const isNegative = whole < 0;
    this.#number(
      skipped * FLAG_BITS +
        (frac === 0 ? 0 : HAS_FRAC) +
        (isNegative ? IS_NEGATIVE : 0) +
        (text === undefined ? 0 : HAS_TEXT),
    );
    if (text !== undefined) {
      this.#text(text);
      return;
    }
    if (typeof whole === 'number') this.#number(isNegative ? -whole : whole);
    else this.#bigint(isNegative ? -whole : whole);
    if (frac !== 0) this.#number(frac);
  }

  #number(value: number): void {
    let rest = value;
    while (rest >= 0x8000_0000) {
      this.#buffer[this.#used++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.#buffer[this.#used++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#buffer[this.#used++] = rest;
  }

  #bigint(value: bigint): void {
    let rest = value;
    while (rest >= 128n) {
      this.#buffer[this.#used++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#buffer[this.#used++] = Number(rest);
  }

  #text(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#number(bytes.length);
    this.#used += bytes.copy(this.#buffer, this.#used);
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }
}

const EVERY_HOUR = { first: 0, end: Number.POSITIVE_INFINITY };

/** A packed value of its own, for callers that keep it. */
export const packHours = (hours: readonly HourValue[]): Buffer => Buffer.from(new HourPacker().pack(hours));

/**
 * The exact inverse of packing: a whole comes back as bigint only where it leaves 2^53.
 * @param within these hours alone, the end not part of them
 */
export function unpackHours(
  packed: Uint8Array,
  within: { readonly first: number; readonly end: number } = EVERY_HOUR,
): readonly HourValue[] {
  const reader = new VarintReader(packed);
  const hours: HourValue[] = [];
  let hour = -1;
  while (!reader.isAtEnd) {
    const head = reader.number();
    const flags = head % FLAG_BITS;
    hour += Math.floor(head / FLAG_BITS) + 1;
    if (hour >= within.end) break;
    const isWithin = hour >= within.first;
    if ((flags & HAS_TEXT) !== 0) {
      const text = reader.text();
      if (isWithin) hours.push({ hour, whole: 0, frac: 0, text });
      continue;
    }
    const magnitude = reader.integer();
    const frac = (flags & HAS_FRAC) === 0 ? 0 : reader.number();
    if (isWithin) hours.push({ hour, whole: (flags & IS_NEGATIVE) === 0 ? magnitude : -magnitude, frac });
  }
  return hours;
}

class VarintReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  number(): number {
    const value = this.integer();
    assert(typeof value === 'number', 'a packed number stays below 2^53');
    return value;
  }

  integer(): number | bigint {
    const start = this.#at;
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#next();
      value += (byte & 127) * factor;
      if (byte < 128) break;
      factor *= 128;
    }
    return value < SAFE_LIMIT && this.#at - start <= 8 ? value : this.#bigint(start);
  }

  text(): string {
    const length = this.number();
    const start = this.#at;
    this.#at += length;
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, length).toString('utf8');
  }

  #bigint(start: number): number | bigint {
    let value = 0n;
    for (let at = this.#at - 1; at >= start; at -= 1) value = (value << 7n) | BigInt((this.#bytes[at] ?? 0) & 127);
    return value < BigInt(SAFE_LIMIT) ? Number(value) : value;
  }

  #next(): number {
    const byte = this.#bytes[this.#at];
    assert(byte !== undefined, 'packed hours are whole');
    this.#at += 1;
    return byte;
  }
}
