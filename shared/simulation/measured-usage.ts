import type { MeterFormula } from '../billing/meter.ts';
import { type Decimal, ZERO } from '../values/decimal.ts';
import type { Period } from '../values/period.ts';
import type { CellEvents } from './cell-events.ts';
import type { EventValue } from './meter-event.ts';

/**
 * What a customer used on a meter, whatever became of the reports: each identifier counts once, refused ones too, but
 * none that was taken back (interfaces.md section 4). While that is what the meter holds, it is kept once.
 */
export class MeasuredUsage {
  readonly #metered: CellEvents;
  #own: CellEvents | null = null;
  /** By identifier, the number under which its report is counted. */
  #places: Map<string, number> | null = null;

  constructor(metered: CellEvents) {
    this.#metered = metered;
  }

  has(identifier: string): boolean {
    return this.#places?.has(identifier) === true;
  }

  /** From now on it differs from what the meter holds; to be said before the meter takes what makes the difference. */
  part(): void {
    this.#own ??= this.#metered.clone();
  }

  /** A report that the meter has counted, with an identifier that it does not have yet. */
  countMetered(identifier: string | null, seconds: number, value: EventValue): void {
    this.#remember(identifier, this.#own === null ? this.#metered.lastOrder : this.#own.append(seconds, value));
  }

  /** The same of one that the meter has refused. */
  countRefused(identifier: string | null, seconds: number, value: EventValue): void {
    this.#own ??= this.#metered.clone();
    this.#remember(identifier, this.#own.append(seconds, value));
  }

  /** A report was taken back, from the meter too. Its identifier stays used. */
  takeBack(identifier: string): void {
    const place = this.#places?.get(identifier);
    if (place !== undefined) this.#own?.remove(place);
  }

  total(formula: MeterFormula, period: Period): Decimal {
    return totalOf(this.#own ?? this.#metered, formula, period);
  }

  #remember(identifier: string | null, place: number): void {
    if (identifier === null) return;
    this.#places ??= new Map();
    this.#places.set(identifier, place);
  }
}

/** What the formula makes of the events in a period; 0 where there are none. */
export function totalOf(events: CellEvents, formula: MeterFormula, { from, to }: Period): Decimal {
  const { first, end } = events.range(Math.ceil(from / 1000), Math.ceil(to / 1000));
  return first < end ? events.aggregate(formula, first, end) : ZERO;
}
