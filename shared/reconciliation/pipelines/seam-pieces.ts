import { add, type Decimal, decimal, divide, multiply, ZERO } from '../../values/decimal.ts';
import { instant } from '../../values/instant.ts';
import type { Period } from '../../values/period.ts';
import type { LevelSeconds } from './rollup.ts';
import { type SeamInterval, seamCoverage } from './seam.ts';

/**
 * One run of a machine, over by now or cut off at what is known; or what the samples of a short stretch come to, where
 * `seconds` tells how long machines of that size ran in it, spread evenly.
 */
export type MachineRun = SeamInterval & { readonly memoryMb: Decimal; readonly seconds?: Decimal };

/** A stretch that a pipeline billed. What it billed on several meters is one stretch, on the same meter twice it is two. */
export type BilledStretch = SeamInterval & { readonly meter: string | null };

/** A stretch of one customer that was billed by nobody, or more than once. */
export type SeamPiece = {
  readonly kind: 'gap' | 'overlap';
  readonly customer: string;
  readonly period: Period;
  /** What ran in it, by size of memory; what was billed three times counts twice. */
  readonly levels: readonly LevelSeconds[];
};

/**
 * The seam with what ran in its gaps and overlaps.
 * @param of.window what is looked at; all else is cut away
 * @param of.pipelines what each pipeline billed
 * @returns by customer, then time; touching pieces of a kind are one
 * @see metering.md section 3.3
 */
export function seamPieces(of: {
  readonly window: Period;
  readonly runs: readonly MachineRun[];
  readonly pipelines: readonly (readonly BilledStretch[])[];
}): readonly SeamPiece[] {
  const measured = of.runs.flatMap((run) => clipped(run, of.window));
  const billed = of.pipelines.flatMap(stretches).flatMap((stretch) => clipped(stretch, of.window));
  const runsOf = Map.groupBy(of.runs, ({ customer }) => customer);
  const pieces: SeamPiece[] = [];
  for (const { customer, times, from, to } of seamCoverage({ measured, billed })) {
    if (times === 1) continue;
    const kind = times === 0 ? 'gap' : 'overlap';
    const levels = levelsIn(runsOf.get(customer) ?? [], { from, to }, times === 0 ? 1 : times - 1);
    const last = pieces.findLast((piece) => piece.kind === kind);
    if (last === undefined || last.customer !== customer || last.period.to !== from) {
      pieces.push({ kind, customer, period: { from, to }, levels });
      continue;
    }
    pieces[pieces.lastIndexOf(last)] = {
      ...last,
      period: { from: last.period.from, to },
      levels: addLevels([...last.levels, ...levels]),
    };
  }
  return pieces;
}

function clipped<T extends Period>(piece: T, window: Period): readonly T[] {
  const from = instant(Math.max(piece.from, window.from));
  const to = instant(Math.min(piece.to, window.to));
  return from < to ? [{ ...piece, from, to }] : [];
}

/** A bucket whose customer has several meters was billed once; as often as the meter that has it most often. */
function stretches(billed: readonly BilledStretch[]): readonly SeamInterval[] {
  const byPlace = Map.groupBy(billed, ({ customer, from, to }) => `${from} ${to} ${customer}`);
  return [...byPlace.values()].flatMap((same) => {
    const byMeter = Map.groupBy(same, ({ meter }) => meter);
    return [...byMeter.values()].reduce((most, rows) => (rows.length > most.length ? rows : most), []);
  });
}

/** Seconds that ran in a period, by size. */
export function levelsIn(runs: readonly MachineRun[], period: Period, times = 1): readonly LevelSeconds[] {
  return addLevels(
    runs
      .filter(({ from, to }) => from < period.to && to > period.from)
      .map((run) => ({ memoryMb: run.memoryMb, seconds: multiply(secondsIn(run, period), decimal(BigInt(times))) })),
  );
}

function secondsIn({ from, to, seconds }: MachineRun, period: Period): Decimal {
  const shared = Math.min(to, period.to) - Math.max(from, period.from);
  if (seconds === undefined) return decimal(BigInt(shared), 3);
  if (shared === to - from) return seconds;
  return divide(multiply(seconds, decimal(BigInt(shared))), decimal(BigInt(to - from)), SPREAD_PLACES, 'half_up');
}

const SPREAD_PLACES = 9;

function addLevels(levels: readonly LevelSeconds[]): readonly LevelSeconds[] {
  const bySize = Map.groupBy(levels, ({ memoryMb: { coefficient, scale } }) => `${coefficient}e${scale}`);
  return [...bySize.values()].map((same) => ({
    memoryMb: (same[0] as LevelSeconds).memoryMb,
    seconds: same.reduce((total, { seconds }) => add(total, seconds), ZERO),
  }));
}
