import type { LateHeat } from '../../../shared/contract/late-schemas.ts';
import { absolute, compare, type Decimal, parseDecimal, ZERO } from '../../../shared/values/decimal.ts';

/** Sizes of a square: the area says how much. */
export const LEVELS = 5;

export type HeatSquare = {
  readonly usedOn: string;
  readonly arrivedOn: string;
  /** Exact, as the contract gives it: a quantity or an amount. */
  readonly text: string;
  /** 1 to LEVELS. */
  readonly level: number;
  readonly isTakenBack: boolean;
  readonly column: number;
  readonly row: number;
};

export type HeatLayer = {
  /** `money`, or the key of a meter. */
  readonly id: string;
  readonly unit: string;
  readonly currency: string | null;
  /** Days of usage without a gap, ascending. */
  readonly days: readonly string[];
  /** Days of arrival on which anything came, ascending. */
  readonly arrivals: readonly string[];
  readonly squares: readonly HeatSquare[];
  /** The largest |value|, exact. */
  readonly largest: string;
};

/** What can be looked at: money first, then the meters. */
export const layersOf = (heat: LateHeat): readonly { readonly id: string; readonly unit: string }[] => [
  ...(heat.money === null ? [] : [{ id: 'money', unit: heat.money.currency }]),
  ...heat.meters.map(({ meter, unit }) => ({ id: meter, unit })),
];

/** One layer laid out. The days are those of all layers, so that the map keeps its shape when another one is chosen. */
export function heatLayer(heat: LateHeat, id: string, month: string): HeatLayer | null {
  const everything = [...(heat.money?.squares ?? []), ...heat.meters.flatMap(({ squares }) => squares)];
  const days = daysFrom(
    month,
    everything.map(({ usedOn }) => usedOn),
  );
  const arrivals = [...new Set(everything.map(({ arrivedOn }) => arrivedOn))].sort();
  const meter = heat.meters.find((candidate) => candidate.meter === id);
  if (heat.money !== null && id === 'money') {
    const { currency, squares } = heat.money;
    const values = squares.map(({ usedOn, arrivedOn, amount }) => ({ usedOn, arrivedOn, text: amount }));
    return { id, unit: currency, currency, days, arrivals, ...laidOut(values, days, arrivals) };
  }
  if (meter === undefined) return null;
  const values = meter.squares.map(({ usedOn, arrivedOn, quantity }) => ({ usedOn, arrivedOn, text: quantity }));
  return { id, unit: meter.unit, currency: null, days, arrivals, ...laidOut(values, days, arrivals) };
}

/** Every day of the month, and on to the last day of usage where periods reach out of it. */
function daysFrom(month: string, used: readonly string[]): readonly string[] {
  const days: string[] = [];
  const last = used.reduce((latest, day) => (day > latest ? day : latest), '');
  for (let at = Date.parse(`${month}-01T00:00:00Z`); ; at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (!day.startsWith(month) && day > last) return days;
    days.push(day);
  }
}

type Value = { readonly usedOn: string; readonly arrivedOn: string; readonly text: string };

function laidOut(
  values: readonly Value[],
  days: readonly string[],
  arrivals: readonly string[],
): Pick<HeatLayer, 'squares' | 'largest'> {
  let largest: Decimal = ZERO;
  let text = '0';
  for (const value of values) {
    const size = absolute(parseDecimal(value.text));
    if (compare(size, largest) <= 0) continue;
    largest = size;
    text = value.text.replace('-', '');
  }
  const column = new Map(days.map((day, place) => [day, place]));
  const row = new Map(arrivals.map((day, place) => [day, place]));
  const squares = values.flatMap((value) => {
    const amount = parseDecimal(value.text);
    const at = column.get(value.usedOn);
    const line = row.get(value.arrivedOn);
    if (at === undefined || line === undefined || amount.coefficient === 0n) return [];
    const isTakenBack = amount.coefficient < 0n;
    return [{ ...value, level: levelOf(absolute(amount), largest), isTakenBack, column: at, row: line }];
  });
  return { squares: squares.sort((a, b) => a.row - b.row || a.column - b.column), largest: text };
}

/** The smallest level whose share of the largest value, (level ÷ LEVELS)², the value does not exceed. */
function levelOf(size: Decimal, largest: Decimal): number {
  for (let level = 1; level < LEVELS; level += 1) {
    const scaled = { coefficient: size.coefficient * BigInt(LEVELS * LEVELS), scale: size.scale };
    const limit = { coefficient: largest.coefficient * BigInt(level * level), scale: largest.scale };
    if (compare(scaled, limit) <= 0) return level;
  }
  return LEVELS;
}

/**
 * Where an arrow key leads: left and right to the next square of the row, up and down to the nearest one of the next row
 * that has any; the same square where there is none.
 * @returns null for any other key
 */
export function squareTowards(squares: readonly HeatSquare[], from: number, key: string): number | null {
  const at = squares[from];
  if (at === undefined) return squares.length === 0 ? null : 0;
  if (key === 'Home') return 0;
  if (key === 'End') return squares.length - 1;
  const step = STEPS[key];
  if (step === undefined) return null;
  const isAcross = step.down === 0;
  let best = from;
  let shortest = Number.POSITIVE_INFINITY;
  squares.forEach((square, place) => {
    const across = square.column - at.column;
    const down = square.row - at.row;
    const ahead = isAcross ? across * step.across : down * step.down;
    if (ahead <= 0 || (isAcross && down !== 0)) return;
    const distance = isAcross ? ahead : ahead * FAR + Math.abs(across);
    if (distance >= shortest) return;
    best = place;
    shortest = distance;
  });
  return best;
}

/** More columns than any map has. */
const FAR = 1_000;

const STEPS: Readonly<Record<string, { readonly across: number; readonly down: number }>> = {
  ArrowLeft: { across: -1, down: 0 },
  ArrowRight: { across: 1, down: 0 },
  ArrowUp: { across: 0, down: -1 },
  ArrowDown: { across: 0, down: 1 },
};
