import { type HourlySeries, isNear, magnitude } from './hourly-series.ts';
import type { CauseCode } from './result.ts';
import { factorBetween } from './unit-factor.ts';

/** What one kind of fault is worth: measured − metered over its hours, in the series' unit. */
export type Share = {
  readonly code: Extract<CauseCode, 'missed_push' | 'duplicate_push' | 'unit_scale' | 'wrong_period' | 'zone_shift'>;
  readonly worth: bigint;
  readonly hours: readonly number[];
  /** Of a unit error: "1024" too large or "1/1000" too small. */
  readonly factor: string | null;
};

/**
 * The drift of a summing meter taken apart by the hour. The shares and `rest` add up to the drift of the hours.
 * `shift`: Stripe's hours lie this many hours later than the measured ones (0: they do not).
 */
export type Decomposition = {
  readonly shift: number;
  readonly shares: readonly Share[];
  readonly rest: bigint;
  readonly restHours: readonly number[];
  /** Hours with measured usage. */
  readonly active: number;
};

const SHIFTS = Array.from({ length: 29 }, (_, index) => index - 14).sort((a, b) => Math.abs(a) - Math.abs(b) || b - a);

/** @returns null where Stripe was not asked by the hour */
export function decompose(series: HourlySeries): Decomposition | null {
  const { measured, metered } = series;
  if (metered === null) return null;
  const shift = bestShift(measured, metered);
  const sorter = new HourSorter([...(series.before ?? []), ...(series.after ?? [])]);
  let active = 0;
  for (const [hour, value] of measured.entries()) {
    const used = value ?? 0n;
    if (used !== 0n) active += 1;
    const at = hour + shift;
    if (at >= 0 && at < metered.length) sorter.compare(hour, used, metered[at] ?? 0n);
    else if (used !== 0n) sorter.outside(hour, used);
  }
  for (const [at, value] of metered.entries()) {
    const hour = at - shift;
    const isInside = hour >= 0 && hour < measured.length;
    if (!isInside && value !== null && value !== 0n) sorter.outside(at, -value);
  }
  return { shift, ...sorter.result(shift), active };
}

/** Puts each hour to the kind of fault that it shows. */
class HourSorter {
  readonly #missed = shareOf();
  readonly #duplicated = shareOf();
  readonly #scaled = shareOf();
  readonly #shifted = shareOf();
  readonly #rest = shareOf();
  readonly #factors = new Set<string>();
  readonly #neighbours: readonly bigint[];
  #pending = pendingRun();

  /** @param neighbours hours of the months beside, which may have been stamped into this one */
  constructor(neighbours: readonly (bigint | null)[]) {
    this.#neighbours = neighbours.filter((value) => value !== null && value !== 0n) as bigint[];
  }

  /** Usage that falls out of the month, or that another month's push brought into it. */
  outside(hour: number, worth: bigint): void {
    take(this.#shifted, hour, worth);
  }

  compare(hour: number, used: bigint, held: bigint): void {
    if (used === held) {
      if (used !== 0n) this.#settle();
      return;
    }
    if (held === 0n) {
      this.#pending.worth += used;
      this.#pending.hours.push([hour, used]);
      return;
    }
    // A worker that was down may send the hours it missed with the next push: nothing is lost then.
    if (this.#pending.worth !== 0n && isNear(held, used + this.#pending.worth)) {
      this.#pending = pendingRun();
      return;
    }
    this.#settle();
    if (isNear(used, held)) this.#rest.worth += used - held;
    else take(this.#kindOf(used, held), hour, used - held);
  }

  /** @param shift hours by which everything lies later: without it, what lies outside is another month's */
  result(shift: number): Pick<Decomposition, 'shares' | 'rest' | 'restHours'> {
    this.#settle();
    const shares: Share[] = [
      { code: 'missed_push' as const, ...this.#missed, factor: null },
      { code: 'duplicate_push' as const, ...this.#duplicated, factor: null },
      { code: 'unit_scale' as const, ...this.#scaled, factor: this.#factors.size === 1 ? first(this.#factors) : null },
      { code: shift === 0 ? ('wrong_period' as const) : ('zone_shift' as const), ...this.#shifted, factor: null },
    ].filter(({ hours }) => hours.length > 0);
    shares.sort((a, b) => descending(magnitude(a.worth), magnitude(b.worth)));
    return { shares, rest: this.#rest.worth, restHours: this.#rest.hours };
  }

  #kindOf(used: bigint, held: bigint): Running {
    if (used === 0n) return this.#isNeighbours(held) ? this.#shifted : this.#rest;
    // Pushes are rounded, so twice may be a little less than twice.
    const times = (held * 2n + used) / (used * 2n);
    if ((times === 2n || times === 3n) && isNear(held, used * times)) return this.#duplicated;
    const factor = factorBetween(used, held);
    if (factor === null) return this.#isNeighbours(held - used) ? this.#shifted : this.#rest;
    this.#factors.add(factor);
    return this.#scaled;
  }

  /** What is too much is an hour of a month beside. */
  #isNeighbours(extra: bigint): boolean {
    return extra > 0n && this.#neighbours.some((value) => isNear(value, extra));
  }

  /** What was pending stays missed. */
  #settle(): void {
    for (const [hour, worth] of this.#pending.hours) take(this.#missed, hour, worth);
    if (this.#pending.hours.length > 0) this.#pending = pendingRun();
  }
}

const first = (texts: ReadonlySet<string>): string | null => texts.values().next().value ?? null;
const descending = (a: bigint, b: bigint): number => (a === b ? 0 : a > b ? -1 : 1);

/** The shift under which most hours agree; the smallest one where several do. */
function bestShift(measured: readonly (bigint | null)[], metered: readonly (bigint | null)[]): number {
  let best = { shift: 0, matches: matchesAt(measured, metered, 0) };
  const active = measured.filter((value) => (value ?? 0n) !== 0n).length;
  // Most hours fit as they are: faults in the others are no shift.
  if (best.matches * 2 >= active) return 0;
  for (const shift of SHIFTS) {
    const matches = matchesAt(measured, metered, shift);
    if (matches > best.matches) best = { shift, matches };
  }
  return best.matches * 2 >= active && best.matches > 2 ? best.shift : 0;
}

function matchesAt(measured: readonly (bigint | null)[], metered: readonly (bigint | null)[], shift: number): number {
  let matches = 0;
  for (const [hour, value] of measured.entries()) {
    const held = metered[hour + shift];
    if (value === null || value === 0n || held === null || held === undefined || held === 0n) continue;
    if (isNear(value, held)) matches += 1;
  }
  return matches;
}

type Running = { worth: bigint; hours: number[] };
const shareOf = (): Running => ({ worth: 0n, hours: [] });

type Pending = { worth: bigint; hours: [number, bigint][] };
const pendingRun = (): Pending => ({ worth: 0n, hours: [] });

function take(share: Running, hour: number, worth: bigint): void {
  share.worth += worth;
  share.hours.push(hour);
}
