import type { MeterFormula } from '../billing/meter.ts';
import { type Decimal, decimal, powerOfTen } from '../values/decimal.ts';
import type { EventValue } from './meter-event.ts';

const BLOCK = 256;
const SECONDS_IN = { hour: 3600, day: 86_400 } as const;

/** Events that count, ascending by timestamp, then by receipt. */
type View = {
  readonly length: number;
  readonly seconds: Uint32Array;
  readonly coefficients: Float64Array;
  readonly scales: Int8Array;
  /** Sums of whole blocks at `sumScale`, exact: `prefix[i]` is the sum of the first `i` blocks. */
  readonly prefix: readonly bigint[];
  readonly sumScale: number;
};

/**
 * The events of one customer on one meter: parallel typed columns (13 to 17 bytes an event), appended in order of receipt,
 * sorted when they are first asked for. Ranges are found by binary search, sums by prefix sums of blocks.
 * Timestamps are Unix seconds; of two events of one second the one received later comes last.
 */
export class CellEvents {
  readonly #window: 'hour' | 'day' | null;
  #length = 0;
  #received = 0;
  #isSorted = true;
  #seconds = new Uint32Array(8);
  #coefficients = new Float64Array(8);
  #scales = new Int8Array(8);
  /** Numbers of receipt; null while each event stands at its own. */
  #order: Uint32Array | null = null;
  #view: View | null = null;

  /** @param window of the events whose timestamps fall into one UTC hour or day only the one received last counts */
  constructor(window: 'hour' | 'day' | null) {
    this.#window = window;
  }

  get length(): number {
    return this.#length;
  }

  /** The number of the event received last; −1 before the first. */
  get lastOrder(): number {
    return this.#received - 1;
  }

  /** The same events under the same numbers, on their own from now on. */
  clone(): CellEvents {
    const copy = new CellEvents(this.#window);
    copy.#length = this.#length;
    copy.#received = this.#received;
    copy.#isSorted = this.#isSorted;
    copy.#seconds = this.#seconds.slice();
    copy.#coefficients = this.#coefficients.slice();
    copy.#scales = this.#scales.slice();
    copy.#order = this.#order?.slice() ?? null;
    return copy;
  }

  /** @returns the number by which the event can be removed again */
  append(seconds: number, value: EventValue): number {
    const at = this.#length;
    if (at === this.#seconds.length) this.#grow();
    if (at > 0 && seconds < (this.#seconds[at - 1] ?? 0)) this.#isSorted = false;
    this.#seconds[at] = seconds;
    this.#coefficients[at] = value.coefficient;
    this.#scales[at] = value.scale;
    if (this.#order !== null) this.#order[at] = this.#received;
    this.#length = at + 1;
    this.#view = null;
    this.#received += 1;
    return this.#received - 1;
  }

  /** @returns whether the event was there */
  remove(order: number): boolean {
    const numbers = this.#numbers();
    const at = numbers.subarray(0, this.#length).indexOf(order);
    if (at < 0) return false;
    for (const column of [this.#seconds, this.#coefficients, this.#scales, numbers]) column.copyWithin(at, at + 1);
    this.#length -= 1;
    this.#view = null;
    return true;
  }

  /** The index range of the events with `from` ≤ timestamp < `to`. */
  range(from: number, to: number): { readonly first: number; readonly end: number } {
    const { seconds, length } = this.#counting();
    return { first: lowerBound(seconds, length, from), end: lowerBound(seconds, length, to) };
  }

  /** @returns the bucket of the last event of [first, end): its start in seconds, and the index of its first event in the range */
  lastBucket(first: number, end: number, grouping: 'hour' | 'day'): { readonly start: number; readonly first: number } {
    const { seconds } = this.#counting();
    const size = SECONDS_IN[grouping];
    const start = Math.floor((seconds[end - 1] ?? 0) / size) * size;
    let own = end - 1;
    while (own > first && (seconds[own - 1] ?? 0) >= start) own -= 1;
    return { start, first: own };
  }

  /** What the formula makes of the events [first, end); at least one. */
  aggregate(formula: MeterFormula, first: number, end: number): Decimal {
    const view = this.#counting();
    switch (formula) {
      case 'count':
        return decimal(BigInt(end - first));
      case 'last':
        return valueAt(view, end - 1);
      case 'sum':
        return decimal(sumTo(view, end) - sumTo(view, first), view.sumScale);
    }
  }

  /** The values of the last second of [first, end), in order of receipt: more than one means that `last` is undetermined. */
  lastSecond(first: number, end: number): readonly Decimal[] {
    const view = this.#counting();
    const second = view.seconds[end - 1];
    let start = end - 1;
    while (start > first && view.seconds[start - 1] === second) start -= 1;
    return Array.from({ length: end - start }, (_, index) => valueAt(view, start + index));
  }

  #counting(): View {
    this.#view ??= this.#build();
    return this.#view;
  }

  #build(): View {
    if (!this.#isSorted) this.#sort();
    const kept = this.#window === null ? null : this.#lastReceivedOfEach(SECONDS_IN[this.#window]);
    const columns = {
      length: kept?.length ?? this.#length,
      seconds: kept === null ? this.#seconds : kept.map((at) => this.#seconds[at] ?? 0),
      coefficients: kept === null ? this.#coefficients : Float64Array.from(kept, (at) => this.#coefficients[at] ?? 0),
      scales: kept === null ? this.#scales : Int8Array.from(kept, (at) => this.#scales[at] ?? 0),
    };
    return { ...columns, ...blockSums(columns) };
  }

  #lastReceivedOfEach(size: number): Uint32Array {
    const order = this.#numbers();
    const kept: number[] = [];
    let bucket = -1;
    for (let at = 0; at < this.#length; at += 1) {
      const own = Math.floor((this.#seconds[at] ?? 0) / size);
      if (own !== bucket) {
        kept.push(at);
        bucket = own;
      } else if ((order[at] ?? 0) > (order[kept[kept.length - 1] ?? 0] ?? 0)) {
        kept[kept.length - 1] = at;
      }
    }
    return Uint32Array.from(kept);
  }

  #sort(): void {
    const seconds = this.#seconds;
    const order = this.#numbers();
    const places = Uint32Array.from({ length: this.#length }, (_, index) => index).sort(
      (a, b) => (seconds[a] ?? 0) - (seconds[b] ?? 0) || (order[a] ?? 0) - (order[b] ?? 0),
    );
    this.#coefficients = Float64Array.from(places, (at) => this.#coefficients[at] ?? 0);
    this.#scales = Int8Array.from(places, (at) => this.#scales[at] ?? 0);
    this.#seconds = places.map((at) => seconds[at] ?? 0);
    this.#order = places.map((at) => order[at] ?? 0);
    this.#isSorted = true;
  }

  #numbers(): Uint32Array {
    this.#order ??= new Uint32Array(this.#seconds.length).map((_, at) => at);
    return this.#order;
  }

  #grow(): void {
    const capacity = Math.max(8, this.#length * 2);
    const grown = <T extends Uint32Array | Float64Array | Int8Array>(target: T, source: T): T => {
      target.set(source);
      return target;
    };
    this.#seconds = grown(new Uint32Array(capacity), this.#seconds);
    this.#coefficients = grown(new Float64Array(capacity), this.#coefficients);
    this.#scales = grown(new Int8Array(capacity), this.#scales);
    if (this.#order !== null) this.#order = grown(new Uint32Array(capacity), this.#order);
  }
}

type Columns = Pick<View, 'length' | 'seconds' | 'coefficients' | 'scales'>;

function blockSums(columns: Columns): Pick<View, 'prefix' | 'sumScale'> {
  const { length, scales } = columns;
  let sumScale = 0;
  for (let at = 0; at < length; at += 1) sumScale = Math.max(sumScale, scales[at] ?? 0);
  const prefix = [0n];
  let total = 0n;
  for (let end = BLOCK; end <= length; end += BLOCK) {
    total += sumOf(columns, sumScale, { first: end - BLOCK, end });
    prefix.push(total);
  }
  return { prefix, sumScale };
}

/** The sum of the first `end` events, at `sumScale`. */
function sumTo(view: View, end: number): bigint {
  const blocks = Math.floor(end / BLOCK);
  return (view.prefix[blocks] ?? 0n) + sumOf(view, view.sumScale, { first: blocks * BLOCK, end });
}

/** Below it a product and a sum of whole doubles are exact. */
const SAFE = 2 ** 52;

/** In doubles as long as every product and sum is a safe integer, else in bigint. */
function sumOf(
  { coefficients, scales }: Columns,
  sumScale: number,
  { first, end }: { readonly first: number; readonly end: number },
): bigint {
  let total = 0n;
  let safe = 0;
  for (let at = first; at < end; at += 1) {
    const coefficient = coefficients[at] ?? 0;
    const by = sumScale - (scales[at] ?? 0);
    const raised = coefficient * (DOUBLE_POWERS[by] ?? Number.POSITIVE_INFINITY);
    if (Math.abs(raised) >= SAFE || Number.isNaN(raised)) {
      total += BigInt(coefficient) * powerOfTen(by);
      continue;
    }
    if (Math.abs(safe + raised) >= SAFE) {
      total += BigInt(safe);
      safe = 0;
    }
    safe += raised;
  }
  return total + BigInt(safe);
}

/** Powers of ten that are exact in a double. */
const DOUBLE_POWERS = Array.from({ length: 23 }, (_, exponent) => Number(10n ** BigInt(exponent)));

function valueAt(view: View, at: number): Decimal {
  const scale = view.scales[at] ?? 0;
  const coefficient = BigInt(view.coefficients[at] ?? 0);
  return scale >= 0 ? decimal(coefficient, scale) : decimal(coefficient * powerOfTen(-scale));
}

/** The first index whose value is not below `bound`. */
function lowerBound(sorted: Uint32Array, length: number, bound: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
